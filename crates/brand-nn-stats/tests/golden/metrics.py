"""Makes metrics.json: every metric by an outside package, or by its formula in NumPy.

    pip install numpy scipy scikit-learn sacrebleu rouge-score nltk pandas
    pip install --no-deps scikit-uplift
    python metrics.py
"""

import json
import math
import warnings
from pathlib import Path

import nltk
import numpy as np
import sacrebleu
import scipy
import sklearn
from rouge_score.rouge_scorer import RougeScorer
from scipy import stats
from sklearn import metrics
from sklift.metrics import qini_auc_score, qini_curve, uplift_at_k, uplift_curve

warnings.filterwarnings("ignore")
OUT = Path(__file__).with_name("metrics.json")
MADE_BY = (
    f"metrics.py, scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, "
    f"sacreBLEU {sacrebleu.__version__}, rouge-score 0.1.2, NLTK {nltk.__version__}, "
    "scikit-uplift 0.5.1"
)
ABOUT = (
    "A case has the kind of metric, its inputs and settings by name, and the value: a number or a "
    "list. Predictions are `p`, targets `t`, labels of yes and no 0 and 1, weights `w`; matrices "
    "are row-major."
)
rng = np.random.default_rng(20260105)
CASES = []


def plain(value):
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    assert not isinstance(value, float) or math.isfinite(value), value
    return value


def case(kind, value, **inputs):
    CASES.append({"kind": kind, **{k: plain(v) for k, v in inputs.items()}, "value": plain(value)})


def classes():
    for n, k in [(1, 2), (7, 2), (40, 2), (40, 3), (60, 5)]:
        t = rng.integers(0, k, n)
        p = np.where(rng.random(n) < 0.6, t, rng.integers(0, k, n))
        w = (rng.random(n) * 3).round(2)
        case("accuracy", metrics.accuracy_score(t, p), p=p, t=t)
        case("accuracy", metrics.accuracy_score(t, p, sample_weight=w), p=p, t=t, w=w)
        recalls = [(p[t == c] == c).mean() for c in np.unique(t)]
        case("balanced_accuracy", np.mean(recalls), p=p, t=t)
        case("mcc", metrics.matthews_corrcoef(t, p), p=p, t=t)
        matrix = metrics.confusion_matrix(t, p, labels=range(max(t.max(), p.max()) + 1))
        case("confusion_matrix", matrix.ravel(), p=p, t=t)
        averages = ["macro", "micro", "weighted"] + (["binary"] if k == 2 else [])
        for average in averages:
            for weights in [None, w]:
                extra = {} if weights is None else {"w": weights}
                args = {"average": average, "sample_weight": weights, "zero_division": 0}
                inputs = {"p": p, "t": t, "average": average, **extra}
                case("precision", metrics.precision_score(t, p, **args), **inputs)
                case("recall", metrics.recall_score(t, p, **args), **inputs)
                case("f1", metrics.f1_score(t, p, **args), **inputs)
                for beta in [0.5, 2.0]:
                    value = metrics.fbeta_score(t, p, beta=beta, **args)
                    case("f_beta", value, beta=beta, **inputs)
        if n > 1:
            for weights in [None, "linear", "quadratic"]:
                value = metrics.cohen_kappa_score(p, t, weights=weights)
                case("cohen_kappa", value, p=p, t=t, weights=weights or "plain")
        if k > 2:
            scores = rng.normal(size=(n, k))
            for top in [1, 2]:
                value = metrics.top_k_accuracy_score(t, scores, k=top, labels=range(k))
                case("top_k_accuracy", value, p=scores.ravel(), t=t, classes=k, k=top)
            rows = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
            inputs = {"p": rows.ravel(), "t": t, "classes": k}
            case("log_loss_classes", metrics.log_loss(t, rows, labels=range(k)), **inputs)
            case("brier_score_classes", ((rows - np.eye(k)[t]) ** 2).sum(1).mean(), **inputs)


def binned(p, t, edges):
    """Probability, frequency and rows of the bins between edges, upper edges included."""
    ids = np.searchsorted(edges[1:-1], p)
    return [(p[ids == b].mean(), t[ids == b].mean(), int((ids == b).sum())) for b in np.unique(ids)]


def scored():
    for n, digits in [(2, 3), (12, 1), (50, 1), (80, 3)]:
        t = rng.integers(0, 2, n)
        t[:2] = [0, 1]
        p = np.clip(0.3 * t + 0.7 * rng.random(n), 0, 1).round(digits)
        w = (rng.random(n) + 0.1).round(2)
        for weights in [None, w]:
            extra = {} if weights is None else {"w": weights}
            inputs = {"p": p, "t": t, **extra}
            args = {"sample_weight": weights}
            case("roc_auc", metrics.roc_auc_score(t, p, **args), **inputs)
            case("average_precision", metrics.average_precision_score(t, p, **args), **inputs)
            case("log_loss", metrics.log_loss(t, p, labels=[0, 1], **args), **inputs)
            case("brier_score", metrics.brier_score_loss(t, p, **args), **inputs)
        case("gini", 2 * metrics.roc_auc_score(t, p) - 1, p=p, t=t)
        case("ks_statistic", stats.ks_2samp(p[t == 1], p[t == 0]).statistic, p=p, t=t)
        fpr, tpr, threshold = metrics.roc_curve(t, p, drop_intermediate=False)
        case("roc_curve", np.r_[fpr, tpr, threshold[1:]], p=p, t=t)
        precision, recall, threshold = metrics.precision_recall_curve(t, p)
        curve = np.r_[precision[::-1], recall[::-1], threshold[::-1]]
        # scikit-learn's curve is from the lowest threshold up.
        case("precision_recall_curve", curve, p=p, t=t)
        reached = np.r_[0, [(p >= s).mean() for s in np.unique(p)[::-1]]]
        gain = np.r_[0, [t[p >= s].sum() / t.sum() for s in np.unique(p)[::-1]]]
        case("gain_curve", np.r_[reached, gain], p=p, t=t)
        for share in [0.1, 0.35]:
            at = np.interp(share, reached, gain)
            case("gain_at", at, p=p, t=t, share=share)
            case("lift_at", at / share, p=p, t=t, share=share)
        group = rng.integers(0, 5, n)
        mixed = [g for g in np.unique(group) if len(set(t[group == g])) == 2]
        if mixed:
            aucs = [metrics.roc_auc_score(t[group == g], p[group == g]) for g in mixed]
            sizes = [(group == g).sum() for g in mixed]
            case("grouped_auc", np.average(aucs, weights=sizes), p=p, t=t, group=group)
        for bins in [1, 4, 10]:
            for strategy in ["uniform", "quantile"]:
                edges = np.linspace(0, 1, bins + 1)
                edges = np.percentile(p, edges * 100) if strategy == "quantile" else edges
                rows = binned(p, t, edges)
                came, said = calibration(t, p, bins, strategy)
                assert np.allclose(came, [r[1] for r in rows]) and np.allclose(said, [r[0] for r in rows])
                case("calibration_curve", np.ravel(rows), p=p, t=t, bins=bins, strategy=strategy)
            rows = binned(p, t, np.linspace(0, 1, bins + 1))
            error = sum(r[2] * abs(r[1] - r[0]) for r in rows) / n
            case("expected_calibration_error", error, p=p, t=t, bins=bins)


def calibration(t, p, bins, strategy):
    from sklearn.calibration import calibration_curve

    return calibration_curve(t, p, n_bins=bins, strategy=strategy)


def numbers():
    for n in [1, 2, 9, 40]:
        t = rng.gamma(2.0, 3.0, n).round(2) + 0.01
        p = (t * np.exp(rng.normal(0, 0.4, n))).round(2) + 0.01
        w = (rng.random(n) + 0.1).round(2)
        case("mae", metrics.mean_absolute_error(t, p), p=p, t=t)
        case("mse", metrics.mean_squared_error(t, p), p=p, t=t)
        case("mae", metrics.mean_absolute_error(t, p, sample_weight=w), p=p, t=t, w=w)
        case("mse", metrics.mean_squared_error(t, p, sample_weight=w), p=p, t=t, w=w)
        case("rmse", metrics.root_mean_squared_error(t, p), p=p, t=t)
        case("median_absolute_error", metrics.median_absolute_error(t, p), p=p, t=t)
        case("mape", metrics.mean_absolute_percentage_error(t, p), p=p, t=t)
        case("smape", np.mean(2 * abs(p - t) / (abs(p) + abs(t))), p=p, t=t)
        if n > 1:
            case("r2", metrics.r2_score(t, p), p=p, t=t)
            case("explained_variance", metrics.explained_variance_score(t, p), p=p, t=t)
        for q in [0.1, 0.5, 0.9]:
            case("pinball", metrics.mean_pinball_loss(t, p, alpha=q), p=p, t=t, quantile=q)
        counts = rng.poisson(p)
        for power in [0.0, 1.0, 1.5, 1.9, 2.0, 3.0]:
            of = counts if 1 <= power < 2 else t
            value = metrics.mean_tweedie_deviance(of, p, power=power)
            case("tweedie_deviance", value, p=p, t=of.astype(float), power=power)
        value = metrics.mean_poisson_deviance(counts, p)
        case("poisson_deviance", value, p=p, t=counts.astype(float))
        history = np.cumsum(rng.normal(size=30).round(2))
        for season in [1, 7]:
            step = history[season:] - history[:-season]
            inputs = {"p": p, "t": t, "history": history, "season": season}
            case("mase", abs(p - t).mean() / abs(step).mean(), **inputs)
            case("rmsse", math.sqrt(((p - t) ** 2).mean() / (step**2).mean()), **inputs)
        for members in [1, 2, 11]:
            x = (p[:, None] + rng.normal(size=(n, members))).round(3)
            apart = abs(x[:, :, None] - x[:, None, :]).mean((1, 2))
            value = (abs(x - t[:, None]).mean(1) - apart / 2).mean()
            case("crps_ensemble", value, p=x.ravel(), t=t)
        sigma = rng.random(n) + 0.3
        z = (t - p) / sigma
        inner = z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / math.sqrt(math.pi)
        case("crps_gaussian", (sigma * inner).mean(), p=p, sigma=sigma, t=t)
        low, high = p - sigma, p + 2 * sigma
        case("interval_coverage", ((low <= t) & (t <= high)).mean(), low=low, high=high, t=t)
        missed = np.maximum(low - t, 0) + np.maximum(t - high, 0)
        value = (high - low + 2 / 0.2 * missed).mean()
        case("interval_score", value, low=low, high=high, t=t, level=0.8)


def rankings():
    for users, items, k in [(1, 5, 1), (6, 12, 3), (15, 30, 10)]:
        lists = [rng.permutation(items)[: rng.integers(1, items)].tolist() for _ in range(users)]
        wanted = [rng.permutation(items)[: rng.integers(1, 6)].tolist() for _ in range(users)]
        hits = [[int(i in r) for i in l[:k]] for l, r in zip(lists, wanted)]
        sizes = [len(r) for r in wanted]
        inputs = {"p": lists, "t": wanted, "k": k}
        case("hit_rate", np.mean([any(h) for h in hits]), **inputs)
        case("recall_at_k", np.mean([sum(h) / s for h, s in zip(hits, sizes)]), **inputs)
        case("precision_at_k", np.mean([sum(h) / k for h in hits]), **inputs)
        first = [1 / (h.index(1) + 1) if any(h) else 0.0 for h in hits]
        case("mean_reciprocal_rank", np.mean(first), **inputs)
        found = [sum(sum(h[: i + 1]) / (i + 1) for i in range(len(h)) if h[i]) for h in hits]
        case("map_at_k", np.mean([f / min(k, s) for f, s in zip(found, sizes)]), **inputs)
        ndcg = []
        for ranked, relevant in zip(lists, wanted):
            scores = np.full(items, -1.0)
            scores[ranked] = np.arange(len(ranked), 0, -1)
            # What is not in the list comes after all places.
            gains = np.isin(np.arange(items), relevant).astype(float)
            shown = np.where(scores > 0, gains, 0.0)
            best = metrics.dcg_score([gains], [gains], k=k)
            ndcg.append(metrics.dcg_score([shown], [scores], k=k) / best)
        case("ndcg_at_k", np.mean(ndcg), **inputs)
        gains = rng.integers(0, 4, items).astype(float)
        gains[0] = 3
        for scores in [rng.normal(size=items), rng.integers(0, 3, items).astype(float)]:
            value = metrics.ndcg_score([gains], [scores], k=k)
            case("ndcg_of_scores", value, p=scores, t=gains, k=k)
        shown = [i for l in lists for i in l]
        popularity = rng.random(items)
        case("catalogue_coverage", len(set(shown)) / items, p=lists, items=items)
        case("average_popularity", popularity[shown].mean(), p=lists, popularity=popularity)
        amounts = rng.gamma(0.5, 1.0, items)
        apart = abs(amounts[:, None] - amounts[None, :]).mean()
        case("gini_index", apart / (2 * amounts.mean()), p=amounts)
        case("entropy", stats.entropy(amounts), p=amounts)


WORDS = ["the", "cat", "dog", "sat", "ran", "on", "a", "mat", "and", "slept"]


def sentence(longest=12):
    return [WORDS[i] for i in rng.integers(0, len(WORDS), rng.integers(4, longest))]


def changed(words):
    """A copy with some words replaced, dropped or doubled."""
    out = []
    for word in words:
        kind = rng.integers(0, 8)
        out += [[word, word], [], [WORDS[rng.integers(0, len(WORDS))]]][kind] if kind < 3 else [word]
    return out or words


def texts():
    for n, refs in [(1, 1), (4, 1), (6, 2)]:
        references = [[sentence() for _ in range(refs)] for _ in range(n)]
        candidates = [changed(r[0]) for r in references]
        joined = [" ".join(c) for c in candidates]
        streams = [[" ".join(r[i]) for r in references] for i in range(refs)]
        smoothings = [("none", None), ("floor", 0.1), ("add-k", 1.0), ("exp", None)]
        for order in [1, 2, 4]:
            for method, value in smoothings:
                bleu = sacrebleu.BLEU(
                    tokenize="none", smooth_method=method, smooth_value=value, max_ngram_order=order,
                    effective_order=False,
                )
                score = bleu.corpus_score(joined, streams).score / 100
                case("bleu", score, p=candidates, t=references, order=order, smoothing=method,
                     amount=value or 0.0)
        scorer = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
        for candidate, reference in zip(candidates, references):
            scores = scorer.score(" ".join(reference[0]), " ".join(candidate))
            for kind in ["rouge1", "rouge2", "rougeL"]:
                case(kind, list(scores[kind]), p=candidate, t=reference[0])
        edits = sum(nltk.edit_distance(c, r[0]) for c, r in zip(candidates, references))
        case("word_error_rate", edits / sum(len(r[0]) for r in references),
             p=joined, t=streams[0])
        edits = sum(nltk.edit_distance(c, r) for c, r in zip(joined, streams[0]))
        case("character_error_rate", edits / sum(map(len, streams[0])), p=joined, t=streams[0])
        for order in [1, 2]:
            runs = [g for c in candidates for g in nltk.ngrams(c, order)]
            case("distinct_n", len(set(runs)) / len(runs), p=candidates, n=order)
        logs = np.log(rng.random(20))
        case("perplexity", math.exp(-logs.mean()), p=logs)
    for a, b in [("kitten", "sitting"), ("", "abc"), ("店铺很好", "店很好吃"), ("flaw", "lawn"), ("", "")]:
        case("edit_distance", float(nltk.edit_distance(a, b)), p=a, t=b)


def clusters():
    for n, d, k in [(6, 1, 2), (40, 3, 4), (60, 2, 5)]:
        names = rng.integers(0, k, n)
        names[:k] = range(k)
        x = rng.normal(size=(n, d)).round(3) + 2 * names[:, None]
        inputs = {"p": x.ravel(), "features": d, "t": names * 3 + 1}
        case("silhouette", metrics.silhouette_score(x, names), **inputs)
        case("davies_bouldin", metrics.davies_bouldin_score(x, names), **inputs)
        case("calinski_harabasz", metrics.calinski_harabasz_score(x, names), **inputs)
        near = np.where(rng.random(n) < 0.5, names, rng.integers(0, k, n))
        for other in [near, rng.integers(0, k + 1, n), np.zeros(n, int), names, np.arange(n)]:
            case("adjusted_rand_index", metrics.adjusted_rand_score(names, other), p=other, t=names)
            inputs = {"p": other, "t": names}
            case("normalized_mutual_info", metrics.normalized_mutual_info_score(names, other), **inputs)
            case("adjusted_mutual_info", metrics.adjusted_mutual_info_score(names, other), **inputs)
            case("v_measure", metrics.homogeneity_completeness_v_measure(names, other), **inputs)


def area(x, y):
    return ((x[1:] - x[:-1]) * (y[1:] + y[:-1]) / 2).sum() / x[-1] ** 2


def uplifts():
    for n, digits in [(10, 2), (60, 1), (120, 3)]:
        treated = rng.integers(0, 2, n)
        treated[:2] = [0, 1]
        p = rng.normal(size=n).round(digits)
        bought = (rng.random(n) < 0.3 + 0.2 * treated * (p > 0)).astype(int)
        bought[0] = 1
        inputs = {"p": p, "treated": treated, "t": bought.astype(float)}
        x, y = uplift_curve(bought, p, treated)
        x, y = (np.r_[0.0, x], np.r_[0.0, y]) if x[0] != 0 else (x, y)
        case("uplift_curve", np.r_[x, y], **inputs)
        case("auuc", area(x, y), **inputs)
        x, y = qini_curve(bought, p, treated)
        x, y = (np.r_[0.0, x], np.r_[0.0, y]) if x[0] != 0 else (x, y)
        case("qini_curve", np.r_[x, y], **inputs)
        case("qini", area(x, y) - y[-1] / x[-1] / 2, **inputs)
        case("qini_coefficient", qini_auc_score(bought, p, treated), **inputs)
        distinct = rng.permutation(n) / n
        for share in [0.3, 0.5]:
            value = uplift_at_k(bought, distinct, treated, strategy="overall", k=share)
            if math.isfinite(value):  # a small share may lack one of the groups
                case("uplift_at_k", value, **{**inputs, "p": distinct, "share": share})


def intervals():
    """Intervals of SciPy from its own resamples, which the cases hold."""
    for n, resamples, statistic in [(8, 40, np.mean), (25, 99, np.mean), (25, 200, np.var)]:
        x = rng.gamma(1.5, 2.0, n)
        for method, kind in [("percentile", "percentile_interval"), ("BCa", "bca_interval")]:
            result = stats.bootstrap((x,), statistic, n_resamples=resamples, method=method,
                                     confidence_level=0.9, rng=rng)
            without = [statistic(np.delete(x, i)) for i in range(n)]
            case(kind, list(result.confidence_interval), p=result.bootstrap_distribution,
                 estimate=statistic(x), without=without, level=0.9)


def dump(document):
    cases = ",\n".join("  " + json.dumps(c, ensure_ascii=False, allow_nan=False) for c in document["cases"])
    head = {k: v for k, v in document.items() if k != "cases"}
    return json.dumps(head, indent=1, ensure_ascii=False)[:-2] + ',\n "cases": [\n' + cases + "\n ]\n}\n"


def main():
    for family in [classes, scored, numbers, rankings, texts, clusters, uplifts, intervals]:
        family()
    document = {"about": ABOUT, "made_by": MADE_BY, "cases": CASES}
    OUT.write_text(dump(document), encoding="utf-8")
    print(f"{OUT.name}: {len(CASES)} cases, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
