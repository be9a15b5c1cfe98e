"""RAFT in our size: correlation of all pairs of cells, and a flow that is updated again and again.

arXiv:2003.12039. `cvdemo.nets.raft_paper` has it in the sizes that were published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, grid_sample, interpolate, pad, unfold

from cvdemo.nets.raft_encoder import ConvNormReLU, Encoder, EncoderConfig

MASK_SCALE = 0.25
"""Of the logits of the upsampling's weights: it weakens that branch's gradient, as the authors' code does."""

FEATURES = EncoderConfig((24, 32, 48, 64, 64), (2, 2, 2, 1), bottleneck=True)
CONTEXT = EncoderConfig((24, 32, 48, 64, 96), (2, 2, 2, 1), "batch", bottleneck=True)


@dataclass(frozen=True)
class RAFTConfig:
    """Sizes of RAFT: `levels` of the pyramid, `radius` of the lookup in cells, channels of the update block.

    `correlation` are the channels of one or two convolutions of what was looked up, `flow` of two of the
    flow, `motion` of both together; the context encoder's output holds `hidden` channels of the first state,
    and the context. `kernels` are those of one or two GRUs, one after the other. `mask` are the channels
    before the weights of the convex upsampling, 0 for bilinear upsampling.
    """

    features: EncoderConfig = FEATURES
    context: EncoderConfig = CONTEXT
    levels: int = 3
    radius: int = 3
    correlation: tuple[int, ...] = (64,)
    flow: tuple[int, int] = (32, 16)
    motion: int = 48
    hidden: int = 48
    kernels: tuple[tuple[int, int], ...] = ((3, 3),)
    head: int = 64
    mask: int = 64
    updates: int = 8


class Correlation(NamedTuple):
    """How alike every cell of the first map is to every cell of the second, at each level of a pyramid.

    A level is [N * h * w, 1, h', w']: for each cell of the first map a map over the second one, pooled by 2
    from level to level (sec. 3.2).
    """

    levels: tuple[Tensor, ...]

    def lookup(self, places: Tensor, radius: int) -> Tensor:
        """The correlations around a place [N, 2, h, w] (x, y in cells) of each cell, [N, L * D * D, h, w]."""
        n, _, h, w = places.shape
        steps = torch.arange(-radius, radius + 1, device=places.device, dtype=places.dtype)
        # As the authors have it, the first of both axes goes along x.
        window = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), dim=-1)[None]  # [1, D, D, 2]
        centres = places.permute(0, 2, 3, 1).reshape(n * h * w, 1, 1, 2)
        found = []
        for k, level in enumerate(self.levels):
            size = places.new_tensor(level.shape[:1:-1])  # width, height
            grid = (2 * (centres / 2**k + window) + 1) / size - 1  # -1..1 from edge to edge
            found.append(grid_sample(level, grid, align_corners=False).view(n, h, w, -1))
        return torch.cat(found, dim=-1).permute(0, 3, 1, 2).contiguous()


def all_pairs(first: Tensor, second: Tensor, levels: int) -> Correlation:
    """The pyramid of correlations of two maps [N, C, h, w]: dot products over the root of C."""
    n, c, h, w = first.shape
    products = first.flatten(2).transpose(1, 2) @ second.flatten(2) / c**0.5  # [N, h*w, h*w]
    pyramid = [products.reshape(n * h * w, 1, h, w)]
    for _ in range(levels - 1):
        pyramid.append(avg_pool2d(pyramid[-1], 2))
    return Correlation(tuple(pyramid))


class MotionEncoder(nn.Module):
    """Flow and correlations as `motion` channels, of which the last two are the flow itself."""

    def __init__(self, config: RAFTConfig) -> None:
        super().__init__()
        looked_up = config.levels * (2 * config.radius + 1) ** 2
        kernels = (1, 3)
        inputs = (looked_up, *config.correlation)
        self.correlation = nn.Sequential(
            *(
                ConvNormReLU(i, o, k, norm="none")
                for i, o, k in zip(inputs, config.correlation, kernels, strict=False)
            )
        )
        a, b = config.flow
        self.flow = nn.Sequential(ConvNormReLU(2, a, 7, norm="none"), ConvNormReLU(a, b, 3, norm="none"))
        self.both = ConvNormReLU(config.correlation[-1] + b, config.motion - 2, 3, norm="none")

    def forward(self, flow: Tensor, correlation: Tensor) -> Tensor:
        both = torch.cat([self.correlation(correlation), self.flow(flow)], dim=1)
        return torch.cat([self.both(both), flow], dim=1)


class ConvGRU(nn.Module):
    """A gated recurrent unit whose products are convolutions (sec. 3.3, eq. 3 to 6)."""

    def __init__(self, hidden: int, inputs: int, kernel: tuple[int, int]) -> None:
        super().__init__()
        padding = (kernel[0] // 2, kernel[1] // 2)
        self.update, self.reset, self.candidate = (
            nn.Conv2d(hidden + inputs, hidden, kernel, padding=padding) for _ in range(3)
        )

    def forward(self, state: Tensor, x: Tensor) -> Tensor:
        both = torch.cat([state, x], dim=1)
        z, r = self.update(both).sigmoid(), self.reset(both).sigmoid()
        candidate = self.candidate(torch.cat([r * state, x], dim=1)).tanh()
        return (1 - z) * state + z * candidate


class UpdateBlock(nn.Module):
    """One update: the next state [N, hidden, h, w] and what is added to the flow [N, 2, h, w]."""

    def __init__(self, config: RAFTConfig) -> None:
        super().__init__()
        inputs = config.context.channels[-1] - config.hidden + config.motion
        self.motion = MotionEncoder(config)
        self.grus = nn.ModuleList(ConvGRU(config.hidden, inputs, kernel) for kernel in config.kernels)
        last = nn.Conv2d(config.head, 2, 3, padding=1)
        nn.init.normal_(last.weight, std=0.01)  # the first updates are small
        self.head = nn.Sequential(
            nn.Conv2d(config.hidden, config.head, 3, padding=1), nn.ReLU(inplace=True), last
        )

    def forward(
        self, state: Tensor, context: Tensor, correlation: Tensor, flow: Tensor
    ) -> tuple[Tensor, Tensor]:
        x = torch.cat([context, self.motion(flow, correlation)], dim=1)
        for gru in self.grus:
            state = gru(state, x)
        return state, self.head(state).float()


class RAFTTrace(NamedTuple):
    """What happens inside; `flows` are those after each update, in pixels of the pictures, [N, 2, H, W].

    `coarse` are the same in cells [N, 2, h, w], of `stride` pixels each; `features` [N, C, h, w] are the maps
    of both pictures, whose pyramid of correlations is `correlation`. Cells cover the padded pictures.
    """

    flows: tuple[Tensor, ...]
    coarse: tuple[Tensor, ...]
    features: tuple[Tensor, Tensor]
    correlation: Correlation
    stride: int

    @property
    def flow(self) -> Tensor:
        """The answer, [N, 2, H, W]."""
        return self.flows[-1]


class RAFT(nn.Module):
    """Recurrent all-pairs field transforms; pictures of any size, padded to the stride and cut again."""

    def __init__(self, config: RAFTConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or RAFTConfig()
        self.features, self.context = Encoder(config.features), Encoder(config.context)
        self.update = UpdateBlock(config)
        self.stride = config.features.stride
        weights = [
            ConvNormReLU(config.hidden, config.mask, 3, norm="none"),
            nn.Conv2d(config.mask, 9 * self.stride**2, 1),
        ]
        self.mask = nn.Sequential(*weights) if config.mask else None

    def forward(self, first: Tensor, second: Tensor, updates: int | None = None) -> RAFTTrace:
        """The trace of two batches of pictures [N, 3, H, W] in 0..1."""
        height, width = first.shape[-2:]
        first, second = (self._padded(2 * x - 1) for x in (first, second))
        maps = self.features(torch.cat([first, second])).float().chunk(2)  # [N, C, h, w] each
        with torch.autocast(first.device.type, enabled=False):
            correlation = all_pairs(maps[0], maps[1], self.config.levels)
        hidden = self.config.hidden
        state, context = self.context(first).split([hidden, self.config.context.channels[-1] - hidden], dim=1)
        state, context = state.float().tanh(), context.relu()
        flow = torch.zeros_like(maps[0][:, :2])
        cells, flows, coarse = cell_places(flow), [], []
        for _ in range(updates or self.config.updates):
            flow = flow.detach()  # each update is judged alone: no gradient through those before (sec. 3.3)
            found = correlation.lookup(cells + flow, self.config.radius)
            state, step = self.update(state, context, found, flow)
            flow = flow + step
            flows.append(self._upsampled(flow, state)[..., :height, :width])
            coarse.append(flow)
        return RAFTTrace(tuple(flows), tuple(coarse), (maps[0], maps[1]), correlation, self.stride)

    def _padded(self, x: Tensor) -> Tensor:
        """Pictures with their right and lower edges repeated: full cells, and one at the coarsest level."""
        least = self.stride * 2 ** (self.config.levels - 1)
        below, right = (max(-side % self.stride, least - side) for side in x.shape[-2:])
        return pad(x, (0, right, 0, below), mode="replicate") if right or below else x

    def _upsampled(self, flow: Tensor, state: Tensor) -> Tensor:
        """A flow in cells [N, 2, h, w] as one in pixels [N, 2, H, W]."""
        if self.mask is None:
            return self.stride * interpolate(
                flow, scale_factor=self.stride, mode="bilinear", align_corners=True
            )
        logits = self.mask(state).float()
        with torch.autocast(flow.device.type, enabled=False):
            return convex_upsample(self.stride * flow, MASK_SCALE * logits, self.stride)


def cell_places(like: Tensor) -> Tensor:
    """The column and row of every cell of a map [N, C, h, w], as [1, 2, h, w]."""
    h, w = like.shape[-2:]
    y, x = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
    return torch.stack([x, y])[None].to(like)


def convex_upsample(flow: Tensor, logits: Tensor, stride: int) -> Tensor:
    """Each fine pixel as a convex combination of the 3 x 3 coarse ones around it (sec. 3.3, appendix B).

    `flow` [N, 2, h, w], `logits` of the weights [N, 9 * stride * stride, h, w]; gives [N, 2, H, W].
    """
    n, _, h, w = flow.shape
    weights = logits.permute(0, 2, 3, 1).reshape(n * h * w, 9, stride * stride).softmax(dim=1)
    around = unfold(flow, 3, padding=1).view(n, 2, 9, h * w).permute(0, 3, 2, 1).reshape(n * h * w, 9, 2)
    fine = weights.transpose(1, 2) @ around  # [N * h * w, stride * stride, 2]
    fine = fine.view(n, h, w, stride, stride, 2).permute(0, 5, 1, 3, 2, 4)  # [N, 2, h, stride, w, stride]
    return fine.reshape(n, 2, stride * h, stride * w)


def sequence_loss(trace: RAFTTrace, target: Tensor, known: Tensor, *, gamma: float = 0.8) -> Tensor:
    """The L1 distance of every update's flow to the target [N, 2, H, W], the later the heavier (eq. 7).

    Only pixels whose target is `known` [N, H, W] count.
    """
    last, total = len(trace.flows) - 1, target.new_zeros(())
    for k, flow in enumerate(trace.flows):
        distance = (flow - target).abs().sum(dim=1)
        total = total + gamma ** (last - k) * (distance * known).sum() / known.sum().clamp(min=1)
    return total
