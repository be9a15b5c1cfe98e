"""What several nets are built of: convolutions with normalisation, residual blocks, pyramids, padding."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn


class ConvNorm(nn.Sequential):
    """Convolution, batch normalisation (arXiv:1502.03167) and, unless `linear`, ReLU.

    The size stays as it is at stride 1, whatever the (odd) kernel and the dilation.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 3,
        *,
        stride: int = 1,
        dilation: int = 1,
        linear: bool = False,
    ) -> None:
        padding = dilation * (kernel // 2)
        layers: list[nn.Module] = [
            nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=padding, dilation=dilation, bias=False),
            nn.BatchNorm2d(outputs),
        ]
        super().__init__(*layers if linear else [*layers, nn.ReLU(inplace=True)])


class Residual(nn.Module):
    """Two 3 x 3 convolutions, each with its dilation, and a shortcut (arXiv:1512.03385, fig. 2).

    The shortcut is a 1 x 1 convolution where the size or the channels change, or if `project` says so.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        stride: int = 1,
        dilation: tuple[int, int] = (1, 1),
        project: bool = False,
    ) -> None:
        super().__init__()
        self.conv1 = ConvNorm(inputs, outputs, stride=stride, dilation=dilation[0])
        self.conv2 = ConvNorm(outputs, outputs, dilation=dilation[1], linear=True)
        same = stride == 1 and inputs == outputs and not project
        self.shortcut = nn.Identity() if same else ConvNorm(inputs, outputs, 1, stride=stride, linear=True)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.relu(self.conv2(self.conv1(x)) + self.shortcut(x))


def pad_to_stride(x: Tensor, stride: int) -> Tensor:
    """Pictures [N, C, H, W] with their right and lower edges repeated until both sides divide by `stride`."""
    height, width = x.shape[-2:]
    right, below = -width % stride, -height % stride
    return nn.functional.pad(x, (0, right, 0, below), mode="replicate") if right or below else x


def top_down(levels: Sequence[Tensor]) -> list[Tensor]:
    """Maps [N, C, h, w], finest first, each with the coarser ones added, enlarged (arXiv:1612.03144)."""
    added = list(levels)
    for k in reversed(range(len(added) - 1)):
        size = added[k].shape[-2:]
        added[k] = added[k] + nn.functional.interpolate(added[k + 1], size=size, mode="nearest")
    return added


def by_box(x: Tensor, values: int) -> Tensor:
    """[N, A * values, h, w] as [N, h * w * A, values], in the order of `cvdemo.ops.anchors.grid_boxes`."""
    n, _, h, w = x.shape
    return x.view(n, -1, values, h, w).permute(0, 3, 4, 1, 2).reshape(n, -1, values)
