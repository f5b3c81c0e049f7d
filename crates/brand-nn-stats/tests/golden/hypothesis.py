"""Makes hypothesis.json: tests, intervals and sizes with SciPy and statsmodels.

    pip install numpy scipy statsmodels
    python hypothesis.py
"""

import json
import math
from pathlib import Path

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats import multitest, power, proportion

OUT = Path(__file__).with_name("hypothesis.json")
ALTERNATIVES = {"TwoSided": "two-sided", "Less": "less", "Greater": "greater"}
SHORT = {"TwoSided": "two-sided", "Less": "smaller", "Greater": "larger"}
rng = np.random.default_rng(20260302)
CASES = []


def plain(x):
    if isinstance(x, (np.ndarray, np.generic)):
        x = x.tolist()
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    return float(x) if isinstance(x, (int, float)) else x


def case(kind, value, **inputs):
    CASES.append({"kind": kind, **{k: plain(v) for k, v in inputs.items()}, "value": plain(value)})


def proportions():
    rows = [(200, 4000, 250, 4000), (3, 40, 9, 38), (0, 12, 4, 15), (7, 9, 30, 31), (50, 100, 60, 100)]
    for k, m, l, n in rows:
        for ours, theirs in ALTERNATIVES.items():
            z, p = proportion.proportions_ztest([k, l], [m, n], alternative=SHORT[ours])
            case("two_proportion_z_test", [z, p], counts=[k, m, l, n], alternative=ours)
            p = stats.fisher_exact([[k, m - k], [l, n - l]], theirs)[1]
            case("fisher_exact_test", p, counts=[k, m, l, n], alternative=ours)
        low, high = proportion.confint_proportions_2indep(k, m, l, n, method="newcomb")
        case("newcombe", [low, high], counts=[k, m, l, n], level=0.95)
        for level in [0.9, 0.95]:
            for ours, theirs in [("wilson", "wilson"), ("clopper_pearson", "beta")]:
                interval = proportion.proportion_confint(k, m, 1 - level, theirs)
                case(ours, interval, counts=[k, m], level=level)
    for k, n, p in [(9, 10, 0.5), (3, 40, 0.2), (0, 7, 0.3), (7, 7, 0.3), (210, 4000, 0.05), (20, 40, 0.5),
                    (8, 40, 0.2), (9, 40, 0.2)]:
        for ours, theirs in ALTERNATIVES.items():
            value = stats.binomtest(k, n, p, theirs).pvalue
            case("binomial_test", value, counts=[k, n], probability=p, alternative=ours)


def means():
    for m, n in [(2, 2), (5, 9), (30, 20)]:
        a, b = rng.normal(1, 1, m).round(3), rng.normal(1.5, 3, n).round(3)
        for ours, theirs in ALTERNATIVES.items():
            for kind, equal in [("welch_t_test", False), ("pooled_t_test", True)]:
                r = stats.ttest_ind(a, b, equal_var=equal, alternative=theirs)
                both = stats.ttest_ind(a, b, equal_var=equal).confidence_interval(0.9)
                value = [r.statistic, r.df, r.pvalue, both.low, both.high]
                case(kind, value, a=a, b=b, alternative=ours)
            r = stats.ttest_rel(a[:m], b[:m], alternative=theirs) if m <= n else None
            if r:
                both = stats.ttest_rel(a[:m], b[:m]).confidence_interval(0.9)
                value = [r.statistic, r.df, r.pvalue, both.low, both.high]
                case("paired_t_test", value, a=a, b=b[:m], alternative=ours)
            r = stats.mannwhitneyu(a, b, alternative=theirs)
            case("mann_whitney_u_test", [r.statistic, r.pvalue], a=a, b=b, alternative=ours)
            r = stats.mannwhitneyu(a.round(0), b.round(0), alternative=theirs)
            case("mann_whitney_u_test", [r.statistic, r.pvalue], a=a.round(0), b=b.round(0),
                 alternative=ours)
    for sizes in [(3, 4), (10, 2, 7), (5, 5, 5, 5)]:
        groups = [rng.normal(i, 2, n).round(1) for i, n in enumerate(sizes)]
        case("anova", list(stats.f_oneway(*groups)), groups=groups)
        case("kruskal_wallis_test", list(stats.kruskal(*groups)), groups=groups)


def counts():
    for observed, shares in [([10, 20, 30], [1, 2, 3.5]), ([5000, 5250], [1, 1]), ([0, 3, 4, 9], [1, 1, 1, 2])]:
        expected = np.array(shares) / sum(shares) * sum(observed)
        r = stats.chisquare(observed, expected)
        case("chi_squared_fit_test", [r.statistic, r.pvalue], observed=observed, shares=shares)
    for table in [[[200, 3800], [250, 3750]], [[3, 4, 5], [9, 1, 2]], [[1, 2], [3, 4], [50, 6]]]:
        r = stats.chi2_contingency(table, correction=False)
        case("chi_squared_independence_test", [r.statistic, r.dof, r.pvalue], table=table)


def sizes():
    for ours in ["TwoSided", "Greater"]:
        for effect, alpha, wanted in [(0.5, 0.05, 0.8), (0.1, 0.01, 0.9), (1.5, 0.05, 0.95), (0.02, 0.1, 0.7)]:
            design = [alpha, wanted]
            t = power.TTestIndPower()
            n = t.solve_power(effect, None, alpha, wanted, alternative=SHORT[ours])
            case("size_for_means", n, effect=effect, design=design, alternative=ours)
            # The sum of both tails: an effect in the wrong direction is seen as well.
            for size in [3, 40, 900]:
                df, nc = 2 * size - 2, effect * math.sqrt(size / 2)
                critical = stats.t.isf(alpha / (2 if ours == "TwoSided" else 1), df)
                value = stats.nct.sf(critical, df, nc)
                value += stats.nct.cdf(-critical, df, nc) if ours == "TwoSided" else 0
                if math.isfinite(value) and value < 1 - 1e-9:
                    case("power_for_means", value, effect=effect, design=design, alternative=ours, size=size)
        for a, b in [(0.1, 0.12), (0.5, 0.3), (0.01, 0.013)]:
            if ours == "TwoSided":
                z, q = stats.norm.isf(0.025), stats.norm.isf(0.2)
                mean = (a + b) / 2
                n = ((z * math.sqrt(2 * mean * (1 - mean)) + q * math.sqrt(a - a * a + b - b * b)) / (a - b)) ** 2
                case("size_for_proportions", n, rates=[a, b])
                h = proportion.proportion_effectsize(a, b)
                n = power.NormalIndPower().solve_power(h, None, 0.05, 0.8)
                case("size_for_proportions_arcsine", n, rates=[a, b])


def corrections():
    names = {"Bonferroni": "bonferroni", "Holm": "holm", "BenjaminiHochberg": "fdr_bh",
             "BenjaminiYekutieli": "fdr_by"}
    for p in [[0.01, 0.04, 0.03], [0.5], rng.random(12).round(3) ** 2, [0, 1, 0.02, 0.02]]:
        for ours, theirs in names.items():
            case("correction", multitest.multipletests(p, method=theirs)[1], p=p, correction=ours)


for family in [proportions, means, counts, sizes, corrections]:
    family()
for c in CASES:
    flat = np.concatenate([np.ravel(np.asarray(c["value"], float))])
    assert np.isfinite(flat).all(), c
lines = ",\n".join(json.dumps(c) for c in CASES)
made_by = f"hypothesis.py, SciPy {scipy.__version__}, statsmodels {statsmodels.__version__}"
OUT.write_text(f'{{"made_by": "{made_by}",\n"cases": [\n{lines}\n]}}\n')
print(len(CASES), "cases")
