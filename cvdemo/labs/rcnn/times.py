"""How long the R-CNN family takes here and was published to take, and what more regions cost and bring."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from cvdemo import zoo
from cvdemo.draw.region_times import STAGES, published_bars, region_curves, share_bars, time_bars
from cvdemo.labs.rcnn.lab import FAMILY, STEPS, Passed, begin, detector, passed
from cvdemo.labs.rcnn.scores import answer
from cvdemo.labs.rcnn.stages import columns
from cvdemo.ui.page import texts
from cvdemo.ui.source import Chosen
from cvdemo.zoo.model import workable
from cvdemo.zoo.region_stages import head_seconds, median_seconds

PUBLISHED = {"R-CNN": 49.0, "SPP-Net": 4.3, "Fast R-CNN": 2.3, "Faster R-CNN": 0.2}
"""Seconds a picture, proposals included, as the lecture's slide gives them."""

RUNS = 3
COUNTS = (10, 30, 100, 300, 1000)
PLAIN = {"displayModeBar": False}

Times = dict[str, dict[str, float]]


@st.cache_resource(max_entries=32, show_spinner=False)
def _seconds(key: str, identity: str, regions: int, _picture: np.ndarray) -> dict[str, float]:
    net = detector(key)
    staged = partial(net.run_stages, workable(_picture), most=regions)
    return net.run(lambda: median_seconds(lambda: staged().seconds, runs=RUNS)).value


@st.cache_resource(max_entries=16, show_spinner=False)
def _head(key: str, identity: str, _picture: np.ndarray, _regions: np.ndarray) -> list[float]:
    """Milliseconds of a net's head for each of `COUNTS` regions; where there are fewer, they are repeated."""
    net, begun = detector(key), begin(key, identity, _picture)

    def work(count: int) -> dict[str, float]:
        return median_seconds(partial(head_seconds, net, begun, np.resize(_regions, (count, 4))), runs=RUNS)

    times = net.run(lambda: [work(count) for count in COUNTS]).value
    return [1000 * sum(seconds.values()) for seconds in times]


def _common_regions(found: Sequence[Passed]) -> np.ndarray:
    """Regions [R, 4] for all heads: the search's, or where no net searches, a net's own; at least one."""
    every = [one.begun.ranked for one in found if one.begun.ranked is not None]
    regions = every[0] if every else found[0].staged.regions
    height, width = found[0].working.shape[:2]
    return regions if len(regions) else np.array([[0, 0, width, height]], np.float32)


@st.fragment
def bars(chosen: Chosen, found: Sequence[Passed], regions: int) -> None:
    """The lecture's bars measured now, the published ones, and each stage's share."""
    st.subheader("How long does it take?", anchor=False)
    st.markdown(texts("rcnn")["bars"])
    with st.spinner(f"Measuring each net {RUNS} times, from the picture to the boxes …", show_time=True):
        times = {one.title: _seconds(one.key, chosen.identity, regions, chosen.picture) for one in found}
    squares = [f'<span style="color:{colour}">■</span> {stage}' for stage, colour in STAGES.items()]
    st.markdown(" &nbsp; ".join(squares), unsafe_allow_html=True)
    with columns("rcnn-bars"):
        now, published, shares = st.columns(3, gap="medium")
    now.plotly_chart(time_bars(times), config=PLAIN, key="bars-now", width="stretch")
    published.plotly_chart(published_bars(PUBLISHED), config=PLAIN, key="bars-published", width="stretch")
    shares.plotly_chart(share_bars(times), config=PLAIN, key="bars-shares", width="stretch")
    device = zoo.default_device().upper()
    st.caption(
        f"Measured now: medians of up to {RUNS} runs on {device}, {regions} regions, "
        f"{found[0].working.shape[1]} × {found[0].working.shape[0]} pixels. "
        f"Published: {texts('rcnn')['published']}"
    )
    st.download_button(
        "Times as CSV", lambda: times_csv(times), f"{chosen.name}-times.csv", "text/csv", key="times-csv"
    )


def times_csv(times: Times) -> str:
    """A row for each net: milliseconds of every stage, and their sum."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["net", *(f"{stage} ms" for stage in STAGES), "sum ms"])
    for name, seconds in times.items():
        values = [1000 * seconds.get(stage, 0.0) for stage in STAGES]
        writer.writerow([name, *(f"{v:.2f}" for v in values), f"{sum(values):.2f}"])
    return out.getvalue()


@st.fragment
def curves(chosen: Chosen, found: Sequence[Passed], regions: int) -> None:
    """What more regions cost, and what they bring; measured when it is asked for."""
    st.subheader("What does one more region cost, and what does it bring?", anchor=False)
    st.markdown(texts("rcnn")["curves"])
    wanted = st.toggle("Measure the curves", key="curves", bind="query-params")
    if not wanted or not found:
        return
    left, right = st.columns(2, gap="large")
    with left:
        cost(chosen, found, regions)
    with right:
        brought(chosen, found, regions)


def cost(chosen: Chosen, found: Sequence[Passed], regions: int) -> None:
    """Milliseconds behind the proposals over the number of regions."""
    with st.spinner(f"Each head looks at up to {COUNTS[-1]} regions, {RUNS} times …", show_time=True):
        common = _common_regions(found)
        lines = {one.title: _head(one.key, chosen.identity, chosen.picture, common) for one in found}
    figure = region_curves(COUNTS, lines, "ms for all regions", regions, log=True)
    st.plotly_chart(figure, config=PLAIN, key="curve-cost", width="stretch")
    growth = ", ".join(f"{name} {line[-1] / line[0]:.3g} ×" for name, line in lines.items())
    st.caption(
        f"Medians of up to {RUNS} runs, the same regions for all, without the picture's features and "
        f"proposals. From {COUNTS[0]} to {COUNTS[-1]} regions: {growth}."
    )


def brought(chosen: Chosen, found: Sequence[Passed], regions: int) -> None:
    """Things found over the number of regions, where the truth is known."""
    if chosen.truth is None:
        st.caption("No truth is known of this picture: nobody can say what more regions bring.")
        return
    score, iou = (float(st.session_state.get(k, v)) for k, v in (("score", 0.3), ("iou", 0.5)))
    keys = [one.key for one in found]
    lines: dict[str, list[int]] = {FAMILY[key]: [] for key in keys}
    for count in STEPS[1:]:
        for one in passed(chosen, keys, count):
            verdict = answer(chosen, one.raw, score, iou).verdict
            lines[one.title].append(0 if verdict is None else int(verdict.found.sum()))
    figure = region_curves(STEPS[1:], lines, "things found", regions, log=False)
    st.plotly_chart(figure, config=PLAIN, key="curve-found", width="stretch")
    asked = int((~chosen.truth.difficult).sum())
    st.caption(
        f"Of {asked} things, at score {score:g} and NMS {iou:g}: a thing that nobody proposes is lost."
    )
