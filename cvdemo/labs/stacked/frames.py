"""Segmenting a frame with its neighbours: U-Nets of 1, 3 and 5 frames on a clip of the drawn world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from cvdemo import world, zoo
from cvdemo.world.film.truth import ClipTruth, clip_truth
from cvdemo.zoo.weights import has_weights, read_card

if TYPE_CHECKING:
    from cvdemo.zoo.frame_stack import FrameSegmenter

SIZE = (192, 160)  # of the frames: what the nets were trained on, so that noise is what it was there
SECONDS, FPS = 2.0, 25.0
FRAMES = round(SECONDS * FPS)
NETS = {1: "unet-frames-1", 3: "unet-frames-3"}  # by their number of frames
MOST = max(NETS)  # frames in a stack
SPLIT = "test"


@dataclass(frozen=True)
class Scene:
    """Which clip and which of its frames: seed, frame from 0, noise 0..12, and whether it rains or snows."""

    seed: int
    frame: int
    noise: float
    weather: bool

    @property
    def name(self) -> str:
        """A name for files."""
        return f"clip-{self.seed}-frame-{self.frame + 1}"


class Seen(NamedTuple):
    """The stack of `MOST` frames around one, and all that is known of that one."""

    stack: world.FrameStack
    truth: ClipTruth


def frame_nets() -> list[str]:
    """The trained nets, by their number of frames."""
    return [key for key in NETS.values() if has_weights(key)]


def draw(scene: Scene) -> Seen:
    """The frames of a scene and the truth of the middle one."""
    difficulty = world.named("normal", noise=scene.noise, weather=1.0 if scene.weather else 0.0)
    clip = world.clip(scene.seed, split=SPLIT, difficulty=difficulty, seconds=SECONDS, fps=FPS)
    stack = world.stack_around(clip, scene.frame, MOST, SIZE)
    return Seen(stack, clip_truth(clip, scene.frame, *SIZE))


def segment(key: str, stack: world.FrameStack) -> tuple[NDArray[np.float32], NDArray[np.uint8], float]:
    """What a net says of the middle frame: probabilities [C, h, w], label map [H, W], milliseconds."""
    model = cast("FrameSegmenter", zoo.load(key))
    found = model.segmentation(stack.inner(model.frames).frames)
    return found.maps, found.labels(), found.milliseconds


def held_out() -> dict[int, float]:
    """mIoU of the net of each number of frames on 500 held-out frames, from the nets' cards.

    The command is `cvdemo evaluate KEY --data world-frames:test --knob weather=1 --knob noise=12`.
    """
    cards = {n: read_card(key) for n, key in NETS.items()}
    return {n: float(card["metrics"]["mIoU"]) for n, card in cards.items() if card}
