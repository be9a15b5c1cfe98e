"""How many windows a search has, over the size of the smallest, the number of scales and the stride."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

LINE, DOT = "rgb(0,114,178)", "rgb(213,94,0)"


def count_curves(
    lines: Mapping[str, tuple[Sequence[float], Sequence[int]]], present: Sequence[float]
) -> go.Figure:
    """Windows over each of the knobs by name, all others as they are, with a dot where each stands now."""
    figure = make_subplots(1, len(lines), shared_yaxes=True, horizontal_spacing=0.04)
    for column, ((name, (values, counts)), now) in enumerate(zip(lines.items(), present, strict=True), 1):
        names = [f"{v:g}" for v in values]
        figure.add_scatter(
            x=names, y=list(counts), mode="lines+markers", line={"width": 3, "color": LINE}, row=1, col=column
        )
        dot = {"size": 15, "color": DOT, "line": {"width": 2, "color": "white"}}
        here = list(values).index(now)
        figure.add_scatter(x=[names[here]], y=[counts[here]], mode="markers", marker=dot, row=1, col=column)
        figure.update_xaxes(title=name, type="category", row=1, col=column)
    figure.update_yaxes(type="log", exponentformat="SI")
    figure.update_yaxes(title="windows = classifier calls", row=1, col=1)
    figure.update_layout(height=300, margin={"l": 0, "r": 0, "t": 8, "b": 0}, showlegend=False)
    return figure
