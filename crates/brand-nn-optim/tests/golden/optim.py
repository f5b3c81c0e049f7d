"""Makes optim.json: trajectories of optimizers and clipped gradients, by PyTorch in float64.

Lion, LAMB, FTRL, LazyAdam and adaptive clipping, which PyTorch lacks, are written out from their
papers in numpy.

    pip install "torch==2.9.*" numpy && python optim.py
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
from torch.optim import swa_utils

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


def mapped(name, kind, step, **settings):
    """Ten steps of `step(weight, gradient, memory, number)`, written in numpy."""
    start = draw()
    values = {k: v.numpy().copy() for k, v in start.items()}
    memory = {k: {} for k in values}
    steps = []
    for number_ in range(STEPS):
        gradients = draw(scale=10.0 ** ((number_ % 4) - 2))
        for key in values:
            values[key] = step(values[key], gradients[key].numpy(), memory[key], number_ + 1)
        after = {k: torch.from_numpy(np.array(v)) for k, v in values.items()}
        steps.append({"gradients": tensors(gradients), "params": tensors(after)})
    return {
        "name": name, "kind": kind, "config": spelled(settings),
        "start": tensors(start), "steps": steps,
    }


def lion(name, lr, betas, weight_decay):
    def step(w, g, memory, _):
        m = memory.get("m", np.zeros_like(w))
        update = np.sign(betas[0] * m + (1 - betas[0]) * g) + weight_decay * w
        memory["m"] = betas[1] * m + (1 - betas[1]) * g
        return w - lr * update

    return mapped(name, "lion", step, lr=lr, betas=betas, weight_decay=weight_decay)


def lamb(name, lr, betas, eps, weight_decay):
    def step(w, g, memory, t):
        memory["m"] = betas[0] * memory.get("m", 0.0) + (1 - betas[0]) * g
        memory["v"] = betas[1] * memory.get("v", 0.0) + (1 - betas[1]) * g**2
        m, v = memory["m"] / (1 - betas[0] ** t), memory["v"] / (1 - betas[1] ** t)
        r = m / (np.sqrt(v) + eps) + weight_decay * w
        return w - lr * np.linalg.norm(w) / np.linalg.norm(r) * r

    return mapped(name, "lamb", step, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)


def ftrl(name, lr, l1, l2, beta):
    def step(w, g, memory, _):
        n, z = memory.get("n", np.zeros_like(w)), memory.get("z", np.zeros_like(w))
        sigma = (np.sqrt(n + g**2) - np.sqrt(n)) / lr
        memory["n"], memory["z"] = n + g**2, z + g - sigma * w
        n, z = memory["n"], memory["z"]
        proximal = -(z - np.sign(z) * l1) / ((beta + np.sqrt(n)) / lr + l2)
        return np.where(np.abs(z) <= l1, 0.0, proximal)

    return mapped(name, "ftrl", step, lr=lr, l1=l1, l2=l2, beta=beta)


def muon(name, **settings):
    """PyTorch's Muon, which takes matrices only, without its rounding to bfloat16."""
    rounding = torch.Tensor.bfloat16
    torch.Tensor.bfloat16 = lambda self: self.clone()
    try:
        tall, wide = (torch.randn(s).requires_grad_() for s in [(5, 3), (3, 4)])
        params = {"a": tall, "b": wide}
        start = tensors(params)
        optimizer = torch.optim.Muon(list(params.values()), **settings)
        steps = []
        for step in range(STEPS):
            scale = 10.0 ** ((step % 4) - 2)
            gradients = {k: torch.randn(p.shape) * scale for k, p in params.items()}
            for key, param in params.items():
                param.grad = gradients[key].clone()
            optimizer.step()
            steps.append({"gradients": tensors(gradients), "params": tensors(params)})
    finally:
        torch.Tensor.bfloat16 = rounding
    return {
        "name": name, "kind": "muon", "config": spelled(settings),
        "start": start, "steps": steps,
    }


def lazy_adam(name, touched, lr, betas, eps):
    start = torch.randn(6, 3)
    w, m, v = start.numpy().copy(), np.zeros((6, 3)), np.zeros((6, 3))
    steps = []
    for t, ids in enumerate(touched, 1):
        ids = np.array(ids, dtype=np.int64)
        values = torch.randn(len(ids), 3)
        g = np.zeros((6, 3))
        np.add.at(g, ids, values.numpy())
        for row in sorted(set(ids.tolist())):
            m[row] = betas[0] * m[row] + (1 - betas[0]) * g[row]
            v[row] = betas[1] * v[row] + (1 - betas[1]) * g[row] ** 2
            spread = np.sqrt(v[row] / (1 - betas[1] ** t)) + eps
            w[row] -= lr * m[row] / (1 - betas[0] ** t) / spread
        ids, after = torch.from_numpy(ids), torch.from_numpy(w.copy())
        steps.append({"ids": tensor(ids), "values": tensor(values), "params": tensor(after)})
    return {
        "name": name, "kind": "lazy_adam",
        "config": spelled({"lr": lr, "betas": betas, "eps": eps}),
        "start": tensor(start), "steps": steps,
    }


def clip_adaptive(name, limit, scale):
    weights, gradients = draw(), draw(scale)
    clipped = {}
    for key, g in gradients.items():
        axes = tuple(range(1, g.ndim)) or (0,)
        norm = lambda t: np.sqrt((t.numpy() ** 2).sum(axes, keepdims=True))
        most = limit * np.maximum(norm(weights[key]), 1e-3)
        factor = np.where(norm(g) > most, most / np.maximum(norm(g), 1e-6), 1.0)
        clipped[key] = torch.from_numpy(g.numpy() * factor)
    return {
        "name": name, "kind": "clip_adaptive", "config": {"limit": limit},
        "weights": tensors(weights), "gradients": tensors(gradients), "clipped": tensors(clipped),
    }


def average(name, decay=None):
    model = torch.nn.Linear(3, 2)
    function = swa_utils.get_swa_avg_fn() if decay is None else swa_utils.get_ema_avg_fn(decay)
    averaged = swa_utils.AveragedModel(model, avg_fn=function)
    steps = []
    for _ in range(STEPS):
        with torch.no_grad():
            model.weight.copy_(torch.randn(2, 3))
        averaged.update_parameters(model)
        steps.append({"weight": tensor(model.weight), "average": tensor(averaged.module.weight)})
    return {"name": name, "kind": "average", "config": {"decay": decay}, "points": steps}


CURVATURE = torch.tensor([1.0, 10.0, 100.0, 0.5])


def valley(x):
    return (CURVATURE / 2 * (x - 1) ** 2 + x**4 / 4).sum()


def lbfgs(name, **settings):
    x = torch.tensor([3.0, -2.0, 0.5, 4.0], requires_grad=True)
    start = tensor(x)
    optimizer = torch.optim.LBFGS([x], **settings)

    def closure():
        optimizer.zero_grad()
        loss = valley(x)
        loss.backward()
        return loss

    points = []
    for _ in range(5):
        loss = optimizer.step(closure)
        points.append({"loss": loss.item(), "x": tensor(x)})
    config = {k: v for k, v in spelled(settings).items() if k != "line_search_fn"}
    config["wolfe"] = "line_search_fn" in settings
    return {
        "name": name, "kind": "lbfgs", "config": config, "curvature": tensor(CURVATURE),
        "start_x": start, "points": points,
    }


def sam(name, lr, momentum, radius, adaptive):
    """Foret et al. 2021; the adaptive form scales by |w| (Kwon et al. 2021)."""
    x = torch.tensor([3.0, -2.0, 0.5, 4.0], requires_grad=True)
    start = tensor(x)
    optimizer = torch.optim.SGD([x], lr=lr, momentum=momentum, foreach=False)
    points = []
    for _ in range(STEPS):
        (g,) = torch.autograd.grad(valley(x), x)
        size = x.detach().abs() if adaptive else torch.ones_like(g)
        shift = radius * size**2 * g / ((size * g).norm() + 1e-12)
        (x.grad,) = torch.autograd.grad(valley(x + shift), x)
        optimizer.step()
        points.append({"x": tensor(x)})
    return {
        "name": name, "kind": "sam",
        "config": {"learning_rate": lr, "momentum": momentum, "radius": radius,
                   "adaptive": adaptive},
        "curvature": tensor(CURVATURE), "start_x": start, "points": points,
    }


def more_cases():
    torch_ = torch.optim
    wolfe = {"line_search_fn": "strong_wolfe"}
    return [
        trajectory("nadam", "nadam", torch_.NAdam, lr=0.01),
        trajectory("nadam_all", "nadam", torch_.NAdam, lr=0.02, betas=(0.8, 0.95), eps=1e-6,
                   weight_decay=0.1, momentum_decay=0.1),
        trajectory("radam", "radam", torch_.RAdam, lr=0.01),
        trajectory("radam_all", "radam", torch_.RAdam, lr=0.02, betas=(0.8, 0.9), eps=1e-6,
                   weight_decay=0.1),
        trajectory("adamax", "adamax", torch_.Adamax, lr=0.01),
        trajectory("adamax_all", "adamax", torch_.Adamax, lr=0.02, betas=(0.8, 0.95), eps=1e-6,
                   weight_decay=0.1),
        trajectory("rmsprop", "rmsprop", torch_.RMSprop, lr=0.01),
        trajectory("rmsprop_all", "rmsprop", torch_.RMSprop, lr=0.01, alpha=0.9, eps=1e-6,
                   weight_decay=0.1, momentum=0.9, centered=True),
        trajectory("adagrad", "adagrad", torch_.Adagrad, lr=0.1),
        trajectory("adagrad_all", "adagrad", torch_.Adagrad, lr=0.1, lr_decay=0.1,
                   weight_decay=0.1, initial_accumulator_value=0.5, eps=1e-6),
        trajectory("adadelta", "adadelta", torch_.Adadelta, lr=1.0),
        trajectory("adadelta_all", "adadelta", torch_.Adadelta, lr=0.5, rho=0.8, eps=1e-4,
                   weight_decay=0.1),
        trajectory("adafactor", "adafactor", torch_.Adafactor, lr=0.1),
        trajectory("adafactor_all", "adafactor", torch_.Adafactor, lr=0.5, beta2_decay=-0.5,
                   eps=(None, 0.01), d=1.5, weight_decay=0.1),
        muon("muon", lr=0.02),
        muon("muon_all", lr=0.02, momentum=0.8, weight_decay=0.2, nesterov=False,
             adjust_lr_fn="match_rms_adamw"),
        lion("lion", 0.01, (0.9, 0.99), 0.0),
        lion("lion_all", 0.02, (0.8, 0.95), 0.1),
        lamb("lamb", 0.01, (0.9, 0.999), 1e-6, 0.0),
        lamb("lamb_all", 0.02, (0.8, 0.95), 1e-4, 0.1),
        ftrl("ftrl", 0.1, 0.0, 0.0, 1.0),
        ftrl("ftrl_all", 0.5, 0.7, 0.3, 0.5),
        lazy_adam("lazy_adam", TOUCHED, 0.01, (0.9, 0.999), 1e-8),
        lazy_adam("lazy_adam_gaps", TOUCHED_WITH_GAPS, 0.05, (0.8, 0.95), 1e-6),
        clip_adaptive("clip_adaptive", 0.01, 1.0),
        clip_adaptive("clip_adaptive_wide", 1.0, 0.5),
        average("ema", 0.9),
        average("swa"),
        lbfgs("lbfgs_wolfe", max_iter=3, history_size=2, **wolfe),
        lbfgs("lbfgs_wolfe_long", max_iter=20, **wolfe),
        lbfgs("lbfgs_fixed", lr=0.5, max_iter=2),
        sam("sam", 0.005, 0.0, 0.05, False),
        sam("sam_adaptive_momentum", 0.002, 0.9, 0.5, True),
    ]


def main():
    document = {"about": ABOUT, "made_by": MADE_BY, "cases": cases() + more_cases()}
    OUT.write_text(dump(document) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(document['cases'])} cases, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
