"""Makes layers.json: values and gradients of layers and activations, by PyTorch in float64.

    pip install "torch==2.9.*" && python layers.py
"""

import json
import math
from pathlib import Path

import torch
from torch.nn import functional as F

ABOUT = (
    "Layers and activations in float64. A tensor is {shape, values}, row-major. In every case the "
    "loss is the sum over the outputs named in seed_gradient of sum(output * seed_gradient); "
    "gradients holds its gradient by every param and every float input. LSTM: inputs are "
    "[batch, time, input]; gates i f g o stand in that order in the rows of weight_ih_l0 [4H, in] "
    "and weight_hh_l0 [4H, H]; h0, c0, h_n, c_n are [batch, H]; where h0 and c0 are absent they "
    "are zero; outputs.output is the whole sequence [batch, time, H], or the last step [batch, H] "
    "where config.return_sequences is false. Activations: kinks have PyTorch's slopes (relu 0 at "
    "0, elu and selu that of the left side at 0, ...); softplus is PyTorch's with threshold 20, "
    "i.e. x itself above 20; gelu is written with erf, so far to the left it is exactly -0; "
    "hardsigmoid is relu6(x + 3) / 6, since the slope of PyTorch's own has only the precision of "
    "float32. Points far to the left are exact to about 1e-15 absolutely, not relatively."
)

torch.manual_seed(20260101)
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


def random(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).requires_grad_()


def case(name, kind, config, inputs, params, outputs, seeded=("output",)):
    """Seeds the outputs named in `seeded`, walks back, and packs everything into one record."""
    seeds = {key: torch.randn(outputs[key].shape) for key in seeded}
    loss = sum((outputs[key] * seed).sum() for key, seed in seeds.items())
    leaves = {k: v for k, v in {**params, **inputs}.items() if v.requires_grad}
    gradients = dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values()))))
    return {
        "name": name,
        "kind": kind,
        "config": config,
        "inputs": tensors(inputs),
        "params": tensors(params),
        "outputs": tensors(outputs),
        "seed_gradient": tensors(seeds),
        "gradients": tensors(gradients),
    }


def linear(name, shape, out_features, bias):
    params = {"weight": random(out_features, shape[-1])}
    if bias:
        params["bias"] = random(out_features)
    x = random(*shape)
    y = F.linear(x, params["weight"], params.get("bias"))
    config = {"in_features": shape[-1], "out_features": out_features, "bias": bias}
    return case(name, "linear", config, {"input": x}, params, {"output": y})


def embedding(name, ids, rows, width):
    weight, ids = random(rows, width), torch.tensor(ids)
    config = {"num_embeddings": rows, "embedding_dim": width}
    outputs = {"output": F.embedding(ids, weight)}
    return case(name, "embedding", config, {"ids": ids}, {"weight": weight}, outputs)


def lstm(name, batch, time, inputs, hidden, state=False, sequences=True, seed_state=False):
    module = torch.nn.LSTM(inputs, hidden, batch_first=True)
    params = dict(module.named_parameters())
    given = {"input": random(batch, time, inputs)}
    start = None
    if state:
        given["h0"], given["c0"] = random(batch, hidden), random(batch, hidden)
        start = (given["h0"].unsqueeze(0), given["c0"].unsqueeze(0))
    sequence, (h_n, c_n) = module(given["input"], start)
    output = sequence if sequences else sequence[:, -1]
    outputs = {"output": output, "h_n": h_n[0], "c_n": c_n[0]}
    config = {
        "input_size": inputs,
        "hidden_size": hidden,
        "return_sequences": sequences,
        "initial_state": state,
    }
    seeded = ("output", "h_n", "c_n") if seed_state else ("output",)
    return case(name, "lstm", config, given, params, outputs, seeded)


HALF = [1e-8, 0.1, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.5, 20.0, 100.0, 1e4]
POINTS = [-v for v in reversed(HALF)] + [0.0] + HALF

ACTIVATIONS = {
    "relu": ({}, F.relu),
    "leaky_relu": ({"slope": 0.01}, lambda x: F.leaky_relu(x, 0.01)),
    "elu": ({"alpha": 1.0}, F.elu),
    "selu": ({}, F.selu),
    "gelu": ({"approximate": "none"}, F.gelu),
    "gelu_tanh": ({"approximate": "tanh"}, lambda x: F.gelu(x, approximate="tanh")),
    "silu": ({}, F.silu),
    "sigmoid": ({}, torch.sigmoid),
    "tanh": ({}, torch.tanh),
    "softplus": ({}, F.softplus),
    "softsign": ({}, F.softsign),
    "hardsigmoid": ({}, lambda x: F.relu6(x + 3) / 6),
    "hardswish": ({}, F.hardswish),
    "mish": ({}, F.mish),
}


def activation(kind, config, function):
    """An elementwise activation; its seed is one, so gradients.input is the slope at each point."""
    x = torch.tensor(POINTS, requires_grad=True)
    y = function(x)
    ones = torch.ones_like(y)
    (slope,) = torch.autograd.grad(y, x, ones)
    return {
        "name": kind,
        "kind": kind,
        "config": config,
        "inputs": {"input": tensor(x)},
        "params": {},
        "outputs": {"output": tensor(y)},
        "seed_gradient": {"output": tensor(ones)},
        "gradients": {"input": tensor(slope)},
    }


def along_axis(name, kind, x, axis):
    function = {"softmax": torch.softmax, "log_softmax": torch.log_softmax}[kind]
    return case(name, kind, {"axis": axis}, {"input": x}, {}, {"output": function(x, axis)})


def softmaxes():
    for kind in ("softmax", "log_softmax"):
        yield along_axis(f"{kind}_matrix", kind, random(4, 6, scale=2.0), -1)
        yield along_axis(f"{kind}_axis_0", kind, random(4, 6, scale=2.0), 0)
        yield along_axis(f"{kind}_axis_1_of_3", kind, random(2, 5, 3, scale=2.0), 1)
        yield along_axis(f"{kind}_points", kind, torch.tensor(POINTS, requires_grad=True), -1)
        close = torch.tensor([[1e4, 1e4 - 1, 1e4 - 2], [-1e4, -1e4 + 1, -1e4]], requires_grad=True)
        yield along_axis(f"{kind}_far_from_zero", kind, close, -1)


def cases():
    return [
        linear("linear_2d", (5, 4), 3, bias=True),
        linear("linear_2d_no_bias", (5, 4), 3, bias=False),
        linear("linear_3d", (2, 3, 4), 6, bias=True),
        linear("linear_3d_no_bias", (2, 3, 4), 6, bias=False),
        linear("linear_one_row", (1, 7), 1, bias=True),
        embedding("embedding_1d", [3, 0, 3, 6, 1, 3, 0], 7, 4),
        embedding("embedding_2d", [[1, 4, 4], [0, 2, 1], [4, 4, 4]], 5, 3),
        embedding("embedding_one_id", [2], 4, 2),
        lstm("lstm_smallest", 1, 1, 3, 2),
        lstm("lstm_sequence", 2, 4, 3, 2),
        lstm("lstm_sequence_wide", 4, 7, 6, 5),
        lstm("lstm_last_step", 3, 5, 4, 3, sequences=False),
        lstm("lstm_last_step_one_row", 1, 7, 5, 4, sequences=False),
        lstm("lstm_initial_state", 3, 4, 5, 4, state=True),
        lstm("lstm_initial_state_last_step", 2, 6, 3, 5, state=True, sequences=False),
        lstm("lstm_initial_state_one_step", 4, 1, 4, 3, state=True),
        lstm("lstm_final_state_seeded", 2, 5, 4, 3, state=True, seed_state=True),
        lstm("lstm_long", 2, 100, 4, 8),
        *(activation(kind, *entry) for kind, entry in ACTIVATIONS.items()),
        *softmaxes(),
    ]


def write(script, about, cases):
    """Writes the cases beside the script that makes them, as JSON."""
    path = Path(script)
    made_by = f"{path.name}, torch {torch.__version__.split('+')[0]}"
    document = {"about": about, "made_by": made_by, "cases": cases}
    out = path.with_suffix(".json")
    out.write_text(dump(document) + "\n", encoding="utf-8")
    print(f"{out.name}: {len(cases)} cases, {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    write(__file__, ABOUT, cases())
