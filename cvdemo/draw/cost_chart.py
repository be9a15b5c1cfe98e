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
WIDE, NARROW, HIGH = 560.0, 250.0, 260.0  # pixels that titles are given room for; narrow on a phone
LETTER, LINE = 6.4, 15.0  # pixels of a title's letter, and of its height
MARGIN = 30.0  # pixels beside the plot that a title may reach into


class Disc(NamedTuple):
    """One net: milliseconds per picture, quality, number of parameters (None if unknown), hover text.

    The title of one that is not `titled` appears only when the disc is pointed at.
    """

    key: str
    title: str
    milliseconds: float
    quality: float
    params: int | None
    hover: str
    colour: str = OTHER
    symbol: str = "circle"
    ringed: bool = False
    titled: bool = True


def cost_chart(
    discs: Sequence[Disc], quality: str, *, log: bool = False, front: Sequence[int] = (), width: float = WIDE
) -> go.Figure:
    """Quality against milliseconds; `front` are indices of discs joined by a dotted step line.

    A title for which there is no room on a plot of `width` pixels appears when its disc is pointed at.
    """
    figure = go.Figure()
    if len(front) > 1:
        figure.add_scatter(
            x=[discs[k].milliseconds for k in front],
            y=[discs[k].quality for k in front],
            mode="lines",
            line={"shape": "hv", "dash": "dot", "width": 1.5, "color": "#888888"},
            hoverinfo="skip",
        )
    titles = title_places(discs, log=log, width=width)
    figure.add_scatter(
        x=[d.milliseconds for d in discs],
        y=[d.quality for d in discs],
        text=[d.title if place else "" for d, place in zip(discs, titles, strict=True)],
        customdata=[[d.key, d.hover, d.title] for d in discs],
        mode="markers+text",
        textposition=[place or "top center" for place in titles],
        marker={
            "size": _sizes(discs),
            "color": [d.colour for d in discs],
            "symbol": [d.symbol for d in discs],
            "line": {"color": CHOSEN, "width": [4 if d.ringed else 0 for d in discs]},
            "opacity": 0.85,
        },
        unselected={"marker": {"opacity": 0.85}},
        hovertemplate="%{customdata[2]}<br>%{customdata[1]}<extra></extra>",
        cliponaxis=False,
    )
    figure.update_layout(
        height=380, margin={"l": 10, "r": 10, "t": 20, "b": 10}, showlegend=False,
        xaxis_title=TIME, yaxis_title=quality,
    )  # fmt: skip
    if log:
        figure.update_xaxes(LOGARITHMIC)
    return figure


def title_places(discs: Sequence[Disc], *, log: bool = False, width: float = WIDE) -> list[str]:
    """Where each disc's title stands so that none covers another; "" where there is no room for it.

    The chosen ones come first and always have one, then the best ones. The plot is `width` pixels across.
    """
    if not discs:
        return []
    places = np.array([(d.milliseconds, -d.quality) for d in discs], float)
    if log:
        places[:, 0] = np.log(places[:, 0])
    places = (places - places.min(axis=0)) / np.maximum(np.ptp(places, axis=0), 1e-9)
    places *= (width, HIGH)  # [N, 2] pixels
    radii = np.array(_sizes(discs)) / 2
    taken = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(places, 0.9 * radii, strict=True)]
    found = [""] * len(discs)
    named = [k for k, disc in enumerate(discs) if disc.titled]
    order = sorted(named, key=lambda k: (not _is_chosen(discs[k]), -discs[k].quality))
    for k in order:
        wide, (x, y), away = LETTER * len(discs[k].title), places[k], radii[k] + 2
        crowded = []
        for up, across, left, top in (
            ("top", "center", x - wide / 2, y - away - LINE),
            ("bottom", "center", x - wide / 2, y + away),
            ("middle", "right", x + away, y - LINE / 2),
            ("middle", "left", x - away - wide, y - LINE / 2),
        ):
            box = left, top, left + wide, top + LINE
            inside = left >= -MARGIN and left + wide <= width + MARGIN
            met = sum(_meet(box, other) for n, other in enumerate(taken) if n != k)
            if inside and not met:
                found[k] = f"{up} {across}"
                taken.append(box)
                break
            crowded.append((not inside, met, f"{up} {across}", box))
        if not found[k] and _is_chosen(discs[k]):
            *_, found[k], box = min(crowded)
            taken.append(box)
    return found


def _sizes(discs: Sequence[Disc]) -> list[float]:
    """Pixels across each disc."""
    largest = max((d.params or 0 for d in discs), default=0) or 1
    return [12 + 26 * ((d.params or 0) / largest) ** 0.5 for d in discs]


def _is_chosen(disc: Disc) -> bool:
    return disc.ringed or disc.colour == CHOSEN


def _meet(a: Sequence[float], b: Sequence[float]) -> bool:
    return bool(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])
