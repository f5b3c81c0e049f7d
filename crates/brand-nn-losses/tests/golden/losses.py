"""Makes losses.json: values and gradients of losses, by PyTorch in float64.

Losses that PyTorch lacks are written out from their papers in plain formulas.

    pip install "torch==2.9.*" && python losses.py
"""

import json
import math
from pathlib import Path

import torch
from torch.nn import functional as F

OUT = Path(__file__).with_name("losses.json")
MADE_BY = f"losses.py, torch {torch.__version__.split('+')[0]}"
ABOUT = (
    "Losses in float64. A tensor is {shape, values}, row-major; a scalar has shape []. gradient is "
    "that of sum(output * seed_gradient) by inputs.input (predictions or logits); seed_gradient is "
    "1 for the reductions mean and sum. bce takes probabilities: PyTorch clamps both logarithms at "
    "-100 and divides by at least 1e-12 in the gradient. cross_entropy takes class numbers, its "
    "classes stand on the last axis; rows whose target is ignore_index count neither in the sum "
    "nor in the mean; with class weights the mean divides by the sum of the weights of the "
    "targets. cross_entropy_dense takes probabilities of the shape of the logits, and its mean "
    "divides by the number of rows, with class weights too. Label smoothing s mixes the target "
    "with s / classes, before the weights. Tiny losses are exact to about 1e-15 * (1 + |logit|) "
    "absolutely, not relatively. gaussian holds mean and raw variance side by side, ziln logit, mean "
    "and raw spread; raw ones go through softplus. Pairs and triplets are input, other and third. "
    "ctc has logits [batch, time, classes], targets, times and labels (their lengths)."
)

torch.manual_seed(20260102)
torch.set_default_dtype(torch.float64)


def number(value):
    """A finite number stays one; JSON has no others, so they become strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def dump(value, indent=0):
    """Text of `value`: what fits stays on one line, and so does a tensor or a plain list."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = list(value.values()) if isinstance(value, dict) else value
    plain = not isinstance(inner, list) or not any(isinstance(v, (dict, list)) for v in inner)
    is_tensor = isinstance(value, dict) and set(value) == {"shape", "values"}
    if plain or is_tensor or len(line) + indent <= 96:
        return line
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        rows = [f"{pad}{json.dumps(k, ensure_ascii=False)}: {dump(v, indent + 1)}"
                for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(pad + dump(v, indent + 1) for v in value) + "\n" + " " * indent + "]"


def tensor(t):
    """A torch tensor as `{"shape": [...], "values": [...]}`, the values in row-major order."""
    t = t.detach()
    return {"shape": list(t.shape), "values": [number(v) for v in t.reshape(-1).tolist()]}


def tensors(named):
    return {name: tensor(t) for name, t in named.items()}


REDUCTIONS = ("mean", "sum", "none")


def case(name, kind, config, inputs, function):
    """`function(input)` is the loss; `inputs` holds everything it looks at."""
    x = inputs["input"].requires_grad_()
    output = function(x)
    seed = torch.randn(output.shape) if config["reduction"] == "none" else torch.ones(())
    (gradient,) = torch.autograd.grad(output, x, seed)
    return {
        "name": name,
        "kind": kind,
        "config": config,
        "inputs": tensors({k: v for k, v in inputs.items() if v is not None}),
        "output": tensor(output),
        "seed_gradient": tensor(seed),
        "gradient": tensor(gradient),
    }


def mse(reduction, shape):
    x, target = torch.randn(shape), torch.randn(shape)
    name = f"mse_{reduction}_{len(shape)}d"
    return case(
        name, "mse", {"reduction": reduction}, {"input": x, "target": target},
        lambda x: F.mse_loss(x, target, reduction=reduction),
    )


def bce(name, reduction, x, target):
    return case(
        f"bce_{name}_{reduction}", "bce", {"reduction": reduction},
        {"input": x.clone(), "target": target},
        lambda x: F.binary_cross_entropy(x, target, reduction=reduction),
    )


def bce_logits(name, reduction, x, target, pos_weight=None):
    return case(
        f"bce_logits_{name}_{reduction}", "bce_with_logits", {"reduction": reduction},
        {"input": x.clone(), "target": target, "pos_weight": pos_weight},
        lambda x: F.binary_cross_entropy_with_logits(
            x, target, pos_weight=pos_weight, reduction=reduction
        ),
    )


def cross_entropy(name, reduction, x, target, weight=None, smoothing=0.0, ignore=-100):
    dense = target.is_floating_point()
    kind = "cross_entropy_dense" if dense else "cross_entropy"
    config = {"reduction": reduction, "label_smoothing": smoothing}
    if not dense:
        config["ignore_index"] = ignore

    def loss(x):
        flat = target if dense else target.reshape(-1)
        value = F.cross_entropy(
            x.reshape(-1, x.shape[-1]), flat, weight,
            ignore_index=ignore, reduction=reduction, label_smoothing=smoothing,
        )
        return value if reduction != "none" else value.reshape(x.shape[:-1])

    inputs = {"input": x.clone(), "target": target, "weight": weight}
    return case(f"{kind}_{name}_{reduction}", kind, config, inputs, loss)


EXTREME = [-1e4, -745.0, -100.0, -17.0, -1e-8, 0.0, 1e-8, 17.0, 100.0, 745.0, 1e4]


def mse_cases():
    return [mse(r, shape) for shape in [(7,), (4, 3)] for r in REDUCTIONS]


def bce_cases():
    inside, target = torch.rand(4, 3), torch.rand(4, 3)
    labels = (torch.rand(4, 3) > 0.5).double()
    edge = torch.tensor([0.0, 0.0, 1.0, 1.0, 1e-300, 1 - 1e-16, 0.5])
    edge_target = torch.tensor([0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.5])
    for r in REDUCTIONS:
        yield bce("labels", r, inside, labels)
        yield bce("soft_targets", r, inside, target)
        yield bce("at_0_and_1", r, edge, edge_target)


def bce_logits_cases():
    x, soft = torch.randn(4, 3) * 3, torch.rand(4, 3)
    labels = (torch.rand(4, 3) > 0.5).double()
    extreme = torch.tensor([EXTREME, EXTREME])
    both = torch.stack([torch.zeros(len(EXTREME)), torch.ones(len(EXTREME))])
    per_class, one = torch.tensor([0.5, 2.0, 7.0]), torch.tensor([3.0])
    for r in REDUCTIONS:
        yield bce_logits("labels", r, x, labels)
        yield bce_logits("soft_targets", r, x, soft)
        yield bce_logits("extreme", r, extreme, both)
        yield bce_logits("pos_weight", r, x, labels, per_class)
        yield bce_logits("pos_weight_soft_targets", r, x, soft, per_class)
        yield bce_logits("pos_weight_extreme", r, extreme, both, one)


def extreme_logits():
    rows = [
        [1e4, -1e4, 0.0, 1.0],
        [-1e4, 1e4, 0.0, 1.0],
        [1e4, 1e4, 1e4, 1e4],
        [-1e4, -1e4, -1e4, -1e4],
        [1e4, 1e4 - 1, 0.0, -1e4],
        [-1e4, -1e4 + 2, -1e4, -1e4 - 1],
        [0.0, 0.0, 0.0, 0.0],
    ]
    return torch.tensor(rows), torch.tensor([0, 0, 3, 1, 1, 2, 2])


def cross_entropy_cases():
    x, target = torch.randn(6, 4) * 2, torch.tensor([1, 0, 3, 3, 2, 0])
    gaps = torch.tensor([1, -100, 3, -100, 2, 0])
    zero_ignored = torch.tensor([1, 0, 3, 3, 2, 0])
    x3, target3 = torch.randn(2, 3, 5), torch.tensor([[4, 0, 1], [2, 2, 3]])
    gaps3 = torch.tensor([[4, -100, 1], [-100, 2, 3]])
    one, one_target = torch.randn(1, 2), torch.tensor([1])
    weight, weight3 = torch.tensor([0.2, 1.0, 3.0, 0.7]), torch.rand(5) + 0.1
    wild, wild_target = extreme_logits()
    for r in REDUCTIONS:
        yield cross_entropy("plain", r, x, target)
        yield cross_entropy("one_row", r, one, one_target)
        yield cross_entropy("extreme", r, wild, wild_target)
        yield cross_entropy("smoothing", r, x, target, smoothing=0.1)
        yield cross_entropy("smoothing_extreme", r, wild, wild_target, smoothing=0.1)
        yield cross_entropy("weight", r, x, target, weight)
        yield cross_entropy("weight_smoothing", r, x, target, weight, 0.1)
        yield cross_entropy("ignore", r, x, gaps)
        yield cross_entropy("ignore_0", r, x, zero_ignored, ignore=0)
        yield cross_entropy("ignore_weight", r, x, gaps, weight)
        yield cross_entropy("ignore_weight_smoothing", r, x, gaps, weight, 0.1)
        yield cross_entropy("3d", r, x3, target3)
        yield cross_entropy("3d_ignore_weight_smoothing", r, x3, gaps3, weight3, 0.1)


def dense_cases():
    x = torch.randn(5, 4) * 2
    target = torch.softmax(torch.randn(5, 4) * 2, -1)
    one_hot = F.one_hot(torch.tensor([3, 0, 1, 1, 2]), 4).double()
    wild, wild_target = extreme_logits()
    wild_target = 0.9 * F.one_hot(wild_target, 4).double() + 0.025
    weight = torch.tensor([0.2, 1.0, 3.0, 0.7])
    for r in REDUCTIONS:
        yield cross_entropy("plain", r, x, target)
        yield cross_entropy("one_hot", r, x, one_hot)
        yield cross_entropy("smoothing", r, x, target, smoothing=0.1)
        yield cross_entropy("weight", r, x, target, weight)
        yield cross_entropy("weight_smoothing", r, x, target, weight, 0.1)
        yield cross_entropy("extreme", r, wild, wild_target)


def cases():
    return [
        *mse_cases(),
        *bce_cases(),
        *bce_logits_cases(),
        *cross_entropy_cases(),
        *dense_cases(),
    ]


def plain(kind, function, x, target=None, config=None, **more):
    """A case with reduction none of `function(x)`, which gives one number an example."""
    config = {"reduction": "none", **(config or {})}
    name = "_".join([kind, *(f"{k}_{v}" for k, v in config.items() if k != "reduction")])
    return case(name, kind, config, {"input": x.clone(), "target": target, **more}, function)


def regression_cases():
    x, t = torch.randn(4, 3) * 2, torch.randn(4, 3)
    up, counts = torch.rand(4, 3) * 5, torch.poisson(torch.full((4, 3), 2.0))
    none = {"reduction": "none"}
    yield plain("mae", lambda x: F.l1_loss(x, t, **none), x, t)
    for delta in (1.0, 0.3):
        yield plain("huber", lambda x: F.huber_loss(x, t, delta=delta, **none), x, t,
                    {"delta": delta})
        yield plain("smooth_l1", lambda x: F.smooth_l1_loss(x, t, beta=delta, **none), x, t,
                    {"beta": delta})
    yield plain("log_cosh", lambda x: torch.log(torch.cosh(x - t)), x, t)
    yield plain("mape", lambda x: 100 * (x - t).abs() / t.abs(), x, t)
    yield plain("msle", lambda x: (torch.log(1 + x) - torch.log(1 + up)) ** 2, up.flip(0) + 0.1, up)
    for q in (0.5, 0.9):
        yield plain("quantile", lambda x: torch.where(t >= x, q * (t - x), (1 - q) * (x - t)),
                    x, t, {"quantile": q})
    poisson = F.poisson_nll_loss
    yield plain("poisson", lambda x: poisson(x, counts, **none), x, counts)
    yield plain("poisson", lambda x: poisson(x, counts, full=True, **none), x, counts,
                {"full": True})
    yield plain("poisson", lambda x: poisson(x, counts, log_input=False, **none), up + 0.1, counts,
                {"of_means": True})
    for p in (1.2, 1.5, 1.9):
        yield plain("tweedie", lambda x: x.exp() ** (2 - p) / (2 - p)
                    - counts * x.exp() ** (1 - p) / (1 - p), x, counts, {"power": p})


def distribution_cases():
    pair, t = torch.randn(5, 2), torch.randn(5)
    for full in (False, True):
        yield plain("gaussian", lambda x: F.gaussian_nll_loss(
            x[:, 0], t, F.softplus(x[:, 1]), full=full, reduction="none"), pair, t, {"full": full})
    raw = torch.randn(6, 3)
    spend = torch.tensor([0.0, 12.5, 0.0, 300.0, 0.2, 0.0])

    def ziln(x):
        bought = spend > 0
        logit, loc, scale = x[:, 0], x[:, 1], F.softplus(x[:, 2])
        chance = F.binary_cross_entropy_with_logits(logit, bought.double(), reduction="none")
        safe = torch.where(bought, spend, torch.ones_like(spend))
        log = torch.distributions.LogNormal(loc, scale).log_prob(safe)
        return chance - bought.double() * log

    yield plain("ziln", ziln, raw, spend)
    x = torch.randn(5, 4) * 2
    t = torch.softmax(torch.randn(5, 4) * 2, -1)
    t = torch.cat([t[:4], torch.tensor([[0.0, 1.0, 0.0, 0.0]])])
    yield plain("kl", lambda x: F.kl_div(F.log_softmax(x, -1), t, reduction="none").sum(-1), x, t)

    def js(x):
        p = torch.softmax(x, -1)
        m = (p + t) / 2
        one = torch.xlogy(t, t) - torch.xlogy(t, m)
        return (one + p * (p.log() - m.log())).sum(-1) / 2

    yield plain("js", js, x, t)


def margin_cases():
    x, labels = torch.randn(4, 3) * 2, (torch.rand(4, 3) > 0.5).double()
    signs = labels * 2 - 1
    yield plain("hinge", lambda x: torch.relu(1 - signs * x), x, signs)
    yield plain("hinge", lambda x: torch.relu(1 - signs * x), x, labels, {"zeros": True})
    yield plain("squared_hinge", lambda x: torch.relu(1 - signs * x) ** 2, x, signs)
    classes, target = torch.randn(5, 4), torch.tensor([3, 0, 1, 1, 2])
    for p, margin in ((1, 1.0), (2, 0.7)):
        yield plain("multi_margin", lambda x: F.multi_margin_loss(
            x, target, p=p, margin=margin, reduction="none"), classes, target,
            {"p": p, "margin": margin})

    def focal(gamma, alpha):  # torchvision.ops.sigmoid_focal_loss
        def loss(x):
            p, ce = torch.sigmoid(x), F.binary_cross_entropy_with_logits(x, labels, reduction="none")
            right = p * labels + (1 - p) * (1 - labels)
            weight = alpha * labels + (1 - alpha) * (1 - labels) if alpha is not None else 1.0
            return weight * ce * (1 - right) ** gamma
        return loss

    for gamma, alpha in ((2.0, 0.25), (0.5, 0.6), (3.0, None)):
        yield plain("focal", focal(gamma, alpha), x, labels, {"gamma": gamma, "alpha": alpha})
    soft = torch.rand(4, 3)
    for smoothing in (1.0, 0.1):
        yield plain("dice", lambda x: 1 - (2 * (torch.sigmoid(x) * soft).sum(1) + smoothing) / (
            torch.sigmoid(x).sum(1) + soft.sum(1) + smoothing), x, soft, {"smoothing": smoothing})


def pair_cases():
    a, b, c = (torch.randn(5, 3) for _ in range(3))
    signs = torch.tensor([1.0, -1.0, 1.0, -1.0, -1.0])
    none = {"reduction": "none"}
    for margin in (0.0, 0.4):
        yield plain("cosine_embedding", lambda x: F.cosine_embedding_loss(
            x, b, signs, margin=margin, **none), a, signs, {"margin": margin}, other=b)
        yield plain("margin_ranking", lambda x: F.margin_ranking_loss(
            x, b[:, 0], signs, margin=margin, **none), a[:, 0], signs, {"margin": margin},
            other=b[:, 0])
    for margin in (1.0, 3.0):
        yield plain("triplet", lambda x: F.triplet_margin_loss(x, b, c, margin=margin, **none), a,
                    None, {"margin": margin}, other=b, third=c)
        distance = lambda x: F.pairwise_distance(x, b)
        same = (signs > 0).double()
        yield plain("contrastive", lambda x: same * distance(x) ** 2
                    + (1 - same) * torch.relu(margin - distance(x)) ** 2, a, same,
                    {"margin": margin}, other=b)
    yield plain("bpr", lambda x: -F.logsigmoid(x - b[:, 0]), a[:, 0], None, other=b[:, 0])
    unit = lambda x: F.normalize(x, dim=-1)
    for temperature in (0.1, 0.5):
        yield plain("info_nce", lambda x: F.cross_entropy(
            unit(x) @ unit(b).T / temperature, torch.arange(5), **none), a, None,
            {"temperature": temperature}, other=b)

        def nt_xent(x):
            views = unit(torch.cat([x, b]))
            rows = []
            for i in range(10):
                others = [j for j in range(10) if j != i]
                scores = (views[others] @ views[i]) / temperature
                rows.append(scores.logsumexp(0) - views[(i + 5) % 10] @ views[i] / temperature)
            return torch.stack(rows)

        yield plain("nt_xent", nt_xent, a, None, {"temperature": temperature}, other=b)


def ranking_cases():
    x = torch.randn(3, 4) * 2
    t = torch.tensor([[0.0, 2.0, 1.0, 3.0], [1.0, 1.0, 0.0, 0.0], [2.0, 2.0, 2.0, 2.0]])

    def ranknet(x):
        rows = []
        for s, r in zip(x, t):
            pairs = [F.softplus(s[j] - s[i]) for i in range(4) for j in range(4) if r[i] > r[j]]
            rows.append(torch.stack(pairs).mean() if pairs else s.sum() * 0)
        return torch.stack(rows)

    def listmle(x):
        rows = []
        for s, r in zip(x, t):
            s = s[torch.sort(r, descending=True, stable=True).indices]
            rows.append(sum(s[i:].logsumexp(0) - s[i] for i in range(4)))
        return torch.stack(rows)

    yield plain("ranknet", ranknet, x, t)
    yield plain("listnet", lambda x: F.cross_entropy(x, torch.softmax(t, -1), reduction="none"),
                x, t)
    yield plain("listmle", listmle, x, t)


def ctc_cases():
    x = torch.randn(4, 7, 5) * 2
    targets = torch.tensor([[1, 2, 2], [3, 0, 0], [4, 1, 4], [2, 2, 0]])
    times, labels = torch.tensor([7, 5, 3, 6]), torch.tensor([3, 1, 3, 2])
    inputs = {"times": times, "labels": labels}
    yield plain("ctc", lambda x: F.ctc_loss(
        F.log_softmax(x, -1).transpose(0, 1), targets, times, labels, reduction="none"),
        x, targets, {"blank": 0}, **inputs)
    none, few = torch.tensor([[0, 3], [2, 1]]), torch.tensor([0, 2])
    yield plain("ctc", lambda x: F.ctc_loss(
        F.log_softmax(x, -1).transpose(0, 1), none, torch.tensor([4, 6]), few, blank=4,
        reduction="none"), x[:2], none, {"blank": 4}, times=torch.tensor([4, 6]), labels=few)


def more_cases():
    return [
        *regression_cases(),
        *distribution_cases(),
        *margin_cases(),
        *pair_cases(),
        *ranking_cases(),
        *ctc_cases(),
    ]


def main():
    document = {"about": ABOUT, "made_by": MADE_BY, "cases": cases() + more_cases()}
    OUT.write_text(dump(document) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(document['cases'])} cases, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
