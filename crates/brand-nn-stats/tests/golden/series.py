"""Makes series.json: autocorrelations and exponential smoothing with statsmodels.

    pip install numpy statsmodels
    python series.py
"""

import json
import warnings
from pathlib import Path

import numpy as np
import statsmodels
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tsa.holtwinters import ExponentialSmoothing
from statsmodels.tsa.stattools import acf, pacf

warnings.filterwarnings("ignore")
OUT = Path(__file__).with_name("series.json")
rng = np.random.default_rng(20260307)
NAMES = {None: "None", "add": "Additive", "mul": "Multiplicative"}


def smoothed(y, trend, damped, seasonal, period):
    first = {"initial_level": y[0] * 0.9}
    if trend:
        first["initial_trend"] = 0.5
    if seasonal:
        season = np.linspace(-2, 2, period) if seasonal == "add" else np.linspace(0.8, 1.2, period)
        first["initial_seasonal"] = season
    model = ExponentialSmoothing(y, trend=trend, damped_trend=damped, seasonal=seasonal,
                                 seasonal_periods=period if seasonal else None,
                                 initialization_method="known", **first)
    settings = {"smoothing_level": 0.35}
    if trend:
        settings["smoothing_trend"] = 0.2
    if damped:
        settings["damping_trend"] = 0.9
    if seasonal:
        settings["smoothing_seasonal"] = 0.15
    r = model.fit(optimized=False, **settings)
    best = ExponentialSmoothing(y, trend=trend, damped_trend=damped, seasonal=seasonal,
                                seasonal_periods=period if seasonal else None,
                                initialization_method="heuristic").fit()
    return {
        "y": y.tolist(), "trend": "Damped" if damped else NAMES[trend], "seasonal": NAMES[seasonal],
        "period": period, "first": {"level": float(first["initial_level"]),
                                    "trend": first.get("initial_trend", 0.0),
                                    "seasons": list(map(float, first.get("initial_seasonal", [])))},
        "smoothing": {"level": 0.35, "trend": 0.2 if trend else 0.0,
                      "season": 0.15 if seasonal else 0.0, "damping": 0.9 if damped else 1.0},
        "fitted": r.fittedvalues.tolist(), # The sixth step would read a season that statsmodels did not renew with the last value.
        "forecast": r.forecast(5).tolist(),
        "best_sum_of_squares": float(best.sse),
    }


t = np.arange(36)
y = (30 + 0.8 * t + 4 * np.sin(t * np.pi / 3) + rng.normal(size=36)).round(2)
rows = [(None, False, None), ("add", False, None), ("add", True, None), (None, False, "add"),
        ("add", False, "add"), ("add", True, "add"), ("add", False, "mul"), ("add", True, "mul")]
walk = rng.normal(size=60).cumsum().round(3)
test = acorr_ljungbox(walk, lags=[7])
golden = {
    "made_by": f"series.py, statsmodels {statsmodels.__version__}",
    "walk": walk.tolist(), "acf": acf(walk, nlags=12).tolist(),
    "pacf": pacf(walk, nlags=12, method="ldb").tolist(),
    "ljung_box": [float(test.lb_stat.iloc[0]), float(test.lb_pvalue.iloc[0])],
    "smoothed": [smoothed(y, *row, 6) for row in rows],
}
OUT.write_text(json.dumps(golden).replace('}, {', '},\n{') + "\n")
print(OUT.stat().st_size)
