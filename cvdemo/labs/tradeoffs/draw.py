"""Charts of Speed against accuracy: detectors as discs, and lines over a knob."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import plotly.graph_objects as go

from cvdemo import zoo
from cvdemo.draw.cost_chart import LOGARITHMIC, TIME, WIDE, Disc, cost_chart
from cvdemo.labs.tradeoffs.experiment import METRICS, PEERS, DetectorPoint, KnobLine, against_peer, title
from cvdemo.zoo.evaluate import SIZE
from cvdemo.zoo.tradeoffs import VALUES, Knob, Point, front

SYMBOLS = {
    "one stage": "circle",
    "two stages": "square",
    "sliding window": "triangle-up",
    "queries": "diamond",
}
MARKS = {"one stage": "●", "two stages": "■", "sliding window": "▲", "queries": "◆"}
OTHER = "#56B4E9"  # of models that have no colour of their own
GREY = "#888888"
AXES = {"size": "longer side of the picture, pixels", "proposals": "proposals a picture"}

Axis = tuple[Callable[[Point], float | None], str]
"""What of a point an axis shows, and the axis' title."""


def scatter(
    points: Sequence[DetectorPoint], metric: str, chosen: str, world: str, width: float = WIDE
) -> go.Figure:
    """The metric against milliseconds on a logarithmic axis, with the front; the chosen net has a ring."""
    shown = [point for point in points if metric in point.numbers and point.ms is not None]
    discs = [_disc(p, metric, p.key == chosen, _ratio(p, points, world)) for p in shown]
    rows = front([(disc.milliseconds, disc.quality) for disc in discs])
    source = "held-out scenes" if world == "drawn" else "COCO, as published"
    figure = cost_chart(discs, f"{metric}, {source}", log=True, front=rows, width=width)
    return figure.update_yaxes(rangemode="tozero" if world == "photos" else "normal")


def _disc(point: DetectorPoint, metric: str, ringed: bool, ratio: str) -> Disc:
    size = f" · {point.params / 1e6:.2f} M parameters" if point.params else ""
    lines = [
        _named(point.numbers, METRICS[:3]),
        _named(point.numbers, METRICS[3:]),
        f"{point.ms:.1f} ms{ratio}{size}",
        f"{point.kind} · {point.data}",
    ]
    return Disc(
        point.key,
        point.title,
        cast(float, point.ms),
        point.numbers[metric],
        point.params,
        "<br>".join(line for line in lines if line),
        colour(point.key),
        SYMBOLS[point.kind],
        ringed,
    )


def colour(key: str) -> str:
    """A model's colour in charts."""
    return zoo.spec(key).chart.colour or OTHER


def _named(numbers: dict[str, float], names: Sequence[str]) -> str:
    """Those of the numbers that are known, with their names."""
    return " · ".join(f"{name} {numbers[name]:.3f}" for name in names if numbers.get(name, -1) >= 0)


def _ratio(point: DetectorPoint, points: Sequence[DetectorPoint], world: str) -> str:
    ratio = against_peer(point, points, world)
    return "" if ratio is None else f" = {ratio:.2g} x {zoo.spec(PEERS[world]).title.split(' (')[0]}"


def knob_charts(lines: Sequence[KnobLine], knob: Knob, metric: str, chosen: str) -> dict[str, go.Figure]:
    """By name: the metric and the time against the knob, and the metric against the time."""

    def setting(point: Point) -> float:  # the size, or the regions that there really were
        return point.value if knob == "size" or point.regions is None else point.regions

    def number(point: Point) -> float | None:
        return point.numbers[metric] if point.numbers.get(metric, -1) >= 0 else None

    across: Axis = (setting, AXES[knob])
    time: Axis = (lambda p: p.ms, TIME)
    quality: Axis = (number, metric)
    return {
        "quality": _chart(lines, chosen, across, quality, knob),
        "time": _chart(lines, chosen, across, time, knob),
        "plane": _chart(lines, chosen, time, quality, None),
    }


def _chart(lines: Sequence[KnobLine], chosen: str, across: Axis, up: Axis, knob: Knob | None) -> go.Figure:
    """One line for each net; the chosen one is thick, live ones are dashed."""
    figure = go.Figure()
    for line in lines:
        faint = chosen in {other.key for other in lines} and line.key != chosen
        figure.add_scatter(
            x=[across[0](p) for p in line.points],
            y=[up[0](p) for p in line.points],
            name=title(line.key),
            mode="lines+markers",
            line={
                "color": colour(line.key),
                "width": 2 if faint or not chosen else 4,
                "dash": "dash" if line.live else "solid",
            },
            marker={"size": 8, "symbol": "circle-open" if line.live else "circle"},
            opacity=0.45 if faint else 1,
            customdata=[_hover(p) for p in line.points],
            hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(
        height=340, margin={"l": 10, "r": 10, "t": 10, "b": 10}, showlegend=False, xaxis_title=across[1],
        yaxis_title=up[1],
    )  # fmt: skip
    if knob == "size":
        figure.add_vline(x=SIZE[0], line_dash="dot", line_width=1, line_color=GREY)
        figure.update_xaxes(tickvals=list(VALUES["size"]))
    else:
        figure.update_xaxes(LOGARITHMIC)
    if up[1] == TIME:
        figure.update_yaxes(LOGARITHMIC)
    return figure


def _hover(point: Point) -> str:
    """A point's setting, time and numbers."""
    regions = "" if point.regions is None else f" · {point.regions:g} regions"
    return f"{point.value}{regions} · {point.ms:.1f} ms<br>{_named(point.numbers, METRICS)}"


def legend(lines: Sequence[KnobLine]) -> str:
    """The nets' colours, as HTML."""
    keys = dict.fromkeys(line.key for line in lines)
    dots: Any = (f'<span><b style="color:{colour(key)}">●</b> {title(key)}</span>' for key in keys)
    return f'<div style="display:flex;flex-wrap:wrap;gap:.2rem 1.1rem">{"".join(dots)}</div>'
