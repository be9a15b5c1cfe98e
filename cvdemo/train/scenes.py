"""Drawn scenes as training samples; no torch here: the processes that draw ahead import this module."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo import world
from cvdemo.train.recipes import SIZE

STRIDE = 10_000_000  # between the seeds tried for a scene of enough people: more than any run goes through


class RegionText(NamedTuple):
    """What is said of one object: its row in the sample, and the text."""

    row: int
    text: str


class Sample(NamedTuple):
    """One scene as a training sample.

    `picture` uint8 RGB [H, W, 3], `semantic` uint8 [H, W]; per object `boxes` [T, 4] x1 y1 x2 y2 in
    pixels, `classes` [T] and `difficult` [T]. `proposals` [P, 4] are Selective Search's, if any.
    `instances` uint8 [H, W] is 0 or 1 + the row of the object that shows there; `keypoints` [T, 17, 3] are
    x, y in pixels and the visibility 0..2, all 0 for all but people. `captions` are true sentences about the
    scene, `regions` descriptions of its objects that are not difficult, both only where asked for.
    """

    picture: NDArray[np.uint8]
    semantic: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    classes: NDArray[np.int64]
    difficult: NDArray[np.bool_]
    proposals: NDArray[np.float32] = np.zeros((0, 4), np.float32)
    instances: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
    keypoints: NDArray[np.float32] = np.zeros((0, 17, 3), np.float32)
    captions: tuple[str, ...] = ()
    regions: tuple[RegionText, ...] = ()


def draw_sample(
    seed: int,
    *,
    split: str = "train",
    objects: int = 6,
    proposals: int = 0,
    people: int = 0,
    size: tuple[int, int] = SIZE,
    captions: bool = False,
) -> Sample:
    """The scene of a seed, `normal` but for the number of objects, at a size (width, height).

    With `people`, the first scene with at least that many people, of the seeds `seed`, `seed + STRIDE` ...;
    with `captions`, what is said of it and of its objects.
    """
    difficulty = world.named("normal", objects=objects)
    scene = world.scene(seed, split=split, difficulty=difficulty)
    while sum(thing.kind == "person" for thing in scene.things) < people:
        seed += STRIDE
        scene = world.scene(seed, split=split, difficulty=difficulty)
    picture, truth = world.draw(scene, *size)
    sample = Sample(
        picture, truth.semantic, truth.boxes, truth.classes, truth.difficult,
        instances=_rows_of(truth), keypoints=truth.keypoints,
    )  # fmt: skip
    if captions:
        sample = sample._replace(captions=world.write_captions(truth), regions=_region_texts(truth))
    if not proposals:
        return sample
    from cvdemo.ops.regions import selective_search  # scikit-image takes its time to import

    return sample._replace(proposals=selective_search(picture, most=proposals).boxes)


def _rows_of(truth: world.Truth) -> NDArray[np.uint8]:
    """0 or 1 + the row of the object that shows at each pixel, [H, W]."""
    rows = np.zeros(256, np.uint8)
    rows[truth.ids + 1] = np.arange(1, len(truth) + 1)
    return rows[truth.instances]


def _region_texts(truth: world.Truth) -> tuple[RegionText, ...]:
    """The descriptions of a scene's regions, each with the row of its object."""
    rows = {int(number): row for row, number in enumerate(truth.ids)}
    return tuple(RegionText(rows[region.id], region.text) for region in world.describe_regions(truth))
