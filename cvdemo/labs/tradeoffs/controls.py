"""The widgets of Speed against accuracy: what to show, which net, which metric and kinds."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cvdemo.labs.tradeoffs.draw import MARKS
from cvdemo.labs.tradeoffs.experiment import DetectorPoint
from cvdemo.zoo.tradeoffs import Knob

NETS = "nets"
KNOBS: dict[str, Knob] = {"a bigger picture": "size", "fewer proposals": "proposals"}
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


def take_clicked() -> None:
    """Choose the net whose disc was clicked."""
    points = st.session_state["chart"]["selection"]["points"]
    if points and "customdata" in points[0]:
        st.session_state["net"] = points[0]["customdata"][0]


def filters(metrics: Sequence[str], points: Sequence[DetectorPoint]) -> tuple[str, list[str]]:
    """Which metric, and which of the detectors' kinds."""
    there = {point.kind for point in points}
    kinds = [name for name in MARKS if name in there]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        chosen = st.pills(
            "Kinds", kinds, selection_mode="multi", default=kinds, key=f"kinds-{len(kinds)}",
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
