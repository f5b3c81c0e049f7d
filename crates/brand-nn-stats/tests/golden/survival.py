"""Makes survival.json: curves, log-rank tests and Cox regressions with lifelines.

    pip install numpy pandas lifelines
    python survival.py
"""

import json
import warnings
from pathlib import Path

import lifelines
import numpy as np
import pandas as pd
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import concordance_index

warnings.filterwarnings("ignore")
OUT = Path(__file__).with_name("survival.json")
rng = np.random.default_rng(20260305)


def data(rows, cols, digits):
    x = rng.normal(size=(rows, cols)).round(3)
    rate = np.exp(x @ rng.normal(size=cols) * 0.6)
    time, end = rng.exponential(5 / rate), rng.uniform(1, 12, rows)
    seen = (time <= end).astype(int)
    return x, np.minimum(time, end).round(digits), seen, rng.integers(0, 3, rows)


def case(x, durations, seen, groups):
    km = lifelines.KaplanMeierFitter(alpha=0.1).fit(durations, seen)
    na = lifelines.NelsonAalenFitter(alpha=0.1, nelson_aalen_smoothing=False).fit(durations, seen)
    # The same variance without ties; with them lifelines has another one.
    plain_na = lifelines.NelsonAalenFitter(alpha=0.1).fit(durations, seen)
    untied = len(np.unique(durations)) == len(durations)
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(x.shape[1])])
    frame["t"], frame["e"] = durations, seen
    cox = lifelines.CoxPHFitter(alpha=0.1).fit(frame, "t", "e", fit_options={"precision": 1e-12})
    times = np.unique(durations)[[0, 3, 6]]  # between them lifelines draws lines, not steps
    tests = [multivariate_logrank_test(durations, groups, seen),
             multivariate_logrank_test(durations, groups > 0, seen)]
    drop = 0 if (durations == 0).any() else 1  # lifelines adds a time 0
    risk = (x[:, 0]).round(1)
    return {
        "x": x, "durations": durations, "events": seen, "groups": groups,
        "times": km.survival_function_.index[drop:], "survival": km.survival_function_.values[drop:, 0],
        "survival_intervals": km.confidence_interval_.values[drop:],
        "median": float(km.median_survival_time_),
        "restricted_mean": lifelines.utils.restricted_mean_survival_time(km, 4.0),
        "hazard": na.cumulative_hazard_.values[drop:, 0],
        "hazard_intervals": plain_na.confidence_interval_.values[drop:] if untied else None,
        "log_rank": [[t.test_statistic, t.p_value] for t in tests],
        "coefficients": cox.params_.values, "errors": cox.standard_errors_.values,
        "p_values": cox.summary["p"].values, "intervals": cox.confidence_intervals_.values,
        "log_likelihood": cox.log_likelihood_, "null": cox._ll_null_,
        "concordance": cox.concordance_index_,
        "baseline": cox.baseline_cumulative_hazard_.values[:, 0],
        "baseline_times": cox.baseline_cumulative_hazard_.index.values,
        "at": times, "predicted": cox.predict_survival_function(frame[:4], times).values.T,
        "risk": risk, "risk_concordance": concordance_index(durations, -risk, seen),
    }


def plain(x):
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    return x if x is None else np.asarray(x).tolist()


cases = [case(*data(40, 2, 3)), case(*data(90, 3, 0)), case(*data(25, 1, 1))]
assert cases[0]["hazard_intervals"] is not None
for c in cases:
    assert np.isfinite(c["median"])
made_by = f"survival.py, lifelines {lifelines.__version__}"
lines = ",\n".join(json.dumps(plain(c)) for c in cases)
OUT.write_text(f'{{"made_by": "{made_by}",\n"cases": [\n{lines}\n]}}\n')
print(OUT.stat().st_size)
