"""What the page from sliding window to FCN shows: the race of both ways, the folded layer, the cost."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import to_jpeg
from cvdemo.draw.segmentation import class_colours
from cvdemo.labs.fcn.draw import cost_curves
from cvdemo.labs.fcn.experiment import (
    STRIDES,
    FoldedLayer,
    PatchScores,
    at_size,
    both_ways,
    convolved_cost,
    folded_layer,
    pixel_accuracy,
    window_cost,
)
from cvdemo.nets.patch_classifier import WINDOW
from cvdemo.ui.cache import cached
from cvdemo.ui.component import Parts, component, packed
from cvdemo.world.vocabulary import SEMANTIC

SLIDING, CONVOLVED = "Window by window", "As convolutions"
PLAIN = {"displayModeBar": False}

_lab = component("fcn/lab")
_kernel = component("fcn/kernel")


@cached
def _patch_scores(identity: str, longest: int, stride: int, _picture: NDArray[np.uint8]) -> PatchScores:
    return both_ways(at_size(_picture, longest), stride)


@cached
def _folded_layer(identity: str, longest: int, _picture: NDArray[np.uint8]) -> FoldedLayer:
    return folded_layer(at_size(_picture, longest))


def patch_scores(chosen: Chosen, longest: int, stride: int) -> PatchScores:
    """The scores of both ways; the networks run once for each picture, size and stride."""
    with st.spinner(f"Classifying every window, {stride} px apart, on the CPU …", show_time=True):
        return _patch_scores(chosen.identity, longest, stride, chosen.picture)


def race(chosen: Chosen, found: PatchScores) -> None:
    """Both heat maps over the picture, their counters, and the window under the pointer."""
    height, width = found.picture.shape[:2]
    _, rows, columns = found.slid.value.scores.shape
    sides = []
    for title, note, (dense, milliseconds), cost in (
        (SLIDING, "a classification for each", found.slid, window_cost(height, width, found.stride)),
        (CONVOLVED, "all windows at once", found.convolved, convolved_cost(height, width, found.stride)),
    ):
        counts = {"calls": dense.calls, "adds": cost.multiply_adds, "seconds": milliseconds / 1000}
        sides.append({"title": title, "note": note, "gradual": title == SLIDING, **counts})
    fields = {
        "identity": f"{chosen.identity} {width} {found.stride}",
        "width": width,
        "height": height,
        "window": WINDOW,
        "stride": found.stride,
        "rows": rows,
        "columns": columns,
        "names": SEMANTIC,
        "colours": class_colours(SEMANTIC).tolist(),
        "sides": sides,
        "apart": found.apart,
        "alt": f"{chosen.name}, {width} x {height} pixels",
    }
    parts: Parts = {
        "picture": to_jpeg(found.picture, 95),
        "windows": found.slid.value.scores.astype("<f4"),
        "convolved": found.convolved.value.scores.astype("<f4"),
    }
    _lab(data=packed(fields, parts), key="race")


def accuracy(chosen: Chosen, found: PatchScores) -> None:
    """On a drawn scene, how many windows have the class of their centre pixel."""
    if chosen.truth is None:
        st.caption("No truth is known of this picture, so nothing is scored.")
        return
    count = found.slid.value.scores[0].size
    st.caption(
        f"**{100 * pixel_accuracy(found, chosen.truth.semantic):.1f} %** of the {count:,} windows have the "
        f"class of their centre pixel. The classifier is small, and its input is {WINDOW} × {WINDOW} pixels: "
        "it knows nothing of what lies outside."
    )


def layer_as_kernel(chosen: Chosen, longest: int) -> None:
    """A row of the matrix, and the same numbers as a kernel: a slider leads from one to the other."""
    st.markdown("#### The fully connected layer is a convolution")
    layer = _folded_layer(chosen.identity, longest, chosen.picture)
    largest = float(layer.matrix.abs().quantile(0.995))
    shades = (127.5 + 127.5 * (layer.matrix / largest).clamp(-1, 1)).round().byte()
    fields = {
        "matrix": list(layer.matrix.shape),
        "kernel": list(layer.kernel.shape),
        "same": bool((layer.matrix.reshape(layer.kernel.shape) == layer.kernel).all()),
        "apart": layer.apart,
        "values": layer.values,
    }
    _kernel(data=packed(fields, {"weights": shades.numpy()}), key="kernel")
    st.caption(
        f"{layer.values:,} values of the hidden layer, computed both ways on this picture: the largest "
        f"difference is {layer.apart:.1e}."
    )


def costs(found: PatchScores) -> None:
    """Multiply-adds of both ways over all strides, by formula."""
    st.markdown("#### The finer the stride, the more expensive")
    (height, width), stride = found.picture.shape[:2], found.stride
    ways = {SLIDING: window_cost, CONVOLVED: convolved_cost}
    lines = {
        name: [cost(height, width, each).multiply_adds for each in STRIDES] for name, cost in ways.items()
    }
    chart, beside = st.columns([1.7, 1], gap="large", vertical_alignment="center")
    chart.plotly_chart(cost_curves(STRIDES, lines, stride), config=PLAIN, key="costs", width="stretch")
    rows, columns = found.slid.value.scores.shape[1:]
    beside.markdown(
        f"Windows along a side: ⌊(side − {WINDOW}) / {stride}⌋ + 1, here {rows} × {columns} = "
        f"{rows * columns:,}, each {window_cost(height, width, stride).multiply_adds // (rows * columns):,} "
        "multiply-adds.\n\nNeighbouring windows share nearly all their pixels: convolutions compute each "
        "feature once. Below a stride of 4 they run once for each shift of the picture."
    )
