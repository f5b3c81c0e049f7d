"""Makes cluster.json: groups and components of iris and of drawn rows, with scikit-learn and SciPy.

    pip install numpy scipy scikit-learn
    python cluster.py
"""

import json
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.cluster import hierarchy
from sklearn import cluster, datasets, decomposition, mixture

warnings.filterwarnings("ignore")
OUT = Path(__file__).with_name("cluster.json")
rng = np.random.default_rng(20260304)


def plain(x):
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    return x.tolist() if isinstance(x, (np.ndarray, np.generic)) else x


def k_means(x, k):
    start = x[rng.choice(len(x), k, replace=False)]
    r = cluster.KMeans(k, init=start, n_init=1, tol=0).fit(x)
    return {"start": start, "centres": r.cluster_centers_, "clusters": r.labels_, "inertia": r.inertia_}


def dbscan(x, radius, samples):
    r = cluster.DBSCAN(eps=radius, min_samples=samples).fit(x)
    return {"radius": radius, "min_samples": samples, "clusters": r.labels_,
            "cores": sorted(r.core_sample_indices_)}


def mixtures(x, k):
    out = []
    for ours, theirs in [("Full", "full"), ("Diagonal", "diag"), ("Spherical", "spherical")]:
        r = mixture.GaussianMixture(k, covariance_type=theirs, n_init=5, random_state=1, tol=1e-9,
                                    max_iter=2000).fit(x)
        out.append({"shape": ours, "log_likelihood": r.score(x) * len(x), "bic": r.bic(x),
                    "weights": np.sort(r.weights_)})
    return out


def tree(x, linkage):
    z = hierarchy.linkage(x, linkage)
    cuts = [hierarchy.fcluster(z, k, "maxclust") for k in [2, 5]]
    return {"linkage": linkage.capitalize(), "merges": z, "cuts": cuts}


def pca(x, k):
    out = []
    for whiten in [False, True]:
        r = decomposition.PCA(k, svd_solver="full", whiten=whiten).fit(x)
        new = r.transform(x[:3])
        out.append({"whiten": whiten, "components": r.components_, "variances": r.explained_variance_,
                    "ratios": r.explained_variance_ratio_, "transformed": new,
                    "back": r.inverse_transform(new)})
    return out


def moons(n):
    t = rng.uniform(0, np.pi, n)
    x = np.column_stack([np.cos(t), np.sin(t)])
    x[n // 2:] = [1, 0.5] - x[n // 2:]
    return (x + rng.normal(size=x.shape) * 0.06).round(3)


def blobs(n, d, k):
    return (rng.normal(size=(n, d)) + rng.normal(size=(k, d))[rng.integers(0, k, n)] * 4).round(3)


iris = datasets.load_iris()
x = iris.data
drawn = blobs(60, 3, 4)
half_moons = moons(120)
wide = rng.normal(size=(8, 20)).round(3)
golden = {
    "made_by": f"cluster.py, scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}",
    "iris": x, "species": iris.target, "drawn": drawn, "moons": half_moons, "wide": wide,
    "k_means": {"iris": k_means(x, 3), "drawn": k_means(drawn, 5)},
    "dbscan": {"iris": [dbscan(x, 0.5, 5), dbscan(x, 0.3, 4)],
               "drawn": [dbscan(drawn, 1.2, 3), dbscan(drawn, 50.0, 3), dbscan(drawn, 1e-3, 2)],
               "moons": [dbscan(half_moons, 0.2, 4), dbscan(half_moons, 0.1, 3)]},
    "mixtures": {"iris": mixtures(x, 3), "drawn": mixtures(drawn, 4)},
    "trees": [tree(drawn, name) for name in ["ward", "complete", "average", "single"]],
    "pca": {"iris": pca(x, 3), "wide": pca(wide, 4)},
}
text = json.dumps({k: plain(v) for k, v in golden.items()}, default=plain)
OUT.write_text(text.replace("]], ", "]],\n").replace('}, "', '},\n"') + "\n")
print(OUT.stat().st_size)
