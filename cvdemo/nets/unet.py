"""U-Net: an encoder, a decoder, and skips that carry what is sharp past the bottleneck (arXiv:1505.04597).

Against the paper: the encoder is the shared residual backbone, pretrained; convolutions are padded; the
decoder upsamples bilinearly; the last skip also brings the picture's own pixels. Convolutions at full
resolution take most of a U-Net's time, so the last step works at half resolution on 2 x 2 pixels as channels
and is unfolded at the end (arXiv:1609.05158).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.backbone import STRIDES, Backbone, BackboneConfig
from cvdemo.nets.blocks import ConvNorm, pad_to_stride
from cvdemo.nets.encoders import PaperBackbone


@dataclass(frozen=True)
class UNetConfig:
    """`decoder` and `skips` go from stride 16 down to 2: channels, and whether the encoder's map is used.

    The skip at stride 2 brings the picture's own pixels too. With more than one of `frames` it segments the
    middle one of a stack.
    """

    classes: int = 14
    frames: int = 1
    decoder: tuple[int, ...] = (96, 64, 32, 24)
    skips: tuple[bool, ...] = (True, True, True, True)
    backbone: BackboneConfig = field(default_factory=BackboneConfig)


class UNetTrace(NamedTuple):
    """What happened inside, over the picture padded to a multiple of 32 but for `logits`.

    `encoder` are the maps at strides 2, 4, 8, 16, 32; `decoder` those at 16, 8, 4, 2; `logits`
    [N, K, H, W] are cut to the picture.
    """

    encoder: tuple[Tensor, ...]
    decoder: tuple[Tensor, ...]
    logits: Tensor


class Up(nn.Module):
    """One step of the expanding path: upsample by 2, concatenate the skip, convolve twice."""

    def __init__(self, inputs: int, skip: int, outputs: int) -> None:
        super().__init__()
        self.reduce = ConvNorm(inputs, outputs, 1)  # before the upsampling, where it costs a quarter
        self.convs = nn.Sequential(ConvNorm(outputs + skip, outputs), ConvNorm(outputs, outputs))

    def forward(self, x: Tensor, skips: list[Tensor]) -> Tensor:
        x = nn.functional.interpolate(self.reduce(x), scale_factor=2, mode="bilinear")  # [N, O, 2h, 2w]
        return self.convs(torch.cat([x, *skips], dim=1))  # [N, O, 2h, 2w]


class UNet(nn.Module):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to a class for every pixel."""

    def __init__(self, config: UNetConfig | None = None, backbone: PaperBackbone | None = None) -> None:
        super().__init__()
        self.config = config = config or UNetConfig()
        self.backbone = backbone or Backbone(replace(config.backbone, inputs=3 * config.frames))
        *sharp, inputs = (backbone or config.backbone).channels
        sharp[0] += 3 * config.frames * 2 * 2  # the pixels under a cell of stride 2
        self.ups = nn.ModuleList()
        for outputs, used, skip in zip(config.decoder, config.skips, reversed(sharp), strict=True):
            self.ups.append(Up(inputs, skip if used else 0, outputs))
            inputs = outputs
        self.classify = nn.Conv2d(inputs, config.classes * 2 * 2, 1)

    def ablations(self) -> dict[str, int]:
        """What `forward` can go without: a name, and the value for its `ablate`."""
        used = [s for s, there in zip((16, 8, 4, 2), self.config.skips, strict=True) if there]
        return {f"skip at stride {s}": s for s in used}

    def from_start(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """The weights of a net of one frame as those of this one, which then sees the middle frame alone."""
        if self.config.frames == 1:
            return state
        stem, skip = "backbone.stem.0.0.weight", f"ups.{len(self.ups) - 1}.convs.0.0.weight"
        pixels = 3 * 2 * 2
        deep, sharp = state[skip][:, :-pixels], state[skip][:, -pixels:]
        more = {
            stem: self._in_the_middle(state[stem]),
            skip: torch.cat([deep, self._in_the_middle(sharp)], 1),
        }
        return {**state, **more}

    def _in_the_middle(self, weight: Tensor) -> Tensor:
        """Weights [O, C, k, k] of the middle frame, zeros for the others: [O, frames * C, k, k]."""
        before = [torch.zeros_like(weight)] * (self.config.frames // 2)
        return torch.cat([*before, weight, *before], 1)

    def forward(self, pictures: Tensor, *, ablate: Collection[int] = ()) -> UNetTrace:
        """The trace; the skips at the strides `ablate` bring zeros, to see what they are good for.

        Of a net of several frames the pictures are stacks, [N, 3 * frames, H, W].
        """
        height, width = pictures.shape[-2:]
        x = pad_to_stride(pictures, STRIDES[-1])
        encoder = self.backbone(x)
        skips = [[m] for m in encoder[:-1]]
        skips[0].append(nn.functional.pixel_unshuffle(x, 2))  # [N, 12 * frames, H/2, W/2]
        for stride, skip in zip(STRIDES, skips, strict=False):
            if stride in ablate:
                skip[:] = [torch.zeros_like(m) for m in skip]
        decoder: list[Tensor] = []
        x = encoder[-1]  # [N, 128, H/32, W/32]
        for up, used, skip in zip(self.ups, self.config.skips, reversed(skips), strict=True):
            x = up(x, skip if used else [])  # [N, D, H/16, W/16] ... [N, D, H/2, W/2]
            decoder.append(x)
        logits = nn.functional.pixel_shuffle(self.classify(x), 2)  # [N, K, H, W]
        return UNetTrace(encoder, tuple(decoder), logits[..., :height, :width])


def unet() -> UNet:
    """U-Net as it is trained on the drawn world."""
    return UNet()


def unet_noskip() -> UNet:
    """The same without any skip: all that is sharp has to come through the bottleneck."""
    return UNet(UNetConfig(skips=(False,) * 4))


def unet_frames_1() -> UNet:
    """U-Net of single frames, trained on the same frames as those of stacks."""
    return UNet()


def unet_frames_3() -> UNet:
    """U-Net of a frame and its two neighbours."""
    return UNet(UNetConfig(frames=3))


def unet_frames_5() -> UNet:
    """U-Net of a frame and two neighbours on each side."""
    return UNet(UNetConfig(frames=5))
