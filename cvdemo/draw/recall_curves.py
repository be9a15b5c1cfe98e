"""Recall of proposals against their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

COLOURS = {0.5: "rgb(0,114,178)", 0.7: "rgb(213,94,0)"}


def recall_curves(
    counts: Sequence[int],
    scene: Mapping[float, Sequence[float]],
    many: Mapping[float, Sequence[float]] | None,
    present: int,
) -> go.Figure:
    """Recall against the number of boxes, a line per IoU of `COLOURS`, of this scene and of many scenes.

    A dotted line marks the present number if it is at least 1, because the axis is logarithmic.
    """
    figure = go.Figure()
    for iou, colour in COLOURS.items():
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
    figure.update_xaxes(title="boxes, in order of priority", type="log", dtick="D2", range=[0, 3.02])
    figure.update_yaxes(title="recall", range=[0, 1.03])
    return figure
