"""The papers' own encoders, without weights: VGG-16, as it is and as DeepLab has it, and ResNets.

They are what the paper's configuration of a segmenter or detector is built on; what is trained here stands
on `cvdemo.nets.backbone`.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torchvision.models import ResNet as Reference
from torchvision.models import vgg16, vgg16_bn
from torchvision.models.resnet import BasicBlock, Bottleneck

from cvdemo.nets.backbone import STRIDES

DEPTHS = {18: (2, 2, 2, 2), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


@dataclass(frozen=True)
class Colours:
    """Of red, green and blue in 0..1, the mean that is taken off and what is then divided by."""

    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]

    def __call__(self, pictures: Tensor) -> Tensor:
        """Pictures [N, 3, H, W] as the weights expect them."""
        mean, deviation = (pictures.new_tensor(v)[:, None, None] for v in (self.mean, self.deviation))
        return (pictures - mean) / deviation


IMAGENET = Colours((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""As torchvision's ResNets were trained."""

CAFFE = Colours((0.48235, 0.45882, 0.40784), (1 / 255, 1 / 255, 1 / 255))
"""0..255 less the mean colour: as Caffe's AlexNet and VGG-16 were trained, and torchvision's SSD."""


class PaperBackbone(nn.Module):
    """A paper's own backbone: five maps [N, C, H/s, W/s] of pictures [N, 3, H, W], one behind each stage.

    The strides s are 2, 4, 8, 16, 32, none above the output stride, by which H and W divide. With `colours`
    the pictures are RGB in 0..1, else they go in as they are.
    """

    channels: tuple[int, ...] = (64, 128, 256, 512, 512)
    output_stride: int = 32
    colours: Colours | None = None
    stages: nn.ModuleList

    @property
    def strides(self) -> tuple[int, ...]:
        """Pixels of the picture between two cells of each map."""
        return tuple(min(s, self.output_stride) for s in STRIDES[: len(self.stages)])

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        x = pictures if self.colours is None else self.colours(pictures)
        maps: list[Tensor] = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return tuple(maps)


class VGG16(PaperBackbone):
    """The thirteen convolutions of VGG-16 (arXiv:1409.1556, table 1 D) in five stages, each pooled.

    Without `last_pool` the output stride is 16, as detectors of regions have it.
    """

    def __init__(self, *, norm: bool = False, last_pool: bool = True, colours: Colours | None = None) -> None:
        super().__init__()
        self.colours = colours
        layers = list((vgg16_bn if norm else vgg16)(weights=None).features)
        ends = [i + 1 for i, layer in enumerate(layers) if isinstance(layer, nn.MaxPool2d)]
        starts = [0, *ends[:-1]]
        self.stages = nn.ModuleList(nn.Sequential(*layers[a:b]) for a, b in zip(starts, ends, strict=True))
        if not last_pool:
            self.stages[-1] = nn.Sequential(*layers[starts[-1] : -1])
            self.output_stride = 16


class DilatedVGG16(PaperBackbone):
    """VGG-16's convolutions as DeepLab v1 has them: output stride 8, the last three dilated.

    Pooling is 3 x 3, and the last two poolings have stride 1 (arXiv:1412.7062, sec. 3.1).
    """

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


class ResNet(PaperBackbone):
    """ResNet of 18, 50, 101 or 152 layers without its classifier (arXiv:1512.03385, table 1).

    Below `output_stride` 32 (16 or 8) the last stages' strides become dilations (arXiv:1706.05587,
    sec. 3.1); that of 18 layers has no such form.
    """

    def __init__(self, layers: int = 50, *, output_stride: int = 32, colours: Colours | None = None) -> None:
        super().__init__()
        self.colours = colours
        block = BasicBlock if layers == 18 else Bottleneck
        dilated = [False, output_stride < 16, output_stride < 32]
        whole = Reference(block, list(DEPTHS[layers]), replace_stride_with_dilation=dilated)
        self.channels = (64, *(width * block.expansion for width in (64, 128, 256, 512)))
        self.output_stride = output_stride
        stem = nn.Sequential(whole.conv1, whole.bn1, whole.relu)
        first = nn.Sequential(whole.maxpool, whole.layer1)
        self.stages = nn.ModuleList([stem, first, whole.layer2, whole.layer3, whole.layer4])
