"""Train steps and inference of whole models in PyTorch, for `benches/steps.rs` to take turns with.

    pip install -r requirements.txt
    python steps.py mlp          # or wide-mlp, cnn, encoder, text, bert, logistic, sentiment
    python steps.py mlp-inference

Every line `block N` on standard input runs N steps on one random batch and is answered by one line,
the milliseconds per step.
"""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

import sentiment


class Encoder(nn.Module):
    """Layers on token and position embeddings; the mean over time is classified."""

    def __init__(self, width, layers):
        super().__init__()
        self.tokens = nn.Embedding(30_522, width)
        self.positions = nn.Embedding(512, width)
        self.dropout = nn.Dropout(0.1)
        layer = nn.TransformerEncoderLayer(width, 12, 4 * width, 0.1, "gelu", batch_first=True)
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Linear(width, 2)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions(torch.arange(ids.shape[1]))
        return self.head(self.layers(self.dropout(x)).mean(1))


def mlp(*widths):
    maps = [nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    return nn.Sequential(*(m for linear in maps for m in (linear, nn.ReLU())))[:-1]


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 12 * 12, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip


def labels(count, classes):
    return torch.randint(0, classes, (count,))


def workload(name):
    """A model, its optimizer, its loss, and a batch."""
    adam, loss = torch.optim.Adam, F.cross_entropy
    match name:
        case "sentiment":
            model = sentiment.Sentiment()
            ids = torch.randint(1, sentiment.NUM_WORDS, (32, 100))
            batch, loss = (ids, labels(32, 2).float()), F.binary_cross_entropy_with_logits
        case "mlp":
            model, batch = mlp(784, 256, 10), (torch.randn(64, 784), labels(64, 10))
        case "wide-mlp":
            model, batch = mlp(784, 512, 512, 10), (torch.randn(512, 784), labels(512, 10))
        case "cnn":
            model, batch = cnn(), (torch.randn(64, 1, 28, 28), labels(64, 10))
        case "encoder" | "text" | "bert":
            model, adam = Encoder(*((768, 12) if name == "bert" else (384, 6))), torch.optim.AdamW
            texts = 1 if name == "text" else 8
            batch = torch.randint(1, 30_522, (texts, 128)), labels(texts, 2)
        case "logistic":
            model = nn.Sequential(nn.Linear(10, 1), nn.Flatten(0))
            batch = torch.randn(100, 10), labels(100, 2).float()
            loss = F.binary_cross_entropy_with_logits
        case _:
            sys.exit(f"came {name!r}, expected mlp, wide-mlp, cnn, encoder, text, bert, logistic or sentiment")
    return model, adam([p for p in model.parameters() if p.requires_grad], lr=1e-3), loss, batch


def block(steps, model, optimizer, loss, batch):
    start = time.perf_counter()
    for _ in range(steps):
        if not model.training:
            with torch.no_grad():
                model(batch[0])
            continue
        optimizer.zero_grad()
        loss(model(batch[0]), batch[1]).backward()
        optimizer.step()
    return (time.perf_counter() - start) * 1e3 / steps


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.set_num_threads(2)
    torch.manual_seed(1)
    name = sys.argv[1].removesuffix("-inference")
    parts = workload(name)
    parts[0].train(name == sys.argv[1])
    for line in sys.stdin:
        match line.split():
            case ["block", count]:
                print(f"{block(int(count), *parts):.4f}", flush=True)
            case []:
                pass
            case _:
                sys.exit(f"came {line.strip()!r}, expected `block N`")


if __name__ == "__main__":
    main()
