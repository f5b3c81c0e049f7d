"""Makes functions.json: activations, gates and bags of embeddings, by PyTorch in float64.

    pip install "torch==2.9.*" && python functions.py
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from layers import MADE_BY, POINTS, case, dump, random

OUT = Path(__file__).with_name("functions.json")
ABOUT = (
    "Activations by name, gates, feed-forward blocks and bags of embeddings in float64, as "
    "layers.json. Points lie on both sides of all kinks; those at kinks are left out."
)

ACTIVATIONS = {
    "linear": lambda x: x * 1.0,
    "relu": F.relu,
    "relu6": F.relu6,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "celu": F.celu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "silu": F.silu,
    "mish": F.mish,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "squareplus": lambda x: (x + torch.sqrt(x * x + 4)) / 2,
    "sigmoid": torch.sigmoid,
    "log_sigmoid": F.logsigmoid,
    "hard_sigmoid": lambda x: F.relu6(x + 3) / 6,
    "hard_swish": lambda x: x * F.relu6(x + 3) / 6,
    "hard_tanh": F.hardtanh,
    "tanh": torch.tanh,
    "tanh_shrink": F.tanhshrink,
    "soft_shrink": F.softshrink,
    "hard_shrink": F.hardshrink,
    "exp": torch.exp,
    "squared_relu": lambda x: F.relu(x) ** 2,
    "sine": torch.sin,
    "softmax": lambda x: F.softmax(x, -1),
    "log_softmax": lambda x: F.log_softmax(x, -1),
    "softmin": lambda x: F.softmin(x, -1),
}
KINKS = {-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0}


def activation(name, function):
    points = [p for p in POINTS if p not in KINKS and abs(p) <= 100]
    x = torch.tensor([points, list(reversed(points))], requires_grad=True)
    return case(name, "activation", {"name": name}, {"input": x}, {}, {"output": function(x)})


def prelu(name, slopes):
    x, weight = random(2, 3, 4), random(slopes)
    y = F.prelu(x, weight)
    config = {"slopes": slopes}
    return case(name, "prelu", config, {"input": x}, {"weight": weight}, {"output": y})


def glu(name, axis):
    x = random(2, 4, 6)
    return case(name, "glu", {"axis": axis}, {"input": x}, {}, {"output": F.glu(x, axis)})


def feed_forward(name, function):
    linear1, linear2, x = nn.Linear(4, 6), nn.Linear(6, 4), random(2, 3, 4)
    params = {f"{part}.{key}": value for part, module in [("linear1", linear1), ("linear2", linear2)]
              for key, value in module.named_parameters()}
    y = linear2(ACTIVATIONS[function](linear1(x)))
    return case(name, "feed_forward", {"activation": function}, {"input": x}, params, {"output": y})


def gated(name, function):
    x = random(2, 3, 4)
    gate, up, down = random(6, 4), random(6, 4), random(4, 6)
    y = (ACTIVATIONS[function](x @ gate.T) * (x @ up.T)) @ down.T
    params = {"gate_proj.weight": gate, "up_proj.weight": up, "down_proj.weight": down}
    config = {"activation": function}
    return case(name, "gated_feed_forward", config, {"input": x}, params, {"output": y})


def bag(name, mode, ids, offsets=None, padding=None):
    weight, ids = random(6, 3), torch.tensor(ids)
    inputs = {"ids": ids}
    if offsets is not None:
        inputs["offsets"] = torch.tensor(offsets)
    y = F.embedding_bag(ids, weight, inputs.get("offsets"), mode=mode, padding_idx=padding)
    config = {"mode": mode, "padding": padding}
    return case(name, "embedding_bag", config, inputs, {"weight": weight}, {"output": y})


def cases():
    lists = [[1, 4, 1, 0], [2, 0, 0, 0], [0, 0, 0, 0], [5, 3, 2, 4]]
    flat, offsets = [1, 4, 1, 2, 5, 3, 2], [0, 3, 3, 4]
    modes = ["sum", "mean", "max"]
    return [
        *(activation(*entry) for entry in ACTIVATIONS.items()),
        prelu("prelu_one", 1),
        prelu("prelu_channels", 3),
        glu("glu_last", -1),
        glu("glu_channels", 1),
        feed_forward("feed_forward_gelu", "gelu"),
        feed_forward("feed_forward_relu", "relu"),
        gated("swiglu", "silu"),
        gated("geglu", "gelu"),
        *(bag(f"bag_{mode}_lists", mode, lists, padding=0) for mode in modes),
        *(bag(f"bag_{mode}_full", mode, lists) for mode in modes),
        *(bag(f"bag_{mode}_offsets", mode, flat, offsets) for mode in modes),
    ]


def main():
    torch.manual_seed(20260103)
    made_by = MADE_BY.replace("layers.py", "functions.py")
    document = {"about": ABOUT, "made_by": made_by, "cases": cases()}
    OUT.write_text(dump(document) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(document['cases'])} cases, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
