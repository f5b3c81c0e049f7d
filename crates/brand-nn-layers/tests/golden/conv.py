"""Makes conv.json: values and gradients of convolutions and pools, by PyTorch in float64.

    pip install "torch==2.9.*" && python conv.py
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from layers import MADE_BY, case, dump, random

OUT = Path(__file__).with_name("conv.json")
ABOUT = (
    "Convolutions and pools in float64, as layers.json: channels first, the loss is the sum of "
    "output * seed_gradient. A list in config has one number an axis; `padding` may be `same`, "
    "whose odd element comes after, or `causal`, all of it before."
)


def conv(name, kind, shape, module, causal=0, **config):
    params = dict(module.named_parameters())
    x = random(*shape)
    y = module(F.pad(x, (causal, 0)) if causal else x)
    sizes = {"in": shape[1], "out": y.shape[1]}
    return case(name, kind, {**sizes, **config}, {"input": x}, params, {"output": y})


def pool(name, kind, shape, function, **config):
    x = random(*shape)
    return case(name, kind, config, {"input": x}, {}, {"output": function(x)})


class Separable(nn.Module):
    def __init__(self, ins, outs, multiplier, kernel, **settings):
        super().__init__()
        wide = ins * multiplier
        self.depthwise = nn.Conv2d(ins, wide, kernel, groups=ins, bias=False, **settings)
        self.pointwise = nn.Conv2d(wide, outs, 1)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


def cases():
    line, image = (2, 4, 9), (2, 4, 6, 5)
    return [
        conv("conv1d", "conv1d", line, nn.Conv1d(4, 3, 3), kernel=3),
        conv("conv1d_all", "conv1d", line, nn.Conv1d(4, 6, 3, 2, 1, 2, 2),
             kernel=3, stride=2, padding=1, dilation=2, groups=2),
        conv("conv1d_same", "conv1d", line, nn.Conv1d(4, 2, 4, padding="same"),
             kernel=4, padding="same"),
        conv("conv1d_causal", "conv1d", line, nn.Conv1d(4, 2, 3, dilation=2), causal=4,
             kernel=3, dilation=2, padding="causal"),
        conv("conv1d_one", "conv1d", (1, 1, 1), nn.Conv1d(1, 1, 1, bias=False), kernel=1),
        conv("conv2d", "conv2d", image, nn.Conv2d(4, 3, (3, 2)), kernel=[3, 2]),
        conv("conv2d_all", "conv2d", image, nn.Conv2d(4, 6, (3, 2), (2, 1), (1, 2), (1, 2), 2),
             kernel=[3, 2], stride=[2, 1], padding=[1, 2], dilation=[1, 2], groups=2),
        conv("conv2d_depthwise", "conv2d", image, nn.Conv2d(4, 8, 3, groups=4, bias=False),
             kernel=3, groups=4),
        conv("conv3d", "conv3d", (2, 2, 3, 4, 3), nn.Conv3d(2, 3, 2, padding=1, stride=(1, 2, 1)),
             kernel=2, padding=1, stride=[1, 2, 1]),
        conv("transpose1d", "conv_transpose1d", line, nn.ConvTranspose1d(4, 3, 3), kernel=3),
        conv("transpose1d_all", "conv_transpose1d", line,
             nn.ConvTranspose1d(4, 6, 3, 3, 1, 2, 2, dilation=2),
             kernel=3, stride=3, padding=1, output_padding=2, groups=2, dilation=2),
        conv("transpose2d", "conv_transpose2d", (2, 4, 3, 2),
             nn.ConvTranspose2d(4, 3, (3, 2), (2, 1), (1, 0), (1, 0), bias=False),
             kernel=[3, 2], stride=[2, 1], padding=[1, 0], output_padding=[1, 0]),
        conv("separable", "separable_conv2d", image, Separable(4, 3, 2, 3, stride=2, padding=1),
             kernel=3, stride=2, padding=1, multiplier=2),
        pool("max1d", "max_pool1d", line, lambda x: F.max_pool1d(x, 3, 2, 1),
             kernel=3, stride=2, padding=1),
        pool("max1d_dilated", "max_pool1d", line,
             lambda x: F.max_pool1d(x, 2, 3, dilation=3, ceil_mode=True),
             kernel=2, stride=3, dilation=3, ceil_mode=True),
        pool("max2d", "max_pool2d", image, lambda x: F.max_pool2d(x, (3, 2)), kernel=[3, 2]),
        pool("avg1d", "avg_pool1d", line, lambda x: F.avg_pool1d(x, 3, 2, 1),
             kernel=3, stride=2, padding=1),
        pool("avg1d_inside", "avg_pool1d", line,
             lambda x: F.avg_pool1d(x, 4, 3, 2, ceil_mode=True, count_include_pad=False),
             kernel=4, stride=3, padding=2, ceil_mode=True, count_include_pad=False),
        pool("avg2d", "avg_pool2d", image, lambda x: F.avg_pool2d(x, (3, 2), (2, 1), (1, 0)),
             kernel=[3, 2], stride=[2, 1], padding=[1, 0]),
        pool("adaptive_max1d", "adaptive_max_pool1d", line,
             lambda x: F.adaptive_max_pool1d(x, 4), lengths=4),
        pool("adaptive_max2d", "adaptive_max_pool2d", image,
             lambda x: F.adaptive_max_pool2d(x, (4, 2)), lengths=[4, 2]),
        pool("adaptive_avg1d", "adaptive_avg_pool1d", line,
             lambda x: F.adaptive_avg_pool1d(x, 4), lengths=4),
        pool("adaptive_avg2d", "adaptive_avg_pool2d", image,
             lambda x: F.adaptive_avg_pool2d(x, (4, 7)), lengths=[4, 7]),
        pool("global_max", "global_max_pool", image, lambda x: x.amax((2, 3))),
        pool("global_avg", "global_avg_pool", line, lambda x: x.mean(2)),
    ]


def main():
    torch.manual_seed(20260102)
    document = {"about": ABOUT, "made_by": MADE_BY.replace("layers.py", "conv.py"), "cases": cases()}
    OUT.write_text(dump(document) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(document['cases'])} cases, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
