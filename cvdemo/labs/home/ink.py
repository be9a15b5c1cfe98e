"""What the small pictures on Home are drawn with: one size, one scene, panels, signs, bars."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo import world
from cvdemo.draw.colours import HEX
from cvdemo.draw.skeletons import rgb
from cvdemo.world.reading import Truth

Picture = NDArray[np.uint8]
Ink = tuple[int, int, int]

WIDTH, HEIGHT = 480, 300
FONT = cv2.FONT_HERSHEY_DUPLEX
WHITE, BLACK, PAPER = (255, 255, 255), (16, 20, 28), (244, 246, 249)
SEED = 31  # the scene that goes through most of the lecture
GAP = 4


@cache
def scene(seed: int = SEED, *, preset: str = "easy") -> tuple[Picture, Truth]:
    """A drawn scene's picture [300, 480, 3] and its truth."""
    difficulty = world.named(preset)
    return world.draw(world.scene(seed, split="test", difficulty=difficulty), WIDTH, HEIGHT)


def colour(rank: int) -> Ink:
    """One of the colours that classes and tracks have too, RGB."""
    return rgb(HEX[rank % len(HEX)])


def sheet(ink: Ink = PAPER) -> Picture:
    """An empty thumbnail."""
    return np.full((HEIGHT, WIDTH, 3), ink, np.uint8)


def fitted(picture: Picture, width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """The middle of a picture [h, w, 3], as large as it fills `width` x `height`."""
    high, wide = picture.shape[:2]
    scale = max(width / wide, height / high)
    across, down = max(width, round(wide * scale)), max(height, round(high * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    large = cv2.resize(picture, (across, down), interpolation=way)
    x, y = (across - width) // 2, (down - height) // 2
    return np.ascontiguousarray(large[y : y + height, x : x + width])


def grid(pictures: Sequence[Picture], columns: int) -> Picture:
    """Pictures beside and below one another in one thumbnail, cut to their cells."""
    found = sheet(WHITE)
    rows = -(-len(pictures) // columns)
    for k, picture in enumerate(pictures):
        (x1, x2), (y1, y2) = _part(k % columns, columns, WIDTH), _part(k // columns, rows, HEIGHT)
        found[y1:y2, x1:x2] = fitted(picture, x2 - x1, y2 - y1)
    return found


def _part(k: int, parts: int, length: int) -> tuple[int, int]:
    """Where part k of a length begins and ends, with gaps between the parts."""
    edges = [round(i * (length + GAP) / parts) for i in range(parts + 1)]
    return edges[k], edges[k + 1] - GAP


def cut_across(left: Picture, right: Picture) -> Picture:
    """Two pictures of one size, the left one left of a slanting white line."""
    y, x = np.indices(left.shape[:2])
    high, wide = left.shape[:2]
    line = x - wide / 2 + (y - high / 2) * 0.35
    found = np.where((line < 0)[..., None], left, right).astype(np.uint8)
    found[np.abs(line) < 2.5] = 255
    return found


def sign(picture: Picture, text: str, at: tuple[int, int], ink: Ink = WHITE, size: float = 0.6) -> None:
    """Write a text on a dark strip whose lower left corner is `at`, in place."""
    (wide, high), _ = cv2.getTextSize(text, FONT, size, 1)
    x, y = min(at[0], picture.shape[1] - wide - 14), max(at[1], high + 16)
    cv2.rectangle(picture, (x, y - high - 14), (x + wide + 14, y), BLACK, -1)
    cv2.putText(picture, text, (x + 7, y - 7), FONT, size, ink, 1, cv2.LINE_AA)


def boxes(picture: Picture, corners: NDArray[Any], ink: Ink, line: int = 2) -> None:
    """Draw boxes [N, 4] in one colour with a dark rim, in place."""
    for x1, y1, x2, y2 in np.asarray(corners).round().astype(int).tolist():
        cv2.rectangle(picture, (x1, y1), (x2, y2), BLACK, line + 2)
        cv2.rectangle(picture, (x1, y1), (x2, y2), ink, line)


def faint(picture: Picture, share: float = 0.55, ink: Ink = BLACK) -> Picture:
    """A copy of a picture mixed with a colour, so that what is drawn over it stands out."""
    return np.asarray(picture * (1 - share) + np.multiply(ink, share), np.uint8)


def largest(truth: Truth, name: str = "") -> NDArray[np.float32]:
    """The box [4] of the largest object, of a class where one is named."""
    names = np.array(truth.names())
    area = np.prod(truth.boxes[:, 2:] - truth.boxes[:, :2], axis=1)
    return truth.boxes[int(np.argmax(np.where((names == name) | (not name), area, -1)))]


def plain(found: sv.Detections) -> sv.Detections:
    """Detections without their masks and keypoints."""
    return sv.Detections(found.xyxy, confidence=found.confidence, class_id=found.class_id, data=found.data)
