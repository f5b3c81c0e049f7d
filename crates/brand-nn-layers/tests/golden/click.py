"""Makes click.json: pieces of models that predict clicks, by PyTorch in float64.

    pip install "torch==2.9.*" && python click.py
"""

import torch
from layers import case, random, write
from torch.nn import functional as F

ABOUT = (
    "Factorization machines, cross networks and attention to a candidate in float64; see layers.py "
    "for the form of a case. real is 1 where a behaviour is real."
)


def machine(name, fields, dim, pooled=True):
    x = random(3, fields, dim)
    pairs = torch.combinations(torch.arange(fields))
    products = (x[:, pairs[:, 0]] * x[:, pairs[:, 1]]).sum(1)
    output = products.sum(-1, keepdim=True) if pooled else products
    config = {"pooled": pooled}
    return case(name, "machine", config, {"input": x}, {}, {"output": output})


def cross(name, features, depth, rank=None):
    params, start = {}, random(3, features)
    x = start
    for layer in range(depth):
        linear = f"layers.{layer}.linear"
        weight = params[f"{linear}.weight"] = random(features, rank or features)
        if rank:
            narrow = params[f"layers.{layer}.narrow.weight"] = random(rank, features)
            weight = weight @ narrow
        bias = params[f"{linear}.bias"] = random(features)
        x = start * (x @ weight.T + bias) + x
    config = {"features": features, "depth": depth, "rank": rank}
    return case(name, "cross", config, {"input": start}, params, {"output": x})


def target(name, hidden, softmax=False, masked=False):
    dim, params = 3, {}
    given = {"behaviours": random(2, 4, dim), "candidate": random(2, dim)}
    steps = given["behaviours"]
    seen = given["candidate"][:, None].expand_as(steps)
    x = torch.cat([seen, steps, seen - steps, seen * steps], -1)
    for layer, units in enumerate(hidden):
        params[f"layers.{layer}.weight"] = random(units, x.shape[-1])
        params[f"layers.{layer}.bias"] = random(units)
        linear = F.linear(x, params[f"layers.{layer}.weight"], params[f"layers.{layer}.bias"])
        x = torch.sigmoid(linear)
    params["score.weight"], params["score.bias"] = random(1, x.shape[-1]), random(1)
    weights = F.linear(x, params["score.weight"], params["score.bias"])[..., 0]
    if masked:
        given["real"] = torch.tensor([[1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 1.0]])
        weights = weights.masked_fill(given["real"] == 0, -torch.inf if softmax else 0.0)
    weights = weights.softmax(-1) if softmax else weights
    outputs = {"output": (weights[..., None] * steps).sum(1), "weights": weights}
    config = {"dim": dim, "hidden": hidden, "softmax": softmax}
    return case(name, "target", config, given, params, outputs)


def cases():
    return [
        machine("machine", 5, 3),
        machine("machine_not_pooled", 4, 3, pooled=False),
        machine("machine_of_one_field", 1, 2),
        cross("cross_one", 4, 1),
        cross("cross_three", 4, 3),
        cross("cross_low_rank", 5, 2, rank=2),
        target("target", [5, 4]),
        target("target_masked", [5], masked=True),
        target("target_shares_masked", [5], softmax=True, masked=True),
        target("target_without_hidden", []),
    ]


if __name__ == "__main__":
    write(__file__, ABOUT, cases())
