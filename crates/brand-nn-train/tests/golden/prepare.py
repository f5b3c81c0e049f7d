"""Makes prepare.json: columns made ready, by scikit-learn and pandas.

    pip install numpy pandas scikit-learn && python prepare.py
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import (
    KBinsDiscretizer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler,
    TargetEncoder,
)

OUT = Path(__file__).with_name("prepare.json")
ABOUT = (
    "A column fitted on train, then applied to train and new; null is a missing value. expected "
    "has the features of train's rows, then of new's: one list a row."
)

rng = np.random.default_rng(20260202)
cases = []


def plain(values):
    """A list for JSON, rows or values, with null for a missing one."""
    if isinstance(values, (list, tuple, np.ndarray)):
        return [plain(v) for v in values]
    missing = values is None or (isinstance(values, (float, np.floating)) and np.isnan(values))
    return None if missing else (values.item() if hasattr(values, "item") else values)


def case(kind, config, train, new, expected, **more):
    cases.append({"kind": kind, "config": config, "train": plain(train), "new": plain(new),
                  "expected": plain(np.asarray(expected)), **{k: plain(v) for k, v in more.items()}})


def fitted(kind, config, transformer, train, new):
    column = lambda values: np.array(values, dtype=object if kind in TEXTS else float).reshape(-1, 1)
    transformer.fit(column(train))
    case(kind, config, train, new, transformer.transform(column([*train, *new])))


TEXTS = {"one_hot", "ordinal", "target", "hashing"}

normal = rng.normal(50, 12, 41).tolist()
gaps = [v if i % 7 else None for i, v in enumerate(rng.exponential(3, 30).tolist())]
far = (1e5 + rng.normal(0, 1, 25)).tolist()
constant = [0.1] * 20
ties = rng.integers(0, 5, 60).astype(float).tolist()
new = [0.0, -7.5, 1e6, 3.25]
for train in [normal, gaps, far, constant, ties]:
    fitted("standard", {}, StandardScaler(), train, new)
    fitted("min_max", {"range": [0, 1], "clip": False}, MinMaxScaler(), train, new)
    fitted("min_max", {"range": [-1, 3], "clip": True}, MinMaxScaler((-1, 3), clip=True), train, new)
    fitted("robust", {"quantiles": [0.25, 0.75]}, RobustScaler(), train, new)
    fitted("robust", {"quantiles": [0.1, 0.95]}, RobustScaler(quantile_range=(10, 95)), train, new)
    for strategy in ["mean", "median", "most_frequent"]:
        fitted("impute", {"strategy": strategy}, SimpleImputer(strategy=strategy), train, [None, 2.0])
for train in [normal, ties, far]:
    for bins in [2, 5, 10]:
        binner = KBinsDiscretizer(bins, encode="ordinal", strategy="quantile", quantile_method="linear")
        fitted("bins", {"bins": bins}, binner, train, new)

cities = rng.choice(["Oslo", "Bonn", "北京", "a b"], 30).tolist()
hole = [None if i % 6 == 2 else c for i, c in enumerate(cities)]
one_hot = lambda **more: OneHotEncoder(sparse_output=False, handle_unknown="ignore", **more)
fitted("one_hot", {"drop_first": False}, one_hot(), cities, ["Rome", "Bonn"])
fitted("one_hot", {"drop_first": True}, one_hot(drop="first"), cities, ["Oslo", "Bonn"])
fitted("one_hot", {"drop_first": False}, one_hot(), hole, [None, "Oslo"])
unknown = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
fitted("ordinal", {"unknown": -1}, OrdinalEncoder(**unknown), cities, ["Rome", "Bonn"])

binary = (rng.random(30) < 0.4).astype(float)
amount = rng.normal(10, 3, 30)
for values, target, folds in [(cities, amount, KFold(5)), (cities, binary, StratifiedKFold(5)),
                              (hole, amount, KFold(5))]:
    for smooth in ["auto", 0.0, 7.5]:
        kind = "binary" if target is binary else "continuous"
        encoder = TargetEncoder(target_type=kind, smooth=smooth, cv=folds)
        column = np.array(values, dtype=object).reshape(-1, 1)
        own = encoder.fit_transform(column, target)
        later = encoder.transform(np.array([*values, "Rome", "Oslo"], dtype=object).reshape(-1, 1))
        case("target", {"smooth": None if smooth == "auto" else smooth}, values, ["Rome", "Oslo"],
             later, target=target, out_of_fold=own)

words = ["Oslo", "Bonn", "北京", "", "a", "ab", "abc", "abcd", "customer-000123"]
for features in [1, 8, 100]:
    hasher = FeatureHasher(features, input_type="string")
    case("hashing", {"features": features}, words, [], hasher.transform([[w] for w in words]).toarray())

comments = ["Great brand, great quality!", "never again: bad BRAND", "the quality is great", "it's a so-so",
            "\u0448\u043e\u043a\u043e\u043b\u0430\u0434 great", ""]
later = ["great great never", "unknown words only", "Quality of the brand"]
for most in [100, 2]:
    for pairs in [False, True]:
        settings = {"max_features": most, "ngram_range": (1, 2 if pairs else 1)}
        for tf_idf, kind in [(False, CountVectorizer), (True, TfidfVectorizer)]:
            bag = kind(**settings).fit(comments)
            case("bag", {"max_words": most, "pairs": pairs, "tf_idf": tf_idf}, comments, later,
                 bag.transform([*comments, *later]).toarray().astype(float))

days = ["1970-01-01", "2024-02-29", "2023-12-31", "1999-07-04", "2000-01-01"]
d = pd.DatetimeIndex(days)
epoch = (d - pd.Timestamp("1970-01-01")).days
parts = np.stack([d.year, d.quarter, d.month, d.day, d.weekday, d.dayofyear, d.weekday >= 5, epoch], 1)
case("date", {}, days, [], parts.astype(float))

rows = ",\n".join("  " + json.dumps(c, ensure_ascii=False) for c in cases)
made_by = f"prepare.py, scikit-learn {sklearn.__version__}, pandas {pd.__version__}"
head = json.dumps({"made_by": made_by, "about": ABOUT})
OUT.write_text(f'{head[:-1]}, "cases": [\n{rows}\n]}}\n')
print(len(cases))
