"""What tools of others find of what was planted in the files beside it, which an ignored test writes.

    cargo test -p brand-nn-marketing --test suite -- --ignored write_planted
    python listen.py > listen.json     # ruptures 1.1, scikit-learn, NumPy
"""

import collections
import csv
import json
import pathlib
import re
import unicodedata

import numpy as np
import ruptures
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

DAYS = 2  # a change point may be off by so many

# Names and aspects with the words that an analyst would write down for each.
NAMES = [["Acme", "Acme Phone", "艾克美", "AX"], ["Borealis", "北极光", "Boreal"]]
ASPECTS = {
    "delivery": "delivery shipping courier 物流 快递",
    "packaging": "packaging box 包装",
    "service": "service support staff 客服 售后",
    "battery": "battery charging 电池 续航",
    "size": "size fits 尺码 尺寸",
    "price": "price overpriced cheap 价格 便宜",
    "screen": "screen display 屏幕",
    "quality": "quality workmanship 质量 做工",
}


def rows(name):
    with pathlib.Path(__file__).with_name(f"{name}.tsv").open(newline="") as file:
        found = collections.defaultdict(list)
        for setting, *row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            found[setting].append(row)
    return found.items()


def f1(pairs):
    """Of how many were right, found and planted."""
    right, found, planted = np.sum(pairs, axis=0)
    return 2 * right / (found + planted)


def near(found, planted):
    """How many of the found days lie near a planted one, each of which counts once."""
    planted, right = list(planted), 0
    for day in found:
        match = next((other for other in planted if abs(other - day) <= DAYS), None)
        if match is not None:
            planted.remove(match)
            right += 1
    return right


def noise(series):
    """σ by the median step from day to day."""
    return np.median(np.abs(np.diff(series))) / (0.6745 * np.sqrt(2))


def changes(method):
    def score(series):
        pairs = []
        for mentions, feelings, counts in series:
            tones = np.array([[int(n) for n in day.split(":")] for day in counts.split()], float)
            all_tones = tones.sum(1)
            net = (tones[:, 2] - tones[:, 0]) / np.maximum(all_tones, 1)
            for values, planted in [(all_tones, mentions), (net, feelings)]:
                planted = [int(day) for day in planted.split(",")]
                penalty = 3 * noise(values) ** 2 * np.log(len(values))
                found = method(model="l2", min_size=3, jump=1).fit(values[:, None])
                found = found.predict(pen=penalty)[:-1]
                pairs.append((near(found, planted), len(found), len(planted)))
        return f1(pairs)

    return score


def keyword_counts(texts, stars):
    """Reviews with bad stars that name each aspect."""
    bad = [text for text, star in zip(texts, stars) if not star]
    return {
        aspect: sum(any(word in text.lower() for word in words.split()) for text in bad)
        for aspect, words in ASPECTS.items()
    }


def learnt(texts, stars):
    vectorizer = TfidfVectorizer(
        tokenizer=lambda text: re.findall(r"[a-z]+|[\u4e00-\u9fff]{2}|(?<=[\u4e00-\u9fff])[\u4e00-\u9fff]", text),
        token_pattern=None,
        ngram_range=(1, 2),
        sublinear_tf=True,
    )
    features = vectorizer.fit_transform(texts)
    return vectorizer, features, LogisticRegression(C=10).fit(features, stars)


def logistic_weights(texts, stars):
    """What an aspect's words add to the odds of bad stars, in all texts together."""
    vectorizer, features, model = learnt(texts, stars)
    added = -np.asarray(features.sum(0)).ravel() * model.coef_[0]
    terms = vectorizer.get_feature_names_out()
    return {
        aspect: sum(x for term, x in zip(terms, added) if any(word in term for word in words.split()))
        for aspect, words in ASPECTS.items()
    }


def clauses(texts, stars):
    """Clauses with an aspect's word that a model of the stars finds bad."""
    vectorizer, _, model = learnt(texts, stars)
    counts = dict.fromkeys(ASPECTS, 0)
    for text in texts:
        parts = [part for part in re.split(r"[.,，。]|\bbut\b", text) if part.strip()]
        bad = model.predict(vectorizer.transform(parts)) == 0
        for aspect, words in ASPECTS.items():
            named = [any(word in part.lower() for word in words.split()) for part in parts]
            counts[aspect] += bool(np.any(bad & np.array(named)))
    return counts


def pain(method):
    def score(groups):
        shares = []
        for planted, texts in groups:
            texts = texts.split("|")
            scores = method([text[1:] for text in texts], [text[0] == "+" for text in texts])
            found = sorted(scores, key=scores.get, reverse=True)[:3]
            shares.append(len(set(found) & set(planted.split(","))) / 3)
        return np.mean(shares)

    return score


def names(fold):
    def form(alias):
        latin = alias.isascii()
        return rf"(?<![A-Za-z0-9_]){re.escape(alias)}(?![A-Za-z0-9_])" if latin else re.escape(alias)

    forms = [re.compile("|".join(map(form, aliases)), re.IGNORECASE) for aliases in NAMES]

    def score(texts):
        pairs = []
        for planted, text in texts:
            planted = {int(name) for name in planted.split(",") if name}
            found = {name for name, form in enumerate(forms) if form.search(fold(text))}
            pairs.append((len(found & planted), len(found), len(planted)))
        return f1(pairs)

    return score


PEERS = {
    "changes": {"ruptures PELT": changes(ruptures.Pelt), "ruptures Binseg": changes(ruptures.Binseg)},
    "pain": {
        "keywords of bad stars": pain(keyword_counts),
        "weights of TF-IDF and logistic regression": pain(logistic_weights),
        "clauses by TF-IDF and logistic regression": pain(clauses),
    },
    "names": {
        "regular expressions": names(lambda text: text),
        "regular expressions of NFKC": names(lambda text: unicodedata.normalize("NFKC", text)),
    },
}
print(
    json.dumps(
        {
            f"{name} {setting}": {peer: round(float(score(part)), 4) for peer, score in peers.items()}
            for name, peers in PEERS.items()
            for setting, part in rows(name)
        },
        indent=1,
    )
)
