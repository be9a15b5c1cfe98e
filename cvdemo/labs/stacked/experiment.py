"""What a stack of frames is to a net: the stack, the first layer's filters in time, what neighbours add."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo import world, zoo
from cvdemo.ops.clip_flow import flow_with_error
from cvdemo.zoo.activity import ActivityClassifier, squares
from cvdemo.zoo.weights import has_weights, read_card

LENGTHS = {1: "frame-average", 3: "early-fusion-3", 5: "early-fusion-5", 7: "early-fusion-7"}
"""The nets by the number of frames that they see at once."""

FIRST_ACTIVITY, FIRST_SEED, FIRST_MOMENT = "throw", 6, 15
"""The clip that is seen first, and the frame, from 1, that the stack ends at."""

SIDE = 96  # of the frames that nets see


def lengths() -> list[int]:
    """The numbers of frames for which there is a trained net."""
    return [n for n, key in LENGTHS.items() if has_weights(key)]


def stack_ending(frames: NDArray[np.uint8], end: int, length: int) -> NDArray[np.uint8]:
    """`length` frames [n, H, W, 3], every second one, up to `end`; before the beginning the first repeats."""
    from cvdemo.nets.early_fusion import STEP  # late: torch

    return frames[(end - STEP * np.arange(length - 1, -1, -1)).clip(min=0)]


def fringes(stack: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A stack [n, H, W, 3] in one picture: the brightness of its first, middle and last frame as R, G and B.

    What stands still is grey; what moves has coloured fringes.
    """
    grey = stack @ np.array([0.299, 0.587, 0.114])  # [n, H, W]
    chosen = grey[[0, (len(stack) - 1) // 2, len(stack) - 1]]
    picture: NDArray[np.uint8] = np.moveaxis(chosen, 0, -1).round().clip(0, 255).astype(np.uint8)
    return picture


class Filters(NamedTuple):
    """The first layer of a net: weights [O, n, 3, k, k] by filter, frame, colour and place.

    `moving` [O] is the share 0..1 of each filter's energy that a still picture does not see: what is left
    when the mean over the frames is taken away.
    """

    weights: NDArray[np.float32]
    moving: NDArray[np.float32]

    @property
    def order(self) -> NDArray[np.int64]:
        """The filters, those that see most motion first."""
        return np.argsort(-self.moving, kind="stable")


def filters_of(weights: NDArray[np.float32], length: int) -> Filters:
    """The first layer's weights [O, 3 n, k, k] of a net of stacks of n frames, taken apart."""
    apart = weights.reshape(len(weights), length, 3, *weights.shape[-2:])
    still = apart.mean(1, keepdims=True)
    whole = (apart**2).sum((1, 2, 3, 4))
    moving = ((apart - still) ** 2).sum((1, 2, 3, 4)) / np.maximum(whole, 1e-12)
    return Filters(apart, moving.astype(np.float32))


@dataclass(frozen=True, eq=False)
class Stacked:
    """A clip of T frames as nets of stacks see it.

    `frames` [T, 96, 96, 3]; `motion` [T - 1, 96, 96, 3], a flow and its photometric error; `said` are
    probabilities [T, C] of each stack by itself, by its number of frames, `so_far` their means up to each.
    """

    frames: NDArray[np.uint8]
    motion: NDArray[np.float32]
    said: dict[int, NDArray[np.float32]]
    so_far: dict[int, NDArray[np.float32]]


def look(clip: world.ActivityClip) -> Stacked:
    """The clip, its flow, and what the trained nets say of its stacks."""
    frames = squares(clip.pictures(SIDE, SIDE), SIDE)
    said, so_far = {}, {}
    for n in lengths():
        model = zoo.load(LENGTHS[n])
        assert isinstance(model, ActivityClassifier)
        result = model.activity(frames)
        said[n] = result.trace.logits[0].float().softmax(-1).cpu().numpy()
        so_far[n] = result.probabilities
    return Stacked(frames, flow_with_error(frames), said, so_far)


def motion_before(seen: Stacked, moment: int) -> NDArray[np.float32]:
    """The motion [96, 96, 3] that leads to a frame; none before the first."""
    still = np.zeros((*seen.frames.shape[1:3], 3), np.float32)
    return seen.motion[moment - 1] if moment else still


def first_layer(length: int) -> Filters:
    """The first layer of the trained net of stacks of so many frames, as filters over the frames."""
    from cvdemo.nets.early_fusion import over_frames  # late: torch

    weights = _net(length).backbone.stem[0][0].weight.detach().float().cpu()
    return filters_of((over_frames(weights) if length > 1 else weights).numpy(), length)


def responses(stack: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What each filter of the first layer answers to a stack [n, 96, 96, 3], [O, 48, 48], after its ReLU."""
    import torch

    from cvdemo.nets.early_fusion import differences

    net = _net(len(stack))
    model = zoo.load(LENGTHS[len(stack)])
    x = torch.from_numpy(np.ascontiguousarray(stack)).to(model.device).permute(0, 3, 1, 2).flatten(0, 1)[None]
    seen = differences(x.float() / 255) if len(stack) > 1 else x.float() / 255
    maps = model.run(lambda: net.backbone.stem[0]((seen - 0.5) / 0.25)).value
    found: NDArray[np.float32] = maps[0].float().cpu().numpy()
    return found


def _net(length: int) -> Any:
    model: Any = zoo.load(LENGTHS[length])
    return model.net


class Gain(NamedTuple):
    """Shares of held-out clips that a net of stacks of `length` frames gets right: all, pairs, others."""

    length: int
    accuracy: float
    pairs: float
    alone: float
    milliseconds: float


def gains() -> list[Gain]:
    """What each number of frames reaches on held-out clips, from the cards."""
    found = []
    for n in lengths():
        if card := read_card(LENGTHS[n]):
            numbers = card["metrics"]
            names = "accuracy", "accuracy_pairs", "accuracy_alone", "ms_per_second"
            found.append(Gain(n, *(float(numbers[name]) for name in names)))
    return found
