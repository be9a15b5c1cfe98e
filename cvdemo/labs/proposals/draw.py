"""Proposals on a picture with the objects they find, merges as frames, recall over the number of boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import cv2
import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cvdemo.labs.proposals.experiment import RECALL_IOUS
from cvdemo.ops.grouping import Hierarchy

Picture: TypeAlias = NDArray[np.uint8]
Boxes: TypeAlias = NDArray[np.floating[Any]]
Colour: TypeAlias = tuple[int, int, int]

ANY, FINDER, FOUND, MISSED = (86, 180, 233), (230, 159, 0), (0, 158, 115), (213, 94, 0)
FIRST, SECOND, NEWBORN = (230, 159, 0), (0, 114, 178), (240, 228, 66)
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
FOOT = 34  # pixels under a frame for its sentence
IOU_COLOURS = dict(zip(RECALL_IOUS, ("rgb(0,114,178)", "rgb(213,94,0)"), strict=True))


def draw_proposals(
    picture: Picture,
    boxes: Boxes,
    truth: Boxes | None = None,
    found: NDArray[np.bool_] | None = None,
    finders: Boxes | None = None,
) -> Picture:
    """A copy of the picture [H, W, 3] with boxes [N, 4]; the more boxes, the fainter each.

    Of true boxes [G, 4] the found ones are green and the missed ones red; `finders` [G, 4] are the best
    boxes, drawn bold where their object is found.
    """
    canvas = cv2.addWeighted(picture, 0.72, np.full_like(picture, 20), 0.28, 0).astype(np.uint8)
    thin = max(1, round(max(picture.shape[:2]) / 640))
    lines = canvas.copy()
    for box in boxes[::-1]:
        _rectangle(lines, box, ANY, thin)
    share = float(np.clip(12 / max(len(boxes), 1) ** 0.5, 0.45, 1))
    canvas = cv2.addWeighted(lines, share, canvas, 1 - share, 0).astype(np.uint8)
    if truth is not None and found is not None and finders is not None:
        for box, hit in zip(finders, found, strict=True):
            if hit:
                _bold(canvas, box, FINDER, 2 * thin)
        for box, hit in zip(truth, found, strict=True):
            _bold(canvas, box, FOUND if hit else MISSED, 2 * thin)
    return canvas


def draw_merges(
    picture: Picture,
    labels: NDArray[np.int64],
    tree: Hierarchy,
    numbers: Sequence[int],
    *,
    longest: int = 640,
) -> list[Picture]:
    """Frames of the merges with the given numbers, ascending, as pictures [H, W, 3] of one size.

    picture [h, w, 3] and labels [h, w] are those of the search. The two merged regions are tinted, their
    common box is yellow, and a caption below says what happens. Without merges there is one frame of the
    picture.
    """
    height, width = labels.shape
    scale = max(1, round(longest / max(height, width)))
    size = width * scale, height * scale
    owner = np.arange(len(tree.boxes) - len(tree.parents))
    if not len(tree.parents):
        return [_with_foot(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST), "one segment")]
    frames, drawn, first = [], set(numbers), len(owner)
    for step, (a, b) in enumerate(tree.parents.tolist()):
        if step in drawn:
            scene = _merging(picture, owner[labels], a, b)
            scene = cv2.resize(scene, size, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
            _bold(scene, tree.boxes[first + step] * float(scale), NEWBORN, 3)
            text = f"merge {step + 1} of {len(tree.parents)}, level {tree.levels[first + step]}"
            frames.append(_with_foot(scene, text))
        owner[(owner == a) | (owner == b)] = first + step
    return frames


def recall_curves(
    counts: Sequence[int],
    scene: Mapping[float, Sequence[float]],
    many: Mapping[float, Sequence[float]] | None,
    present: int,
) -> go.Figure:
    """Recall over the number of boxes, a line for each of `RECALL_IOUS`, of this scene and of many.

    A dotted line stands at the present number; numbers below 1 lie off the logarithmic axis.
    """
    figure = go.Figure()
    for iou, colour in IOU_COLOURS.items():
        name = f"IoU {iou:g}".replace("0.", ".")
        style = {"width": 3, "color": colour, "shape": "hv"}
        figure.add_scatter(
            x=list(counts), y=list(scene[iou]), name=f"this scene, {name}", line=style, mode="lines"
        )
        if many is not None:
            dashed = {"width": 3, "color": colour, "dash": "dash"}
            figure.add_scatter(
                x=list(counts), y=list(many[iou]), name=f"many scenes, {name}", line=dashed, mode="lines"
            )
    if present >= 1:
        figure.add_vline(x=present, line_dash="dot", line_color="#888")
    legend = {"orientation": "h", "y": -0.25, "x": 0}
    figure.update_layout(height=340, margin={"l": 0, "r": 0, "t": 8, "b": 0}, legend=legend)
    figure.update_xaxes(title="boxes, best first", type="log", dtick="D2", range=[0, 3.02])
    figure.update_yaxes(title="recall", range=[0, 1.03])
    return figure


def _merging(picture: Picture, regions: NDArray[np.int64], a: int, b: int) -> Picture:
    """The picture in pale colours with the borders of all regions, and two regions tinted."""
    scene = cv2.addWeighted(picture, 0.55, np.full_like(picture, 255), 0.45, 0).astype(np.uint8)
    for region, tint in ((a, FIRST), (b, SECOND)):
        inside = regions == region
        scene[inside] = (0.28 * picture[inside] + 0.72 * np.array(tint)).astype(np.uint8)
    edges = np.zeros(regions.shape, bool)
    edges[:, :-1] |= regions[:, :-1] != regions[:, 1:]
    edges[:-1] |= regions[:-1] != regions[1:]
    scene[edges] = 70
    return scene


def _bold(scene: Picture, box: Boxes, colour: Colour, thick: int) -> None:
    _rectangle(scene, box, BLACK, thick + 2)
    _rectangle(scene, box, colour, thick)


def _rectangle(scene: Picture, box: Boxes, colour: Colour, thick: int) -> None:
    x1, y1, x2, y2 = np.round(box).astype(int).tolist()
    cv2.rectangle(scene, (x1, y1), (x2 - 1, y2 - 1), colour, thick)


def _with_foot(scene: Any, text: str) -> Picture:
    foot = np.full((FOOT, scene.shape[1], 3), 24, np.uint8)
    wide = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 0.6, 1)[0][0]
    size = 0.6 * min(1.0, (scene.shape[1] - 8) / max(wide, 1))
    cv2.putText(foot, text, (6, 23), cv2.FONT_HERSHEY_DUPLEX, size, WHITE, 1, cv2.LINE_AA)
    return np.vstack([scene, foot])
