"""The charts of the R-CNN page: the time of each net here and in print, what more regions cost and bring."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.rcnn import results
from cvdemo.labs.rcnn.board import columns
from cvdemo.labs.rcnn.charts import STAGES, published_bars, region_curves, share_bars, time_bars
from cvdemo.labs.rcnn.controls import thresholds
from cvdemo.labs.rcnn.experiment import STEPS, FamilyRun, keep_detections
from cvdemo.labs.rcnn.measure import COUNTS, PUBLISHED, RUNS, common_regions, times_csv
from cvdemo.ui import widgets
from cvdemo.ui.downloads import offer, text
from cvdemo.ui.page import texts
from cvdemo.zoo.entries import entry

PLAIN = {"displayModeBar": False}


@st.fragment
def bars(chosen: Chosen, runs: Sequence[FamilyRun], regions: int) -> None:
    """The lecture's bars measured now, the published ones, and each stage's share."""
    st.subheader("How long does it take?", anchor=False)
    st.markdown(texts("rcnn")["bars"])
    again = widgets.toggle("medians", f"Measure each net {RUNS} times")
    times = _medians(chosen, runs, regions) if again else {run.title: run.staged.seconds for run in runs}
    squares = [f'<span style="color:{colour}">■</span> {stage}' for stage, colour in STAGES.items()]
    st.markdown(" &nbsp; ".join(squares), unsafe_allow_html=True)
    with columns("rcnn-bars"):
        now, published, shares = st.columns(3, gap="medium")
    now.plotly_chart(time_bars(times), config=PLAIN, key="bars-now", width="stretch")
    published.plotly_chart(published_bars(PUBLISHED), config=PLAIN, key="bars-published", width="stretch")
    shares.plotly_chart(share_bars(times), config=PLAIN, key="bars-shares", width="stretch")
    device = zoo.default_device().upper()
    height, width = runs[0].working.shape[:2]
    how = f"Medians of up to {RUNS} runs" if again else "The one run that the pictures above are from"
    st.caption(
        f"{how}, on {device}, {regions} regions, {width} × {height} pixels. "
        f"Published: {texts('rcnn')['published']}"
    )
    offer(chosen.name, text("Times as CSV", "csv", lambda: times_csv(times)), part="times")


def _medians(chosen: Chosen, runs: Sequence[FamilyRun], regions: int) -> dict[str, dict[str, float]]:
    with st.spinner(f"Measuring each net {RUNS} times, from the picture to the boxes …", show_time=True):
        return {
            run.title: results.stage_seconds(run.key, chosen.identity, regions, chosen.picture)
            for run in runs
        }


@st.fragment
def curves(chosen: Chosen, runs: Sequence[FamilyRun], regions: int) -> None:
    """What more regions cost, and what they bring; measured when it is asked for."""
    st.subheader("What does one more region cost, and what does it bring?", anchor=False)
    st.markdown(texts("rcnn")["curves"])
    if not widgets.toggle("curves", "Measure the curves") or not runs:
        return
    left, right = st.columns(2, gap="large")
    with left:
        _cost_curve(chosen, runs, regions)
    with right:
        _found_curve(chosen, runs, regions)


def _cost_curve(chosen: Chosen, runs: Sequence[FamilyRun], regions: int) -> None:
    """Milliseconds behind the proposals over the number of regions."""
    with st.spinner(f"Each head runs on up to {COUNTS[-1]} regions, {RUNS} times …", show_time=True):
        common = common_regions(runs)
        lines = {
            run.title: results.head_milliseconds(run.key, chosen.identity, run.prepared, common)
            for run in runs
        }
    figure = region_curves(COUNTS, lines, "ms for all regions", regions, log=True)
    st.plotly_chart(figure, config=PLAIN, key="curve-cost", width="stretch")
    growth = ", ".join(f"{name} {line[-1] / line[0]:.3g} ×" for name, line in lines.items())
    st.caption(
        f"Medians of up to {RUNS} runs, the same regions for all, without the picture's features and "
        f"proposals. From {COUNTS[0]} to {COUNTS[-1]} regions: {growth}."
    )


def _found_curve(chosen: Chosen, runs: Sequence[FamilyRun], regions: int) -> None:
    """Objects found over the number of regions, where the truth is known."""
    targets = results.targets(chosen)
    if targets is None:
        st.caption("No truth is known of this picture, so nobody can say what more regions bring.")
        return
    score, iou = thresholds()
    keys = [run.key for run in runs]
    lines: dict[str, list[int]] = {entry(key).title: [] for key in keys}
    for count in STEPS[1:]:
        for run in results.family_runs(chosen, keys, count):
            matches = keep_detections(run.raw, targets, score=score, iou=iou).matches
            lines[run.title].append(0 if matches is None else int(matches.found.sum()))
    figure = region_curves(STEPS[1:], lines, "objects found", regions, log=False)
    st.plotly_chart(figure, config=PLAIN, key="curve-found", width="stretch")
    st.caption(
        f"Of {len(targets)} objects, at score {score:g} and NMS {iou:g}: an object that nobody proposes is "
        "lost."
    )
