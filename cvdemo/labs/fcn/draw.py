"""Curves of what sliding windows and convolutions cost over the stride."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

COLOURS = ("rgb(213,94,0)", "rgb(0,114,178)")


def cost_curves(strides: Sequence[int], costs: Mapping[str, Sequence[float]], present: int) -> go.Figure:
    """Multiply-adds by way over the stride in pixels, coarse to fine, with a line at the present stride."""
    names = [str(stride) for stride in strides]
    figure = go.Figure()
    for (way, line), colour in zip(costs.items(), COLOURS, strict=True):
        style = {"width": 3, "color": colour}
        figure.add_scatter(x=names, y=list(line), name=way, mode="lines+markers", line=style)
    figure.add_vline(x=strides.index(present), line_dash="dot", line_color="#888")
    legend = {"orientation": "h", "y": 1.12, "x": 0}
    figure.update_layout(height=330, margin={"l": 0, "r": 0, "t": 8, "b": 0}, legend=legend)
    figure.update_xaxes(title="stride in pixels: finer to the right", type="category")
    figure.update_yaxes(title="multiply-adds", type="log", exponentformat="SI")
    return figure
