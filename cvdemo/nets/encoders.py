"""The papers' own encoders, without weights: VGG-16 and ResNet-18, as five maps at strides 2 to 32.

They are what the paper's configuration of a segmenter is built on; what is trained here stands on
`cvdemo.nets.backbone`.
"""

from __future__ import annotations

from torch import Tensor, nn
from torchvision.models import resnet18, vgg16, vgg16_bn


class VGG16(nn.Module):
    """The thirteen convolutions of VGG-16 (arXiv:1409.1556, table 1 D) in five stages, each pooled.

    Maps [N, C, H/s, W/s] of pictures [N, 3, H, W], each behind its pooling; H and W divide by 32.
    """

    channels = (64, 128, 256, 512, 512)

    def __init__(self, *, norm: bool = False) -> None:
        super().__init__()
        layers = list((vgg16_bn if norm else vgg16)(weights=None).features)
        ends = [i + 1 for i, layer in enumerate(layers) if isinstance(layer, nn.MaxPool2d)]
        starts = [0, *ends[:-1]]
        self.stages = nn.ModuleList(nn.Sequential(*layers[a:b]) for a, b in zip(starts, ends, strict=True))

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        maps: list[Tensor] = []
        for stage in self.stages:
            pictures = stage(pictures)  # [N, 64, H/2, W/2] ... [N, 512, H/32, W/32]
            maps.append(pictures)
        return tuple(maps)


class ResNet18(nn.Module):
    """ResNet-18 without its classifier (arXiv:1512.03385, table 1).

    Maps [N, C, H/s, W/s] of pictures [N, 3, H, W]: that of the first convolution, then each stage's.
    """

    channels = (64, 64, 128, 256, 512)

    def __init__(self) -> None:
        super().__init__()
        net = resnet18(weights=None)
        self.stem = nn.Sequential(net.conv1, net.bn1, net.relu)
        first = nn.Sequential(net.maxpool, net.layer1)
        self.stages = nn.ModuleList([first, net.layer2, net.layer3, net.layer4])

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        maps = [self.stem(pictures)]  # [N, 64, H/2, W/2]
        for stage in self.stages:
            maps.append(stage(maps[-1]))  # [N, 64, H/4, W/4] ... [N, 512, H/32, W/32]
        return tuple(maps)
