"""Colours of semantic classes, and label maps as pictures."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.draw.class_palette import colours_apart
from cvdemo.errors import DataError

WRONG = (230, 0, 126)  # far from every class colour of the drawn world


def class_colours(names: Sequence[str]) -> NDArray[np.uint8]:
    """The colour of each class, [C, 3] uint8 RGB: the drawn world's own, distinct ones for others."""
    return np.array(colours_apart(tuple(names), WRONG), dtype=np.uint8).reshape(-1, 3)


def paint_labels(labels: NDArray[np.uint8], names: Sequence[str]) -> NDArray[np.uint8]:
    """A label map [H, W] in its class colours, [H, W, 3]; DataError for a label without a name."""
    if labels.size and int(labels.max()) >= len(names):
        raise DataError(
            f"the label map has the label {int(labels.max())}, but there are {len(names)} classes"
        )
    return class_colours(names)[labels]


def overlay_labels(
    picture: NDArray[np.uint8], labels: NDArray[np.uint8], names: Sequence[str], *, opacity: float = 0.6
) -> NDArray[np.uint8]:
    """The label map [H, W] blended over its picture [H, W, 3]; opacity 0 is the picture, 1 the map."""
    _same_size(picture, labels)
    painted = paint_labels(labels, names)
    mixed: NDArray[np.uint8] = cv2.addWeighted(picture, 1 - opacity, painted, opacity, 0)  # type: ignore[assignment]
    return mixed


def error_map(
    picture: NDArray[np.uint8], labels: NDArray[np.uint8], truth: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The picture [H, W, 3] in pale grey, with all pixels marked where label and truth [H, W] differ."""
    _same_size(picture, labels)
    _same_size(picture, truth)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) // 2 + 127
    marked: NDArray[np.uint8] = np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)
    marked[labels != truth] = WRONG
    return marked


def _same_size(picture: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
    if picture.shape[:2] != labels.shape:
        sizes = (f"{a.shape[1]} x {a.shape[0]}" for a in (picture, labels))
        raise DataError("the picture has {} pixels, the label map {}".format(*sizes))
