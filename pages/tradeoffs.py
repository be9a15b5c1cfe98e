"""Speed against accuracy (L18): every detector as a measured point, bigger pictures and fewer proposals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.tradeoffs.curves import KNOBS, charts, curve_rows, growth, legend, lines, run_live
from cvdemo.labs.tradeoffs.lab import (
    MARKS,
    METRICS,
    clock,
    drawn_nets,
    is_timed,
    kinds_of,
    photo_nets,
    rows,
    scatter,
    timed,
    timing_of,
    to_csv,
)
from cvdemo.ui.page import code_fold, guarded, header, texts, theory
from cvdemo.ui.source import Chosen, choose_picture
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.tradeoffs import Curves, Knob, front, in_turn, measure, read_curves, with_setting

NETS = "nets"
ASKED = "tradeoffs-run"
PLOT: Any = {"displaylogo": False, "modeBarButtons": [["toImage"]]}
EXPERIMENTS = {
    "Small things only": {"show": NETS, "world": "drawn", "metric": "APs"},
    "Boxes that fit": {"show": NETS, "world": "drawn", "metric": "AP75"},
    "Bigger picture": {"show": "a bigger picture", "metric": "APs"},
    "Fewer proposals": {"show": "fewer proposals", "metric": "AP"},
    "Real photos": {"show": NETS, "world": "photos", "metric": "AP", "source": "sample", "sample": "cat"},
}


def choose_net(titles: dict[str, str]) -> str:
    """The net to look at, also chosen by a click on its disc; "" for none; its key stands in the URL."""
    asked = st.query_params.get("net", "")
    options = ["", *titles]
    if st.session_state.get("net", "") not in options:
        del st.session_state["net"]
    # Not `bind`, which would put the title into the URL.
    chosen = str(
        st.selectbox(
            "Look at",
            options,
            options.index(asked) if asked in options else 0,
            key="net",
            format_func=lambda key: titles.get(key, "all alike"),
            width=220,
        )
    )
    if chosen:
        st.query_params["net"] = chosen
    elif asked:
        del st.query_params["net"]
    return chosen


def _clicked() -> None:
    points = st.session_state["chart"]["selection"]["points"]
    if points and "customdata" in points[0]:
        st.session_state["net"] = points[0]["customdata"][0]


def filters(metrics: Sequence[str], kinds: Sequence[str]) -> tuple[str, list[str]]:
    """Which accuracy, and of which kinds of detectors."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        chosen = st.pills(
            "Kinds", kinds, selection_mode="multi", default=list(kinds), key=f"kinds-{len(kinds)}",
            format_func=lambda name: f"{MARKS[name]} {name}",
        )  # fmt: skip
        metric = "AP"
        if len(metrics) > 1:
            metric = str(
                st.segmented_control(
                    "Accuracy", metrics, default="AP", required=True, key="metric", bind="query-params"
                )
            )
    return metric, list(chosen or [])


def points(chosen: Chosen, curves: Curves | None, world: str) -> None:
    """Every detector of one world as a disc, and the same as a table."""
    here, away = (drawn_nets(curves), []) if world == "drawn" else photo_nets()
    metric, kinds = filters(METRICS[:5] if world == "drawn" else ["AP"], kinds_of([*here, *away]))
    stage = st.empty()
    if curves is not None and not is_timed(here, chosen):
        before = [net._replace(ms=curves.ms.get(net.key)) for net in here if net.kind in kinds]
        with stage.container():
            st.plotly_chart(scatter(before, metric, "", world), key="before", config=PLOT)
            st.caption(f"Not yet of this machine: {curves.machine}, `{curves.command}`.")
    found = [net for net in timed(here, chosen, world) if net.kind in kinds]
    row = st.container(horizontal=True, gap="small", vertical_alignment="bottom")
    with row:
        net = choose_net({n.key: n.title for n in found})
    with stage.container():
        figure = scatter(found, metric, net, world)
        st.plotly_chart(figure, key="chart", on_select=_clicked, selection_mode="points", config=PLOT)
        st.caption(
            f"Measured now: {zoo.device_title()}, all in turn on one picture ({chosen.name}), the median of "
            f"up to 5 calls each. {texts('tradeoffs')[world]}"
        )
    table = rows([*found, *(n for n in away if n.kind in kinds)], world)
    row.button("⏱️ Measure again", on_click=clock().forget, args=(timing_of(here, chosen),), key="again")
    row.download_button(
        "Points (CSV)", lambda: to_csv(table), f"tradeoffs-{world}.csv", "text/csv", key="points-csv"
    )
    if table:
        st.dataframe(table, hide_index=True)


def curves_of(curves: Curves | None, knob: Knob) -> None:
    """One knob of the drawn world's detectors: accuracy, time, and both against each other."""
    able = [net for net in drawn_nets(curves) if knob == "size" or net.kind == "two stages"]
    metric, kinds = filters(METRICS[:5], kinds_of(able))
    titles = {net.key: net.title for net in able if net.kind in kinds}
    stage = st.container()
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        net = choose_net(titles)
        n = st.slider("Scenes of a run here", 5, 50, 10, 5, key="scenes", bind="query-params", width=220)
        st.button(
            "▶ Run it here", on_click=_ask, disabled=not net, key="live", help=texts("tradeoffs")["live"]
        )
        files = st.container(width="content")
    if st.session_state.pop(ASKED, False) and net:
        run_live(net, knob, n)
    found = lines(curves, knob, list(titles), n)
    if not found:
        stage.info("Nothing is measured yet: choose a net and run it here.")
        return
    with stage:
        st.html(legend(found))
        figures = charts(found, knob, metric, net)
        for column, name in zip(st.columns(3, gap="small"), figures, strict=True):
            column.plotly_chart(figures[name], key=f"{knob}-{name}", config=PLOT)
        st.markdown(texts("tradeoffs")[f"by {knob}"])
        st.caption(f"{_source(curves, any(line.live for line in found), n)} {growth(found)}")
    files.download_button(
        "Curves (CSV)",
        lambda: to_csv(curve_rows(found, knob)),
        f"tradeoffs-{knob}.csv",
        "text/csv",
        key="csv",
    )


def _ask() -> None:
    st.session_state[ASKED] = True


def _source(curves: Curves | None, live: bool, n: int) -> str:
    """Where the lines come from."""
    parts = []
    if curves is not None:
        parts.append(f"Solid: {curves.n} test scenes, {curves.machine}, `{curves.command}`.")
    if live:
        parts.append(f"Dashed: {n} test scenes, measured here on {zoo.device_title()}.")
    return " ".join(parts)


@st.fragment
@guarded
def lab() -> None:
    """What to look at on top, then points or curves."""
    try_this("tradeoffs", EXPERIMENTS)
    row = st.container(horizontal=True, gap="medium", vertical_alignment="bottom")
    show = row.segmented_control(
        "Show", (NETS, *KNOBS), default=NETS, required=True, key="show", bind="query-params"
    )
    curves = read_curves()
    if show != NETS:
        curves_of(curves, KNOBS[str(show)])
        return
    world = row.segmented_control(
        "Pictures", ("drawn", "photos"), default="drawn", required=True, key="world", bind="query-params"
    )
    with row.popover("🖼️ Timed on"):
        chosen = choose_picture("scene")
    if chosen is not None:
        points(chosen, curves, str(world))


def main() -> None:
    """The page from top to bottom."""
    header("tradeoffs")
    lab()
    theory("tradeoffs")
    code_fold(
        in_turn,
        front,
        with_setting,
        measure,
        paper="https://arxiv.org/abs/1611.10012",
        ready_made="`pycocotools`",
    )


main()
