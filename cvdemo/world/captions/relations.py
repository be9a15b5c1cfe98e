"""Spatial relations of objects, computed from the truth with a margin against doubtful cases."""

from __future__ import annotations

from typing import Literal

import numpy as np

from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import FIRST_THING, SEMANTIC

Relation = Literal["left of", "right of", "behind", "in front of", "near"]
RELATIONS: tuple[Relation, ...] = ("left of", "right of", "in front of", "behind", "near")
INVERSE: dict[Relation, Relation] = {
    "left of": "right of", "right of": "left of", "behind": "in front of", "in front of": "behind",
    "near": "near",
}  # fmt: skip


def holds(truth: Truth, relation: Relation, a: int, b: int, *, margin: float) -> bool:
    """Whether row a has the relation to row b, with a margin of `margin` picture heights.

    Left and right are the viewer's. An object in front is nearer and overlaps the other horizontally.
    """
    ax1, _, ax2, _ = (truth.boxes[a] / truth.height).tolist()
    bx1, _, bx2, _ = (truth.boxes[b] / truth.height).tolist()
    if relation == "left of":
        return (
            (ax1 + ax2) / 2 + margin < (bx1 + bx2) / 2 and ax2 + margin / 2 < bx2 and ax1 + margin / 2 < bx1
        )
    if relation == "right of":
        return holds(truth, "left of", b, a, margin=margin)
    if relation == "near":
        return _gap(truth, a, b) < 0.10 - margin and abs(_foot(truth, a) - _foot(truth, b)) < 0.12 - margin
    if relation == "behind":
        grounded = all(truth.records[k].place not in ("sky", "air", "arms") for k in (a, b))
        sideways = min(ax2, bx2) - max(ax1, bx1)
        return grounded and _foot(truth, a) + margin < _foot(truth, b) and sideways > margin
    return holds(truth, "behind", b, a, margin=margin)


def _foot(truth: Truth, row: int) -> float:
    """The y at which an object stands, in picture heights."""
    return truth.scene.things[int(truth.ids[row])].y


def _gap(truth: Truth, a: int, b: int) -> float:
    """The distance between two visible boxes in picture heights; 0 if they touch."""
    first, second = truth.boxes[a] / truth.height, truth.boxes[b] / truth.height
    apart = np.maximum(np.maximum(first[:2], second[:2]) - np.minimum(first[2:], second[2:]), 0)
    return float(np.hypot(*apart))


def stuff_near(truth: Truth, row: int, stuff: str, *, reach: float) -> float:
    """The share 0..1 of a stuff class in the pixels within `reach` picture heights of an object's foot."""
    x1, _, x2, y2 = truth.boxes[row]
    r = reach * truth.height
    y = min(truth.height - 1.0, float(y2))
    x0, x9 = int(max(0, x1 - r)), int(min(truth.width, x2 + r + 1))
    y0, y9 = int(max(0, y - 0.6 * r)), int(min(truth.height, y + 0.6 * r + 1))
    patch = truth.semantic[y0:y9, x0:x9]
    return float(np.mean(patch == SEMANTIC.index(stuff))) if patch.size else 0.0


def stands_on(truth: Truth, row: int, place: str) -> bool | None:
    """Whether the pixels directly below an object are of this stuff class; None if they are not visible."""
    x1, _, x2, foot = truth.full_boxes[row]
    if foot > truth.height - 2 or foot - truth.boxes[row, 3] > 0.02 * truth.height:
        return None
    y = int(min(truth.height - 1, foot + max(1.0, 0.006 * truth.height)))
    middle, half = (x1 + x2) / 2, (x2 - x1) * 0.15
    line = truth.semantic[y, int(max(0, middle - half)) : int(max(0, min(truth.width, middle + half))) + 1]
    stuff = line[(line < FIRST_THING) & (line != SEMANTIC.index("tree"))]
    return None if len(stuff) == 0 else bool(np.mean(stuff == SEMANTIC.index(place)) >= 0.5)


def in_sky(truth: Truth, row: int) -> bool:
    """Whether most stuff pixels around an object's visible box are sky."""
    x1, y1, x2, y2 = truth.boxes[row].astype(int)
    patch = truth.semantic[max(0, y1 - 2) : y2 + 2, max(0, x1 - 2) : x2 + 2]
    stuff = patch[patch < FIRST_THING]
    return bool(len(stuff) == 0 or np.mean(stuff == SEMANTIC.index("sky")) > 0.5)
