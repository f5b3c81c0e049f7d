"""Makes attention.json: attention by heads, by a small network and to pool, by PyTorch in float64.

    pip install "torch==2.9.*" && python attention.py
"""

import torch
from layers import case, random, write
from torch.func import functional_call
from torch.nn import functional as F

ABOUT = (
    "Attention in float64; see layers.py for the form of a case. Parameters have our names: the rows "
    "of query, key and value, one below the other, are PyTorch's in_proj_weight. Masks are 0 and 1, "
    "1 where a key is real; pairs are added to the scores. weights are those of each head."
)


def shape_of(parts, batch, heads):
    return parts.view(batch, -1, heads, parts.shape[-1] // heads).transpose(1, 2)


def rotated(x, base=10_000.0):
    """Rotary embedding as in LLaMA's published code: halves are paired."""
    half = x.shape[-1] // 2
    angles = torch.outer(
        torch.arange(x.shape[-2], dtype=x.dtype),
        base ** (-torch.arange(half, dtype=x.dtype) / half),
    )
    cos, sin = torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


def params_of(width, source, inner, narrow, bias):
    maps = {
        "query": (inner, width),
        "key": (narrow, source),
        "value": (narrow, source),
        "output": (width, inner),
    }
    params = {f"{name}.weight": random(*shape, scale=0.7) for name, shape in maps.items()}
    if bias:
        params |= {f"{name}.bias": random(shape[0], scale=0.5) for name, shape in maps.items()}
    return params


def by_module(params, config, query, memory, mask):
    """PyTorch's own layer, with its joint weights put together from ours."""
    width, source = config["features"], config["source"]
    module = torch.nn.MultiheadAttention(
        width, config["heads"], bias=config["bias"], kdim=source, vdim=source, batch_first=True
    )
    parts = ("query", "key", "value")
    theirs = {"out_proj.weight": params["output.weight"]}
    if width == source:
        theirs["in_proj_weight"] = torch.cat([params[f"{part}.weight"] for part in parts])
    else:
        theirs |= {f"{part[0]}_proj_weight": params[f"{part}.weight"] for part in parts}
    if config["bias"]:
        theirs["in_proj_bias"] = torch.cat([params[f"{part}.bias"] for part in parts])
        theirs["out_proj.bias"] = params["output.bias"]
    return functional_call(
        module, theirs, (query, memory, memory), {"attn_mask": mask, "average_attn_weights": False}
    )


def by_formula(params, config, query, memory, mask):
    """The formula, for what PyTorch's layer has not."""
    heads, key_heads, batch = config["heads"], config["key_heads"], query.shape[0]
    made = {
        name: F.linear(x, params[f"{name}.weight"], params.get(f"{name}.bias"))
        for name, x in (("query", query), ("key", memory), ("value", memory))
    }
    q = shape_of(made["query"], batch, heads)
    k, v = (shape_of(made[name], batch, key_heads) for name in ("key", "value"))
    if config["position"] == "rotary":
        q, k = rotated(q), rotated(k)
    k, v = (x.repeat_interleave(heads // key_heads, 1) for x in (k, v))
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5 + mask
    weights = scores.softmax(-1)
    found = (weights @ v).transpose(1, 2).flatten(2)
    return F.linear(found, params["output.weight"], params.get("output.bias")), weights


def multi_head(name, heads=2, key_heads=None, source=4, head_dim=None, keys=None, masked=False,
               pairs=False, causal=False, bias=True, position=None):
    """Self-attention where `keys` is None, else attention to a memory of so many steps."""
    batch, queries, width = 2, 3, 4
    key_heads, dim = key_heads or heads, head_dim or width // heads
    config = {
        "features": width, "source": source, "heads": heads, "key_heads": key_heads,
        "head_dim": dim, "bias": bias, "causal": causal, "position": position,
    }
    params = params_of(width, source, heads * dim, key_heads * dim, bias)
    given = {"query": random(batch, queries, width)}
    if keys:
        given["memory"] = random(batch, keys, source)
    keys = keys or queries
    mask = torch.zeros(batch, heads, queries, keys)
    if masked:
        given["keys"] = torch.ones(batch, keys)
        given["keys"][0, -1] = given["keys"][1, 0] = 0
        mask = mask.masked_fill(given["keys"][:, None, None] == 0, -torch.inf)
    if pairs:
        given["pairs"] = torch.randn(queries, keys)
        mask = mask + given["pairs"]
    if causal:
        later = torch.ones(queries, keys).triu(1 + keys - queries).bool()
        mask = mask.masked_fill(later, -torch.inf)
    if position == "alibi":
        slopes = 2.0 ** (-8 * torch.arange(1, heads + 1) / heads)
        distance = torch.arange(keys)[None] - torch.arange(keys - queries, keys)[:, None]
        mask = mask - slopes[:, None, None] * distance.abs()
    plain = key_heads == heads and head_dim is None and position is None
    run = by_module if plain else by_formula
    mask = mask.flatten(0, 1) if plain else mask
    output, weights = run(params, config, given["query"], given.get("memory", given["query"]), mask)
    return case(name, "multi_head", config, given, params, {"output": output, "weights": weights})


def additive(name, masked=False):
    params = {
        "query.weight": random(5, 3),
        "key.weight": random(5, 4),
        "score.weight": random(1, 5),
    }
    given = {"query": random(2, 2, 3), "key": random(2, 3, 4), "value": random(2, 3, 2)}
    query = F.linear(given["query"], params["query.weight"])
    key = F.linear(given["key"], params["key.weight"])
    scores = F.linear(torch.tanh(query[:, :, None] + key[:, None]), params["score.weight"])[..., 0]
    if masked:
        given["keys"] = torch.tensor([[1.0, 0.0, 1.0], [1.0, 1.0, 0.0]])
        scores = scores.masked_fill(given["keys"][:, None] == 0, -torch.inf)
    weights = scores.softmax(-1)
    outputs = {"output": weights @ given["value"], "weights": weights}
    return case(name, "additive", {}, given, params, outputs, ("output", "weights"))


def pool(name, masked=False):
    params = {
        "hidden.weight": random(5, 3),
        "hidden.bias": random(5),
        "context.weight": random(1, 5),
    }
    given = {"input": random(2, 4, 3)}
    hidden = torch.tanh(F.linear(given["input"], params["hidden.weight"], params["hidden.bias"]))
    scores = F.linear(hidden, params["context.weight"])[..., 0]
    if masked:
        given["keys"] = torch.tensor([[1.0, 0.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
        scores = scores.masked_fill(given["keys"] == 0, -torch.inf)
    weights = scores.softmax(-1)
    output = (weights[..., None] * given["input"]).sum(1)
    outputs = {"output": output, "weights": weights}
    return case(name, "pool", {}, given, params, outputs, ("output", "weights"))


def cases():
    return [
        multi_head("self"),
        multi_head("self_one_head_no_bias", heads=1, bias=False),
        multi_head("self_causal", causal=True),
        multi_head("self_masked_pairs", masked=True, pairs=True),
        multi_head("cross", keys=5),
        multi_head("cross_of_other_width", keys=5, source=6, masked=True),
        multi_head("cross_no_bias", keys=2, source=3, bias=False, pairs=True),
        multi_head("grouped", heads=4, key_heads=2, keys=5, causal=True),
        multi_head("one_key_head", heads=4, key_heads=1, masked=True),
        multi_head("wide_heads", heads=3, head_dim=2, keys=5),
        multi_head("rotary", heads=1, position="rotary", causal=True),
        multi_head("rotary_grouped", heads=4, key_heads=2, head_dim=6, position="rotary"),
        multi_head("alibi", heads=4, position="alibi", causal=True),
        multi_head("alibi_cross", heads=2, keys=5, position="alibi", masked=True),
        additive("additive"),
        additive("additive_masked", masked=True),
        pool("pool"),
        pool("pool_masked", masked=True),
    ]


if __name__ == "__main__":
    write(__file__, ABOUT, cases())
