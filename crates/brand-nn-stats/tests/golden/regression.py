"""Makes regression.json: regressions with scikit-learn and statsmodels.

    pip install numpy scikit-learn statsmodels
    python regression.py
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
import statsmodels
import statsmodels.api as sm
from sklearn import linear_model as lm

warnings.filterwarnings("ignore")
OUT = Path(__file__).with_name("regression.json")
rng = np.random.default_rng(20260303)
CASES = []


def plain(x):
    return x.tolist() if isinstance(x, (np.ndarray, np.generic)) else x


def case(kind, value, **inputs):
    inputs = {k: plain(v) for k, v in inputs.items()}
    CASES.append({"kind": kind, **inputs, "value": {k: plain(v) for k, v in value.items()}})


def ones(x, intercept):
    return np.column_stack([np.ones(len(x)), x]) if intercept else x


def linear(x, y):
    new = rng.normal(size=(3, x.shape[1])).round(3)
    for intercept in [True, False]:
        r = sm.OLS(y, ones(x, intercept)).fit()
        p = r.get_prediction(ones(new, intercept)).conf_int(obs=True, alpha=0.1)
        value = {
            "parameters": r.params, "errors": r.bse, "p_values": r.pvalues[intercept:],
            "intervals": r.conf_int(0.1)[intercept:], "r2": r.rsquared,
            "adjusted_r2": r.rsquared_adj, "f_p": r.f_pvalue, "noise": r.scale, "prediction": p,
        }
        case("linear", value, x=x, y=y, new=new, intercept=intercept)
        for penalty in [0.1, 10.0]:
            r = lm.Ridge(alpha=penalty, fit_intercept=intercept, tol=1e-12).fit(x, y)
            case("ridge", {"intercept": r.intercept_, "coefficients": r.coef_}, x=x, y=y,
                 penalty=penalty, intercept=intercept)
        for penalty, share in [(0.1, 1.0), (0.5, 0.3), (0.02, 0.7), (5.0, 1.0)]:
            r = lm.ElasticNet(alpha=penalty, l1_ratio=share, fit_intercept=intercept, tol=1e-14,
                              max_iter=1000000).fit(x, y)
            case("elastic_net", {"intercept": r.intercept_, "coefficients": r.coef_}, x=x, y=y,
                 penalty=penalty, share=share, intercept=intercept)


def logistic(x, eta):
    y = (rng.random(len(x)) < 1 / (1 + np.exp(-eta))).astype(int)
    for intercept in [True, False]:
        r = sm.Logit(y, ones(x, intercept)).fit(disp=0, method="newton", tol=1e-14, maxiter=100)
        value = {"parameters": r.params, "errors": r.bse, "log_likelihood": r.llf,
                 "p_values": r.pvalues[intercept:], "intervals": r.conf_int(0.1)[intercept:]}
        case("logistic", value, x=x, y=y, intercept=intercept)
        for c in [0.05, 1.0, 100.0]:
            r = lm.LogisticRegression(C=c, fit_intercept=intercept, tol=1e-12, max_iter=100000,
                                      solver="newton-cholesky").fit(x, y)
            value = {"parameters": np.append(r.intercept_, r.coef_[0]) if intercept else r.coef_[0]}
            case("logistic", value, x=x, y=y, c=c, intercept=intercept)


def poisson(x, eta):
    y = rng.poisson(np.exp(eta / 2)).astype(float)
    exposure = rng.uniform(0.5, 3, len(x)).round(3)
    for exposed in [np.ones(len(x)), exposure]:
        r = sm.GLM(y, ones(x, True), family=sm.families.Poisson(), exposure=exposed).fit(tol=1e-14)
        value = {"parameters": r.params, "errors": r.bse, "log_likelihood": r.llf}
        case("poisson", value, x=x, y=y, exposure=exposed, penalty=0.0)
    for penalty in [0.01, 1.0]:
        r = lm.PoissonRegressor(alpha=penalty, tol=1e-12, max_iter=10000, solver="newton-cholesky")
        r = r.fit(x, y)
        value = {"parameters": np.append(r.intercept_, r.coef_)}
        case("poisson", value, x=x, y=y, exposure=np.ones(len(x)), penalty=penalty)


def multinomial(x, eta):
    noise = rng.normal(size=len(x))
    y = np.digitize(eta + noise, [-1, 0.8])
    for c in [0.1, 1.0, 30.0]:
        for intercept in [True, False]:
            r = lm.LogisticRegression(C=c, tol=1e-12, max_iter=100000, solver="newton-cg",
                                      fit_intercept=intercept).fit(x, y)
            value = {"intercepts": r.intercept_ - r.intercept_.mean(), "coefficients": r.coef_,
                     "probabilities": r.predict_proba(x[:4])}
            case("multinomial", value, x=x, y=y, c=c, intercept=intercept)


for rows, cols in [(30, 2), (80, 5)]:
    x = (rng.normal(size=(rows, cols)) * rng.uniform(0.3, 3, cols) + 1).round(3)
    x[:, 1] = (x[:, 1] + 0.7 * x[:, 0]).round(3)
    slopes = rng.normal(size=cols)
    slopes[0] = 0
    eta = x @ slopes
    eta = (eta - eta.mean()) / eta.std() * 1.5
    linear(x, (eta + rng.normal(size=rows) + 2).round(3))
    logistic(x, eta)
    poisson(x, eta)
    multinomial(x, eta)

made_by = f"regression.py, scikit-learn {sklearn.__version__}, statsmodels {statsmodels.__version__}"
lines = ",\n".join(json.dumps(c) for c in CASES)
OUT.write_text(f'{{"made_by": "{made_by}",\n"cases": [\n{lines}\n]}}\n')
print(len(CASES), "cases", OUT.stat().st_size)
