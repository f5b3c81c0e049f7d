"""Makes distribution.json: distributions with SciPy.

    pip install numpy scipy
    python distribution.py
"""

import json
import math
from pathlib import Path

import numpy as np
import scipy
from scipy import stats

OUT = Path(__file__).with_name("distribution.json")
POINTS = [1e-9, 1e-3, 0.2, 0.5, 0.77, 0.999]
rng = np.random.default_rng(20260301)

# The name, our parameters, SciPy's distribution.
ROWS = [
    ("Normal", [1.5, 2.0], stats.norm(1.5, 2.0)),
    ("LogNormal", [0.3, 1.2], stats.lognorm(1.2, scale=math.exp(0.3))),
    ("Uniform", [-1.0, 3.5], stats.uniform(-1.0, 4.5)),
    ("Exponential", [0.7], stats.expon(scale=1 / 0.7)),
    ("Gamma", [0.4, 2.0], stats.gamma(0.4, scale=0.5)),
    ("Gamma", [25.0, 0.1], stats.gamma(25.0, scale=10.0)),
    ("Weibull", [0.8, 3.0], stats.weibull_min(0.8, scale=3.0)),
    ("Weibull", [2.5, 1.0], stats.weibull_min(2.5)),
    ("Beta", [0.6, 2.2], stats.beta(0.6, 2.2)),
    ("Beta", [201.0, 3801.0], stats.beta(201, 3801)),
    ("StudentT", [1.0], stats.t(1.0)),
    ("StudentT", [4.5], stats.t(4.5)),
    ("StudentT", [200.0], stats.t(200.0)),
    ("ChiSquared", [1.0], stats.chi2(1.0)),
    ("ChiSquared", [12.0], stats.chi2(12.0)),
    ("FisherF", [2.0, 7.0], stats.f(2.0, 7.0)),
    ("FisherF", [15.0, 40.0], stats.f(15.0, 40.0)),
    ("Binomial", [10.0, 0.3], stats.binom(10, 0.3)),
    ("Binomial", [4000.0, 0.05], stats.binom(4000, 0.05)),
    ("BetaBinomial", [12.0, 0.7, 2.5], stats.betabinom(12, 0.7, 2.5)),
    ("Poisson", [0.4], stats.poisson(0.4)),
    ("Poisson", [250.0], stats.poisson(250.0)),
    ("NegativeBinomial", [0.24, 0.3], stats.nbinom(0.24, 0.3)),
    ("NegativeBinomial", [5.0, 0.02], stats.nbinom(5.0, 0.02)),
    ("Geometric", [0.15], stats.geom(0.15, loc=-1)),
]


def number(x):
    return float(x) if math.isfinite(x) else None


def table(name, parameters, frozen):
    x = [float(q) for q in frozen.ppf(POINTS)]
    log = frozen.logpmf if hasattr(frozen.dist, "pmf") else frozen.logpdf
    return {
        "name": name,
        "parameters": parameters,
        "p": POINTS,
        "quantile": x,
        "log_density": [float(log(v)) for v in x],
        "cdf": [float(frozen.cdf(v)) for v in x],
        "survival": [float(frozen.sf(v)) for v in x],
        "mean": number(frozen.mean()),
        "variance": number(frozen.var()),
    }


def fits():
    """The largest log-likelihood SciPy finds, and its parameters in our order."""
    data = {
        "Normal": rng.normal(3, 2, 40),
        "LogNormal": rng.lognormal(1, 0.5, 40),
        "Uniform": rng.uniform(2, 5, 20),
        "Exponential": rng.exponential(3, 30),
        "Gamma": rng.gamma(0.7, 3, 50),
        "Weibull": 2 * rng.weibull(1.7, 50),
        "Beta": rng.beta(2, 0.8, 50),
        "Poisson": rng.poisson(3.3, 40).astype(float),
        "NegativeBinomial": rng.negative_binomial(0.8, 0.2, 80).astype(float),
        "Geometric": rng.geometric(0.3, 40).astype(float) - 1,
    }
    data = {name: x.round(6) for name, x in data.items()}
    found = {
        "Normal": stats.norm.fit(data["Normal"]),
        "Uniform": (data["Uniform"].min(), data["Uniform"].max()),
        "Exponential": (1 / stats.expon.fit(data["Exponential"], floc=0)[1],),
        "Poisson": (data["Poisson"].mean(),),
        "Geometric": (1 / (1 + data["Geometric"].mean()),),
    }
    shape, _, scale = stats.lognorm.fit(data["LogNormal"], floc=0)
    found["LogNormal"] = (math.log(scale), shape)
    shape, _, scale = stats.gamma.fit(data["Gamma"], floc=0)
    found["Gamma"] = (shape, 1 / scale)
    x = data["Weibull"]
    gap = lambda k: (x**k * np.log(x)).sum() / (x**k).sum() - 1 / k - np.log(x).mean()
    shape = scipy.optimize.brentq(gap, 0.1, 10)
    found["Weibull"] = (shape, (x**shape).mean() ** (1 / shape))
    found["Beta"] = stats.beta.fit(data["Beta"], floc=0, fscale=1)[:2]
    x = data["NegativeBinomial"]
    minus = lambda r: -stats.nbinom.logpmf(x, r, r / (r + x.mean())).sum()
    best = scipy.optimize.minimize_scalar(minus, bounds=(0.01, 20), method="bounded",
                                          options={"xatol": 1e-10})
    found["NegativeBinomial"] = (best.x, best.x / (best.x + x.mean()))
    return [
        {"name": n, "x": [float(v) for v in data[n]], "parameters": [float(p) for p in found[n]]}
        for n in data
    ]


tables = [table(*row) for row in ROWS]
golden = {"made_by": f"distribution.py, SciPy {scipy.__version__}", "tables": tables, "fits": fits()}
OUT.write_text(json.dumps(golden, indent=1) + "\n")
