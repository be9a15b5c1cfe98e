"""What a part of a net brings: a line from the figure without it to the one with it, in rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import plotly.graph_objects as go

WITHOUT, WITH, LOST = "#999999", "#0072B2", "#D55E00"
ROW = 42  # pixels


class Gained(Protocol):
    """A part, the net that it belongs to, and a figure without and with it."""

    @property
    def part(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def without(self) -> float: ...
    @property
    def present(self) -> float: ...


def gain_chart(gains: Sequence[Gained], quality: str = "mIoU") -> go.Figure:
    """One row per part: a grey disc without it, a blue one with it, or an orange one where it loses."""
    figure = go.Figure()
    names = [f"{one.title}:<br>{one.part}" for one in gains]
    changes = [f"{one.present - one.without:+.3f}" for one in gains]
    colours = [WITH if one.present >= one.without else LOST for one in gains]
    for name, one, colour in zip(names, gains, colours, strict=True):
        figure.add_scatter(
            x=[one.without, one.present], y=[name, name], mode="lines",
            line={"color": colour, "width": 3}, hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    for label, values, fill in (
        ("without", [one.without for one in gains], [WITHOUT] * len(gains)),
        ("with", [one.present for one in gains], colours),
    ):
        figure.add_scatter(
            x=values, y=names, mode="markers", name=label, marker={"size": 13, "color": fill},
            customdata=changes,
            hovertemplate=f"%{{y}}<br>{label}: %{{x:.3f}}<br>%{{customdata}}<extra></extra>",
        )  # fmt: skip
    for name, one, change in zip(names, gains, changes, strict=True):
        figure.add_annotation(
            x=max(one.without, one.present), y=name, text=change, showarrow=False, xanchor="left", xshift=12,
        )  # fmt: skip
    figure.update_layout(
        height=110 + ROW * len(gains), margin={"l": 10, "r": 60, "t": 50, "b": 40}, xaxis={"title": quality},
        yaxis={"autorange": "reversed", "automargin": True},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "xanchor": "left", "x": 0},
    )  # fmt: skip
    return figure
