"""Charts of the time of region-based detectors by stage, and of time and quality against the regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

STAGES = {
    "proposals": "rgb(230,159,0)",
    "warp": "rgb(204,121,167)",
    "features": "rgb(0,114,178)",
    "head": "rgb(0,158,115)",
}
"""The stages of a region-based detector, and their colours."""

GAP = "\u2002"  # between a bar and its sum
LINES = ("rgb(213,94,0)", "rgb(204,121,167)", "rgb(0,114,178)", "rgb(0,158,115)")

Seconds = Mapping[str, Mapping[str, float]]
"""Seconds of each stage by detector."""


def time_bars(times: Seconds) -> go.Figure:
    """Stacked bars of milliseconds per stage and detector, with the sum and its ratio to the fastest."""
    figure = go.Figure()
    names = list(times)
    for stage, colour in STAGES.items():
        values = [1000 * times[name].get(stage, 0.0) for name in names]
        figure.add_bar(
            y=names, x=values, name=stage, orientation="h", marker_color=colour, showlegend=False,
            hovertemplate="%{y}, " + stage + ": %{x:.1f} ms<extra></extra>",
        )  # fmt: skip
    sums = [sum(times[name].values()) for name in names]
    texts = [f"{1000 * s:.0f} ms<br>{_ratio(s, min(sums))}" for s in sums] if sums else []
    _sums(figure, names, [1000 * s for s in sums], texts)
    return _laid_out(figure, "milliseconds, measured now")


def published_bars(seconds: Mapping[str, float]) -> go.Figure:
    """Bars of the published seconds of each detector, with the ratio to the fastest."""
    names, values = list(seconds), list(seconds.values())
    figure = go.Figure()
    figure.add_bar(
        y=names, x=values, orientation="h", marker_color="rgb(136,146,158)", showlegend=False,
        hovertemplate="%{y}: %{x} s<extra></extra>",
    )  # fmt: skip
    _sums(figure, names, values, [f"{v:g} s<br>{_ratio(v, min(values))}" for v in values])
    return _laid_out(figure, "seconds, as published")


def share_bars(times: Seconds) -> go.Figure:
    """Stacked bars of the share of each stage in a detector's time, in percent."""
    figure = go.Figure()
    names = list(times)
    for stage, colour in STAGES.items():
        values = [100 * times[n].get(stage, 0.0) / max(sum(times[n].values()), 1e-12) for n in names]
        figure.add_bar(
            y=names, x=values, name=stage, orientation="h", marker_color=colour, showlegend=False,
            text=[f"{v:.0f} %" if v >= 14 else "" for v in values], textposition="inside",
            insidetextanchor="middle", textangle=0,
            hovertemplate="%{y}, " + stage + ": %{x:.1f} %<extra></extra>",
        )  # fmt: skip
    return _laid_out(figure, "share of the time, %")


def region_curves(
    counts: Sequence[int], lines: Mapping[str, Sequence[float]], title: str, present: int, *, log: bool
) -> go.Figure:
    """A line per detector against the number of regions, with a mark at the present number.

    Detectors have the same colours in all charts; `log` makes the value axis logarithmic.
    """
    figure = go.Figure()
    for k, (name, values) in enumerate(lines.items()):
        style = {"width": 3, "color": LINES[k % len(LINES)]}
        figure.add_scatter(x=list(counts), y=list(values), name=name, mode="lines+markers", line=style)
    if present > 0:
        figure.add_vline(x=present, line_dash="dot", line_color="#888")
    legend = {"orientation": "h", "y": 1.16, "x": 0}
    figure.update_layout(height=330, margin={"l": 0, "r": 0, "t": 8, "b": 0}, legend=legend)
    ticks: list[int] = []
    for count in counts:  # as many as have room
        if not ticks or count >= 1.9 * ticks[-1]:
            ticks.append(count)
    figure.update_xaxes(title="regions", type="log", tickvals=ticks, ticktext=[str(t) for t in ticks])
    figure.update_yaxes(title=title, type="log" if log else "linear", rangemode="tozero")
    if not log:
        figure.update_yaxes(
            range=[0, 1.08 * max((max(v, default=0) for v in lines.values()), default=0) + 0.1]
        )
    return figure


def _ratio(value: float, fastest: float) -> str:
    return f"{value / max(fastest, 1e-12):.3g} ×"


def _sums(figure: go.Figure, names: list[str], values: list[float], texts: list[str]) -> None:
    """Write the sums of the bars after their ends."""
    spaced = [GAP + text.replace("<br>", f"<br>{GAP}") for text in texts]
    figure.add_scatter(
        y=names, x=values, text=spaced, mode="text", textposition="middle right", showlegend=False,
        hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    if values:
        figure.update_xaxes(range=[0, 1.4 * max(values)])


def _laid_out(figure: go.Figure, title: str) -> go.Figure:
    figure.update_layout(barmode="stack", height=250, margin={"l": 0, "r": 8, "t": 8, "b": 0}, bargap=0.3)
    figure.update_yaxes(autorange="reversed", title=None)
    figure.update_xaxes(title=title)
    return figure
