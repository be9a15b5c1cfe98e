"""Training nets of whole videos on activity clips."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.train.clips import FLOW_UNITS, ClipSample
from cvdemo.train.task import HeldOut, NetTask, mixed_precision


class ActivityTask(NetTask):
    """A net that sees frames or windows one by one: what it says of `seen` of a clip's, mirrored or not."""

    seen = 4
    metric = "accuracy"
    held_out = HeldOut("world-activity", "clips")

    def loss(
        self, net: nn.Module, batch: list[ClipSample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = [
            mirrored(s) if turn else s for s, turn in zip(batch, rng.random(len(batch)) < 0.5, strict=True)
        ]
        labels = torch.tensor([s.label for s in batch], device=device)
        with mixed_precision(device):
            logits = self.logits(net, batch, rng, device).float()  # [N, E, K]
        return cross_entropy(logits, labels, self.weights(logits.shape[1]).to(device))

    def logits(
        self, net: nn.Module, batch: list[ClipSample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        """The logits [N, E, K] of a batch at some frames."""
        logits: Tensor = net(as_clips(batch, device), frames=some(batch, self.seen, rng, device)).logits
        return logits

    def weights(self, frames: int) -> Tensor:
        """What each of E frames counts, [E]."""
        return torch.full((frames,), 1 / frames)


class LastFrameTask(ActivityTask):
    """A net that gathers what it sees: the answer after the last of the seen frames counts alone."""

    seen = 8

    def weights(self, frames: int) -> Tensor:
        return nn.functional.one_hot(torch.tensor(frames - 1), frames).float()


class RecurrentTask(ActivityTask):
    """A net that sees all frames in their order and answers after each: later answers count more."""

    def logits(
        self, net: nn.Module, batch: list[ClipSample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        logits: Tensor = net(as_clips(batch, device)).logits
        return logits

    def weights(self, frames: int) -> Tensor:
        rising = torch.arange(1.0, frames + 1)
        return rising / rising.sum()


class WindowTask(ActivityTask):
    """A net of one window as long as the clip."""

    def logits(
        self, net: nn.Module, batch: list[ClipSample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        clips = as_clips(batch, device)
        last = torch.tensor([clips.shape[1] - 1], device=device)
        logits: Tensor = net(clips, frames=last).logits
        return logits


class TemporalStreamTask(ActivityTask):
    """The temporal stream alone; the spatial one is trained already."""

    def logits(
        self, net: Any, batch: list[ClipSample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        flows = np.stack([s.flow for s in batch])  # [N, T - 1, H, W, 2]
        moved = torch.from_numpy(flows).to(device).permute(0, 1, 4, 2, 3).float() / FLOW_UNITS
        logits: Tensor = net.temporal(moved, frames=some(batch, self.seen, rng, device))[1]
        return logits


def some(batch: list[ClipSample], count: int, rng: np.random.Generator, device: torch.device) -> Tensor:
    """The numbers of `count` frames of the clips, in order."""
    frames = len(batch[0].frames)
    chosen = rng.choice(frames, min(count, frames), replace=False)
    return torch.from_numpy(np.sort(chosen)).to(device)


def as_clips(batch: list[ClipSample], device: torch.device) -> Tensor:
    """The frames of clips as floats [N, T, 3, H, W] in 0..1."""
    frames = torch.from_numpy(np.stack([s.frames for s in batch])).to(device)
    return frames.permute(0, 1, 4, 2, 3).float() / 255


def cross_entropy(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy of answers [N, E, K] with labels [N], each of the E counted with its weight."""
    each = nn.functional.cross_entropy(
        logits.flatten(0, 1), labels.repeat_interleave(logits.shape[1]), reduction="none"
    )
    return (each.view(logits.shape[:2]) * weights).sum(1).mean()


def mirrored(sample: ClipSample) -> ClipSample:
    """The clip seen in a mirror."""
    flow = sample.flow[:, :, ::-1].copy()
    flow[..., 0] = -flow[..., 0]
    return sample._replace(frames=sample.frames[:, :, ::-1], flow=flow)
