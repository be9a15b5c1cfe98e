"""Two boxes on a picture with intersection and union filled, and curves of IoU against shift."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import plotly.graph_objects as go

from cvdemo.ops.iou import iou_under_shift

TRUTH, PREDICTION = (0, 114, 178), (230, 159, 0)
SHARED, REST = (0, 158, 115), (204, 121, 167)
SIZES = (16, 32, 64, 128, 256)  # pixels: COCO calls up to 32 small and above 96 large
SHIFTS = 50


def draw_overlap(picture: np.ndarray, truth: Sequence[float], prediction: Sequence[float]) -> np.ndarray:
    """A copy of the picture [H, W, 3] with both boxes (x1 y1 x2 y2), intersection and union filled."""
    canvas = picture.copy()
    inside = [_inside(canvas.shape[:2], box) for box in (truth, prediction)]
    for fill, colour, weight in ((inside[0] ^ inside[1], REST, 0.42), (inside[0] & inside[1], SHARED, 0.72)):
        canvas[fill] = (canvas[fill] * (1 - weight) + np.multiply(colour, weight)).round().astype(np.uint8)
    thin = max(2, round(max(canvas.shape[:2]) / 400))
    for box, colour in ((truth, TRUTH), (prediction, PREDICTION)):
        x1, y1, x2, y2 = (round(v) for v in box)
        for width, ink in ((2 * thin, (255, 255, 255)), (thin, colour)):
            cv2.rectangle(canvas, (x1, y1), (x2 - 1, y2 - 1), ink, width)
    return canvas


def _inside(size: tuple[int, ...], box: Sequence[float]) -> np.ndarray:
    x1, y1, x2, y2 = (round(v) for v in box)
    inside = np.zeros(size, dtype=bool)
    inside[y1:y2, x1:x2] = True
    return inside


def shift_curves(size: float, shift: float, iou: float) -> go.Figure:
    """IoU against a sideways shift for square boxes of `SIZES` and of `size` (bold), and one pair as a dot.

    `size` is the side in pixels of a square with the area of the present truth, `shift` the distance in
    pixels of the centres of the present boxes, `iou` their IoU.
    """
    shifts = np.linspace(0, SHIFTS, 201)
    figure = go.Figure()
    for side, line in zip(SIZES, iou_under_shift(SIZES, shifts), strict=True):
        style = {"width": 2, "color": f"rgba(90,140,190,{0.45 + 0.55 * SIZES.index(side) / len(SIZES)})"}
        figure.add_scatter(x=shifts, y=line, name=f"{side} px", line=style, mode="lines")
    own = iou_under_shift([size], shifts)[0]
    bold = {"width": 5, "color": "rgb(213,94,0)"}
    figure.add_scatter(x=shifts, y=own, name=f"truth: {size:.0f} px", line=bold, mode="lines")
    if shift <= SHIFTS:
        dot = {"size": 14, "color": "rgb(230,159,0)", "line": {"width": 2, "color": "white"}}
        figure.add_scatter(x=[shift], y=[iou], name="your boxes", mode="markers", marker=dot)
    figure.add_hline(
        y=0.5,
        line_dash="dot",
        line_color="#888",
        annotation_text="hit at .50",
        annotation_position="top right",
    )
    figure.update_layout(height=360, margin={"l": 0, "r": 0, "t": 8, "b": 0}, legend={"title": "side"})
    figure.update_xaxes(title="shift in pixels", range=[-0.5, SHIFTS])
    figure.update_yaxes(title="IoU", range=[0, 1.03])
    return figure


def true_positive_bars(
    thresholds: Sequence[float], counts: Sequence[int], truths: int, boxes: int
) -> go.Figure:
    """The number of true positives at each of T IoU thresholds, and lines for all truths and boxes."""
    names = [f"{t:.2f}"[1:] for t in thresholds]
    figure = go.Figure(go.Bar(x=names, y=list(counts), text=list(counts), marker_color="rgb(0,158,115)"))
    for level, text in {truths: f"{truths} objects", boxes: f"{boxes} detections"}.items():
        figure.add_hline(
            y=level, line_dash="dot", line_color="#888", annotation_text=text, annotation_position="top right"
        )
    figure.update_layout(height=320, margin={"l": 0, "r": 0, "t": 8, "b": 0})
    figure.update_xaxes(title="IoU threshold", type="category")
    figure.update_yaxes(title="correct detections", range=[0, 1.2 * max(truths, boxes, 1)])
    return figure
