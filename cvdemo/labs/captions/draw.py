"""A sheet of where each word looks, and the frames of a caption that grows word by word."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.data.pictures import fit
from cvdemo.draw.detections import PENS
from cvdemo.labs.captions.experiment import Caption, Place
from cvdemo.zoo.captioner import Encoded

Picture: TypeAlias = NDArray[np.uint8]

COLUMNS, CELL, GAP, FOOT = 5, 300, 12, 40
FRAME = 640  # pixels of a frame's longer side
INK, HIT = (22, 32, 44), (0, 114, 178)
SHADE = np.array((8, 12, 18), np.float32)
DARKEST = 0.72  # of the shade where there is no attention
FONT = cv2.FONT_HERSHEY_DUPLEX


def spotlight(picture: Picture, attention: NDArray[Any]) -> Picture:
    """A picture [H, W, 3] that is dark where the attention [H, W] is low; bright at its greatest value."""
    share = np.sqrt(attention / max(float(attention.max()), 1e-12))
    dark = (DARKEST * (1 - share))[..., None]
    lit: Picture = (picture * (1 - dark) + SHADE * dark).round().astype(np.uint8)
    return lit


def attention_sheet(picture: Picture, caption: Caption, encoded: Encoded) -> Picture:
    """The picture, then each word with its probability under the picture as the word looks at it."""
    return PENS.submit(_sheet, picture, caption, encoded).result()


def _sheet(picture: Picture, caption: Caption, encoded: Encoded) -> Picture:
    words = _said(caption)
    small = fit(picture, CELL)
    cells = [_with_foot(small, caption.text or "(no word)", "")]
    for place, shown in zip(words, _looked_at(small, words, encoded), strict=True):
        cells.append(_with_foot(shown, place.text, f"p = {math.exp(place.log_probability):.2f}"))
    high, wide = cells[0].shape[:2]
    columns = min(COLUMNS, len(cells))
    rows = math.ceil(len(cells) / columns)
    sheet: Picture = np.full((rows * (high + GAP) + GAP, columns * (wide + GAP) + GAP, 3), 255, np.uint8)
    for k, cell in enumerate(cells):
        y, x = GAP + (k // columns) * (high + GAP), GAP + (k % columns) * (wide + GAP)
        sheet[y : y + high, x : x + wide] = cell
    return sheet


def _said(caption: Caption) -> list[Place]:
    """The places of words, without that of the end."""
    return [place for place in caption.places[:-1] if place.word is not None]


def _looked_at(small: Picture, places: list[Place], encoded: Encoded) -> list[Picture]:
    """A small picture as each place looks at it; as it is for a net without attention."""
    height, width = small.shape[:2]
    return [
        small
        if place.attention is None
        else spotlight(small, cv2.resize(encoded.over_picture(place.attention), (width, height)))
        for place in places
    ]


def _with_foot(shown: Picture, text: str, note: str) -> Picture:
    foot: Picture = np.full((FOOT, shown.shape[1], 3), 255, np.uint8)
    room = shown.shape[1] - 8 - _width(note, 0.5)
    size = min(0.7, 0.7 * room / max(1, _width(text, 0.7) + 8))
    cv2.putText(foot, text, (4, 26), FONT, size, INK, 1, cv2.LINE_AA)
    cv2.putText(foot, note, (shown.shape[1] - _width(note, 0.5) - 4, 26), FONT, 0.5, HIT, 1, cv2.LINE_AA)
    return np.vstack([shown, foot])


def growing_frames(picture: Picture, caption: Caption, encoded: Encoded) -> list[Picture]:
    """A frame for each word, what is written by then under the picture; at last the whole caption."""
    return PENS.submit(_frames, picture, caption, encoded).result()


def _frames(picture: Picture, caption: Caption, encoded: Encoded) -> list[Picture]:
    words = _said(caption)
    small = fit(picture, FRAME)
    lines = _lines([place.text for place in words], small.shape[1] - 24)
    shown = [*_looked_at(small, words, encoded), small]
    return [np.vstack([one, _foot(lines, k, small.shape[1])]) for k, one in enumerate(shown)]


def _lines(words: list[str], room: int) -> list[list[str]]:
    """Words in lines no wider than the room."""
    lines: list[list[str]] = [[]]
    for word in words:
        if lines[-1] and _width(" ".join([*lines[-1], word]), 0.8) > room:
            lines.append([])
        lines[-1].append(word)
    return lines


def _foot(lines: list[list[str]], now: int, wide: int) -> Picture:
    """The words up to number `now`, that one in colour."""
    foot: Picture = np.full((20 + 34 * len(lines), wide, 3), 255, np.uint8)
    k = 0
    for row, line in enumerate(lines):
        x = 12
        for word in line:
            if k <= now:
                ink = HIT if k == now else INK
                cv2.putText(foot, word, (x, 34 + 34 * row), FONT, 0.8, ink, 1, cv2.LINE_AA)
            x += _width(f"{word} ", 0.8)
            k += 1
    return foot


def _width(text: str, size: float) -> int:
    return int(cv2.getTextSize(text, FONT, size, 1)[0][0])
