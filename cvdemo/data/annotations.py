"""Truth and results of a set of images as columns: the output of every reader, the input of every metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.problems import Problem

IouType: TypeAlias = Literal["bbox", "segm", "keypoints"]
Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Rle: TypeAlias = dict[str, Any]


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """The annotations: one row each, in the order of the file."""

    entry: Indices  # [G] index in the file
    image: Indices  # [G] index in `EvalSet.image_ids`
    category: Indices  # [G] index in `EvalSet.category_ids`
    boxes: Floats  # [G, 4] x1 y1 x2 y2 in pixels
    box_area: Floats  # [G] width times height from the file
    area: Floats  # [G] area of the mask or box in square pixels, which decides the size range
    crowd: Flags  # [G] a region of many objects, COCO's iscrowd
    difficult: Flags  # [G] VOC's difficult flag
    masks: list[Rle] | None = None
    keypoints: Floats | None = None  # [G, K, 3] x y visibility
    unlabelled: Flags | None = None  # [G] a person without labelled keypoints

    def __len__(self) -> int:
        return len(self.image)


@dataclass(frozen=True, eq=False)
class Results:
    """The detections: one row each, in the order of the file."""

    entry: Indices  # [D] index in the file
    image: Indices  # [D]
    category: Indices  # [D]
    score: Floats  # [D]
    boxes: Floats  # [D, 4] x1 y1 x2 y2 in pixels
    box_area: Floats  # [D]
    area: Floats  # [D]
    masks: list[Rle] | None = None
    keypoints: Floats | None = None  # [D, K, 3]

    def __len__(self) -> int:
        return len(self.image)


@dataclass(frozen=True, eq=False)
class EvalSet:
    """Truth and results over the same images and categories, both sorted by id."""

    iou_type: IouType
    image_ids: tuple[Any, ...]
    image_names: tuple[str, ...]
    image_sizes: Indices  # [I, 2] width height in pixels, 0 if unknown
    category_ids: tuple[Any, ...]
    category_names: tuple[str, ...]
    truth: GroundTruth
    results: Results
    problems: tuple[Problem, ...] = ()
    sized: bool = True  # False where boxes are fractions of images of unknown size
