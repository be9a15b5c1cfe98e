"""What several nets are built of: convolutions with normalisation, residual blocks, padding to a stride."""

from __future__ import annotations

from torch import Tensor, nn


class ConvNorm(nn.Sequential):
    """Convolution, batch normalisation (arXiv:1502.03167) and, unless `linear`, ReLU."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 3, *, stride: int = 1, linear: bool = False
    ) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(outputs),
        ]
        super().__init__(*layers if linear else [*layers, nn.ReLU(inplace=True)])


class Residual(nn.Module):
    """Two 3 x 3 convolutions and a shortcut (arXiv:1512.03385, fig. 2)."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = ConvNorm(inputs, outputs, stride=stride)
        self.conv2 = ConvNorm(outputs, outputs, linear=True)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else ConvNorm(inputs, outputs, 1, stride=stride, linear=True)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.relu(self.conv2(self.conv1(x)) + self.shortcut(x))


def pad_to_stride(x: Tensor, stride: int) -> Tensor:
    """Pictures [N, C, H, W] with their right and lower edges repeated until both sides divide by `stride`."""
    height, width = x.shape[-2:]
    right, below = -width % stride, -height % stride
    return nn.functional.pad(x, (0, right, 0, below), mode="replicate") if right or below else x
