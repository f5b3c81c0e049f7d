"""Clusters and trees by scikit-learn, for `benches/marketing.rs` to take turns with.

    pip install -r requirements.txt
    python methods.py k-means          # or dbscan, trees

Every line `block N` on standard input runs the method N times and is answered by one line, the
milliseconds of a run; the line `quality` is answered by inertia, number of clusters or AUC. The data
is that of the bench, number by number.
"""

import sys
import time

import numpy as np
from sklearn.cluster import DBSCAN, KMeans
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score


def uniform(place):
    """Uniform numbers by their places: SplitMix64."""
    z = (np.asarray(place, np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(float) / 2.0**53


def noise(place):
    """Nearly normal numbers: four uniform ones each."""
    places = np.asarray(place, np.uint64) * np.uint64(4)
    return (sum(uniform(places + np.uint64(i)) for i in range(4)) - 2) * 3**0.5


def blobs(rows, columns, centres, deviation):
    places = np.arange(rows * columns).reshape(rows, columns)
    at = (np.arange(rows) % centres)[:, None] * columns + np.arange(columns)
    return 10 * uniform((1 << 40) + at) + deviation * noise(places)


def k_means():
    x = blobs(100_000, 32, 10, 3.0)
    start = x[100 + 7 * np.arange(10)]
    spec = KMeans(10, init=start, n_init=1, max_iter=20, tol=1e-12, algorithm="lloyd")
    return lambda: spec.fit(x).inertia_


def dbscan():
    x = blobs(50_000, 2, 40, 0.2)
    return lambda: DBSCAN(eps=0.05, min_samples=10, n_jobs=-1).fit(x).labels_.max() + 1


def trees():
    x = noise(np.arange(120_000 * 30).reshape(-1, 30))
    score = x[:, 0] * x[:, 1] + 2 * np.sin(x[:, 2]) + np.abs(x[:, 3] - 0.5 * x[:, 4]) - x[:, 5]
    y = 1 / (1 + np.exp(1 - score)) > uniform((1 << 41) + np.arange(120_000))
    spec = HistGradientBoostingClassifier(max_iter=100, early_stopping=False)

    def run():
        chances = spec.fit(x[:100_000], y[:100_000]).predict_proba(x[100_000:])[:, 1]
        return roc_auc_score(y[100_000:], chances)

    return run


def main():
    run = {"k-means": k_means, "dbscan": dbscan, "trees": trees}[sys.argv[1]]()
    for line in sys.stdin:
        word, *count = line.split()
        if word == "quality":
            print(float(run()), flush=True)
            continue
        start = time.perf_counter()
        for _ in range(int(count[0])):
            run()
        print((time.perf_counter() - start) * 1e3 / int(count[0]), flush=True)


if __name__ == "__main__":
    main()
