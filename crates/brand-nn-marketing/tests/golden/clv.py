"""Makes clv.json: most likely models with priors by SciPy, and long chains of Metropolis.

    pip install numpy scipy
    python clv.py
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

OUT = Path(__file__).with_name("clv.json")
rng = np.random.default_rng(20260311)
N = 250

# Customers of a BG/NBD world with r .6, alpha 5, a 1.2, b 3, and spends with p 6, q 4, v 15.
rate, leaving = rng.gamma(0.6, 1 / 5, N), rng.beta(1.2, 3, N)
age = rng.integers(20, 60, N).astype(float)
x, recency = np.zeros(N), np.zeros(N)
for i in range(N):
    t = 0.0
    while True:
        t += rng.exponential(1 / rate[i])
        if t > age[i]:
            break
        x[i], recency[i] = x[i] + 1, round(t, 2)
        if rng.random() < leaving[i]:
            break
recency = np.where(x > 0, np.maximum(recency, 0.01), 0.0)
scale = rng.gamma(4, 1 / 15, N)
spend = np.where(x > 0, np.round(rng.gamma(6 * np.maximum(x, 1)) / (scale * np.maximum(x, 1)), 2), 0.0)


def bg_nbd(p):
    r, alpha, a, b = p
    stays = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    left = np.where(x > 0, np.log(a / (b + np.maximum(x, 1) - 1)) - (r + x) * np.log(alpha + recency)
                    + betaln(a, b + x) - betaln(a, b), -np.inf)
    return np.sum(gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.logaddexp(stays, left))


def mbg_nbd(p):
    r, alpha, a, b = p
    base = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x + 1) - betaln(a, b)
    stays = -(r + x) * np.log(alpha + age)
    left = np.log(a / (b + x)) - (r + x) * np.log(alpha + recency)
    return np.sum(base + np.logaddexp(stays, left))


again = x > 0


def gamma_gamma(p):
    p, q, v = p
    n, m = x[again], spend[again]
    return np.sum(gammaln(p * n + q) - gammaln(p * n) - gammaln(q) + q * np.log(v)
                  + (p * n - 1) * np.log(m) + p * n * np.log(n) - (p * n + q) * np.log(n * m + v))


def prior(kind):
    name, one, two = kind
    if name == "log_normal":
        return lambda v: -0.5 * (np.log(v / one) / two) ** 2 - np.log(v)
    if name == "gamma":
        return lambda v: (one - 1) * np.log(v) - two * v
    return lambda v: -0.5 * (v / one) ** 2


def most_likely(ll, priors, start):
    def loss(free):
        p = np.exp(free)
        return -(ll(p) + sum(prior(k)(v) for k, v in zip(priors, p)))
    best = min((minimize(loss, np.log(start), method=m, options={"maxiter": 40000, **o})
                for m, o in [("Nelder-Mead", {"xatol": 1e-10, "fatol": 1e-12}), ("BFGS", {"gtol": 1e-9})]),
               key=lambda r: r.fun)
    return np.exp(best.x), -best.fun


def metropolis(ll, priors, mode, count):
    """Draws of ln p; the mean, the deviation and the quantiles .025 and .975 of p."""
    def target(free):
        p = np.exp(free)
        return ll(p) + sum(prior(k)(v) for k, v in zip(priors, p)) + free.sum()
    at = np.log(mode)
    now, cov, kept = target(at), np.eye(len(at)) * 0.01, []
    for phase, steps in [(0, 4000), (1, 8000), (2, count)]:
        root, seen = np.linalg.cholesky(cov) * 2.38 / np.sqrt(len(at)), []
        for _ in range(steps):
            step = at + root @ rng.normal(size=len(at))
            then = target(step)
            if np.log(rng.random()) < then - now:
                at, now = step, then
            seen.append(at)
        kept = np.array(seen)
        cov = np.cov(kept.T)
    p = np.exp(kept)
    return {"mean": p.mean(0).tolist(), "deviation": p.std(0).tolist(),
            "low": np.quantile(p, 0.025, axis=0).tolist(),
            "high": np.quantile(p, 0.975, axis=0).tolist()}


LOG = [("log_normal", 1.0, 1.0), ("log_normal", 6.0, 1.0), ("log_normal", 1.0, 1.0), ("log_normal", 3.0, 1.0)]
HALF = [("half_normal", 2.0, 0.0)] * 4
SPEND = [("gamma", 2.0, 0.4), ("gamma", 2.0, 0.5), ("log_normal", 15.0, 1.0)]
rows = [("bg_nbd", bg_nbd, LOG, [1, 5, 1, 2]), ("mbg_nbd", mbg_nbd, HALF, [1, 5, 1, 2]),
        ("gamma_gamma", gamma_gamma, SPEND, [6, 4, 15])]
cases = []
for name, ll, priors, start in rows:
    mode, value = most_likely(ll, priors, np.array(start, float))
    assert value >= ll(mode) + sum(prior(k)(v) for k, v in zip(priors, mode)) - 1e-9
    case = {"model": name, "priors": priors, "mode": mode.tolist(), "log_likelihood": float(ll(mode))}
    if name != "mbg_nbd":
        case["posterior"] = metropolis(ll, priors, mode, 120_000)
    cases.append(case)

# Donors of a BG/BB world with alpha 1.2, beta .75, gamma .66, delta 2.8, by six occasions.
OCCASIONS, DONORS = 6, 500
coming, ending = rng.beta(1.2, 0.75, DONORS), rng.beta(0.66, 2.8, DONORS)
histories = {}
for i in range(DONORS):
    count = last = 0
    for occasion in range(1, OCCASIONS + 1):
        if rng.random() < ending[i]:
            break
        if rng.random() < coming[i]:
            count, last = count + 1, occasion
    histories[count, last] = histories.get((count, last), 0) + 1
donors = sorted([count, last, OCCASIONS, many] for (count, last), many in histories.items())
active = [1000, 631, 468, 382, 326, 289, 262, 241]


def bg_bb(p):
    alpha, beta, gamma, delta = p
    total = 0.0
    for count, last, n, many in donors:
        ends = np.arange(last, n)
        paths = np.append(betaln(alpha + count, beta + ends - count) + betaln(gamma + 1, delta + ends),
                          betaln(alpha + count, beta + n - count) + betaln(gamma, delta + n))
        total += many * np.logaddexp.reduce(paths - betaln(alpha, beta) - betaln(gamma, delta))
    return total


def shifted_beta_geometric(p):
    alpha, beta = p
    chance, total, survival = alpha / (alpha + beta), 0.0, 1.0
    for t in range(1, len(active)):  # the paper's recursion, without beta functions
        chance = chance if t == 1 else chance * (beta + t - 2) / (alpha + beta + t - 1)
        total += (active[t - 1] - active[t]) * np.log(chance)
        survival -= chance
    return total + active[-1] * np.log(survival)


ONE = [("log_normal", 1.0, 0.7), ("log_normal", 1.0, 0.7), ("gamma", 2.0, 2.0), ("half_normal", 4.0, 0.0)]
for name, ll, priors, start in [("bg_bb", bg_bb, ONE, [1, 1, 1, 3]),
                                ("shifted_beta_geometric", shifted_beta_geometric, LOG[:1] * 2, [1, 1])]:
    mode, _ = most_likely(ll, priors, np.array(start, float))
    cases.append({"model": name, "priors": priors, "mode": mode.tolist(), "log_likelihood": float(ll(mode)),
                  "posterior": metropolis(ll, priors, mode, 60_000)})
data = {"frequency": x.tolist(), "recency": recency.tolist(), "age": age.tolist(), "spend": spend.tolist(),
        "donors": donors, "active": active}
OUT.write_text(json.dumps({"data": data, "cases": cases}) + "\n")
