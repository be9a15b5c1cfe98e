"""Quality of nets against their time: a disc per net, larger for more parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

CHOSEN, OTHER = "#D55E00", "#56B4E9"
TIME = "milliseconds a picture"
_TICKS = [m * 10**e for e in range(-1, 6) for m in (1, 2, 5)]
LOGARITHMIC = {"type": "log", "tickvals": _TICKS, "ticktext": [f"{t:g}" for t in _TICKS]}
NEAR = 0.1, 0.2  # shares of the x and y axis within which titles would overlap


class Disc(NamedTuple):
    """One net: milliseconds per picture, quality, number of parameters (None if unknown), hover text."""

    key: str
    title: str
    milliseconds: float
    quality: float
    params: int | None
    hover: str
    colour: str = OTHER
    symbol: str = "circle"
    ringed: bool = False


def cost_chart(
    discs: Sequence[Disc], quality: str, *, log: bool = False, front: Sequence[int] = ()
) -> go.Figure:
    """Quality against milliseconds; `front` are indices of discs joined by a dotted step line."""
    figure = go.Figure()
    if len(front) > 1:
        figure.add_scatter(
            x=[discs[k].milliseconds for k in front],
            y=[discs[k].quality for k in front],
            mode="lines",
            line={"shape": "hv", "dash": "dot", "width": 1.5, "color": "#888888"},
            hoverinfo="skip",
        )
    largest = max((d.params or 0 for d in discs), default=0) or 1
    figure.add_scatter(
        x=[d.milliseconds for d in discs],
        y=[d.quality for d in discs],
        text=[d.title for d in discs],
        customdata=[[d.key, d.hover] for d in discs],
        mode="markers+text",
        textposition=["bottom center" if below else "top center" for below in crowded(discs, log=log)],
        marker={
            "size": [12 + 26 * ((d.params or 0) / largest) ** 0.5 for d in discs],
            "color": [d.colour for d in discs],
            "symbol": [d.symbol for d in discs],
            "line": {"color": CHOSEN, "width": [4 if d.ringed else 0 for d in discs]},
            "opacity": 0.85,
        },
        unselected={"marker": {"opacity": 0.85}},
        hovertemplate="%{text}<br>%{customdata[1]}<extra></extra>",
        cliponaxis=False,
    )
    figure.update_layout(
        height=380, margin={"l": 10, "r": 10, "t": 20, "b": 10}, showlegend=False,
        xaxis_title=TIME, yaxis_title=quality,
    )  # fmt: skip
    if log:
        figure.update_xaxes(LOGARITHMIC)
    return figure


def crowded(discs: Sequence[Disc], *, log: bool = False) -> list[bool]:
    """For each disc, whether another one lies close above it, so that its title goes below."""
    if not discs:
        return []
    places = np.array([(d.milliseconds, d.quality) for d in discs], float)
    if log:
        places[:, 0] = np.log(places[:, 0])
    places /= np.maximum(np.ptp(places, axis=0), 1e-9)
    across, up = np.moveaxis(places[None] - places[:, None], 2, 0)  # of the second from the first
    return [bool(c) for c in ((np.abs(across) < NEAR[0]) & (up > 0) & (up < NEAR[1])).any(axis=1)]
