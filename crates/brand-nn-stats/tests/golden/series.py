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
from statsmodels.tsa.statespace.structural import UnobservedComponents
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


def local_level(y, x, ahead, season, variances):
    known = {"seasonal": season} if season > 1 else {}
    if x.shape[1]:
        known |= {"exog": x, "mle_regression": False}
    model = UnobservedComponents(y, level="llevel", use_exact_diffuse=True, **known)
    params = variances[:2] + (variances[2:] if season > 1 else [])
    followed = model.smooth(params)
    next_ = followed.get_forecast(len(ahead), **({"exog": ahead} if x.shape[1] else {}))
    return {
        "y": y.tolist(), "x": x.tolist(), "columns": x.shape[1], "ahead": ahead.tolist(), "period": season,
        "variances": dict(zip(["observation", "level", "season"], variances)),
        "log_likelihood": float(model.loglike(params)), "best": float(model.fit(disp=0).llf),
        "mean": next_.predicted_mean.tolist(), "variance": (next_.se_mean ** 2).tolist(),
    }


x = rng.normal(size=(44, 2)).round(3)
level = 20 + rng.normal(size=44).cumsum() * 0.4
season = np.tile([2.0, -1.0, 0.5, -1.5], 11)
z = (level + x @ [1.5, -0.8] + rng.normal(size=44) * 0.7).round(3)
levels = [local_level(z[:36], x[:36, :0], x[36:, :0], 1, [0.5, 0.16, 0.0]),
          local_level(z[:36], x[:36], x[36:], 1, [0.5, 0.16, 0.0]),
          local_level((z + season)[:36], x[:36], x[36:], 4, [0.4, 0.1, 0.05]),
          local_level((z + season)[:36], x[:36, :1], x[36:, :1], 4, [0.4, 0.0, 0.0])]
golden = {
    "made_by": f"series.py, statsmodels {statsmodels.__version__}",
    "walk": walk.tolist(), "acf": acf(walk, nlags=12).tolist(),
    "pacf": pacf(walk, nlags=12, method="ldb").tolist(),
    "ljung_box": [float(test.lb_stat.iloc[0]), float(test.lb_pvalue.iloc[0])],
    "levels": levels,
    "smoothed": [smoothed(y, *row, 6) for row in rows],
}
OUT.write_text(json.dumps(golden).replace('}, {', '},\n{') + "\n")
print(OUT.stat().st_size)
