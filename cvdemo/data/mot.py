"""MOT Challenge's text: a line for each box, frame, id, left, top, width, height, score, -1, -1, -1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError


class MotBoxes(NamedTuple):
    """R boxes: `frame` [R] from 0, `ids` [R], boxes [R, 4] x1 y1 x2 y2 in pixels from 0, `scores` [R]."""

    frame: NDArray[np.int64]
    ids: NDArray[np.int64]
    boxes: NDArray[np.float64]
    scores: NDArray[np.float64]


def to_mot(boxes: MotBoxes) -> str:
    """The text of MOT Challenge's results, in which frames count from 1 and pixels from 1."""
    rows = zip(
        boxes.frame.tolist(), boxes.ids.tolist(), boxes.boxes.tolist(), boxes.scores.tolist(), strict=True
    )
    return "".join(
        f"{frame + 1},{track},{x1 + 1:.2f},{y1 + 1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},{score:.4f},-1,-1,-1\n"
        for frame, track, (x1, y1, x2, y2), score in rows
    )


def from_mot(lines: Iterable[str], *, name: str = "MOT text") -> MotBoxes:
    """The boxes of such a text; DataError names the first line that cannot be read."""
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            frame, track, left, top, width, height, *rest = (float(cell) for cell in line.split(","))
        except ValueError as error:
            raise DataError(f"cannot read line {number} of '{name}': it has no six numbers") from error
        x1, y1 = left - 1, top - 1
        rows.append((frame - 1, track, x1, y1, x1 + width, y1 + height, rest[0] if rest else 1.0))
    table = np.array(rows, np.float64).reshape(-1, 7)
    return MotBoxes(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:6], table[:, 6])
