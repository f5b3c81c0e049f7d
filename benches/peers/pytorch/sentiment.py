"""The two-layer LSTM for sentiment, in PyTorch: the peer that accuracy and speed are held against.

    pip install -r requirements.txt
    python sentiment.py --data zh_shopping.tsv --splitter words --seeds 1 2 3
    python sentiment.py --timing
    python sentiment.py --answer          # for `cargo bench --bench epoch`

The data is a table with the columns label (0 or 1) and text, divided by tabs, with a header. Rows
whose number (from 0, header not counted) is 4 modulo 5 are the test set; the rest is shuffled with
the seed, and its last tenth is the validation set. Texts become numbers as with Keras' Tokenizer
(10,000 words, fitted on all rows outside the test set) and are padded and cut at the front.

`--timing` takes random words where no data is given.
"""

import argparse
import copy
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

NUM_WORDS, LENGTH, WIDTH, HIDDEN, DROPOUT = 10_000, 100, 50, 128, 0.2
BATCH, EPOCHS, PATIENCE = 32, 10, 5
WARM_UP, TIMED = 10, 60


# ---- text to numbers ----------------------------------------------------------------------------

FILTERS = str.maketrans({c: " " for c in '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'})


def splitter(name):
    """A function from a text to the same text with spaces between its tokens."""
    if name == "spaces":
        return lambda text: text
    if name == "words":
        import jieba

        jieba.setLogLevel("ERROR")
        tokens = jieba.lcut
    else:
        tokens = list
    return lambda text: " ".join(t for t in tokens(text) if any(c.isalnum() for c in t))


def words_of(text):
    return [w for w in text.lower().translate(FILTERS).split(" ") if w]


def fit_words(texts):
    """Word to number: the most frequent first, equal counts by first sight, 0 left for padding."""
    counts = Counter(w for text in texts for w in words_of(text))
    ranked = sorted(counts, key=lambda w: -counts[w])
    return {w: i for i, w in enumerate(ranked[: NUM_WORDS - 1], start=1)}


def encode(index, texts):
    """[texts, LENGTH]: unknown words left out, the last LENGTH words kept, padded at the front."""
    table = np.zeros((len(texts), LENGTH), np.int64)
    for row, text in zip(table, texts):
        ids = [index[w] for w in words_of(text) if w in index][-LENGTH:]
        row[LENGTH - len(ids) :] = ids
    return torch.from_numpy(table)


class Reviews:
    def __init__(self, path, split):
        lines = Path(path).read_text(encoding="utf-8").rstrip("\n").split("\n")[1:]
        labels, texts = zip(*(line.split("\t", 1) for line in lines))
        texts = [split(text) for text in texts]
        is_test = np.arange(len(texts)) % 5 == 4
        index = fit_words([t for t, out in zip(texts, is_test) if not out])
        ids, labels = encode(index, texts), torch.tensor([float(v) for v in labels])
        is_test = torch.from_numpy(is_test)
        self.test = ids[is_test], labels[is_test]
        self.rest = ids[~is_test], labels[~is_test]

    def train_and_validation(self, seed):
        ids, labels = self.rest
        order = torch.from_numpy(np.random.default_rng(seed).permutation(len(ids)))
        cut = len(order) - len(order) // 10
        train, validation = order[:cut], order[cut:]
        return (ids[train], labels[train]), (ids[validation], labels[validation])


# ---- model --------------------------------------------------------------------------------------


class Sentiment(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(NUM_WORDS, WIDTH)
        self.first = nn.LSTM(WIDTH, HIDDEN, batch_first=True)
        self.second = nn.LSTM(HIDDEN, HIDDEN, batch_first=True)
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear(HIDDEN, 1)
        self.initialise()

    def initialise(self):
        """Keras' initial values; the second bias of each LSTM stays 0, so there is one bias."""
        nn.init.uniform_(self.embedding.weight, -0.05, 0.05)
        for lstm in (self.first, self.second):
            nn.init.xavier_uniform_(lstm.weight_ih_l0)
            nn.init.orthogonal_(lstm.weight_hh_l0)
            nn.init.zeros_(lstm.bias_ih_l0)
            nn.init.ones_(lstm.bias_ih_l0[HIDDEN : 2 * HIDDEN])
            nn.init.zeros_(lstm.bias_hh_l0).requires_grad_(False)
        nn.init.xavier_uniform_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, ids):
        x = self.dropout(self.first(self.embedding(ids))[0])  # [batch, time, HIDDEN]
        x = self.dropout(self.second(x)[0][:, -1])  # [batch, HIDDEN]
        return self.head(x).squeeze(-1)  # [batch], logits


def learner():
    model = Sentiment()
    trainable = [p for p in model.parameters() if p.requires_grad]
    return model, torch.optim.Adam(trainable, lr=1e-3, eps=1e-8)


def train_step(model, optimizer, ids, labels):
    optimizer.zero_grad()
    loss = F.binary_cross_entropy_with_logits(model(ids), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


# ---- training -----------------------------------------------------------------------------------


def evaluate(model, ids, labels):
    """Mean loss and accuracy."""
    model.eval()
    with torch.inference_mode():
        logits = torch.cat([model(part) for part in ids.split(256)])
        loss = F.binary_cross_entropy_with_logits(logits, labels).item()
        return loss, ((logits > 0) == (labels > 0.5)).double().mean().item()


def train_epoch(model, optimizer, ids, labels, shuffler):
    model.train()
    total = 0.0
    for rows in torch.randperm(len(ids), generator=shuffler).split(BATCH):
        total += train_step(model, optimizer, ids[rows], labels[rows]) * len(rows)
    return total / len(ids)


def run(reviews, seed, epochs):
    """Trains with one seed; the accuracy on the test set of the epoch of least validation loss."""
    train, validation = reviews.train_and_validation(seed)
    torch.manual_seed(seed)
    shuffler = torch.Generator().manual_seed(seed)
    model, optimizer = learner()
    best, best_epoch, kept = float("inf"), 0, None
    for epoch in range(1, epochs + 1):
        start = time.perf_counter()
        loss = train_epoch(model, optimizer, *train, shuffler)
        val_loss, val_accuracy = evaluate(model, *validation)
        seconds = time.perf_counter() - start
        print(
            f"seed {seed} epoch {epoch:2}: loss {loss:.4f} val_loss {val_loss:.4f} "
            f"val_accuracy {val_accuracy:.4f} seconds {seconds:.1f}",
            flush=True,
        )
        if val_loss < best:
            best, best_epoch, kept = val_loss, epoch, copy.deepcopy(model.state_dict())
        elif epoch - best_epoch >= PATIENCE:
            break
    model.load_state_dict(kept)
    accuracy = evaluate(model, *reviews.test)[1]
    print(f"seed {seed}: best epoch {best_epoch}, test accuracy {accuracy:.4f}", flush=True)
    return accuracy


# ---- timing -------------------------------------------------------------------------------------


def endless_batches(reviews):
    """Batches of 32 rows for ever: training rows in shuffled order, or random words."""
    generator = torch.Generator().manual_seed(0)
    if reviews is None:
        ids = torch.randint(1, NUM_WORDS, (64 * BATCH, LENGTH), generator=generator)
        labels = torch.randint(0, 2, (64 * BATCH,), generator=generator).float()
    else:
        ids, labels = reviews.train_and_validation(1)[0]
    while True:
        order = torch.randperm(len(ids), generator=generator)
        for rows in order[: len(order) // BATCH * BATCH].split(BATCH):
            yield ids[rows], labels[rows]


class Stopwatch:
    """A model in training and its batches, a step at a time; warm when made."""

    def __init__(self, reviews):
        torch.manual_seed(1)
        self.model, self.optimizer = learner()
        self.batches = endless_batches(reviews)
        for _ in range(WARM_UP):
            self.train_step()

    def train_step(self):
        ids, labels = next(self.batches)
        self.model.train()
        start = time.perf_counter()
        train_step(self.model, self.optimizer, ids, labels)
        return (time.perf_counter() - start) * 1e3

    def inference(self):
        ids, _ = next(self.batches)
        self.model.eval()
        start = time.perf_counter()
        with torch.inference_mode():
            torch.sigmoid(self.model(ids))
        return (time.perf_counter() - start) * 1e3


def timing(reviews):
    watch = Stopwatch(reviews)
    train = statistics.median(watch.train_step() for _ in range(TIMED))
    print(f"train step: {train:.2f} ms (batch {BATCH}, time {LENGTH}, median of {TIMED})")
    for _ in range(WARM_UP):
        watch.inference()
    inference = statistics.median(watch.inference() for _ in range(TIMED))
    print(f"inference: {inference:.2f} ms per batch (batch {BATCH}, time {LENGTH})")


# ---- answering ----------------------------------------------------------------------------------


def epoch(path, split):
    """Seconds from the file to the end of an epoch over all rows outside the test set, and to its start."""
    start = time.perf_counter()
    reviews = Reviews(path, split)
    reading = time.perf_counter() - start
    model, optimizer = learner()
    train_epoch(model, optimizer, *reviews.rest, torch.Generator().manual_seed(1))
    return time.perf_counter() - start, reading


def answer(split):
    """Answers each line `epoch FILE` of the input."""
    for line in sys.stdin:
        print(*epoch(line.split(maxsplit=1)[1].strip(), split), flush=True)


# ---- command line -------------------------------------------------------------------------------


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="table of reviews: label, tab, text")
    parser.add_argument("--splitter", choices=["words", "chars", "spaces"], default="words")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="at most so many")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--timing", action="store_true")
    parser.add_argument("--answer", action="store_true", help="lines `epoch FILE`")
    args = parser.parse_args()
    if not (args.data or args.timing or args.answer):
        parser.error("--data is needed to train")
    return args


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    if args.answer:
        return answer(splitter(args.splitter))
    reviews = Reviews(args.data, splitter(args.splitter)) if args.data else None
    print(f"torch {torch.__version__}, {args.threads} threads")
    if args.timing:
        return timing(reviews)
    trainable = sum(p.numel() for p in Sentiment().parameters() if p.requires_grad)
    sizes = [len(part[0]) for part in (*reviews.train_and_validation(0), reviews.test)]
    print(f"{trainable:,} parameters; train, validation, test rows: {sizes}")
    scores = [run(reviews, seed, args.epochs) for seed in args.seeds]
    print(f"test accuracy: {scores}; median {statistics.median(scores):.4f}")


if __name__ == "__main__":
    main()
