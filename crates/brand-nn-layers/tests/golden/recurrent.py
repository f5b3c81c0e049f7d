"""Makes recurrent.json: recurrent layers over sequences of many lengths, by PyTorch in float64.

    pip install "torch==2.9.*" && python recurrent.py
"""

from pathlib import Path

import torch
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from layers import case, dump, random

OUT = Path(__file__).with_name("recurrent.json")
MADE_BY = f"recurrent.py, torch {torch.__version__.split('+')[0]}"
ABOUT = (
    "Recurrent layers and embeddings with padding in float64; the form is that of layers.json. "
    "Inputs are [batch, time, input], states [layers * directions, batch, hidden]; weights have "
    "PyTorch's names. Where config.lengths is there, sequences were packed with these lengths: "
    "outputs of padded steps are zero, and h_n, c_n are those of the last real steps."
)

torch.manual_seed(20260202)


def net(name, kind, sizes, lengths=None, start=False, time=5, **options):
    """A stack of layers on a batch; `sizes` are batch, input, hidden."""
    batch, inputs, hidden = sizes
    make = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[kind]
    module = make(inputs, hidden, batch_first=True, **options)
    given = {"input": random(batch, time, inputs)}
    layers = options.get("num_layers", 1) * (1 + options.get("bidirectional", False))
    states = ["h0", "c0"] if kind == "lstm" else ["h0"]
    if start:
        given.update({state: random(layers, batch, hidden) for state in states})
    state = tuple(given[state] for state in states) if start else None
    state = state[0] if start and kind != "lstm" else state
    x = given["input"]
    if lengths is None:
        sequence, end = module(x, state)
    else:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        sequence, end = module(packed, state)
        sequence, _ = pad_packed_sequence(sequence, batch_first=True, total_length=time)
    ends = dict(zip(["h_n", "c_n"], end if kind == "lstm" else [end]))
    outputs = {"output": sequence, **ends}
    config = {"sizes": sizes, "lengths": lengths, "num_layers": 1, "bidirectional": False, **options}
    return case(name, kind, config, given, dict(module.named_parameters()), outputs, list(outputs))


def embedding(name, ids, rows, width, padding):
    weight, ids = random(rows, width), torch.tensor(ids)
    config = {"num_embeddings": rows, "embedding_dim": width, "padding_idx": padding}
    outputs = {"output": F.embedding(ids, weight, padding_idx=padding)}
    return case(name, "embedding", config, {"ids": ids}, {"weight": weight}, outputs)


def cases():
    both = {"num_layers": 2, "bidirectional": True}
    for kind in ("lstm", "gru", "rnn"):
        yield net(f"{kind}_plain", kind, (2, 3, 4))
        yield net(f"{kind}_packed", kind, (4, 3, 2), lengths=[2, 5, 1, 2])
        yield net(f"{kind}_stacked_both", kind, (2, 3, 2), start=True, **both)
        yield net(f"{kind}_stacked_packed", kind, (4, 3, 2), lengths=[3, 1, 5, 3], start=True, **both)
        yield net(f"{kind}_one_short", kind, (1, 2, 3), lengths=[3], bidirectional=True)
    yield net("rnn_relu", "rnn", (3, 3, 4), lengths=[4, 2, 5], nonlinearity="relu", **both)
    yield embedding("embedding_padding_first", [[0, 3, 1], [2, 0, 0]], 4, 3, 0)
    yield embedding("embedding_padding_middle", [1, 2, 2, 4], 5, 2, 2)


def main():
    document = {"about": ABOUT, "made_by": MADE_BY, "cases": list(cases())}
    OUT.write_text(dump(document) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(document['cases'])} cases, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
