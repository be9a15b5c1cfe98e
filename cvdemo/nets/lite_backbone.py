"""EfficientNet-Lite0 as a backbone for photos: five maps, at output stride 32, or 16 with dilations.

arXiv:1905.11946 without squeeze-and-excitation, pretrained on ImageNet; dilated as a ResNet is in
arXiv:1706.05587, sec. 3.1.
"""

from __future__ import annotations

from torch import Tensor, nn

from cvdemo.nets.efficientnet_lite import EfficientNetLite0, SameConv2d
from cvdemo.nets.encoders import IMAGENET, PaperBackbone

STAGE_ENDS = (1, 3, 5, 11, 16)
"""Number of blocks up to the last one at strides 2, 4, 8, 16, 32."""


class LiteBackbone(PaperBackbone):
    """Pictures [N, 3, H, W], RGB in 0..1, to maps at strides 2, 4, 8, 16 and 32, or 16 again.

    With `output_stride` 16 the last stage keeps its map's size and its depthwise convolutions are dilated.
    The maps come from linear layers and have values of about 10: `normalised` ones, by a batch normalisation
    each, weigh as much as a decoder's where both are concatenated or added.
    """

    channels = (16, 24, 40, 112, 320)
    colours = IMAGENET

    def __init__(self, output_stride: int = 32, *, normalised: bool = False) -> None:
        super().__init__()
        if output_stride not in (16, 32):
            raise ValueError(f"an output stride of {output_stride} is not built: use 16 or 32")
        self.output_stride = output_stride
        whole = EfficientNetLite0()
        self.stem = nn.Sequential(whole._conv_stem, whole._bn0, nn.ReLU6(inplace=True))
        blocks = list(whole._blocks)
        starts = (0, *STAGE_ENDS[:-1])
        stages = [nn.Sequential(*blocks[a:b]) for a, b in zip(starts, STAGE_ENDS, strict=True)]
        if output_stride == 16:
            _dilate(stages[-1])
        self.stages = nn.ModuleList(stages)
        self.norms = nn.ModuleList(nn.BatchNorm2d(c) if normalised else nn.Identity() for c in self.channels)

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        x = self.stem(IMAGENET(pictures))  # [N, 32, H/2, W/2]
        maps = []
        for stage, norm in zip(self.stages, self.norms, strict=True):
            x = stage(x)
            maps.append(norm(x))  # [N, 16, H/2, W/2] ... [N, 320, H/32, W/32]
        return tuple(maps)

    def load_imagenet(self, state: dict[str, Tensor]) -> None:
        """Take the weights of `EfficientNetLite0`'s state; its head is left out."""
        whole = EfficientNetLite0()
        whole.load_state_dict(state)
        mine = [*self.stem, *(block for stage in self.stages for block in stage.children())]
        theirs = [whole._conv_stem, whole._bn0, nn.ReLU6(), *whole._blocks]
        for own, other in zip(mine, theirs, strict=True):
            own.load_state_dict(other.state_dict())

    def freeze_early(self) -> None:
        """Keep the stem and the first block, which see edges and colours, as ImageNet taught them."""
        self.stem.requires_grad_(False)
        self.stages[0].requires_grad_(False)


def _dilate(stage: nn.Module) -> None:
    """Let a stage keep its map's size: the stride goes, and what stands behind it is dilated by 2."""
    for conv in (m for m in stage.modules() if isinstance(m, SameConv2d) and m.groups > 1):
        if conv.stride == (2, 2):
            conv.stride = (1, 1)
        else:
            conv.dilation = (2, 2)
