"""Makes metrics.json: classification metrics, by scikit-learn.

    pip install numpy scikit-learn && python metrics.py
"""

import json
import math
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics

OUT = Path(__file__).with_name("metrics.json")
MADE_BY = f"metrics.py, scikit-learn {sklearn.__version__}"
ABOUT = (
    "Classification metrics. A tensor is {shape, values}, row-major. inputs.target holds the true "
    "classes, inputs.predicted the predicted ones, inputs.score the scores of class 1 and "
    "inputs.probability the probabilities [rows, classes] or, of class 1 alone, [rows]. value is a "
    "number, or a tensor for confusion_matrix (row = true class, column = predicted) and for "
    "average none (one number a class). Where a denominator is 0 the ratio counts as 0. roc_auc "
    "counts a tie as one half. log_loss is the mean of -ln p(true class)."
)

rng = np.random.default_rng(20260104)


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


def tensor(array):
    array = np.asarray(array)
    return {"shape": list(array.shape), "values": [number(v) for v in array.reshape(-1).tolist()]}


def case(name, kind, config, inputs, value):
    value = tensor(value) if np.ndim(value) else float(value)
    inputs = {k: tensor(v) for k, v in inputs.items()}
    return {"name": name, "kind": kind, "config": config, "inputs": inputs, "value": value}


SCORES = {
    "precision": metrics.precision_score,
    "recall": metrics.recall_score,
    "f1": metrics.f1_score,
}


def by_class(label, target, predicted, classes, averages):
    """Every metric of predicted classes on one pair of arrays."""
    inputs = {"target": target, "predicted": predicted}
    labels = list(range(classes))
    config = {"classes": classes}
    accuracy = metrics.accuracy_score(target, predicted)
    confusion = metrics.confusion_matrix(target, predicted, labels=labels)
    yield case(f"accuracy_{label}", "accuracy", config, inputs, accuracy)
    yield case(f"confusion_{label}", "confusion_matrix", config, inputs, confusion)
    for kind, function in SCORES.items():
        for average in averages:
            options = {"average": None if average == "none" else average, "zero_division": 0}
            if average != "binary":
                options["labels"] = labels
            value = function(target, predicted, **options)
            settings = {"classes": classes, "average": average}
            yield case(f"{kind}_{label}_{average}", kind, settings, inputs, value)


def noisy(target, classes, keep):
    """`target` with about one value in `1 / (1 - keep)` replaced by a random class."""
    other = rng.integers(0, classes, len(target))
    return np.where(rng.random(len(target)) < keep, target, other)


def class_cases():
    binary = rng.integers(0, 2, 60)
    rare = (rng.random(61) < 0.15).astype(int)
    four = rng.choice(4, 60, p=[0.5, 0.25, 0.15, 0.1])
    missing = rng.integers(0, 3, 58)  # class 3 is never true, class 2 is never predicted
    averages = ["macro", "micro", "weighted", "none"]
    yield from by_class("binary", binary, noisy(binary, 2, 0.6), 2, ["binary"])
    yield from by_class("rare", rare, noisy(rare, 2, 0.8), 2, ["binary"])
    yield from by_class("all_negative", rare, np.zeros(61, int), 2, ["binary"])
    yield from by_class("perfect", binary, binary, 2, ["binary"])
    yield from by_class("four", four, noisy(four, 4, 0.5), 4, averages)
    guess = np.where(missing == 2, 3, noisy(missing, 2, 0.7))
    yield from by_class("missing_class", missing, guess, 4, averages)


def auc_cases():
    target = rng.integers(0, 2, 60)
    smooth = rng.normal(size=60) + target
    tied = np.round(smooth)
    ranked = np.arange(60) / 60
    rows = {
        "distinct": (target, smooth),
        "ties": (target, tied),
        "many_ties": (target, np.clip(tied, 0, 1)),
        "all_tied": (target, np.full(60, 0.5)),
        "perfect": ((ranked >= 0.4).astype(int), ranked),
        "inverse": ((ranked < 0.4).astype(int), ranked),
        "one_positive": ((np.arange(60) == 41).astype(int), smooth),
    }
    for name, (truth, score) in rows.items():
        value = metrics.roc_auc_score(truth, score)
        yield case(f"roc_auc_{name}", "roc_auc", {}, {"target": truth, "score": score}, value)


def log_loss_cases():
    target, four = rng.integers(0, 2, 60), rng.integers(0, 4, 60)
    p = 1 / (1 + np.exp(-rng.normal(size=60) * 2))
    small = np.where(target == 1, 1e-9, 1 - 1e-9)
    logits = rng.normal(size=(60, 4)) * 2
    q = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    q[:, 3] = 1 - q[:, :3].sum(1)
    rows = {"binary": (target, p), "binary_wrong": (target, small), "four": (four, q)}
    for name, (truth, probability) in rows.items():
        classes = list(range(4)) if probability.ndim == 2 else [0, 1]
        value = metrics.log_loss(truth, probability, labels=classes)
        inputs = {"target": truth, "probability": probability}
        yield case(f"log_loss_{name}", "log_loss", {}, inputs, value)


def cases():
    return [*class_cases(), *auc_cases(), *log_loss_cases()]


def main():
    document = {"about": ABOUT, "made_by": MADE_BY, "cases": cases()}
    OUT.write_text(dump(document) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(document['cases'])} cases, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
