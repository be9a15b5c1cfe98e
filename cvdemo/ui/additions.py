"""What single parts of nets bring, as a chart that several pages show."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cvdemo.draw.gain_chart import gain_chart
from cvdemo.ui import widgets
from cvdemo.ui.language import translate
from cvdemo.ui.page import guarded, texts
from cvdemo.zoo.additions import Addition, gains
from cvdemo.zoo.budgets import odd_budgets
from cvdemo.zoo.entries import entry


def additions_chart(page: str, additions: Sequence[Addition], metrics: Sequence[str]) -> None:
    """Heading, the page's text, a figure without and with each part, nets that were trained longer.

    The text's first paragraph stands above the chart, the others under it. Of several `metrics`
    the visitor chooses one. Nothing is shown where the nets are not there.
    """
    if not gains(additions, metrics[0]):
        return
    st.subheader("What each addition brings", anchor=False)
    first, _, rest = texts(page)["additions"].partition("\n\n")
    st.markdown(first)
    _chart(additions, metrics)
    if rest:
        st.markdown(rest)


@st.fragment
@guarded
def _chart(additions: Sequence[Addition], metrics: Sequence[str]) -> None:
    """The chart and its choice of a metric: all that runs when another is chosen."""
    metric = metrics[0]
    if len(metrics) > 1:
        metric = widgets.segmented_control("additions-metric", "Metric", metrics, metric)
    found = gains(additions, metric)
    rows = [one._replace(part=translate(one.part), title=translate(one.title)) for one in found]
    st.plotly_chart(gain_chart(rows, metric), key="additions", config={"displayModeBar": False})
    most, others = odd_budgets(sorted({key for one in found for key in one.keys}))
    longer = ", ".join(f"{entry(key).title} {steps:,}" for key, steps in others.items())
    if longer:
        st.caption(f"Every net was trained for {most:,} steps from the same backbone, but for: {longer}.")
