"""The widgets of Speed against accuracy: what to show, which net, which metric and kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.data.domain import Domain
from cvdemo.labs.tradeoffs.draw import MARKS
from cvdemo.labs.tradeoffs.experiment import DetectorPoint
from cvdemo.ui import state, widgets
from cvdemo.zoo.tradeoffs import Knob

NETS, FINALLY = "nets", "in the end"
KNOBS: dict[str, Knob] = {"a bigger picture": "size", "fewer proposals": "proposals"}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Small objects only": {"show": NETS, "world": "drawn", "metric": "APs"},
    "Boxes that fit": {"show": NETS, "world": "drawn", "metric": "AP75"},
    "Bigger picture": {"show": "a bigger picture", "metric": "APs"},
    "Fewer proposals": {"show": "fewer proposals", "metric": "AP"},
    "Best quality": {"show": FINALLY, "fps": 1},
    "Real time": {"show": FINALLY, "fps": 150},
    "Real photos": {"show": NETS, "world": "photos", "metric": "AP", "source": "sample", "sample": "cat"},
}


WORLDS = ("drawn", "photos")


def choose_show() -> str:
    """Whether nets are shown, the curves of one of `KNOBS`, or the conclusions."""
    return widgets.segmented_control("show", "Show", (NETS, *KNOBS, FINALLY), NETS, wrap=True)


def choose_world(chosen: Chosen | None) -> str:
    """Whether detectors of the drawn world are shown, or of photos; at first those that know the picture."""
    drawn = chosen is not None and chosen.domain is Domain.DRAWINGS
    return widgets.segmented_control("world", "Pictures", WORLDS, WORLDS[0 if drawn else 1])


def choose_net(titles: dict[str, str]) -> str:
    """The key of the net to look at, also chosen by a click on its disc; "" for none."""
    return str(
        widgets.selectbox(
            "net", "Look at", ["", *titles], format_func=lambda key: titles.get(key, "all alike"), width=220
        )
    )


def take_clicked(chart: str) -> None:
    """Choose the net whose disc was clicked, in the callback of the chart with this key."""
    points = st.session_state[chart]["selection"]["points"]
    if points and "customdata" in points[0]:
        state.put({"net": points[0]["customdata"][0]})


def filters(metrics: Sequence[str], points: Sequence[DetectorPoint]) -> tuple[str, list[str]]:
    """Which metric, and which of the detectors' kinds."""
    there = {point.kind for point in points}
    kinds = [name for name in MARKS if name in there]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        chosen = widgets.pills(
            "kinds", "Kinds", kinds, kinds, format_func=lambda name: f"{MARKS[name]} {name}"
        )
        metric = widgets.segmented_control("metric", "Accuracy", metrics, "AP") if metrics[1:] else "AP"
    return metric, chosen
