"""FlowNetS: both pictures stacked, an encoder, and a decoder that predicts the flow at every scale.

arXiv:1504.06852, sec. 3 and figs. 2 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from cvdemo.nets.blocks import pad_to_stride

UNIT = 8.0
"""Pixels for an output of 1."""
SLOPE = 0.1
"""Of the leaky ReLUs."""


@dataclass(frozen=True)
class FlowNetConfig:
    """Channels of the encoder's maps at strides 2, 4, 8 ..., and of the decoder's, coarse to fine.

    `kernels` are those of the encoder's strided convolutions; from the third stage on a second convolution
    follows. As many decoder maps as the encoder has but one bring the finest flow to stride 2. With `norm`
    there is batch normalisation.
    """

    encoder: tuple[int, ...] = (24, 48, 96, 128, 160)
    kernels: tuple[int, ...] = (7, 5, 5, 3, 3)
    decoder: tuple[int, ...] = (96, 64, 48, 32)
    norm: bool = True


class FlowNetTrace(NamedTuple):
    """The flows of all scales, coarse to fine, each [N, 2, h, w] over the padded pictures, in their pixels.

    `encoder` are the encoder's maps, fine to coarse, `decoder` the decoder's, coarse to fine. `flow`
    [N, 2, H, W] is the answer: the finest flow, upsampled and cut to the pictures.
    """

    flows: tuple[Tensor, ...]
    encoder: tuple[Tensor, ...]
    decoder: tuple[Tensor, ...]
    flow: Tensor


def activated(layer: nn.Conv2d | nn.ConvTranspose2d, norm: bool) -> nn.Sequential:
    """A convolution, batch normalisation where `norm`, and leaky ReLU."""
    normalised = [nn.BatchNorm2d(layer.out_channels)] if norm else []
    return nn.Sequential(layer, *normalised, nn.LeakyReLU(SLOPE, inplace=True))


class FlowNetS(nn.Module):
    """The simple FlowNet; pictures of any size, padded to the coarsest stride and cut again."""

    def __init__(self, config: FlowNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or FlowNetConfig()
        self.encoder, inputs, bias = nn.ModuleList(), 6, not config.norm
        for k, (channels, kernel) in enumerate(zip(config.encoder, config.kernels, strict=True)):
            stage = [nn.Conv2d(inputs, channels, kernel, 2, kernel // 2, bias=bias)]
            stage += [nn.Conv2d(channels, channels, 3, 1, 1, bias=bias)] if k >= 2 else []
            self.encoder.append(nn.Sequential(*(activated(layer, config.norm) for layer in stage)))
            inputs = channels
        self.predict, self.enlarge, self.widen = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        skips = config.encoder[-2::-1]  # of the maps that the decoder's are joined with
        for channels, skip in zip(config.decoder, skips, strict=False):
            self.predict.append(nn.Conv2d(inputs, 2, 3, padding=1))
            self.enlarge.append(nn.ConvTranspose2d(2, 2, 4, 2, 1))
            larger = nn.ConvTranspose2d(inputs, channels, 4, 2, 1, bias=bias)
            self.widen.append(activated(larger, config.norm))
            inputs = skip + channels + 2
        self.predict.append(nn.Conv2d(inputs, 2, 3, padding=1))

    def forward(self, first: Tensor, second: Tensor) -> FlowNetTrace:
        """The trace of two batches of pictures [N, 3, H, W] in 0..1."""
        height, width = first.shape[-2:]
        x = torch.cat([first, second], dim=1) * 2 - 1  # [N, 6, H, W]
        maps = [pad_to_stride(x, 2 ** len(self.encoder))]
        for stage in self.encoder:
            maps.append(stage(maps[-1]))  # [N, C, H / 2, W / 2], then half of that each time
        x, decoder, flows = maps[-1], [], []
        for k, predict in enumerate(self.predict):
            flow = predict(x)
            flows.append(UNIT * flow.float())
            if k < len(self.widen):
                decoder.append(self.widen[k](x))
                x = torch.cat([maps[-2 - k], decoder[-1], self.enlarge[k](flow)], dim=1)
        stride = 2 ** (len(self.encoder) - len(self.widen))  # of the finest flow
        full = interpolate(flows[-1], scale_factor=stride, mode="bilinear", align_corners=False)
        return FlowNetTrace(tuple(flows), tuple(maps[1:]), tuple(decoder), full[..., :height, :width])


def flownets_paper() -> FlowNetS:
    """FlowNetS as it was published: the finest flow has stride 4, and nothing is normalised."""
    encoder = (64, 128, 256, 512, 512, 1024)
    return FlowNetS(FlowNetConfig(encoder, (7, 5, 5, 3, 3, 3), (512, 256, 128, 64), norm=False))


def multiscale_loss(trace: FlowNetTrace, target: Tensor, known: Tensor, *, coarser: float = 0.5) -> Tensor:
    """The mean end-point error of the answer and, each scale lighter than the finer one, of all flows.

    `target` [N, 2, H, W] is of pictures that need no padding; a coarse pixel's is the mean of its fine ones.
    Only pixels whose target is wholly `known` [N, H, W] count.
    """
    total, weight = target.new_zeros(()), 1.0
    for flow in (trace.flow, *reversed(trace.flows)):
        size = (flow.shape[2], flow.shape[3])
        error = (flow - adaptive_avg_pool2d(target, size)).norm(dim=1)
        counts = (adaptive_avg_pool2d(known[:, None].float(), size) == 1)[:, 0]
        total = total + weight * (error * counts).sum() / counts.sum().clamp(min=1)
        weight *= coarser
    return total
