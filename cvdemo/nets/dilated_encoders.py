"""The papers' own encoders that can keep their maps large: VGG-16 as DeepLab has it, and ResNets.

They come without weights and give five maps as the small backbone does.
"""

from __future__ import annotations

from torch import Tensor, nn
from torchvision.models import ResNet as Reference
from torchvision.models.resnet import Bottleneck

DEPTHS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


class PaperBackbone(nn.Module):
    """A paper's own backbone: five maps with these channels, at strides that stop at the output stride."""

    channels: tuple[int, ...]
    output_stride: int


class ResNet(PaperBackbone):
    """ResNet of 50, 101 or 152 layers without its classifier (arXiv:1512.03385, table 1).

    Below `output_stride` 32 (16 or 8) the last stages' strides become dilations (arXiv:1706.05587, sec. 3.1).
    """

    channels = (64, 256, 512, 1024, 2048)

    def __init__(self, layers: int = 50, *, output_stride: int = 32) -> None:
        super().__init__()
        dilated = [False, output_stride < 16, output_stride < 32]
        whole = Reference(Bottleneck, list(DEPTHS[layers]), replace_stride_with_dilation=dilated)
        self.output_stride = output_stride
        self.stem = nn.Sequential(whole.conv1, whole.bn1, whole.relu)
        self.stages = nn.ModuleList(
            [nn.Sequential(whole.maxpool, whole.layer1), whole.layer2, whole.layer3, whole.layer4]
        )

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """Five maps [N, C, H/s, W/s] at strides 2, 4, 8, 16, 32, none above the output stride."""
        maps = [self.stem(pictures)]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        return tuple(maps)


class DilatedVGG16(PaperBackbone):
    """VGG-16's convolutions as DeepLab v1 has them: output stride 8, the last three dilated.

    Pooling is 3 x 3, and the last two poolings have stride 1 (arXiv:1412.7062, sec. 3.1).
    """

    channels = (64, 128, 256, 512, 512)
    output_stride = 8

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList()
        inputs = 3
        for outputs, depth, stride, dilation in zip(
            self.channels, (2, 2, 3, 3, 3), (2, 2, 2, 1, 1), (1, 1, 1, 1, 2), strict=True
        ):
            layers: list[nn.Module] = []
            for _ in range(depth):
                layers += [nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation), nn.ReLU()]
                inputs = outputs
            self.stages.append(nn.Sequential(*layers, nn.MaxPool2d(3, stride, padding=1)))

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """Five maps at strides 2, 4, 8, 8, 8."""
        maps: list[Tensor] = []
        for stage in self.stages:
            maps.append(stage(maps[-1] if maps else pictures))
        return tuple(maps)
