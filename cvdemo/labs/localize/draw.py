"""Charts of class and box: class probabilities, accuracy and mean IoU by weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from cvdemo.draw.colours import colour


def class_bars(names: Sequence[str], probabilities: Sequence[float], true: str | None) -> go.Figure:
    """Probabilities as bars, the largest on top; the true class is marked where it is known."""
    order = sorted(range(len(names)), key=lambda k: probabilities[k])
    labels = [f"<b>✓ {names[k]}</b>" if names[k] == true else names[k] for k in order]
    values = [probabilities[k] for k in order]
    figure = go.Figure(
        go.Bar(
            x=values,
            y=labels,
            orientation="h",
            marker_color=[colour(names[k]) for k in order],
            text=[f"{100 * v:.1f} %" for v in values],
            textposition=["inside" if v > 0.7 else "outside" for v in values],
            cliponaxis=False,
        )
    )
    figure.update_layout(height=36 * len(names) + 20, margin={"l": 0, "r": 0, "t": 4, "b": 0})
    figure.update_xaxes(range=[0, 1], visible=False)
    return figure


def weighting_curves(figures: Mapping[float, tuple[float, float]], present: float) -> go.Figure:
    """Accuracy and mean IoU by the weight of the box loss, with a line at the present weight."""
    weights = sorted(figures)
    names = [f"{w:,.0f}" for w in weights]
    figure = go.Figure()
    for place, (name, ink) in enumerate((("accuracy", "rgb(0,114,178)"), ("mean IoU", "rgb(213,94,0)"))):
        values = [figures[w][place] for w in weights]
        figure.add_scatter(
            x=names,
            y=values,
            name=name,
            mode="lines+markers+text",
            text=[f"{v:.3f}" for v in values],
            textposition=[
                "top center" if figures[w][place] == max(figures[w]) else "bottom center" for w in weights
            ],
            line={"width": 3, "color": ink},
            marker={"size": 10},
        )
    figure.add_vline(x=weights.index(present), line_dash="dot", line_color="#888")
    legend = {"orientation": "h", "y": 1.15, "x": 0}
    figure.update_layout(height=280, margin={"l": 0, "r": 0, "t": 8, "b": 0}, legend=legend)
    figure.update_xaxes(title="weight of the box loss", type="category")
    figure.update_yaxes(range=[0, 1.12], tickvals=[0, 0.25, 0.5, 0.75, 1])
    return figure
