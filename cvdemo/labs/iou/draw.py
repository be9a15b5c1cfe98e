"""Charts of the IoU page: IoU against a shift, and a detector's correct boxes by threshold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cvdemo.ops.iou import iou_under_shift

SIZES = (16, 32, 64, 128, 256)  # pixels: COCO calls up to 32 small and above 96 large
SHIFTS = 50


def shift_curves(size: float, shift: float, iou: float) -> go.Figure:
    """IoU against a sideways shift for boxes of `SIZES`, of `size` (bold), and the current pair as a dot.

    size is the side in pixels of the square as large as the truth box, shift the distance between the centres
    of both boxes, iou their IoU.
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


def correct_boxes_chart(
    thresholds: Sequence[float], correct: Sequence[int], truths: int, boxes: int
) -> go.Figure:
    """How many detections are correct at each IoU threshold [T], with lines at all truths and all boxes."""
    names = [f"{t:.2f}"[1:] for t in thresholds]
    figure = go.Figure(go.Bar(x=names, y=list(correct), text=list(correct), marker_color="rgb(0,158,115)"))
    for level, text in {truths: f"{truths} objects", boxes: f"{boxes} detections"}.items():
        figure.add_hline(
            y=level, line_dash="dot", line_color="#888", annotation_text=text, annotation_position="top right"
        )
    figure.update_layout(height=320, margin={"l": 0, "r": 0, "t": 8, "b": 0})
    figure.update_xaxes(title="IoU threshold", type="category")
    figure.update_yaxes(title="correct detections", range=[0, 1.2 * max(truths, boxes, 1)])
    return figure
