"""Makes tree.json: gradient-boosted trees with scikit-learn.

    pip install numpy scikit-learn
    python tree.py
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

OUT = Path(__file__).with_name("tree.json")
rng = np.random.default_rng(20260306)


def case(objective, missing, **settings):
    x = rng.normal(size=(240, 4)).round(2)
    x[:, 3] = rng.integers(0, 5, 240)
    eta = np.sin(2 * x[:, 0]) + x[:, 1] * (x[:, 3] > 2)
    if missing:
        hole = rng.random(240) < 0.3
        x[hole, 0] = np.nan
        eta[hole] += 1
    if objective == "Squared":
        y = (eta + rng.normal(size=240) * 0.2).round(3)
        model = HistGradientBoostingRegressor(early_stopping=False, **settings).fit(x, y)
        predicted = model.predict(x)
    elif objective == "Poisson":
        y = rng.poisson(np.exp(eta)).astype(float)
        model = HistGradientBoostingRegressor(loss="poisson", early_stopping=False, **settings).fit(x, y)
        predicted = model.predict(x)
    else:
        y = (rng.random(240) < 1 / (1 + np.exp(-2 * eta))).astype(float)
        model = HistGradientBoostingClassifier(early_stopping=False, **settings).fit(x, y)
        predicted = model.predict_proba(x)[:, 1]
    x = [[None if np.isnan(v) else v for v in row] for row in x.tolist()]
    return {"objective": objective, "settings": settings, "x": x, "y": y.tolist(),
            "predicted": predicted.tolist()}


cases = [
    case("Squared", False, max_iter=1, max_leaf_nodes=4),
    case("Squared", False, max_iter=30),
    case("Squared", True, max_iter=10, min_samples_leaf=5, max_leaf_nodes=8),
    case("Logistic", False, max_iter=15, l2_regularization=1.5),
    case("Logistic", True, max_iter=10, learning_rate=0.3),
    case("Poisson", False, max_iter=20),
    case("Poisson", True, max_iter=5),
]
lines = ",\n".join(json.dumps(c) for c in cases)
made_by = f"tree.py, scikit-learn {sklearn.__version__}"
OUT.write_text(f'{{"made_by": "{made_by}",\n"cases": [\n{lines}\n]}}\n')
print(OUT.stat().st_size)
