"""Makes folds.json: test rows of folds, by scikit-learn.

    pip install numpy scikit-learn && python folds.py
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit

OUT = Path(__file__).with_name("folds.json")
ABOUT = "Folds without a seed. values are classes or groups; tests and trains are rows, one list a fold."

rng = np.random.default_rng(20260201)
cases = []


def case(kind, splitter, values, **config):
    folds = list(splitter.split(np.zeros(len(values)), values, values))
    cases.append({
        "kind": kind,
        "config": {"folds": splitter.get_n_splits(groups=values), **config},
        "values": values,
        "trains": [train.tolist() for train, _ in folds],
        "tests": [test.tolist() for _, test in folds],
    })


for size, folds in [(5, 2), (11, 3), (12, 5), (7, 7)]:
    case("split", KFold(folds), list(range(size)))
for size, classes, folds in [(20, 2, 3), (33, 3, 4), (41, 4, 5)]:
    values = (np.arange(size) % classes).tolist()
    rng.shuffle(values)
    case("stratified", StratifiedKFold(folds), values)
for size, groups, folds in [(20, 6, 3), (40, 9, 4), (31, 5, 5)]:
    values = rng.integers(0, groups, size).tolist()
    case("grouped", GroupKFold(folds), values)
for size, folds, config in [
    (12, 3, {}), (13, 4, {"gap": 1}), (20, 3, {"test_size": 2}),
    (20, 4, {"gap": 2, "test_size": 3, "max_train_size": 4}),
]:
    case("times", TimeSeriesSplit(folds, **config), list(range(size)), **config)

rows = ",\n".join("  " + json.dumps(c) for c in cases)
head = json.dumps({"made_by": f"folds.py, scikit-learn {sklearn.__version__}", "about": ABOUT})
OUT.write_text(f'{head[:-1]}, "cases": [\n{rows}\n]}}\n')
