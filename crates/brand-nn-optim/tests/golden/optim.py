"""Makes optim.json: trajectories of optimizers and clipped gradients, by PyTorch in float64.

    pip install "torch==2.9.*" && python optim.py
"""

import json
import math
from pathlib import Path

import torch

OUT = Path(__file__).with_name("optim.json")
MADE_BY = f"optim.py, torch {torch.__version__.split('+')[0]}"
ABOUT = (
    "Optimizers and clipping in float64. A tensor is {shape, values}, row-major. Optimizer cases "
    "(kind sgd, adam, adamw): start holds the parameters, steps the gradients that were handed in "
    "and the parameters right after the step. SGD's momentum buffer starts as the first gradient, "
    "undampened; weight_decay of sgd and adam is added to the gradient (L2), that of adamw shrinks "
    "the parameter first by 1 - learning_rate * weight_decay; Adam divides by sqrt(v) / sqrt(1 - "
    "beta2^t) + epsilon. In adam_sparse_rows cases a step holds ids and values: row number "
    "ids[k] of the table's gradient has values[k] added, duplicates add up, all other rows are "
    "zero; the reference is Adam on the dense gradient, every row moves every step. "
    "clip_norm multiplies all gradients by min(1, max_norm / (norm + 1e-6)), norm taken over all "
    "of them together; clip_value clamps each number to [-limit, limit]."
)

torch.manual_seed(20260103)
torch.set_default_dtype(torch.float64)


def number(value):
    """A finite number stays one; JSON has no others, so they become strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def dump(value, indent=0):
    """Text of `value`: what fits stays on one line, and so does a tensor or a plain list."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = list(value.values()) if isinstance(value, dict) else value
    plain = not isinstance(inner, list) or not any(isinstance(v, (dict, list)) for v in inner)
    is_tensor = isinstance(value, dict) and set(value) == {"shape", "values"}
    if plain or is_tensor or len(line) + indent <= 96:
        return line
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        rows = [f"{pad}{json.dumps(k, ensure_ascii=False)}: {dump(v, indent + 1)}"
                for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(pad + dump(v, indent + 1) for v in value) + "\n" + " " * indent + "]"


def tensor(t):
    """A torch tensor as `{"shape": [...], "values": [...]}`, the values in row-major order."""
    t = t.detach()
    return {"shape": list(t.shape), "values": [number(v) for v in t.reshape(-1).tolist()]}


def tensors(named):
    return {name: tensor(t) for name, t in named.items()}


STEPS = 10
SHAPES = {"a": (3, 4), "b": (5,)}
NAMES = {"lr": "learning_rate", "eps": "epsilon"}


def draw(scale=1.0):
    """Two named tensors of numbers away from zero."""
    numbers = {k: torch.randn(s) * scale for k, s in SHAPES.items()}
    return {k: t + torch.sign(t) * scale * 1e-3 for k, t in numbers.items()}


def spelled(settings):
    return {NAMES.get(k, k): list(v) if isinstance(v, tuple) else v for k, v in settings.items()}


def trajectory(name, kind, make, **settings):
    start = draw()
    params = {k: v.clone().requires_grad_() for k, v in start.items()}
    optimizer = make(list(params.values()), foreach=False, **settings)
    steps = []
    for step in range(STEPS):
        gradients = draw(scale=10.0 ** ((step % 4) - 2))
        for key, param in params.items():
            param.grad = gradients[key].clone()
        optimizer.step()
        steps.append({"gradients": tensors(gradients), "params": tensors(params)})
    return {
        "name": name, "kind": kind, "config": spelled(settings),
        "start": tensors(start), "steps": steps,
    }


# Row 5 is never touched, row 4 only in the first step and the last, row 0 in most.
TOUCHED = [
    [0, 4, 2], [0, 1, 0], [3], [0, 0, 0, 1], [2, 3], [0], [1, 2, 1, 0], [3], [0, 2], [4, 0, 4],
]
# The same with steps that touch no row at all.
TOUCHED_WITH_GAPS = [[0, 1], [], [1, 1, 2], [], [], [0], [3, 0], [2, 2], [], [0, 1, 2, 3]]


def sparse_rows(name, touched, **settings):
    start = torch.randn(6, 3)
    table = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([table], foreach=False, **settings)
    steps = []
    for ids in touched:
        ids = torch.tensor(ids, dtype=torch.int64)
        values = torch.randn(len(ids), 3)
        table.grad = torch.zeros(6, 3).index_add_(0, ids, values)
        optimizer.step()
        steps.append({"ids": tensor(ids), "values": tensor(values), "params": tensor(table)})
    return {
        "name": name, "kind": "adam_sparse_rows", "config": spelled(settings),
        "start": tensor(start), "steps": steps,
    }


def clip_norm(name, max_norm, scale=1.0, norm_type=2.0):
    gradients = draw(scale)
    params = [torch.zeros_like(g).requires_grad_() for g in gradients.values()]
    for param, gradient in zip(params, gradients.values()):
        param.grad = gradient.clone()
    norm = torch.nn.utils.clip_grad_norm_(params, max_norm, norm_type=norm_type, foreach=False)
    return {
        "name": name, "kind": "clip_norm",
        "config": {"max_norm": max_norm, "norm_type": number(norm_type)},
        "gradients": tensors(gradients), "norm": norm.item(),
        "clipped": {k: tensor(p.grad) for k, p in zip(gradients, params)},
    }


def clip_value(name, limit):
    gradients = draw(2.0)
    params = [torch.zeros_like(g).requires_grad_() for g in gradients.values()]
    for param, gradient in zip(params, gradients.values()):
        param.grad = gradient.clone()
    torch.nn.utils.clip_grad_value_(params, limit, foreach=False)
    return {
        "name": name, "kind": "clip_value", "config": {"limit": limit},
        "gradients": tensors(gradients),
        "clipped": {k: tensor(p.grad) for k, p in zip(gradients, params)},
    }


def cases():
    sgd, adam, adamw = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
    base = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0}
    return [
        trajectory("sgd", "sgd", sgd, lr=0.1),
        trajectory("sgd_momentum", "sgd", sgd, lr=0.1, momentum=0.9),
        trajectory("sgd_nesterov", "sgd", sgd, lr=0.1, momentum=0.9, nesterov=True),
        trajectory("sgd_weight_decay", "sgd", sgd, lr=0.1, weight_decay=0.05),
        trajectory("sgd_dampening", "sgd", sgd, lr=0.1, momentum=0.9, dampening=0.3),
        trajectory("sgd_momentum_weight_decay", "sgd", sgd,
                   lr=0.1, momentum=0.9, weight_decay=0.05),
        trajectory("adam", "adam", adam, **base),
        trajectory("adam_betas", "adam", adam, **{**base, "lr": 0.01, "betas": (0.8, 0.95)}),
        trajectory("adam_epsilon", "adam", adam, **{**base, "lr": 0.01, "eps": 1e-6}),
        trajectory("adam_weight_decay", "adam", adam, **{**base, "lr": 0.01, "weight_decay": 0.1}),
        trajectory("adam_amsgrad", "adam", adam, **{**base, "lr": 0.01, "amsgrad": True}),
        trajectory("adamw", "adamw", adamw, **{**base, "weight_decay": 0.01}),
        trajectory("adamw_weight_decay", "adamw", adamw,
                   **{**base, "lr": 0.01, "weight_decay": 0.1}),
        trajectory("adamw_amsgrad", "adamw", adamw,
                   **{**base, "lr": 0.01, "weight_decay": 0.1, "amsgrad": True}),
        sparse_rows("adam_sparse_rows", TOUCHED, **base),
        sparse_rows("adam_sparse_rows_betas", TOUCHED,
                    **{**base, "lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-6}),
        sparse_rows("adam_sparse_rows_gaps", TOUCHED_WITH_GAPS, **{**base, "lr": 0.01}),
        clip_norm("clip_norm_above", 1.0, scale=3.0),
        clip_norm("clip_norm_below", 1.0, scale=0.01),
        clip_norm("clip_norm_far_above", 0.1, scale=1e6),
        clip_norm("clip_norm_l1", 1.0, norm_type=1.0),
        clip_norm("clip_norm_max", 0.5, norm_type=math.inf),
        clip_value("clip_value", 0.5),
        clip_value("clip_value_wide", 100.0),
    ]


def main():
    document = {"about": ABOUT, "made_by": MADE_BY, "cases": cases()}
    OUT.write_text(dump(document) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(document['cases'])} cases, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
