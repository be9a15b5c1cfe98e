"""What Speed against accuracy shows: detectors as points, and curves over a knob; measured once for all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.tradeoffs.controls import choose_net, filters, take_clicked
from cvdemo.labs.tradeoffs.draw import AXES, knob_charts, legend, scatter
from cvdemo.labs.tradeoffs.experiment import (
    METRICS,
    DetectorPoint,
    KnobLine,
    Progress,
    Timing,
    curve_rows,
    drawn_points,
    knob_lines,
    measure_point,
    photo_points,
    point_rows,
    time_detectors,
    title,
    to_csv,
    with_times,
)
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.downloads import offer, text
from cvdemo.ui.page import chart_width, picture_first, sentence, texts
from cvdemo.ui.progress import with_bar
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.zoo.budgets import by_steps
from cvdemo.zoo.tradeoffs import VALUES, Curves, Knob, Point

ASKED = "tradeoffs-run"
PLOT: Any = {"displaylogo": False, "modeBarButtons": [["toImage"]]}


def show_points(chosen: Chosen, curves: Curves | None, world: str) -> None:
    """Every detector of one world as a disc, and the same as a table."""
    here, away = (drawn_points(curves), []) if world == "drawn" else photo_points()
    say_what_it_knows(chosen, *(zoo.spec(point.key) for point in here))
    metric, kinds = filters(METRICS[:5] if world == "drawn" else ["AP"], [*here, *away])
    stage = picture_first("points").empty()
    measured = _timing.peek(_size(chosen), _keys(here), chosen)
    if curves is not None and measured is None:
        before = [point._replace(ms=curves.ms.get(point.key)) for point in here if point.kind in kinds]
        with stage.container():
            st.plotly_chart(scatter(before, metric, "", world, chart_width()), key="before", config=PLOT)
            st.caption(f"Not yet of this machine: {curves.machine}, `{curves.command}`.")
    timing, timed_on = _timed(here, chosen)
    found = [point for point in with_times(here, timing.ms) if point.kind in kinds]
    row = st.container(horizontal=True, gap="small", vertical_alignment="bottom")
    with row:
        net = choose_net({point.key: point.title for point in found})
    with stage.container():
        figure = scatter(found, metric, net, world, chart_width())
        key = state.key("chart")
        take = partial(take_clicked, key)
        st.plotly_chart(figure, key=key, on_select=take, selection_mode="points", config=PLOT)
        st.caption(
            f"Measured now: {zoo.device_title()}, all in turn on one picture ({timed_on}), the median of "
            f"up to 5 calls each. {texts('tradeoffs')[world]}"
        )
        if world == "drawn":
            st.caption(f"{texts('tradeoffs')['budgets']} {_budgets(_keys(here))}.")
    table = point_rows([*found, *(point for point in away if point.kind in kinds)], world)
    row.button(":material/timer: Measure again", on_click=_forget, args=(here, chosen), key="again")
    offer(world, text("Points (CSV)", "csv", lambda: to_csv(table)), place=row)
    if table:
        st.dataframe(table, hide_index=True)


def _budgets(keys: Sequence[str]) -> str:
    """The steps of training, and which nets had so many."""
    groups = by_steps(keys).items()
    return "; ".join(f"{steps:,} {', '.join(title(key) for key in group)}" for steps, group in groups)


def _keys(points: Sequence[DetectorPoint]) -> tuple[str, ...]:
    return tuple(point.key for point in points)


def _size(chosen: Chosen) -> tuple[int, int]:
    height, width = chosen.picture.shape[:2]
    return width, height


def _timed(points: Sequence[DetectorPoint], chosen: Chosen) -> tuple[Timing, str]:
    """The detectors' times and the picture they are of, with a sentence for each that cannot be loaded."""
    running = f"{len(points)} nets run in turn on {zoo.device_title()}"
    timing, timed_on = _timing(
        _size(chosen),
        _keys(points),
        chosen,
        partial(with_bar, text="Loading nets"),
        partial(with_bar, text=running),
    )
    for error in timing.errors.values():
        st.warning(sentence(error), icon=":material/warning:")
    return timing, timed_on


@cached
def _timing(
    size: tuple[int, int],
    keys: tuple[str, ...],
    _chosen: Chosen,
    _loading: Progress = iter,
    _running: Progress = iter,
) -> tuple[Timing, str]:
    """Times on the first picture of a size, and its name: they hardly depend on what is in it."""
    return time_detectors(keys, _chosen.picture, loading=_loading, running=_running), _chosen.name


def _forget(points: Sequence[DetectorPoint], chosen: Chosen) -> None:
    _timing.forget(_size(chosen), _keys(points), chosen)


def show_knob(curves: Curves | None, knob: Knob) -> None:
    """One knob of the drawn world's detectors: accuracy, time, and both against each other."""
    able = [point for point in drawn_points(curves) if knob == "size" or point.kind == "two stages"]
    metric, kinds = filters(METRICS[:5], able)
    titles = {point.key: point.title for point in able if point.kind in kinds}
    stage = picture_first("knob")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        net = choose_net(titles)
        n = widgets.slider("scenes", "Scenes of a run here", 5, 50, 10, 5, width=220)
        st.button(
            ":material/play_arrow: Run it here",
            on_click=_ask,
            disabled=not net,
            key="live",
            help=texts("tradeoffs")["live"],
        )
        files = st.container(width="content")
    if st.session_state.pop(ASKED, False) and net:
        _run_live(net, knob, n)
    lines = knob_lines(curves, knob, list(titles), lambda key, value: _point.peek(key, knob, value, n))
    if not lines:
        stage.info("Nothing is measured yet: choose a net and run it here.")
        return
    with stage:
        st.html(legend(lines))
        figures = knob_charts(lines, knob, metric, net)
        for column, name in zip(st.columns(3, gap="small"), figures, strict=True):
            column.plotly_chart(figures[name], key=f"{knob}-{name}", config=PLOT)
        st.markdown(texts("tradeoffs")[f"by {knob}"])
        st.caption(f"{_source(curves, any(line.live for line in lines), n)} {_growth(lines)}")
    offer(knob, text("Curves (CSV)", "csv", lambda: to_csv(curve_rows(lines, knob))), place=files)


def _ask() -> None:
    st.session_state[ASKED] = True


def _run_live(key: str, knob: Knob, n: int) -> None:
    """Measure every value of a knob that is not measured yet on n scenes; each is kept at once."""
    for value in VALUES[knob]:
        _point(key, knob, value, n, partial(with_bar, text=f"{title(key)}, {AXES[knob]}: {value}"))


@cached
def _point(key: str, knob: Knob, value: int, n: int, _progress: Progress = iter) -> Point:
    return measure_point(key, knob, value, n, _progress)


def _source(curves: Curves | None, live: bool, n: int) -> str:
    """Where the lines come from."""
    parts = []
    if curves is not None:
        parts.append(f"Solid: {curves.n} test scenes, {curves.machine}, `{curves.command}`.")
    if live:
        parts.append(f"Dashed: {n} test scenes, measured here on {zoo.device_title()}.")
    return " ".join(parts)


def _growth(lines: Sequence[KnobLine]) -> str:
    """How much longer each shipped net's most expensive setting takes than its cheapest."""
    parts = []
    for line in (line for line in lines if not line.live and len(line.points) > 1):
        first, last = line.points[0], line.points[-1]
        parts.append(f"{title(line.key)} {first.ms:.0f} → {last.ms:.0f} ms (x {last.ms / first.ms:.1f})")
    return " · ".join(parts)
