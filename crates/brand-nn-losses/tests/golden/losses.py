"""Makes losses.json: values and gradients of losses, by PyTorch in float64.

    pip install "torch==2.9.*" && python losses.py
"""

import json
import math
from pathlib import Path

import torch
from torch.nn import functional as F

OUT = Path(__file__).with_name("losses.json")
MADE_BY = f"losses.py, torch {torch.__version__.split('+')[0]}"
ABOUT = (
    "Losses in float64. A tensor is {shape, values}, row-major; a scalar has shape []. gradient is "
    "that of sum(output * seed_gradient) by inputs.input (predictions or logits); seed_gradient is "
    "1 for the reductions mean and sum. bce takes probabilities: PyTorch clamps both logarithms at "
    "-100 and divides by at least 1e-12 in the gradient. cross_entropy takes class numbers, its "
    "classes stand on the last axis; rows whose target is ignore_index count neither in the sum "
    "nor in the mean; with class weights the mean divides by the sum of the weights of the "
    "targets. cross_entropy_dense takes probabilities of the shape of the logits, and its mean "
    "divides by the number of rows, with class weights too. Label smoothing s mixes the target "
    "with s / classes, before the weights. Tiny losses are exact to about 1e-15 * (1 + |logit|) "
    "absolutely, not relatively."
)

torch.manual_seed(20260102)
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


REDUCTIONS = ("mean", "sum", "none")


def case(name, kind, config, inputs, function):
    """`function(input)` is the loss; `inputs` holds everything it looks at."""
    x = inputs["input"].requires_grad_()
    output = function(x)
    seed = torch.randn(output.shape) if config["reduction"] == "none" else torch.ones(())
    (gradient,) = torch.autograd.grad(output, x, seed)
    return {
        "name": name,
        "kind": kind,
        "config": config,
        "inputs": tensors({k: v for k, v in inputs.items() if v is not None}),
        "output": tensor(output),
        "seed_gradient": tensor(seed),
        "gradient": tensor(gradient),
    }


def mse(reduction, shape):
    x, target = torch.randn(shape), torch.randn(shape)
    name = f"mse_{reduction}_{len(shape)}d"
    return case(
        name, "mse", {"reduction": reduction}, {"input": x, "target": target},
        lambda x: F.mse_loss(x, target, reduction=reduction),
    )


def bce(name, reduction, x, target):
    return case(
        f"bce_{name}_{reduction}", "bce", {"reduction": reduction},
        {"input": x.clone(), "target": target},
        lambda x: F.binary_cross_entropy(x, target, reduction=reduction),
    )


def bce_logits(name, reduction, x, target, pos_weight=None):
    return case(
        f"bce_logits_{name}_{reduction}", "bce_with_logits", {"reduction": reduction},
        {"input": x.clone(), "target": target, "pos_weight": pos_weight},
        lambda x: F.binary_cross_entropy_with_logits(
            x, target, pos_weight=pos_weight, reduction=reduction
        ),
    )


def cross_entropy(name, reduction, x, target, weight=None, smoothing=0.0, ignore=-100):
    dense = target.is_floating_point()
    kind = "cross_entropy_dense" if dense else "cross_entropy"
    config = {"reduction": reduction, "label_smoothing": smoothing}
    if not dense:
        config["ignore_index"] = ignore

    def loss(x):
        flat = target if dense else target.reshape(-1)
        value = F.cross_entropy(
            x.reshape(-1, x.shape[-1]), flat, weight,
            ignore_index=ignore, reduction=reduction, label_smoothing=smoothing,
        )
        return value if reduction != "none" else value.reshape(x.shape[:-1])

    inputs = {"input": x.clone(), "target": target, "weight": weight}
    return case(f"{kind}_{name}_{reduction}", kind, config, inputs, loss)


EXTREME = [-1e4, -745.0, -100.0, -17.0, -1e-8, 0.0, 1e-8, 17.0, 100.0, 745.0, 1e4]


def mse_cases():
    return [mse(r, shape) for shape in [(7,), (4, 3)] for r in REDUCTIONS]


def bce_cases():
    inside, target = torch.rand(4, 3), torch.rand(4, 3)
    labels = (torch.rand(4, 3) > 0.5).double()
    edge = torch.tensor([0.0, 0.0, 1.0, 1.0, 1e-300, 1 - 1e-16, 0.5])
    edge_target = torch.tensor([0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.5])
    for r in REDUCTIONS:
        yield bce("labels", r, inside, labels)
        yield bce("soft_targets", r, inside, target)
        yield bce("at_0_and_1", r, edge, edge_target)


def bce_logits_cases():
    x, soft = torch.randn(4, 3) * 3, torch.rand(4, 3)
    labels = (torch.rand(4, 3) > 0.5).double()
    extreme = torch.tensor([EXTREME, EXTREME])
    both = torch.stack([torch.zeros(len(EXTREME)), torch.ones(len(EXTREME))])
    per_class, one = torch.tensor([0.5, 2.0, 7.0]), torch.tensor([3.0])
    for r in REDUCTIONS:
        yield bce_logits("labels", r, x, labels)
        yield bce_logits("soft_targets", r, x, soft)
        yield bce_logits("extreme", r, extreme, both)
        yield bce_logits("pos_weight", r, x, labels, per_class)
        yield bce_logits("pos_weight_soft_targets", r, x, soft, per_class)
        yield bce_logits("pos_weight_extreme", r, extreme, both, one)


def extreme_logits():
    rows = [
        [1e4, -1e4, 0.0, 1.0],
        [-1e4, 1e4, 0.0, 1.0],
        [1e4, 1e4, 1e4, 1e4],
        [-1e4, -1e4, -1e4, -1e4],
        [1e4, 1e4 - 1, 0.0, -1e4],
        [-1e4, -1e4 + 2, -1e4, -1e4 - 1],
        [0.0, 0.0, 0.0, 0.0],
    ]
    return torch.tensor(rows), torch.tensor([0, 0, 3, 1, 1, 2, 2])


def cross_entropy_cases():
    x, target = torch.randn(6, 4) * 2, torch.tensor([1, 0, 3, 3, 2, 0])
    gaps = torch.tensor([1, -100, 3, -100, 2, 0])
    zero_ignored = torch.tensor([1, 0, 3, 3, 2, 0])
    x3, target3 = torch.randn(2, 3, 5), torch.tensor([[4, 0, 1], [2, 2, 3]])
    gaps3 = torch.tensor([[4, -100, 1], [-100, 2, 3]])
    one, one_target = torch.randn(1, 2), torch.tensor([1])
    weight, weight3 = torch.tensor([0.2, 1.0, 3.0, 0.7]), torch.rand(5) + 0.1
    wild, wild_target = extreme_logits()
    for r in REDUCTIONS:
        yield cross_entropy("plain", r, x, target)
        yield cross_entropy("one_row", r, one, one_target)
        yield cross_entropy("extreme", r, wild, wild_target)
        yield cross_entropy("smoothing", r, x, target, smoothing=0.1)
        yield cross_entropy("smoothing_extreme", r, wild, wild_target, smoothing=0.1)
        yield cross_entropy("weight", r, x, target, weight)
        yield cross_entropy("weight_smoothing", r, x, target, weight, 0.1)
        yield cross_entropy("ignore", r, x, gaps)
        yield cross_entropy("ignore_0", r, x, zero_ignored, ignore=0)
        yield cross_entropy("ignore_weight", r, x, gaps, weight)
        yield cross_entropy("ignore_weight_smoothing", r, x, gaps, weight, 0.1)
        yield cross_entropy("3d", r, x3, target3)
        yield cross_entropy("3d_ignore_weight_smoothing", r, x3, gaps3, weight3, 0.1)


def dense_cases():
    x = torch.randn(5, 4) * 2
    target = torch.softmax(torch.randn(5, 4) * 2, -1)
    one_hot = F.one_hot(torch.tensor([3, 0, 1, 1, 2]), 4).double()
    wild, wild_target = extreme_logits()
    wild_target = 0.9 * F.one_hot(wild_target, 4).double() + 0.025
    weight = torch.tensor([0.2, 1.0, 3.0, 0.7])
    for r in REDUCTIONS:
        yield cross_entropy("plain", r, x, target)
        yield cross_entropy("one_hot", r, x, one_hot)
        yield cross_entropy("smoothing", r, x, target, smoothing=0.1)
        yield cross_entropy("weight", r, x, target, weight)
        yield cross_entropy("weight_smoothing", r, x, target, weight, 0.1)
        yield cross_entropy("extreme", r, wild, wild_target)


def cases():
    return [
        *mse_cases(),
        *bce_cases(),
        *bce_logits_cases(),
        *cross_entropy_cases(),
        *dense_cases(),
    ]


def main():
    document = {"about": ABOUT, "made_by": MADE_BY, "cases": cases()}
    OUT.write_text(dump(document) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(document['cases'])} cases, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
