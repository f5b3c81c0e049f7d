"""Makes ops.json: values and gradients of ops, by PyTorch in float64.

    pip install "torch==2.9.*" && python ops.py

A row is `(name, function, inputs)`. The name is `op` or `op/case`; the arguments of an op that are
no tensors stand here and again in the arm of `tests/golden.rs` that has its name. An input is
`near(shape)`, `positive(shape)`, `unit(shape)` or `above_one(shape)`, drawn by a seed that is made
of the row's name alone, or the numbers themselves; lists of integers enter as they are, without a
gradient.
"""

import json
import math
import zlib
from pathlib import Path

import torch
from torch.nn import functional as F

OUT = Path(__file__).with_name("ops.json")
MADE_BY = f"ops.py, torch {torch.__version__.split('+')[0]}"
ABOUT = (
    "Ops in float64. A tensor is {shape, values}, row-major, where nan and inf are strings. "
    "gradients are those of sum(output * seed_gradient), one for each input of floats. Where "
    "brand-nn differs by choice, differs says in which part and why."
)

torch.set_default_dtype(torch.float64)

NAN, INF = math.nan, math.inf


def draw(low, high, sign):
    """Inputs of one shape with magnitudes from low to high."""

    def inputs(*shape):
        def values(generator):
            size = torch.rand(shape, generator=generator) * (high - low) + low
            flip = torch.rand(shape, generator=generator) < 0.5
            return torch.where(flip, -size, size) if sign else size

        return values

    return inputs


near, positive = draw(0.2, 1.8, True), draw(0.2, 1.8, False)
unit, above_one = draw(0.1, 0.9, True), draw(1.1, 2.7, False)

TIES = [[[1.0, 3.0], [2.0, 2.0]], [[3.0, 3.0], [2.0, 0.0]]]
ZEROS = [[0.0, 0.0], [0.0, -2.0], [2.0, -2.0]]
KINKS = [-6.0, -3.0, -1.0, -0.5, -0.2, 0.0, 0.2, 0.5, 1.0, 3.0, 6.0, 7.0]

SMOOTH = [
    ("sum", torch.sum, [near(2, 3)]),
    ("exp", torch.exp, [near(3, 4)]),
    ("tanh", torch.tanh, [near(3, 4)]),
    ("exp2", torch.exp2, [near(3, 4)]),
    ("log2", torch.log2, [positive(3, 4)]),
    ("log10", torch.log10, [positive(3, 4)]),
    ("tan", torch.tan, [near(3, 4)]),
    ("asin", torch.asin, [unit(3, 4)]),
    ("acos", torch.acos, [unit(3, 4)]),
    ("atan", torch.atan, [near(3, 4)]),
    ("sinh", torch.sinh, [near(3, 4)]),
    ("cosh", torch.cosh, [near(3, 4)]),
    ("asinh", torch.asinh, [near(3, 4)]),
    ("acosh", torch.acosh, [above_one(3, 4)]),
    ("atanh", torch.atanh, [unit(3, 4)]),
    ("erfc", torch.erfc, [[-30.0, -2.0, -0.3, 0.0, 0.4, 3.0, 30.0]]),
    ("lgamma", torch.lgamma, [[-3.3, -0.5, 0.1, 0.5, 1.7, 3.0, 100.0]]),
    ("digamma", torch.digamma, [[-3.3, -0.5, 0.1, 0.5, 1.7, 3.0, 100.0]]),
    ("digamma/poles", torch.digamma, [[0.0, -1.0]]),
    ("polygamma_2", lambda x: torch.polygamma(2, x), [positive(3, 4)]),
    ("trunc", torch.trunc, [[-1.5, -0.2, 0.7, 2.5]]),
    ("frac", torch.frac, [[-1.5, -0.2, 0.7, 2.5]]),
    ("sinc", torch.sinc, [[-1.5, -0.2, 0.0, 0.7, 2.5]]),
    ("logit", lambda x: torch.logit(x, 0.1), [[0.0, 0.05, 0.1, 0.3, 0.5, 1.0]]),
]

ACTIVATIONS = [
    ("gelu", F.gelu, [near(3, 4)]),
    ("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), [near(3, 4)]),
    ("silu", F.silu, [near(3, 4)]),
    ("softplus", F.softplus, [near(3, 4)]),
    ("log_sigmoid", F.logsigmoid, [[-1e4, -30.0, 0.0, 30.0, 1e4]]),
    ("relu", F.relu, [[-1.0, 0.0, 2.0]]),
    ("leaky_relu", lambda x: F.leaky_relu(x, 0.1), [KINKS]),
    ("elu", lambda x: F.elu(x, 0.7), [KINKS]),
    ("celu", lambda x: F.celu(x, 0.5), [KINKS]),
    ("selu", F.selu, [KINKS]),
    ("hardtanh", lambda x: F.hardtanh(x, -1, 3), [KINKS]),
    ("relu6", F.relu6, [KINKS]),
    ("hard_sigmoid", F.hardsigmoid, [KINKS]),
    ("hard_swish", F.hardswish, [KINKS]),
    ("hard_shrink", lambda x: F.hardshrink(x, 0.5), [KINKS]),
    ("soft_shrink", lambda x: F.softshrink(x, 0.5), [KINKS]),
    ("tanh_shrink", F.tanhshrink, [KINKS]),
    ("threshold", lambda x: F.threshold(x, 1.0, 7.0), [KINKS]),
    ("softsign", F.softsign, [KINKS]),
    ("mish", F.mish, [KINKS]),
    ("prelu", F.prelu, [near(2, 3, 2), near(3)]),
    ("prelu/zero", F.prelu, [[[0.0, -1.0]], [0.25]]),
    ("glu", lambda x: F.glu(x, 1), [near(3, 4)]),
    ("softmin", lambda x: F.softmin(x, 1), [near(3, 4)]),
]

PAIRS = [
    ("abs", torch.abs, [[-1.0, 0.0, 2.0]]),
    ("maximum/ties", torch.maximum, [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]]),
    ("clamp/bounds", lambda x: x.clamp(-1, 2), [[-2.0, -1.0, 0.0, 2.0, 3.0]]),
    ("pow", torch.pow, [positive(2, 3), near(3)]),
    ("pow/zero", torch.pow, [[0.0, 0.0, 0.0, -2.0], [0.0, 2.0, -1.0, 2.0]]),
    ("atan2", torch.atan2, [near(2, 3), near(3)]),
    ("atan2/zero", torch.atan2, [[0.0, 0.0], [0.0, -1.0]]),
    ("hypot", torch.hypot, [near(2, 3), near(2, 1)]),
    ("hypot/zero", torch.hypot, [[0.0], [0.0]]),
    ("logaddexp", torch.logaddexp, [near(2, 3), near(3)]),
    ("logaddexp/far", torch.logaddexp, [[1e4, -1e4, -INF], [-1e4, -1e4, 1.0]]),
    ("logaddexp/nothing", torch.logaddexp, [[-INF], [-INF]]),
    ("xlogy", torch.xlogy, [near(2, 3), positive(3)]),
    ("xlogy/zero", torch.xlogy, [[0.0, 2.0], [2.0, 0.0]]),
    ("xlogy/both_zero", torch.xlogy, [[0.0], [0.0]]),
    ("remainder", torch.remainder, [[-3.0, 3.0, 5.5, -5.5], [2.0, -2.0, 2.0, 2.0]]),
    ("fmod", torch.fmod, [[-3.0, 3.0, 5.5, -5.5], [2.0, -2.0, 2.0, 2.0]]),
    ("lerp", torch.lerp, [near(2, 3), near(2, 3), positive(2, 3)]),
    ("addcmul", lambda *x: torch.addcmul(*x, value=0.5), [near(2, 3), near(3), near(2, 1)]),
    ("addcdiv", lambda *x: torch.addcdiv(*x, value=0.5), [near(2, 3), near(3), near(2, 1)]),
]

REDUCTIONS = [
    ("max_axis_1/ties", lambda x: x.amax(1), [[[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]]),
    ("max_axes_02/ties", lambda x: x.amax((0, 2)), [TIES]),
    ("min_axes_02", lambda x: x.amin((0, 2)), [near(2, 3, 2)]),
    ("logsumexp_1", lambda x: x.logsumexp(1), [near(2, 3)]),
    ("logsumexp_axes_02", lambda x: x.logsumexp((0, 2)), [near(2, 3, 2)]),
    ("logsumexp_1/nothing", lambda x: x.logsumexp(1), [[[-INF, -INF], [-INF, 1.0]]]),
    ("softmax_0", lambda x: x.softmax(0), [near(2, 3)]),
    ("prod", torch.prod, [near(2, 3)]),
    ("prod/one_zero", torch.prod, [[2.0, 0.0, 3.0]]),
    ("prod/two_zeros", torch.prod, [[2.0, 0.0, 0.0]]),
    ("prod_axis_1", lambda x: x.prod(1), [[[1.0, 2.0, 3.0], [4.0, 0.0, 5.0], [0.0, 6.0, 0.0]]]),
    ("cumprod_1", lambda x: x.cumprod(1), [near(2, 4)]),
    ("cumprod_1/zeros", lambda x: x.cumprod(1), [[[2.0, 0.0, 3.0, 4.0], [2.0, 0.0, 0.0, 4.0]]]),
    ("logcumsumexp_1", lambda x: x.logcumsumexp(1), [near(2, 4)]),
    ("logcumsumexp_1/far", lambda x: x.logcumsumexp(1), [[[1e4, -1e4, 1e4], [-700.0, 0.0, 700.0]]]),
    ("logcumsumexp_1/nothing", lambda x: x.logcumsumexp(1), [[[-INF, -INF, 1.0, 2.0]]]),
    ("cummax_1/ties", lambda x: x.cummax(1)[0], [[[1.0, 3.0, 3.0, 2.0], [4.0, NAN, 5.0, 6.0]]]),
    ("cummax_positions_1", lambda x: x.cummax(1)[1], [[[1, 3, 3, 2], [4, 1, 4, 6]]]),
    ("cummin_1", lambda x: x.cummin(1)[0], [near(2, 4)]),
    ("var_corrected_02", lambda x: x.var((0, 2)), [near(2, 3, 2)]),
    ("var_axes_02", lambda x: x.var((0, 2), correction=0), [near(2, 3, 2)]),
    ("std_corrected_02", lambda x: x.std((0, 2)), [near(2, 3, 2)]),
    ("std_corrected_0/one", lambda x: x.std(0), [[3.0]]),
    ("std_corrected_0/equal", lambda x: x.std(0), [[3.0, 3.0]]),
    ("norm/zero", torch.norm, [[0.0, 0.0]]),
    ("sum_squares_1", lambda x: (x * x).sum(1), [near(2, 3)]),
    *[
        (f"norm_{word}_1{case}", lambda x, p=p: torch.linalg.vector_norm(x, p, 1), [inputs])
        for word, p in {"1": 1, "2": 2, "3": 3, "inf": INF, "minus_inf": -INF}.items()
        for case, inputs in {"": near(2, 3), "/zeros": ZEROS}.items()
    ],
    ("normalize", lambda x: F.normalize(x, dim=1, eps=1e-3), [near(2, 3)]),
    ("normalize/zero", lambda x: F.normalize(x, dim=1, eps=1e-3), [[[0.0, 0.0], [1e-4, 0.0]]]),
    ("nansum_1", lambda x: x.nansum(1), [[[1.0, NAN, 3.0], [NAN, NAN, NAN]]]),
    ("nanmean_1", lambda x: x.nanmean(1), [[[1.0, NAN, 3.0], [4.0, 5.0, 6.0]]]),
    ("median_axis_1", lambda x: x.median(1)[0], [[[3.0, 1.0, 2.0, 4.0], [5.0, NAN, 6.0, 7.0]]]),
    ("quantile_1", lambda x: x.quantile(0.3, 1), [near(3, 5)]),
    ("quantile_1/nan", lambda x: x.quantile(0.3, 1), [[[3.0, 1.0, NAN, 4.0]]]),
    ("count_nonzero_1", lambda x: x.count_nonzero(1), [[[0, 5, 7], [0, 0, 0]]]),
]

NORMS = [
    ("layer_norm", lambda x, w, b: F.layer_norm(x, [5], w, b, 1e-5), [near(3, 5), near(5), near(5)]),
    ("layer_norm_2d", lambda x: F.layer_norm(x, [2, 3], eps=1e-3), [near(2, 2, 3)]),
    ("rms_norm", lambda x, w: F.rms_norm(x, [5], w, 1e-5), [near(3, 5), near(5)]),
    (
        "group_norm",
        lambda x, w, b: F.group_norm(x, 2, w, b, 1e-5),
        [near(2, 4, 3), near(4), near(4)],
    ),
    (
        "instance_norm",
        lambda x, w, b: F.instance_norm(x, weight=w, bias=b, eps=1e-5),
        [near(2, 3, 4), near(3), near(3)],
    ),
    (
        "batch_norm",
        lambda x, w, b: F.batch_norm(x, None, None, w, b, True, eps=1e-5),
        [near(3, 2, 4), near(2), near(2)],
    ),
    (
        "batch_norm/rows",
        lambda x, w, b: F.batch_norm(x, None, None, w, b, True, eps=1e-5),
        [near(5, 3), near(3), near(3)],
    ),
    (
        "batch_norm_with",
        lambda x, w, b, m, v: F.batch_norm(x, m.detach(), v.detach(), w, b, False, eps=1e-5),
        [near(3, 2, 4), near(2), near(2), near(2), positive(2)],
    ),
    ("unbiased_variance", lambda x: x.detach().var([0, 2]), [near(3, 2, 4)]),
]

WEIGHTS = torch.tensor([0.5, 2.0, 1.0, 1.5])
SHARES = torch.tensor([[0.1, 0.2, 0.3, 0.4], [0.0, 0.7, 0.1, 0.2]])
CLASSES = [3, 0, 1, 2]


def cross_entropy(**settings):
    """The loss of each row, of classes that are the second input."""
    return lambda x, target: F.cross_entropy(x, target, reduction="none", **settings)


CROSS_ENTROPY = [
    ("cross_entropy", cross_entropy(), [near(4, 4), CLASSES]),
    ("cross_entropy/far", cross_entropy(), [[[1e4, -1e4], [1e4, -1e4]], [0, 1]]),
    ("cross_entropy_weighted", cross_entropy(weight=WEIGHTS), [near(4, 4), CLASSES]),
    ("cross_entropy_smoothed", cross_entropy(label_smoothing=0.2), [near(4, 4), CLASSES]),
    ("cross_entropy_ignored", cross_entropy(ignore_index=1), [near(4, 4), CLASSES]),
    (
        "cross_entropy_all",
        cross_entropy(weight=WEIGHTS, label_smoothing=0.2, ignore_index=1),
        [near(4, 4), CLASSES],
    ),
    (
        "cross_entropy_shares",
        lambda x: F.cross_entropy(x, SHARES, WEIGHTS, reduction="none", label_smoothing=0.2),
        [near(2, 4)],
    ),
]

SEEN = torch.tensor([[True, False, True, True], [False, True, False, False], [True] * 4])
ADDED = torch.tensor([[0.5, -1.0, -INF, 2.0]])


def attention(**settings):
    """Attention of queries, keys and values, without dropout."""
    return lambda q, k, v: F.scaled_dot_product_attention(q, k, v, **settings)


def operands(heads, key_heads, queries, keys):
    """Queries, keys and values of two batches."""
    return [near(2, heads, queries, 3), near(2, key_heads, keys, 3), near(2, key_heads, keys, 2)]


ATTENTION = [
    ("attention", attention(), operands(2, 2, 3, 4)),
    ("attention_causal", attention(is_causal=True), operands(2, 2, 5, 5)),
    ("attention_masked", attention(attn_mask=SEEN), operands(2, 2, 3, 4)),
    ("attention_added", attention(attn_mask=ADDED, scale=0.3), operands(2, 2, 3, 4)),
    ("attention_grouped", attention(is_causal=True, enable_gqa=True), operands(4, 2, 3, 3)),
]

CONVOLUTIONS = [
    ("conv1d", F.conv1d, [near(2, 3, 7), near(4, 3, 3), near(4)]),
    (
        "conv2d_strided",
        lambda x, w, b: F.conv2d(x, w, b, stride=(2, 1), padding=(1, 2), dilation=(1, 2)),
        [near(2, 3, 7, 6), near(4, 3, 3, 2), near(4)],
    ),
    (
        "conv2d_grouped",
        lambda x, w, b: F.conv2d(x, w, b, padding="same", groups=2),
        [near(2, 4, 5, 4), near(6, 2, 2, 3), near(6)],
    ),
    (
        "conv2d_depthwise",
        lambda x, w: F.conv2d(x, w, stride=2, padding=1, groups=3),
        [near(2, 3, 5, 6), near(6, 1, 3, 3)],
    ),
    ("conv2d_pointwise", F.conv2d, [near(2, 3, 4, 4), near(5, 3, 1, 1)]),
    (
        "conv3d",
        lambda x, w, b: F.conv3d(x, w, b, padding=1),
        [near(1, 2, 3, 4, 3), near(3, 2, 2, 3, 2), near(3)],
    ),
    (
        "conv_transpose1d",
        lambda x, w, b: F.conv_transpose1d(x, w, b, stride=3, padding=1, output_padding=2),
        [near(2, 3, 4), near(3, 2, 3), near(2)],
    ),
    (
        "conv_transpose2d",
        lambda x, w, b: F.conv_transpose2d(
            x, w, b, stride=2, padding=(1, 0), output_padding=1, dilation=(1, 2), groups=2
        ),
        [near(2, 4, 3, 4), near(4, 3, 3, 2), near(6)],
    ),
]


def unpooled(x):
    """The largest elements of pairs, back at their places."""
    y, places = F.max_pool2d(x, 2, return_indices=True)
    return F.max_unpool2d(y, places, 2, output_size=x.shape[-2:])


def resized(mode, *lengths, align_corners=None):
    """Interpolation to other lengths."""
    return lambda x: F.interpolate(x, lengths, mode=mode, align_corners=align_corners)


POOLS = [
    ("max_pool1d", lambda x: F.max_pool1d(x, 3, 2, 1), [near(2, 3, 8)]),
    ("max_pool1d/ties", lambda x: F.max_pool1d(x, 3, 2, 1), [[[[1.0, 2.0, 2.0, 2.0, 1.0]]]]),
    ("max_pool1d/nan", lambda x: F.max_pool1d(x, 3, 2, 1), [[[[1.0, NAN, 2.0, -INF, -INF]]]]),
    (
        "max_pool2d",
        lambda x: F.max_pool2d(x, (2, 3), (2, 1), (1, 0), (1, 2), ceil_mode=True),
        [near(2, 2, 6, 7)],
    ),
    ("max_pool3d", lambda x: F.max_pool3d(x, 2, 1), [near(1, 2, 3, 3, 4)]),
    ("max_unpool2d", unpooled, [near(2, 2, 5, 4)]),
    ("avg_pool1d", lambda x: F.avg_pool1d(x, 3, 2, 1), [near(2, 3, 8)]),
    (
        "avg_pool2d_ceil",
        lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True),
        [near(2, 2, 6, 8)],
    ),
    (
        "avg_pool2d_inside",
        lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False),
        [near(2, 2, 6, 8)],
    ),
    ("lp_pool2d", lambda x: F.lp_pool2d(x, 2, (2, 3), 2), [near(2, 2, 5, 6)]),
    ("lp_pool2d/zero", lambda x: F.lp_pool2d(x, 2, (2, 3), 2), [[[[[0.0] * 3] * 2]]]),
    ("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, (3, 4)), [near(2, 2, 5, 3)]),
    ("adaptive_max_pool2d", lambda x: F.adaptive_max_pool2d(x, (3, 4)), [near(2, 2, 5, 3)]),
]


def sampled(mode, padding_mode, align_corners):
    """Images read at the places of a grid."""
    return lambda x, grid: F.grid_sample(x, grid, mode, padding_mode, align_corners)


GRID = [near(2, 2, 3, 4), near(2, 3, 2, 2)]
SOLID = [near(2, 2, 3, 4, 2), near(2, 3, 2, 2, 3)]

RESIZED = [
    ("grid_sample", sampled("bilinear", "zeros", False), GRID),
    ("grid_sample_corners", sampled("bilinear", "zeros", True), GRID),
    ("grid_sample_border", sampled("bilinear", "border", False), GRID),
    ("grid_sample_nearest", sampled("nearest", "zeros", False), GRID),
    ("grid_sample_mirror", sampled("bilinear", "reflection", False), GRID),
    ("grid_sample_mirror_corners", sampled("bilinear", "reflection", True), GRID),
    ("grid_sample_cubic", sampled("bicubic", "zeros", False), GRID),
    ("grid_sample_cubic_border", sampled("bicubic", "border", True), GRID),
    ("grid_sample_cubic_mirror", sampled("bicubic", "reflection", False), GRID),
    ("grid_sample/volume", sampled("bilinear", "zeros", False), SOLID),
    ("nearest", resized("nearest", 5, 3), [near(2, 2, 3, 4)]),
    ("nearest_exact", resized("nearest-exact", 5, 3), [near(2, 2, 3, 4)]),
    ("linear", resized("linear", 7, align_corners=False), [near(2, 2, 4)]),
    ("bilinear", resized("bilinear", 5, 3, align_corners=False), [near(2, 2, 3, 4)]),
    ("bilinear_corners", resized("bilinear", 5, 3, align_corners=True), [near(2, 2, 3, 4)]),
    ("bilinear_corners/one", resized("bilinear", 5, 3, align_corners=True), [near(1, 1, 1, 1)]),
    ("trilinear", resized("trilinear", 3, 2, 5, align_corners=False), [near(1, 1, 2, 3, 3)]),
    ("bicubic", resized("bicubic", 7, 3, align_corners=False), [near(1, 2, 4, 5)]),
    ("bicubic_corners", resized("bicubic", 7, 3, align_corners=True), [near(1, 2, 4, 5)]),
    ("pixel_shuffle", lambda x: F.pixel_shuffle(x, 2), [near(2, 8, 2, 3)]),
    ("pixel_unshuffle", lambda x: F.pixel_unshuffle(x, 2), [near(2, 2, 4, 6)]),
    (
        "unfold",
        lambda x: F.unfold(x, (2, 3), dilation=(2, 1), padding=1, stride=(1, 2)),
        [near(2, 3, 4, 5)],
    ),
    (
        "fold",
        lambda x: F.fold(x, (4, 5), (2, 3), dilation=(2, 1), padding=1, stride=(1, 2)),
        [near(2, 12, 12)],
    ),
]


def recurrent(kind, **settings):
    """All states of a layer: input, both weights, both biases, the state at the start."""

    def run(x, weight_ih, weight_hh, bias_ih, bias_hh, state):
        layer = kind(x.shape[2], state.shape[1], batch_first=True, **settings)
        names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
        weights = dict(zip(names, [weight_ih, weight_hh, bias_ih, bias_hh], strict=True))
        return torch.func.functional_call(layer, weights, (x, state.unsqueeze(0)))[0]

    return run


def parts(gates):
    """Two sequences of three steps with two features, for two units."""
    rows = 2 * gates
    return [near(2, 3, 2), near(rows, 2), near(rows, 2), near(rows), near(rows), near(2, 2)]


RECURRENT = [
    ("gru", recurrent(torch.nn.GRU), parts(3)),
    ("rnn_tanh", recurrent(torch.nn.RNN), parts(1)),
    ("rnn_relu", recurrent(torch.nn.RNN, nonlinearity="relu"), parts(1)),
]


def solid(x):
    """x xT + 3 I: symmetric and far from singular."""
    return x @ x.mT + 3 * torch.eye(x.shape[-1])


def joined(*parts):
    """Several results as one vector."""
    return torch.cat([part.reshape(-1) for part in parts])


ARRANGED = [
    ("flip", lambda x: x.flip(1), [near(2, 3)]),
    ("roll", lambda x: x.roll(2, 1), [near(2, 5)]),
    ("tile", lambda x: x.tile(2, 3), [near(2, 3)]),
    ("repeat_interleave", lambda x: x.repeat_interleave(torch.tensor([2, 0, 1]), 0), [near(3, 2)]),
    ("movedim", lambda x: x.movedim(0, 2), [near(2, 3, 4)]),
    ("sliding_windows", lambda x: x.unfold(0, 3, 2), [near(8, 2)]),
    ("diag", lambda x: torch.diag_embed(x, -1), [near(2, 3)]),
    ("diagonal", lambda x: x.diagonal(1, 1, 2), [near(2, 3, 4)]),
    ("tril", lambda x: x.tril(-1), [near(2, 3, 3)]),
    ("triu", lambda x: x.triu(1), [near(2, 3, 4)]),
    ("pad_reflect", lambda x: F.pad(x, (2, 1, 1, 2), "reflect"), [near(1, 3, 4)]),
    ("pad_edge", lambda x: F.pad(x, (2, 1, 1, 2), "replicate"), [near(1, 3, 4)]),
    ("pad_wrap", lambda x: F.pad(x, (2, 1, 1, 2), "circular"), [near(1, 3, 4)]),
    ("take", torch.take, [near(2, 3), [[5, 0], [5, 2]]]),
    ("scatter", lambda x, i, y: x.scatter(1, i, y), [near(2, 4), [[3, 0], [1, 2]], near(2, 2)]),
    (
        "scatter_mul",
        lambda x, i, y: x.scatter_reduce(1, i, y, "prod"),
        [near(2, 4), [[3, 3, 0], [1, 1, 1]], near(2, 3)],
    ),
    (
        "scatter_max",
        lambda x, i, y: x.scatter_reduce(1, i, y, "amax"),
        [near(2, 4), [[3, 3, 0], [1, 1, 1]], near(2, 3)],
    ),
    ("index_add", lambda x, i, y: x.index_add(0, i, y), [near(3, 2), [2, 0, 2], near(3, 2)]),
    ("index_copy", lambda x, i, y: x.index_copy(0, i, y), [near(3, 2), [2, 0], near(2, 2)]),
    ("masked_select", lambda x: x[x > 0], [near(3, 4)]),
    ("sort", lambda x: x.sort(0, descending=True).values, [near(4, 2)]),
    ("topk", lambda x: x.topk(2, 1).values, [near(2, 4)]),
    ("kthvalue", lambda x: x.kthvalue(2, 1).values, [near(2, 4)]),
]

ALGEBRA = [
    ("einsum", lambda x, y, z: torch.einsum("bij,bjk,k->ib", x, y, z), [near(2, 2, 3), near(2, 3, 2), near(2)]),
    ("einsum_diagonal", lambda x, y: torch.einsum("iji,...j->...i", x, y), [near(2, 3, 2), near(4, 3)]),
    ("tensordot", lambda x, y: torch.tensordot(x, y, [[1, 2], [1, 0]]), [near(2, 3, 4), near(4, 3, 2)]),
    ("kron", torch.kron, [near(2, 3), near(2, 2)]),
    ("cross", lambda x, y: torch.linalg.cross(x, y), [near(2, 3), near(2, 3)]),
    ("addmm", lambda c, x, y: torch.addmm(c, x, y, alpha=0.5, beta=2), [near(2), near(3, 4), near(4, 2)]),
    ("cdist", torch.cdist, [near(3, 2), near(4, 2)]),
    ("cdist/equal", lambda x: torch.cdist(x, x), [[[1.0, 2.0], [1.0, 2.0], [4.0, 6.0]]]),
    ("cosine_similarity", lambda x, y: F.cosine_similarity(x, y, 1), [near(3, 4), near(3, 4)]),
    ("solve", lambda x, y: torch.linalg.solve(solid(x), y), [near(3, 3), near(3, 2)]),
    ("solve_batch", lambda x, y: torch.linalg.solve(solid(x), y), [near(2, 3, 3), near(2, 3, 1)]),
    (
        "solve_triangular",
        lambda x, y: torch.linalg.solve_triangular(x.triu(), y, upper=True),
        [positive(3, 3), near(3, 2)],
    ),
    (
        "solve_triangular_unit",
        lambda x, y: torch.linalg.solve_triangular(x.tril(), y, upper=False, unitriangular=True),
        [near(3, 3), near(3, 2)],
    ),
    ("cholesky", lambda x: torch.linalg.cholesky(solid(x)), [near(3, 3)]),
    ("cholesky_solve", lambda x, y: torch.cholesky_solve(y, torch.linalg.cholesky(solid(x))), [near(3, 3), near(3, 2)]),
    ("inverse", lambda x: torch.linalg.inv(solid(x)), [near(2, 3, 3)]),
    ("pinv", torch.linalg.pinv, [near(4, 2)]),
    ("lstsq", lambda x, y: torch.linalg.lstsq(x, y).solution, [near(4, 2), near(4, 2)]),
    ("det", torch.linalg.det, [near(2, 3, 3)]),
    ("det/singular", torch.linalg.det, [[[1.0, 2.0], [2.0, 4.0]]]),
    ("slogdet", lambda x: torch.linalg.slogdet(x).logabsdet, [near(3, 3)]),
    ("logdet", lambda x: torch.logdet(solid(x)), [near(3, 3)]),
    ("qr", lambda x: joined(*torch.linalg.qr(x)), [near(4, 3)]),
    ("qr_wide", lambda x: joined(*torch.linalg.qr(x)), [near(2, 4)]),
    ("eigh_values", lambda x: torch.linalg.eigvalsh(solid(x)), [near(4, 4)]),
    ("eigh_vectors", lambda x: torch.linalg.eigh(solid(x)).eigenvectors ** 2, [near(4, 4)]),
    ("svd_values", torch.linalg.svdvals, [near(4, 3)]),
    ("svd_left", lambda x: torch.linalg.svd(x, full_matrices=False).U ** 2, [near(4, 3)]),
    ("svd_right", lambda x: torch.linalg.svd(x, full_matrices=False).Vh.mT ** 2, [near(2, 4)]),
    ("matrix_norm_fro", lambda x: torch.linalg.matrix_norm(x), [near(2, 3, 2)]),
    ("matrix_norm_nuc", lambda x: torch.linalg.matrix_norm(x, "nuc"), [near(3, 2)]),
    ("matrix_norm_2", lambda x: torch.linalg.matrix_norm(x, 2), [near(3, 2)]),
    ("matrix_power", lambda x: torch.linalg.matrix_power(x, 5), [near(3, 3)]),
    ("matrix_power_inverse", lambda x: torch.linalg.matrix_power(solid(x), -3), [near(3, 3)]),
    ("matrix_exp", torch.linalg.matrix_exp, [near(3, 3)]),
    ("matrix_exp_large", lambda x: torch.linalg.matrix_exp(x * 4), [near(2, 3, 3)]),
]

ROWS = [
    *SMOOTH,
    *ACTIVATIONS,
    *PAIRS,
    *REDUCTIONS,
    *NORMS,
    *CROSS_ENTROPY,
    *ATTENTION,
    *RECURRENT,
    *CONVOLUTIONS,
    *POOLS,
    *RESIZED,
    *ARRANGED,
    *ALGEBRA,
]

# Where brand-nn differs by choice: in the value or the gradient, and why.
DIFFERS = {
    "hard_sigmoid": ("gradient", "PyTorch rounds the slope 1/6 to float32"),
    "hypot/zero": ("gradient", "0 as the norm's, PyTorch has NaN"),
    "logaddexp/nothing": ("gradient", "0 where the sum is nothing, PyTorch has NaN"),
    "logsumexp_1/nothing": ("gradient", "0 where the sum is nothing, PyTorch has NaN"),
    "logcumsumexp_1/nothing": ("gradient", "0 where the sum is nothing, PyTorch has NaN"),
    "xlogy/both_zero": ("gradient", "0 as beside it, PyTorch has NaN"),
    "digamma": ("gradient", "PyTorch's trigamma is exact to 1e-9 only"),
    "digamma/poles": ("gradient", "+inf exactly, PyTorch has a large number at -1"),
    "det/singular": ("gradient", "the slopes are the cofactors; PyTorch 2.9 gives zeros"),
}


def number(value):
    """A finite number stays one; JSON has no others, so they become strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def tensor(t):
    """A torch tensor as `{"shape": [...], "values": [...]}`, the values in row-major order."""
    t = t.detach()
    return {"shape": list(t.shape), "values": [number(v) for v in t.reshape(-1).tolist()]}


def entry(name, function, inputs):
    """One row with its output and the gradients of its inputs."""
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    inputs = [x(generator) if callable(x) else torch.tensor(x) for x in inputs]
    floats = [x.requires_grad_() for x in inputs if x.is_floating_point()]
    output = function(*inputs)
    found = {"name": name, "inputs": [tensor(x) for x in inputs], "output": tensor(output)}
    if output.requires_grad:
        seed = torch.randn(output.shape, generator=generator)
        gradients = torch.autograd.grad(output, floats, seed, materialize_grads=True)
        found["seed_gradient"] = tensor(seed)
        found["gradients"] = [tensor(g) for g in gradients]
    if name in DIFFERS:
        part, reason = DIFFERS[name]
        found["differs"] = {"part": part, "reason": reason}
    return found


def main():
    names = [name for name, *_ in ROWS]
    assert len(set(names)) == len(names), "two rows have one name"
    assert set(DIFFERS) <= set(names), "a difference belongs to no row"
    lines = ",\n".join("  " + json.dumps(entry(*row), allow_nan=False) for row in ROWS)
    head = f' "about": {json.dumps(ABOUT)},\n "made_by": {json.dumps(MADE_BY)},\n'
    OUT.write_text("{\n" + head + ' "rows": [\n' + lines + "\n ]\n}\n", encoding="utf-8")
    print(f"{OUT.name}: {len(ROWS)} rows, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
