"""Sliding windows on a photo: ImageNet's 1000 classes for every window of a pyramid."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import supervision as sv
import torch
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.labs.windows.experiment import FACTOR
from cvdemo.nets.lite_windows import STRIDE, WINDOW
from cvdemo.nets.sliding_window import resized
from cvdemo.ops.windows import Level, pyramid, pyramid_count, slide, window_boxes
from cvdemo.zoo import imagenet_windows
from cvdemo.zoo.drawn import at_working_size
from cvdemo.zoo.labels import labels
from cvdemo.zoo.model import FLOOR

LONGEST = 448  # pixels of the photo's longer side; windows are measured in these
SMALLEST = (96, 128, 192, 256)
MOST_SCALES = 4
BEST = 3  # classes of a window that are kept


class PhotoPyramid(NamedTuple):
    """Probabilities [1000, rows, columns] of every level's windows, by convolution.

    `size` is the height and width of the photo that the windows' sides are measured in.
    """

    size: tuple[int, int]
    levels: list[Level]
    probabilities: list[NDArray[np.float32]]
    milliseconds: float

    @property
    def windows(self) -> int:
        """How many windows there are."""
        return pyramid_count(self.levels, WINDOW, STRIDE)

    def common(self, most: int) -> list[int]:
        """The classes with the highest probability in any window, the highest first."""
        peaks = np.max([likely.max((1, 2)) for likely in self.probabilities], axis=0)
        return [int(k) for k in np.argsort(-peaks, kind="stable")[:most]]


def photo_pyramid(picture: NDArray[np.uint8], smallest: int, scales: int) -> PhotoPyramid:
    """Classify all windows of a photo [H, W, 3] uint8 RGB: the net runs once on each level.

    The windows of the first level have `smallest` pixels a side, those of the next `FACTOR` times as many.
    A `DataError` where no window fits.
    """
    x = at_working_size(picture, "cpu", LONGEST)
    size = (x.shape[2], x.shape[3])
    levels = pyramid(size, WINDOW, [smallest * FACTOR**k for k in range(scales)])
    if not levels:
        raise DataError(
            f"no window of {smallest} pixels or more fits into a photo of {size[1]} x {size[0]}: take a "
            "smaller window or another photo"
        )
    loaded = imagenet_windows.model()

    def run() -> list[torch.Tensor]:
        return [loaded.convolutions(resized(x, level.size)).logits[0].softmax(0) for level in levels]

    likely, milliseconds = loaded.run(run)
    return PhotoPyramid(size, levels, [p.numpy() for p in likely], milliseconds)


def milliseconds_one_by_one(picture: NDArray[np.uint8], found: PhotoPyramid) -> float:
    """How long the same windows take when each is classified by itself."""
    x = at_working_size(picture, "cpu", LONGEST)
    loaded = imagenet_windows.model()

    def classify(windows: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(loaded.classifier(torch.from_numpy(windows)).logits.numpy())

    def run() -> None:
        for level in found.levels:
            slide(
                resized(x, level.size)[0].numpy(), classify, window=WINDOW, stride=STRIDE,
                batch=imagenet_windows.BATCH,
            )  # fmt: skip

    return loaded.run(run).milliseconds


def raw_photo_windows(found: PhotoPyramid, picture: NDArray[np.uint8]) -> sv.Detections:
    """The most probable classes of every window as detections in the photo's pixels, the best first."""
    names, parts = labels("imagenet"), []
    height, width = picture.shape[:2]
    back = np.array([width / found.size[1], height / found.size[0]] * 2)
    for level, likely in zip(found.levels, found.probabilities, strict=True):
        flat = likely.reshape(len(likely), -1)  # [1000, windows]
        kinds = np.argsort(-flat, axis=0)[:BEST]
        boxes = window_boxes(level, WINDOW, STRIDE) * back
        parts += [(boxes, np.take_along_axis(flat, row[None], 0)[0], row) for row in kinds]
    boxes, scores, kinds = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] > FLOOR]
    return sv.Detections(
        xyxy=boxes[order].astype(np.float32),
        confidence=scores[order].astype(np.float32),
        class_id=kinds[order].astype(int),
        data={"class_name": np.array([names[int(k)] for k in kinds[order]], dtype=str)},
    )
