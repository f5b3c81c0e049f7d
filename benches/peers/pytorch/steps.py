"""Train steps and inference of whole models in PyTorch, for `benches/steps` to take turns with.

    python steps.py mlp          # or another model of workload(), with `-inference` behind it or not
    python steps.py mlp fused    # Adam as one sweep; `compile`: with torch.compile

Speaks the line protocol of ../README.md.
"""

import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

import sentiment

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import protocol  # noqa: E402


class Encoder(nn.Module):
    """Layers on token and position embeddings; the mean over time is classified.

    Where an id is 0 there is padding.
    """

    def __init__(self, width, layers, padded=False):
        super().__init__()
        self.tokens = nn.Embedding(30_522, width)
        self.positions = nn.Embedding(512, width)
        self.dropout = nn.Dropout(0.1)
        layer = nn.TransformerEncoderLayer(width, 12, 4 * width, 0.1, "gelu", batch_first=True)
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Linear(width, 2)
        self.padded = padded

    def forward(self, ids):
        x = self.dropout(self.tokens(ids) + self.positions(torch.arange(ids.shape[1])))
        if not self.padded:
            return self.head(self.layers(x).mean(1))
        padding = ids == 0
        x = self.layers(x, src_key_padding_mask=padding).masked_fill(padding.unsqueeze(-1), 0.0)
        return self.head(x.sum(1) / (~padding).sum(1, keepdim=True))


class Click(nn.Module):
    """26 tables, a field of ids for each, and an MLP on what they look up."""

    def __init__(self, rows, sparse):
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(rows, 16, sparse=sparse) for _ in range(26))
        self.mlp = mlp(26 * 16, 400, 400, 1)

    def forward(self, ids):
        vectors = [table(column) for table, column in zip(self.tables, ids.unbind(1))]
        return self.mlp(torch.cat(vectors, 1)).squeeze(-1)


def mlp(*widths):
    maps = [nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    return nn.Sequential(*(m for linear in maps for m in (linear, nn.ReLU())))[:-1]


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 12 * 12, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip


class Both:
    """SparseAdam for tables, Adam for the rest."""

    def __init__(self, model, **options):
        tables = set(model.tables.parameters())
        rest = [p for p in model.parameters() if p not in tables]
        self.parts = torch.optim.SparseAdam(list(tables), lr=1e-3), adam(rest, **options)

    def zero_grad(self):
        for part in self.parts:
            part.zero_grad()

    def step(self):
        for part in self.parts:
            part.step()


def adam(parameters, kind=torch.optim.Adam, **options):
    return kind([p for p in parameters if p.requires_grad], lr=1e-3, **options)


def workload(name, **options):
    """A model, its optimizer and its loss."""
    dense = lambda model: (model, adam(model.parameters(), **options))  # noqa: E731
    binary = F.binary_cross_entropy_with_logits
    match name.split("-"):
        case ["sentiment"]:
            return *dense(sentiment.Sentiment()), binary
        case ["mlp"]:
            return *dense(mlp(784, 256, 10)), F.cross_entropy
        case ["wide", "mlp"]:
            return *dense(mlp(784, 512, 512, 10)), F.cross_entropy
        case ["cnn"]:
            return *dense(cnn()), F.cross_entropy
        case ["encoder" | "text" | "texts" | "bert"]:
            model = Encoder(*((768, 12) if name == "bert" else (384, 6)), name == "texts")
            return model, adam(model.parameters(), torch.optim.AdamW, **options), F.cross_entropy
        case ["logistic"]:
            return *dense(nn.Sequential(nn.Linear(10, 1), nn.Flatten(0))), binary
        case ["click", rows]:
            model = Click(int(rows) // 26, sparse=True)
            return model, Both(model, **options), binary
        case ["click", "exact", rows]:
            return *dense(Click(int(rows) // 26, sparse=False)), binary
    protocol.refuse(f"no model {name}")


def fill(model, arrays):
    """Gives the weights their values, which come in the same order.

    Maps of queries, keys and values come one by one and are one weight here.
    """
    values = (torch.from_numpy(array) for _, array in arrays)
    bias = None
    for name, p in model.named_parameters():
        if not p.requires_grad:
            continue
        if name.endswith("in_proj_weight"):
            parts = [next(values) for _ in range(6)]
            value, bias = torch.cat(parts[::2]), torch.cat(parts[1::2])
        elif name.endswith("in_proj_bias"):
            value = bias
        else:
            value = next(values)
        assert p.shape == value.shape, f"{name}: {p.shape}, came {value.shape}"
        p.data.copy_(value)
    assert next(values, None) is None, "there are more weights than these"


class Learner:
    def __init__(self, name, variant, batches):
        self.batches = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches]
        self.learns = not name.endswith("-inference")
        options = {"fused": True} if variant == "fused" else {}
        parts = workload(name.removesuffix("-inference"), **options)
        self.model, self.optimizer, self.loss = parts
        self.run = torch.compile(self.model) if variant == "compile" else self.model
        self.model.train(self.learns)

    def step(self, batch):
        inputs, targets = self.batches[batch]
        if not self.learns:
            with torch.inference_mode():
                self.run(inputs)
            return
        self.optimizer.zero_grad()
        self.loss(self.run(inputs), targets).backward()
        self.optimizer.step()

    def check(self, arrays):
        fill(self.model, arrays)
        self.model.eval()
        inputs, targets = self.batches[0]
        with torch.set_grad_enabled(self.learns):
            loss = self.loss(self.run(inputs), targets)
        if not self.learns:
            return [loss.item()]
        loss.backward()
        gradients = [p.grad for p in self.model.parameters() if p.grad is not None]
        gradients = [g.coalesce().values() if g.is_sparse else g for g in gradients]
        return loss.item(), torch.stack([g.norm() for g in gradients]).norm().item()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    variant = sys.argv[2] if len(sys.argv) == 3 else ""
    if variant not in ("", "fused", "compile"):
        protocol.refuse(f"came {variant!r}, expected fused or compile")
    torch.set_num_threads(protocol.THREADS)
    torch.manual_seed(1)
    protocol.serve(lambda batches: Learner(sys.argv[1], variant, batches))


if __name__ == "__main__":
    main()
