"""What a bigger picture or fewer proposals do to detectors of the drawn world: shipped and live curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

import plotly.graph_objects as go

from cvdemo import zoo
from cvdemo.draw.cost_chart import LOGARITHMIC, TIME
from cvdemo.labs.tradeoffs.lab import COLOURS, GREY, METRICS, clock, title, with_bar
from cvdemo.zoo.evaluate import SIZE
from cvdemo.zoo.model import Detector
from cvdemo.zoo.tradeoffs import VALUES, Curves, Knob, Point, measure

KNOBS: dict[str, Knob] = {"a bigger picture": "size", "fewer proposals": "proposals"}
AXES = {"size": "longer side of the picture, pixels", "proposals": "proposals a picture"}


class Line(NamedTuple):
    """The points of one net; `live` ones were measured in this process."""

    key: str
    points: list[Point]
    live: bool


def lines(curves: Curves | None, knob: Knob, keys: Sequence[str], n: int) -> list[Line]:
    """Shipped and live lines of the nets, those that have points; live ones are of n scenes."""
    found = []
    for key in keys:
        shipped = curves.points.get(key, {}).get(knob, []) if curves else []
        kept = [clock().get(("point", key, knob, value, n)) for value in VALUES[knob]]
        live = [point for point in kept if point is not None]
        found += [Line(key, points, i == 1) for i, points in enumerate((shipped, live)) if points]
    return found


def run_live(key: str, knob: Knob, n: int) -> None:
    """Measure every value of a knob that is not measured yet on n scenes; each is kept at once."""
    model = cast(Detector, zoo.load(key))
    for value in VALUES[knob]:
        of = ("point", key, knob, value, n)
        with clock().lock:
            if clock().get(of) is None:
                text = f"{title(key)}, {AXES[knob]}: {value} …"

                def bar(scenes: Iterable[Any], text: str = text) -> Iterable[Any]:
                    return with_bar(scenes, text)

                clock().keep(of, measure(model, knob, value, n=n, progress=bar))


def charts(found: Sequence[Line], knob: Knob, metric: str, chosen: str) -> dict[str, go.Figure]:
    """By name: the metric and the time against the knob, and the way of each net through the plane."""
    return {
        "quality": _chart(found, chosen, (_knob_of(knob), AXES[knob]), (_number(metric), metric), knob),
        "time": _chart(found, chosen, (_knob_of(knob), AXES[knob]), (lambda p: p.ms, TIME), knob),
        "plane": _chart(found, chosen, (lambda p: p.ms, TIME), (_number(metric), metric), None),
    }


def _knob_of(knob: Knob) -> Any:
    """What a point stands at: the size, or the regions that there really were."""
    return lambda p: p.value if knob == "size" or p.regions is None else p.regions


def _number(metric: str) -> Any:
    return lambda p: p.numbers[metric] if p.numbers.get(metric, -1) >= 0 else None


def _chart(
    found: Sequence[Line], chosen: str, across: tuple[Any, str], up: tuple[Any, str], knob: Knob | None
) -> go.Figure:
    """One line for each net; the chosen one is thick, live ones are dashed."""
    figure = go.Figure()
    for line in found:
        faint = chosen in {other.key for other in found} and line.key != chosen
        figure.add_scatter(
            x=[across[0](p) for p in line.points],
            y=[up[0](p) for p in line.points],
            name=title(line.key),
            mode="lines+markers",
            line={
                "color": COLOURS[line.key],
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
    numbers = " · ".join(
        f"{name} {point.numbers[name]:.3f}" for name in METRICS if point.numbers.get(name, -1) >= 0
    )
    return f"{point.value}{regions} · {point.ms:.1f} ms<br>{numbers}"


def legend(found: Sequence[Line]) -> str:
    """The nets' colours, as HTML."""
    keys = dict.fromkeys(line.key for line in found)
    dots = (f'<span><b style="color:{COLOURS[key]}">●</b> {title(key)}</span>' for key in keys)
    return f'<div style="display:flex;flex-wrap:wrap;gap:.2rem 1.1rem">{"".join(dots)}</div>'


def growth(found: Sequence[Line]) -> str:
    """How much longer each shipped net's dearest setting takes than its cheapest."""
    parts = []
    for line in (line for line in found if not line.live and len(line.points) > 1):
        first, last = line.points[0], line.points[-1]
        parts.append(f"{title(line.key)} {first.ms:.0f} → {last.ms:.0f} ms (x {last.ms / first.ms:.1f})")
    return " · ".join(parts)


def curve_rows(found: Sequence[Line], knob: Knob) -> list[dict[str, Any]]:
    """A row for each point, for the file."""
    return [
        {
            "net": title(line.key),
            knob: point.value,
            "regions": point.regions,
            "ms": point.ms,
            **{name: point.numbers.get(name) for name in METRICS},
            "measured": "here" if line.live else "shipped",
        }
        for line in found
        for point in line.points
    ]
