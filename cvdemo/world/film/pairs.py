"""Pairs of frames with exact motion: what optical flow is trained and scored on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.world.difficulty import Difficulty
from cvdemo.world.film.clip import CLIP_VERSION, clip
from cvdemo.world.film.motion import motion_between
from cvdemo.world.film.truth import lay_out_frame
from cvdemo.world.painting import paint_picture
from cvdemo.world.raster import Picture
from cvdemo.world.rng import RandomStream
from cvdemo.world.vocabulary import WORLD_VERSION

PAIR_SIZE = (192, 160)
"""Width and height at which pairs are drawn where nothing else is said."""

GAPS = (1, 2, 3, 4)
"""Frames of 1/25 s from the first picture to the second: at 192 x 160 motions range to about 20 pixels."""

SECONDS, FPS = 2.0, 25.0
CAMERA_RANGE = (0.2, 1.0)
"""How much the camera moves: more than in other clips, so that still scenery is in motion too."""


class FlowPair(NamedTuple):
    """Two pictures [H, W, 3] uint8 RGB of a clip, and the exact flow from the first to the second.

    `flow` [H, W, 2] float32 in pixels, right and down; `occluded` [H, W]: hidden in the second, or outside.
    `gap` are the frames between them.
    """

    first: Picture
    second: Picture
    flow: NDArray[np.float32]
    occluded: NDArray[np.bool_]
    gap: int


def flow_pair(
    seed: int,
    *,
    split: str = "train",
    size: tuple[int, int] = PAIR_SIZE,
    difficulty: Difficulty | None = None,
) -> FlowPair:
    """The pair of a seed at a size (width, height): the same arguments give the same pair.

    It comes from the clip of that seed; which frames, and how much the camera moves, the seed says too.
    DataError for what a clip refuses.
    """
    rng = RandomStream(WORLD_VERSION, split, seed, "flow pair", CLIP_VERSION)
    camera, gap = rng.uniform(*CAMERA_RANGE), rng.choice(GAPS)
    found = clip(seed, split=split, difficulty=difficulty, seconds=SECONDS, fps=FPS, camera=camera)
    k = rng.integer(0, len(found) - 1 - gap)
    one, two = lay_out_frame(found, k, *size), lay_out_frame(found, k + gap, *size)
    motion = motion_between(one, two)
    return FlowPair(paint_picture(one[0]), paint_picture(two[0]), motion.flow, motion.occluded, gap)
