"""Makes transformer.json: layers and stacks of transformers, by PyTorch in float64.

    pip install "torch==2.9.*" && python transformer.py
"""

import torch
from layers import case, random, write
from torch.func import functional_call

ABOUT = (
    "Layers and stacks of transformers in float64; see layers.py for the form of a case. Parameters "
    "have our names: self_attention and cross_attention are PyTorch's self_attn and multihead_attn, "
    "whose in_proj_weight is the rows of query, key and value one below the other. Masks are 0 and "
    "1, 1 where a step is real. There is no dropout."
)

WIDTH, HEADS, HIDDEN = 4, 2, 6
NAMES = {"self_attention": "self_attn", "cross_attention": "multihead_attn", "output": "out_proj"}


def layer_params(prefix, attentions, norms, bias):
    maps = {"linear1": (HIDDEN, WIDTH), "linear2": (WIDTH, HIDDEN)}
    for attention in attentions:
        parts = ("query", "key", "value", "output")
        maps |= {f"{attention}.{part}": (WIDTH, WIDTH) for part in parts}
    params = {}
    for name, shape in maps.items():
        params[f"{prefix}{name}.weight"] = random(*shape, scale=0.7)
        if bias:
            params[f"{prefix}{name}.bias"] = random(shape[0], scale=0.5)
    for norm in norms:
        params |= norm_params(f"{prefix}{norm}", bias)
    return params


def norm_params(name, bias):
    params = {f"{name}.weight": random(WIDTH)}
    return params | {f"{name}.bias": random(WIDTH)} if bias else params


def theirs(params):
    """Our parameters under PyTorch's names, queries, keys and values joined."""
    named = {}
    for name, value in params.items():
        *path, part, leaf = name.split(".")
        path = [NAMES.get(step, step) for step in path]
        if part in ("query", "key", "value"):
            named.setdefault(".".join([*path, f"in_proj_{leaf}"]), []).append(value)
        else:
            named[".".join([*path, NAMES.get(part, part), leaf])] = value
    return {
        name: torch.cat(value) if isinstance(value, list) else value for name, value in named.items()
    }


def options(config):
    names = ("activation", "norm_first", "bias")
    return {
        "dropout": 0.0, "batch_first": True, "layer_norm_eps": config["epsilon"],
        **{name: config[name] for name in names},
    }


def make_config(activation="relu", norm_first=False, bias=True, epsilon=1e-5, causal=False):
    return {
        "features": WIDTH, "heads": HEADS, "hidden": HIDDEN, "activation": activation,
        "norm_first": norm_first, "bias": bias, "epsilon": epsilon, "causal": causal,
    }


def causal_mask(time):
    return torch.ones(time, time).triu(1).bool()


def encoder(name, depth=None, masked=False, **settings):
    config = make_config(**settings)
    module = torch.nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, **options(config))
    of = lambda prefix: layer_params(prefix, ["self_attention"], ["norm1", "norm2"], config["bias"])
    given, kwargs = {"input": random(2, 3, WIDTH)}, {}
    if depth:
        norm = torch.nn.LayerNorm(WIDTH, config["epsilon"])
        module = torch.nn.TransformerEncoder(module, depth, norm, enable_nested_tensor=False)
        params = {k: v for i in range(depth) for k, v in of(f"layers.{i}.").items()}
        params |= norm_params("norm", True)
        config["depth"] = depth
    else:
        params = of("")
    if masked:
        given["real"] = torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
        kwargs["src_key_padding_mask"] = given["real"] == 0
    if config["causal"]:
        kwargs["mask" if depth else "src_mask"] = causal_mask(3)
    output = functional_call(module, theirs(params), (given["input"],), kwargs)
    return case(name, "encoder", config, given, params, {"output": output})


def decoder(name, depth=None, masked=False, **settings):
    config = make_config(**settings)
    module = torch.nn.TransformerDecoderLayer(WIDTH, HEADS, HIDDEN, **options(config))
    attentions, norms = ["self_attention", "cross_attention"], ["norm1", "norm2", "norm3"]
    of = lambda prefix: layer_params(prefix, attentions, norms, config["bias"])
    given, kwargs = {"input": random(2, 3, WIDTH), "memory": random(2, 4, WIDTH)}, {}
    if depth:
        module = torch.nn.TransformerDecoder(module, depth)
        params = {k: v for i in range(depth) for k, v in of(f"layers.{i}.").items()}
        config["depth"] = depth
    else:
        params = of("")
    if masked:
        given["real"] = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
        given["memory_real"] = torch.tensor([[1.0, 1.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]])
        kwargs["tgt_key_padding_mask"] = given["real"] == 0
        kwargs["memory_key_padding_mask"] = given["memory_real"] == 0
    if config["causal"]:
        kwargs["tgt_mask"] = causal_mask(3)
    inputs = (given["input"], given["memory"])
    output = functional_call(module, theirs(params), inputs, kwargs)
    return case(name, "decoder", config, given, params, {"output": output})


def cases():
    return [
        encoder("encoder_layer"),
        encoder("encoder_layer_norm_first", norm_first=True, activation="gelu", epsilon=1e-3),
        encoder("encoder_layer_masked", masked=True),
        encoder("encoder_layer_causal_no_bias", causal=True, bias=False, norm_first=True),
        encoder("encoder", depth=2, masked=True, norm_first=True),
        decoder("decoder_layer"),
        decoder("decoder_layer_causal", causal=True, activation="gelu", epsilon=1e-3),
        decoder("decoder_layer_norm_first_masked", norm_first=True, masked=True),
        decoder("decoder_layer_no_bias", bias=False, causal=True, masked=True),
        decoder("decoder", depth=2, causal=True, masked=True),
    ]


if __name__ == "__main__":
    write(__file__, ABOUT, cases())
