"""Training nets of whole videos on activity clips."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.train.clips import UNITS, ClipSample
from cvdemo.train.task import HeldOut, NetTask, mixed_precision
from cvdemo.world.activities.names import ACTIVITIES, partner


class Turn(NamedTuple):
    """How a clip is seen: in a mirror, and with its time running backwards."""

    mirrored: bool
    backwards: bool


class ActivityTask(NetTask):
    """What the trainings have in common: clips as they are seen, and answers that count with weights."""

    metric = "accuracy"
    held_out = HeldOut("world-activity", "clips")

    @property
    def scored_as(self) -> str:
        return self.key.removesuffix("-head")

    def loss(
        self, net: nn.Module, batch: list[ClipSample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        turns = [Turn(*pair) for pair in (rng.random((len(batch), 2)) < 0.5).tolist()]
        labels = torch.tensor([label(s, t) for s, t in zip(batch, turns, strict=True)], device=device)
        with mixed_precision(device):
            logits = self.logits(net, batch, turns, rng, device).float()  # [N, E, K]
        return cross_entropy(logits, labels, self.weights(logits.shape[1]).to(device))

    def logits(
        self,
        net: Any,
        batch: list[ClipSample],
        turns: list[Turn],
        rng: np.random.Generator,
        device: torch.device,
    ) -> Tensor:
        """The logits [N, E, K] of the clips, each seen as its turn says, at E moments."""
        raise NotImplementedError

    def weights(self, moments: int) -> Tensor:
        """What the answer at each of E moments counts, [E]."""
        return torch.full((moments,), 1 / moments)


class FramesTask(ActivityTask):
    """A net that makes something of single frames: every answer counts alike.

    Where its backbone is frozen, the maps of the last clips are kept, since each clip comes several times.
    Else the net sees clips in another light, moved a little.
    """

    kept = 3072  # clips, each 110 kB

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self._maps: OrderedDict[tuple[int, bool], Tensor] = OrderedDict()

    def logits(
        self,
        net: Any,
        batch: list[ClipSample],
        turns: list[Turn],
        rng: np.random.Generator,
        device: torch.device,
    ) -> Tensor:
        if net.frozen:
            maps = [self._seen(net, s, turn, device) for s, turn in zip(batch, turns, strict=True)]
            said = net.tell(torch.stack(maps))
        else:
            said = net(moved(as_clips(all_seen(batch, turns), device), rng))
        logits: Tensor = said.logits
        return logits

    def _seen(self, net: Any, sample: ClipSample, turn: Turn, device: torch.device) -> Tensor:
        """The maps [T, M, 6, 6] of a clip as it is seen."""
        key = (sample.seed, turn.mirrored)
        if key not in self._maps:
            one = seen(sample, turn._replace(backwards=False))
            self._maps[key] = net.see(as_clips([one], device))[0].detach().half()
            if len(self._maps) > self.kept:
                self._maps.popitem(last=False)
        maps = self._maps[key].float()
        return maps.flip(0) if turn.backwards else maps


class LastFrameTask(FramesTask):
    """A net that averages what it sees: only what it says of the whole clip counts."""

    def weights(self, moments: int) -> Tensor:
        return nn.functional.one_hot(torch.tensor(moments - 1), moments).float()


class RecurrentTask(FramesTask):
    """A net with a memory, which answers after each frame: later answers count more."""

    def weights(self, moments: int) -> Tensor:
        rising = torch.arange(1.0, moments + 1)
        return rising / rising.sum()


class StackTask(ActivityTask):
    """A net that sees stacks of frames: what it says of some of a clip's."""

    seen = 2

    def logits(
        self,
        net: Any,
        batch: list[ClipSample],
        turns: list[Turn],
        rng: np.random.Generator,
        device: torch.device,
    ) -> Tensor:
        clips = moved(as_clips(all_seen(batch, turns), device), rng)
        logits: Tensor = net(clips, frames=some(batch, self.seen, rng, device)).logits
        return logits


class WindowTask(ActivityTask):
    """A net of one window as long as the clip."""

    def logits(
        self,
        net: Any,
        batch: list[ClipSample],
        turns: list[Turn],
        rng: np.random.Generator,
        device: torch.device,
    ) -> Tensor:
        clips = as_clips(all_seen(batch, turns), device)
        last = torch.tensor([clips.shape[1] - 1], device=device)
        logits: Tensor = net(clips, frames=last).logits
        return logits


class TemporalStreamTask(StackTask):
    """The temporal stream alone; the spatial one is trained already."""

    def logits(
        self,
        net: Any,
        batch: list[ClipSample],
        turns: list[Turn],
        rng: np.random.Generator,
        device: torch.device,
    ) -> Tensor:
        whole = np.stack([s.motion for s in all_seen(batch, turns)])  # [N, T - 1, H, W, 3]
        motions = torch.from_numpy(whole).to(device) / torch.tensor(UNITS, device=device)
        chosen = some(batch, self.seen, rng, device)
        logits: Tensor = net.temporal(motions.permute(0, 1, 4, 2, 3), frames=chosen)[1]
        return logits


def some(batch: list[ClipSample], count: int, rng: np.random.Generator, device: torch.device) -> Tensor:
    """The numbers of `count` frames of the clips, in order."""
    frames = len(batch[0].frames)
    weight = np.arange(1.0, frames + 1)
    chosen = rng.choice(frames, min(count, frames), replace=False, p=weight / weight.sum())
    return torch.from_numpy(np.sort(chosen)).to(device)


LIGHT, SHIFT = 0.15, 8
"""Largest change of each colour of a clip, and of its place in pixels."""


def moved(clips: Tensor, rng: np.random.Generator) -> Tensor:
    """Clips [N, T, 3, H, W] in 0..1, each in another light; all moved alike, round the edges."""
    gain = 1 + rng.uniform(-LIGHT, LIGHT, (len(clips), 1, 3, 1, 1))
    dy, dx = rng.integers(-SHIFT, SHIFT + 1, 2)
    lit = (clips * torch.from_numpy(gain).to(clips)).clamp(0, 1)
    return lit.roll((int(dy), int(dx)), (-2, -1))


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


def all_seen(batch: list[ClipSample], turns: list[Turn]) -> list[ClipSample]:
    """The clips, each as its turn says."""
    return [seen(s, turn) for s, turn in zip(batch, turns, strict=True)]


def seen(sample: ClipSample, turn: Turn) -> ClipSample:
    """A clip in a mirror, backwards, or both; what is played backwards is its partner's motion."""
    frames, motion, backward = sample.frames, sample.motion, sample.backward
    if turn.backwards:
        frames, motion, backward = frames[::-1], backward, motion
    if turn.mirrored:
        frames = frames[:, :, ::-1]
        motion, backward = (one[:, :, ::-1] * np.array([-1, 1, 1], np.int8) for one in (motion, backward))
    return ClipSample(sample.seed, frames, label(sample, turn), motion, backward)


def label(sample: ClipSample, turn: Turn) -> int:
    """The class id of a clip as it is seen."""
    name = ACTIVITIES[sample.label]
    return ACTIVITIES.index(partner(name) or name) if turn.backwards else sample.label
