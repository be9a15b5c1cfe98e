"""Best quality or real time: a slider of frames a second, and the best net that keeps up with it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cvdemo.draw.cost_chart import CHOSEN, OTHER, Disc, cost_chart
from cvdemo.labs.tradeoffs.conclusions import (
    Candidate,
    best_within,
    detectors,
    extractor_rows,
    measured_rows,
    on_both_extractors,
    segmenters,
)
from cvdemo.ui import widgets
from cvdemo.ui.page import chart_width, texts
from cvdemo.zoo.tradeoffs import Curves

RATES = (1, 5, 10, 25, 50, 75, 100, 125, 150, 200, 250)
FAINT = "#BBBBBB"


def show_finally(curves: Curves | None) -> None:
    """The lecture's two conclusions as charts with one slider; runs no network."""
    st.markdown(texts("tradeoffs")["finally"])
    rate = widgets.select_slider("fps", "Frames a second that are needed", RATES, RATES[0])
    left, right = st.columns(2, gap="large")
    with left:
        _conclusion("Detection", "AP", detectors(curves), rate)
    with right:
        _conclusion("Segmentation", "mIoU", segmenters(), rate)
    if curves is not None:
        st.caption(f"Detectors: {curves.machine}, `{curves.command}`. Segmenters: times of their cards.")
    _extractors(curves)


def _extractors(curves: Curves | None) -> None:
    """Two kinds of nets, each on a light and on a heavy extractor: measured here, then as published."""
    st.markdown(texts("tradeoffs")["extractors"])
    if nets := on_both_extractors(curves):
        chart, said = st.columns(2, gap="large", vertical_alignment="center")
        discs = [_disc(one, "AP", "light" not in one.kind, able=True) for one in nets]
        figure = cost_chart(discs, "AP, held-out scenes", width=chart_width(half=True))
        chart.plotly_chart(figure, key="on-both", config={"displayModeBar": False})
        said.markdown(texts("tradeoffs")["on both"])
        st.dataframe(measured_rows(nets), hide_index=True, key="measured")
    st.markdown(texts("tradeoffs")["published extractors"])
    link = st.column_config.LinkColumn("source", display_text="torchvision")
    st.dataframe(extractor_rows(), hide_index=True, column_config={"source": link}, key="extractors")


def _conclusion(task: str, metric: str, nets: Sequence[Candidate], rate: int) -> None:
    """One task's chart with the limit, and the sentence that follows from it."""
    st.markdown(f"#### {task}")
    if not nets:
        st.info("No net of this task has been measured.")
        return
    limit = 1000 / rate
    best = best_within(nets, limit)
    discs = [_disc(one, metric, one is best, one.ms <= limit) for one in nets]
    figure = cost_chart(discs, f"{metric}, held-out scenes", log=True, width=chart_width(half=True))
    figure.add_vline(x=limit, line_dash="dash", line_width=2, line_color="#888888")
    st.plotly_chart(figure, key=f"finally-{task}", config={"displayModeBar": False})
    st.markdown(sentence_of(nets, best, metric, rate))


def _disc(one: Candidate, metric: str, best: bool, able: bool) -> Disc:
    hover = f"{metric} {one.quality:.3f} · {one.ms:.1f} ms<br>{one.kind}"
    colour = CHOSEN if best else OTHER if able else FAINT
    return Disc(one.key, one.title, one.ms, one.quality, one.params, hover, colour)


def sentence_of(nets: Sequence[Candidate], best: Candidate | None, metric: str, rate: int) -> str:
    """What the limit leaves, beside the best of all and the fastest of all."""
    top, fast = max(nets, key=lambda one: one.quality), min(nets, key=lambda one: one.ms)
    if best is None:
        chosen = f"No net keeps up with {rate} frames a second."
    else:
        chosen = (
            f"Within {1000 / rate:.0f} ms, for {rate} a second: **{best.title}** ({best.kind}), "
            f"{metric} **{best.quality:.3f}** in {best.ms:.1f} ms."
        )
    return (
        f"{chosen}  \nBest of all: {top.title} ({top.kind}), {top.quality:.3f} in {top.ms:.1f} ms. "
        f"Fastest: {fast.title} ({fast.kind}), {fast.quality:.3f} in {fast.ms:.1f} ms."
    )
