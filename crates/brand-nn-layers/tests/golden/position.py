"""Makes position.json: what steps are told of their positions, by PyTorch in float64.

    pip install "torch==2.9.*" && python position.py
"""

import math

import torch
from layers import case, random, write

ABOUT = (
    "Positions in float64; see layers.py for the form of a case. Rotary embeddings turn the first "
    "dim numbers of [batch, heads, time, numbers] and leave the rest; alibi has no inputs, its "
    "output is [heads, queries, keys]."
)


def sine(name, time, features, base=10_000.0):
    x = random(2, time, features)
    waves = torch.zeros(time, features)
    position = torch.arange(time)[:, None].double()
    rate = torch.exp(torch.arange(0, features, 2).double() * (-math.log(base) / features))
    waves[:, 0::2] = torch.sin(position * rate)
    waves[:, 1::2] = torch.cos(position * rate[: features // 2])
    config = {"features": features, "base": base}
    return case(name, "sine", config, {"input": x}, {}, {"output": x + waves})


def learned(name, rows, time, features):
    x, params = random(2, time, features), {"weight": random(rows, features)}
    config = {"rows": rows, "features": features}
    output = x + params["weight"][torch.arange(time)]
    return case(name, "learned", config, {"input": x}, params, {"output": output})


def rotary(name, dim, numbers, neighbours, base=10_000.0):
    x = random(2, 2, 5, numbers)
    first, rest = x[..., :dim], x[..., dim:]
    pairs = [first[..., 0::2], first[..., 1::2]] if neighbours else list(first.chunk(2, -1))
    rate = base ** (-torch.arange(0, dim, 2).double() / dim)
    turn = torch.polar(torch.ones(5, dim // 2), torch.outer(torch.arange(5).double(), rate))
    turned = torch.complex(*pairs) * turn
    both = [turned.real, turned.imag]
    whole = torch.stack(both, -1).flatten(-2) if neighbours else torch.cat(both, -1)
    config = {"dim": dim, "neighbours": neighbours, "base": base}
    return case(name, "rotary", config, {"input": x}, {}, {"output": torch.cat([whole, rest], -1)})


def slopes(heads):
    """As in the authors' code."""
    def of_power(n):
        start = 2.0 ** -(2.0 ** -(math.log2(n) - 3))
        return [start * start**i for i in range(n)]

    below = 2 ** math.floor(math.log2(heads))
    if below == heads:
        return of_power(heads)
    return of_power(below) + slopes(2 * below)[0::2][: heads - below]


def alibi(name, heads, queries, keys):
    distance = torch.arange(keys)[None] - torch.arange(keys - queries, keys)[:, None]
    bias = -torch.tensor(slopes(heads))[:, None, None] * distance.abs()
    config = {"heads": heads, "queries": queries, "keys": keys}
    probe = random(1)
    return case(name, "alibi", config, {"probe": probe}, {}, {"output": bias * probe / probe.detach()})


def cases():
    return [
        sine("sine", 6, 8),
        sine("sine_odd_features", 4, 5, base=100.0),
        learned("learned", 6, 4, 3),
        learned("learned_all_rows", 3, 3, 2),
        rotary("rotary", 6, 6, False),
        rotary("rotary_neighbours", 6, 6, True, base=500.0),
        rotary("rotary_part", 2, 5, False),
        rotary("rotary_part_neighbours", 4, 6, True),
        alibi("alibi", 8, 3, 3),
        alibi("alibi_of_no_power", 12, 2, 5),
    ]


if __name__ == "__main__":
    write(__file__, ABOUT, cases())
