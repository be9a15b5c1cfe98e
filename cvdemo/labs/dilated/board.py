"""What the page on dilated convolutions shows: a stack's field, its cost, responses, ASPP's branches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.feature_maps import enlarged, feature_colours
from cvdemo.draw.segmentation import paint_labels
from cvdemo.labs.dilated.draw import draw_responses
from cvdemo.labs.dilated.experiment import (
    ASPP_KEY,
    CHANNELS,
    WORKING,
    FilterResponses,
    StackFigures,
    aspp_trace,
    filter_responses,
    stack_costs,
    stack_figures,
)
from cvdemo.ops.dilated import ConvLayer, path_counts, total_stride
from cvdemo.ui import widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.component import component, with_picture
from cvdemo.ui.downloads import offer, png
from cvdemo.world.vocabulary import SEMANTIC
from cvdemo.zoo.weights import figures_without

SHOWN = 4 * WORKING[0]
BRANCH_WIDTH = 360
INPUT = f"{WORKING[0]}×{WORKING[1]}"

_lab = component("dilated/lab")


class BranchView(NamedTuple):
    """A picture [h, w, 3] with its name and a remark."""

    name: str
    remark: str
    picture: NDArray[np.uint8]


@cached
def _stack_figures(layers: tuple[ConvLayer, ...]) -> StackFigures:
    return stack_figures(layers)


@cached
def _responses(
    identity: str, rate: int, _picture: NDArray[np.uint8]
) -> tuple[FilterResponses, tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    found = filter_responses(_picture, rate)
    return found, draw_responses(found, rate)


@cached
def _aspp_views(identity: str, _picture: NDArray[np.uint8]) -> tuple[list[BranchView], float]:
    branches, labels, milliseconds = aspp_trace(_picture)
    views = [
        BranchView(b.name, b.remark, enlarged(feature_colours(b.features), BRANCH_WIDTH)) for b in branches
    ]
    mask = enlarged(paint_labels(labels, SEMANTIC), BRANCH_WIDTH)
    return [*views, BranchView("mask", "the head's output, upsampled by 8", mask)], milliseconds


def figures(layers: list[ConvLayer]) -> None:
    """The stack's figures side by side."""
    found = _stack_figures(tuple(layers))
    shown = {
        "Field": (f"{found.field} px", "The receptive field, a side, by the formula below."),
        "Measured": (f"{found.measured} px", "Where torch's gradient of one output is not zero."),
        "Seen": (f"{100 * found.seen:.0f} %", "Share of the field's pixels that the output depends on."),
        "Shared": (
            f"{100 * found.shared:.0f} %",
            "Of a row's pixels that an output depends on, its right neighbour depends on too.",
        ),
        f"{INPUT} gives": (_size(found.output), "Size of the output map, padded to fit."),
    }
    row = st.container(horizontal=True, gap="medium")
    for label, (value, meaning) in shown.items():
        row.metric(label, value, help=meaning, width="content")


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


def board(chosen: Chosen, layers: list[ConvLayer]) -> None:
    """The side view, the field on the picture, the counts; all of it answers in the browser."""
    small = fit(chosen.picture, WORKING[0])
    height, width = small.shape[:2]
    fields = {
        "layers": [layer[:3] for layer in layers],
        "counts": path_counts(layers).tolist(),
        "stride": total_stride(layers),
        "width": width,
        "height": height,
        "spot": _spot(chosen, width, height),
        "alt": f"{chosen.name}, darkened where the output depends on nothing",
    }
    _lab(data=with_picture(fields, enlarged(small, SHOWN)), key="dilated-board")


def _spot(chosen: Chosen, width: int, height: int) -> tuple[int, int]:
    """Where the output is at first: on the largest object of a scene, else in the middle."""
    truth = chosen.truth
    if truth is None or not len(truth):
        return width // 2, height // 2
    sides = truth.boxes[:, 2:] - truth.boxes[:, :2]
    x1, y1, x2, y2 = truth.boxes[int((sides.prod(axis=1) * ~truth.difficult).argmax())]
    scale = width / chosen.picture.shape[1]
    return int(scale * (x1 + x2) / 2), int(scale * (y1 + y2) / 2)


def cost_table(layers: list[ConvLayer]) -> None:
    """Three ways to a large field, a row each, with what they cost."""
    rows = [
        {
            "": cost.name,
            "layers": " → ".join(layer_text(layer) for layer in cost.layers),
            "field": f"{cost.field} px",
            "seen": f"{100 * cost.seen:.0f} %",
            f"output of {INPUT}": _size(cost.output),
            f"weights, {CHANNELS} channels": f"{cost.weights:,}",
            "multiply-adds": f"{cost.multiply_adds / 1e6:,.0f} M",
        }
        for cost in stack_costs(layers)
    ]
    st.table(rows, hide_index=True)


def layer_text(layer: ConvLayer) -> str:
    """A layer as a table names it: "3×3 rate 2 ÷2", "pool 2"."""
    if layer.pooling:
        return f"pool {layer.kernel}"
    rate = f" rate {layer.dilation}" if layer.dilation > 1 else ""
    stride = f" ÷{layer.stride}" if layer.stride > 1 else ""
    return f"{layer.kernel}×{layer.kernel}{rate}{stride}"


@st.fragment
def response_lab(chosen: Chosen) -> None:
    """The rate's slider and the two maps side by side."""
    rate = widgets.slider("apart", "Pixels between taps", 1, 24, 8)
    found, (shrunk, dilated) = _responses(chosen.identity, rate, chosen.picture)
    left, right = st.columns(2, gap="medium")
    left.markdown(f"**Shrink by {rate}, then filter:** {_numbers(found.shrunk)} numbers")
    left.image(to_jpeg(shrunk), width="stretch", alt=f"{chosen.name}, shrunk by {rate}, then filtered")
    right.markdown(f"**Filter at rate {rate}:** {_numbers(found.dilated)} numbers")
    right.image(to_jpeg(dilated), width="stretch", alt=f"{chosen.name}, filtered at rate {rate}")
    st.caption(
        "A 7 × 7 filter for upright edges; blue and orange are its two signs. Away from the border, the "
        f"left map has every {_nth(rate)} number of the right one: they differ by at most "
        f"{found.difference:.0e}. Same weights, same reach, and the right map has all numbers in between."
    )
    offer(chosen.name, png(lambda: np.concatenate([shrunk, dilated], axis=1)), part="responses")


def _numbers(values: NDArray[np.float32]) -> str:
    return f"{values.shape[1]} × {values.shape[0]}"


def _nth(rate: int) -> str:
    return {1: "single", 2: "second", 3: "third", 21: "21st", 22: "22nd", 23: "23rd"}.get(rate, f"{rate}th")


def aspp(chosen: Chosen) -> None:
    """Every branch's map, what they give together, and the mask; the network runs once for each picture."""
    with st.spinner(f"DeepLab v3 runs on {zoo.default_device().upper()} …", show_time=True):
        found, milliseconds = _aspp_views(chosen.identity, chosen.picture)
    picture = BranchView("picture", "192 pixels wide to the network", fit(chosen.picture, BRANCH_WIDTH))
    views = [picture, *found]
    figures = figures_without(ASPP_KEY)
    for row in (views[:4], views[4:]):
        for column, view in zip(st.columns(4), row, strict=False):
            column.image(to_jpeg(view.picture), width="stretch", alt=f"{chosen.name}: {view.name}")
            column.markdown(f"**{view.name}**  \n{view.remark}")
            if view.name in figures:
                whole, without = figures[view.name]
                column.caption(f"On 500 held-out scenes the mIoU is {whole:.3f}, without it {without:.3f}.")
    st.caption(
        "The colours of a map are its own three principal components: cells of one colour have similar "
        f"features. {zoo.spec(ASPP_KEY).title}: network {milliseconds:.0f} ms (once)"
    )
