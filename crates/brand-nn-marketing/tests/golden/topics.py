"""What scikit-learn finds of the topics planted in topics.tsv, which the ignored test writes.

    cargo test -p brand-nn-marketing --test suite -- --ignored write_planted_texts
    python topics.py > topics.json
"""

import csv
import json
import pathlib

from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import normalized_mutual_info_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

path = pathlib.Path(__file__).with_name("topics.tsv")
settings = {}
with path.open(newline="") as file:
    for setting, topic, _, text in csv.reader(file, delimiter="\t"):
        settings.setdefault(setting, []).append((int(topic), text))
found = {}
for setting, rows in settings.items():
    chinese = setting.startswith("chinese")
    grams = dict(analyzer="char", ngram_range=(2, 3)) if chinese else {}
    pipeline = make_pipeline(
        TfidfVectorizer(min_df=2, sublinear_tf=True, **grams),
        TruncatedSVD(8, random_state=0, n_iter=7),
        Normalizer(copy=False),
        KMeans(8, n_init=20, random_state=0),
    )
    topics, texts = zip(*rows)
    found[setting] = round(normalized_mutual_info_score(topics, pipeline.fit_predict(texts)), 4)
print(json.dumps(found, indent=1))
