"""What the page from sliding window to FCN shows of a photo: the heat map of any of ImageNet's classes."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import to_jpeg
from cvdemo.labs.fcn.photo import POOLS, SIZES, ClassMaps, WindowRun, class_maps, overlay, run_windows
from cvdemo.nets.lite_windows import STRIDE
from cvdemo.ui import widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.downloads import offer, png
from cvdemo.ui.page import texts
from cvdemo.zoo.imagenet_windows import KEY

MOST_LISTED = 12
PLAIN = {"displayModeBar": False}
SHADES = [
    [0, "rgba(0,0,4,0)"], [0.25, "rgba(87,16,110,0.4)"], [0.5, "rgba(188,55,84,0.55)"],
    [0.75, "rgba(249,142,9,0.7)"], [1, "rgba(252,255,164,0.8)"],
]  # fmt: skip
"""Inferno, transparent where the probability is low."""


@cached
def _class_maps(identity: str, longest: int, pool: int, _picture: NDArray[np.uint8]) -> ClassMaps:
    return class_maps(_picture, longest, pool)


@cached
def _window_run(identity: str, longest: int, _picture: NDArray[np.uint8]) -> WindowRun:
    return run_windows(_picture, longest)


def photo(chosen: Chosen, left: Any, right: Any) -> None:
    """Knobs left, the heat map right; under them what windows one by one cost."""
    with left:
        longest = widgets.select_slider("photo-longest", "Longer side in pixels", SIZES, 448)
        pool = widgets.select_slider("photo-pool", "Average over so many cells a side", POOLS, 3)
    with st.spinner(f"{zoo.spec(KEY).title} runs on the whole photo, on the CPU …", show_time=True):
        found = _class_maps(chosen.identity, longest, pool, chosen.picture)
    with left:
        shown = _choose_class(found)
    with right:
        st.markdown(texts("fcn")["photo"])
        figure = heat_figure(found, shown)
        st.plotly_chart(figure, key="photo-heat", config=PLAIN, width="stretch")
        _about(found)
        offer(chosen.name, png(lambda: overlay(found, shown), "Heat map (PNG)"), part="classes")
        _best(found)
    st.markdown("#### Window by window")
    if widgets.toggle("photo-windows", "Classify every window of 224 × 224 pixels by itself"):
        _windows(chosen, longest)


def _choose_class(found: ClassMaps) -> int:
    """Any of the classes, those with the highest peaks first."""
    names = zoo.labels("imagenet")
    first = [k for k, _ in found.best(MOST_LISTED)]
    others = sorted(set(names) - set(first), key=lambda k: names[k].lower())
    return int(
        widgets.selectbox(
            "photo-class", "Heat map of", [*first, *others], first[0], format_func=lambda k: names[k],
            help="Click and type: all 1000 classes of ImageNet",
        )
    )  # fmt: skip


def _best(found: ClassMaps) -> None:
    names = zoo.labels("imagenet")
    rows = [{"class": names[k], "highest": f"{100 * peak:.0f} %"} for k, peak in found.best(8)]
    st.dataframe(rows, hide_index=True, key="photo-best")


def heat_figure(found: ClassMaps, class_id: int) -> go.Figure:
    """The photo under a class's probability, one square for each cell; the pointer shows a cell's classes."""
    height, width = found.picture.shape[:2]
    heat = found.probabilities[class_id]
    middle = found.pool * STRIDE / 2
    places = [[middle + STRIDE * k for k in range(count)] for count in heat.shape]
    source = base64.b64encode(to_jpeg(found.picture, 90)).decode()
    figure = go.Figure(
        go.Heatmap(
            z=heat, y=places[0], x=places[1], text=found.cell_texts(), colorscale=SHADES,
            hovertemplate="%{text}<extra></extra>", zmin=0, zmax=max(float(heat.max()), 0.01),
            colorbar={"tickformat": ".0%", "thickness": 12},
        )
    )  # fmt: skip
    figure.add_layout_image(
        source=f"data:image/jpeg;base64,{source}", xref="x", yref="y", x=0, y=0, sizex=width, sizey=height,
        sizing="stretch", layer="below",
    )  # fmt: skip
    figure.update_xaxes(range=[0, width], visible=False, constrain="domain")
    figure.update_yaxes(range=[height, 0], visible=False, scaleanchor="x", constrain="domain")
    figure.update_layout(height=460, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return figure


def _about(found: ClassMaps) -> None:
    classes, rows, columns = found.probabilities.shape
    height, width = found.picture.shape[:2]
    st.caption(
        f"One run on {width} × {height} pixels, {found.milliseconds:.0f} ms (once): {rows} × {columns} cells "
        f"× {classes} classes = {found.probabilities.size:,} probabilities. The last layer of "
        f"{zoo.spec(KEY).title}, a matrix of 1000 × 1280, is a 1 × 1 convolution here; before it, an average "
        f"over {found.pool} × {found.pool} cells of {STRIDE} pixels."
    )


def _windows(chosen: Chosen, longest: int) -> None:
    with st.spinner("Classifying every window, one by one, on the CPU …", show_time=True):
        run = _window_run(chosen.identity, longest, chosen.picture)
    rows = [
        {
            "": way,
            "calls": f"{run.calls[k]:,}",
            "multiply-adds": f"{run.multiply_adds[k] / 1e9:,.1f} G",
            "seconds": f"{run.milliseconds[k] / 1000:.2f}",
        }
        for k, way in enumerate(("window by window", "as convolutions"))
    ]
    st.dataframe(rows, hide_index=True, key="photo-costs")
    st.caption(texts("fcn")["padding"].format(agree=f"{100 * run.agree:.0f} %"))
