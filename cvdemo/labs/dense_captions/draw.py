"""A picture with numbered boxes, and under it the sentences that belong to the numbers."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.draw.colours import HEX
from cvdemo.draw.detections import PENS, measures
from cvdemo.zoo.dense_captioner import RawRegions

Picture = NDArray[np.uint8]
FONT = cv2.FONT_HERSHEY_SIMPLEX
WIDTH = 640  # pixels that a picture has at least, so that sentences can be read


def draw_regions(picture: Picture, size: tuple[int, ...], found: RawRegions) -> Picture:
    """A copy of a picture [H, W, 3] with the regions' boxes, and a line under it for each sentence.

    `size` (height, width) is that of the picture that the boxes belong to.
    """
    return PENS.submit(_draw, picture, size, found).result()


def _draw(picture: Picture, size: tuple[int, ...], found: RawRegions) -> Picture:
    wide = max(WIDTH, picture.shape[1])
    high = max(1, round(picture.shape[0] * wide / picture.shape[1]))
    scene = np.asarray(cv2.resize(picture, (wide, high), interpolation=cv2.INTER_LINEAR), np.uint8)
    pen = measures(scene)
    scale = np.array([wide / size[1], high / size[0]] * 2)
    for k in reversed(range(len(found))):
        x1, y1, x2, y2 = (found.boxes[k] * scale).round().astype(int).tolist()
        cv2.rectangle(scene, (x1, y1), (x2, y2), ink_of(k), pen.line + 1)
        _number(scene, k, (x1, y1), pen.text_scale)
    lines = [_line(k, text, wide, pen.text_scale) for k, text in enumerate(found.texts)]
    return np.concatenate([scene, *lines])


def ink_of(rank: int) -> tuple[int, int, int]:
    """The colour, RGB, of the region of a rank."""
    value = int(HEX[rank % len(HEX)][1:], 16)
    return value >> 16, value >> 8 & 255, value & 255


def _number(scene: Picture, rank: int, at: tuple[int, int], scale: float) -> None:
    (wide, high), _ = cv2.getTextSize(f"{rank + 1}", FONT, scale, 2)
    x, y = at[0], max(at[1], high + 8)
    cv2.rectangle(scene, (x, y - high - 8), (x + wide + 8, y), ink_of(rank), -1)
    cv2.putText(scene, f"{rank + 1}", (x + 4, y - 4), FONT, scale, (0, 0, 0), 2, cv2.LINE_AA)


def _line(rank: int, text: str, wide: int, scale: float) -> Picture:
    """A white strip with a number and its sentence, as small as it takes to fit."""
    words = f"{rank + 1}  {text}"
    (length, high), _ = cv2.getTextSize(words, FONT, scale, 2)
    scale *= min(1.0, (wide - 24) / max(length, 1))
    strip = np.full((high + 18, wide, 3), 255, np.uint8)
    cv2.rectangle(strip, (0, 0), (8, high + 18), ink_of(rank), -1)
    cv2.putText(strip, words, (16, high + 8), FONT, scale, (0, 0, 0), 2, cv2.LINE_AA)
    return strip
