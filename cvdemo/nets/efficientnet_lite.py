"""EfficientNet-Lite0: inverted residual blocks without squeeze-and-excitation, ReLU6 (arXiv:1905.11946)."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

# (repeats, kernel, stride, expansion, output channels): arXiv:1905.11946, table 1
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class SameConv2d(nn.Conv2d):
    """Convolution that pads as TensorFlow's "SAME" does: the odd pixel goes right and below."""

    def forward(self, x: Tensor) -> Tensor:
        pads: list[int] = []
        sides = zip(x.shape[-2:], self.kernel_size, self.stride, self.dilation, strict=True)
        for size, kernel, stride, dilation in sides:
            pad = max((-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
            pads = [pad // 2, pad - pad // 2, *pads]
        return self._conv_forward(nn.functional.pad(x, pads), self.weight, self.bias)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class InvertedResidual(nn.Module):
    """Expand 1x1, depthwise k x k, project 1x1; a shortcut (arXiv:1801.04381, sec. 3.3)."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        if expansion != 1:
            self._expand_conv = SameConv2d(inputs, wide, 1, bias=False)
            self._bn0 = _norm(wide)
        self.expands = expansion != 1
        self._depthwise_conv = SameConv2d(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = _norm(wide)
        self._project_conv = SameConv2d(wide, outputs, 1, bias=False)
        self._bn2 = _norm(outputs)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = nn.functional.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = nn.functional.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.shortcut else y


class EfficientNetLite0(nn.Module):
    """The ImageNet classifier, [N, 3, H, W] to logits [N, classes]; parameter names are the checkpoint's."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self._conv_stem = SameConv2d(3, 32, 3, 2, bias=False)
        self._bn0 = _norm(32)
        widths = [32] + [stage[4] for stage in STAGES]
        self._blocks = nn.ModuleList(
            InvertedResidual(
                inputs if i == 0 else outputs, outputs, kernel, stride if i == 0 else 1, expansion
            )
            for (inputs, outputs), (repeats, kernel, stride, expansion, _) in zip(
                pairwise(widths), STAGES, strict=True
            )
            for i in range(repeats)
        )
        self._conv_head = SameConv2d(320, 1280, 1, bias=False)
        self._bn1 = _norm(1280)
        self.head_activation = nn.ReLU6()
        self._fc = nn.Linear(1280, classes)

    def features(self, x: Tensor) -> Tensor:
        """The last feature map, [N, 1280, H/32, W/32]."""
        x = nn.functional.relu6(self._bn0(self._conv_stem(x)))  # [N, 32, H/2, W/2]
        for block in self._blocks:
            x = block(x)
        return self.head_activation(self._bn1(self._conv_head(x)))

    def forward(self, x: Tensor) -> Tensor:
        return self._fc(torch.flatten(nn.functional.adaptive_avg_pool2d(self.features(x), 1), 1))
