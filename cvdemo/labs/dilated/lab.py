"""A stack of dilated convolutions: its controls, its numbers, and the component that shows a field."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo.data.pictures import fit
from cvdemo.draw.feature_maps import enlarged
from cvdemo.ops.dilated import (
    Layer,
    effective_kernel,
    measured_counts,
    multiply_adds,
    parameters,
    path_counts,
    pooled_instead,
    receptive_field,
    seen_share,
    shared_with_neighbour,
    total_stride,
    without_dilation,
)
from cvdemo.ui.component import component, with_picture
from cvdemo.ui.source import Chosen

MOST = 5
RATES = (1, 2, 4, 8, 16)  # that the sliders begin with
LARGEST_RATE = 16
WORKING = 192  # pixels across, as the drawn world's nets see a picture
SHOWN = 4 * WORKING
CHANNELS = 64

_lab = component("dilated/lab")


def setting(*rates: int, kernel: int = 3, strides: int = 1) -> dict[str, Any]:
    """The widgets' values, by key, for a stack of these rates; all its strides are the same."""
    values = {"layers": len(rates), "taps": kernel}
    for k in range(MOST):
        values[f"rate{k + 1}"] = rates[k] if k < len(rates) else RATES[k]
        values[f"stride{k + 1}"] = strides if k < len(rates) else 1
    return values


EXPERIMENTS = {
    "1, 2, 4": setting(1, 2, 4),
    "2, 2, 2": setting(2, 2, 2),
    "1, 2, 5": setting(1, 2, 5),
    "1, 2, 9": setting(1, 2, 9),
    "strides instead": setting(1, 1, 1, strides=2),
}


def choose_stack() -> list[Layer]:
    """Sliders for the layers, their kernel, their rates and, folded away, their strides; all in the URL."""

    def slide(label: str, low: int, high: int, start: int, key: str) -> int:
        return int(st.slider(label, low, high, start, key=key, bind="query-params"))

    count = slide("Layers", 1, MOST, 3, "layers")
    kernel = slide("Kernel", 2, 7, 3, "taps")
    rates = [slide(f"Rate of layer {k + 1}", 1, LARGEST_RATE, RATES[k], f"rate{k + 1}") for k in range(count)]
    with st.popover("Strides"):
        strides = [slide(f"Stride of layer {k + 1}", 1, 2, 1, f"stride{k + 1}") for k in range(count)]
    return [Layer(kernel, stride, rate) for rate, stride in zip(rates, strides, strict=True)]


@st.cache_data(max_entries=256, show_spinner=False)
def measured_field(layers: list[tuple[int, int, int]]) -> int:
    """Pixels along an axis between the first and the last that torch's gradient reaches, both included."""
    reached = np.flatnonzero(measured_counts([Layer(*layer) for layer in layers]))
    return int(reached[-1] - reached[0] + 1)


def formula(layers: list[Layer]) -> str:
    """The receptive field's sum with its numbers, as LaTeX."""
    terms, jump = ["1"], 1
    for layer in layers:
        reach = effective_kernel(layer) - 1
        terms.append(str(reach) if jump == 1 else rf"{reach} \cdot {jump}")
        jump *= layer.stride
    return " + ".join(terms) + f" = {receptive_field(layers)}"


def numbers(layers: list[Layer]) -> None:
    """The stack's figures side by side."""
    field, counts = receptive_field(layers), path_counts(layers)
    measured = measured_field([layer[:3] for layer in layers])
    shared = shared_with_neighbour(counts, total_stride(layers))
    figures = {
        "Field": (f"{field} px", "The receptive field, a side, by the formula below."),
        "Measured": (f"{measured} px", "Where torch's gradient of one output is not zero."),
        "Seen": (
            f"{100 * seen_share(counts):.0f} %",
            "Share of the field's pixels that the output depends on.",
        ),
        "Shared": (
            f"{100 * shared:.0f} %",
            "Of a row's pixels that an output sees, its right neighbour sees too.",
        ),
        "192×144 gives": (_map_size(layers), "Size of the output map, padded to fit."),
    }
    row = st.container(horizontal=True, gap="medium")
    for label, (value, meaning) in figures.items():
        row.metric(label, value, help=meaning, width="content")


def _map_size(layers: list[Layer]) -> str:
    stride = total_stride(layers)
    return f"{-(-WORKING // stride)}×{-(-WORKING * 3 // 4 // stride)}"


def working_size(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture [h, w, 3] with its longer side at 192 pixels or fewer."""
    return fit(picture, WORKING)


def board(chosen: Chosen, layers: list[Layer]) -> None:
    """The side view, the field on the picture, the counts; all of it answers in the browser."""
    small = working_size(chosen.picture)
    height, width = small.shape[:2]
    fields = {
        "layers": [layer[:3] for layer in layers],
        "counts": path_counts(layers).tolist(),
        "stride": total_stride(layers),
        "width": width,
        "height": height,
        "spot": _spot(chosen, width, height),
        "alt": f"{chosen.name}, darkened where the output sees nothing",
    }
    _lab(data=with_picture(fields, enlarged(small, SHOWN)), key="dilated-board")


def _spot(chosen: Chosen, width: int, height: int) -> tuple[int, int]:
    """Where the output stands first: on the largest thing of a scene, else in the middle."""
    truth = chosen.truth
    if truth is None or not len(truth):
        return width // 2, height // 2
    sides = truth.boxes[:, 2:] - truth.boxes[:, :2]
    x1, y1, x2, y2 = truth.boxes[int((sides.prod(axis=1) * ~truth.difficult).argmax())]
    scale = width / chosen.picture.shape[1]
    return int(scale * (x1 + x2) / 2), int(scale * (y1 + y2) / 2)


def counts_csv(layers: list[Layer]) -> bytes:
    """The counts of the whole field as a table of numbers."""
    counts = path_counts(layers)
    out = io.StringIO()
    np.savetxt(out, np.outer(counts, counts), fmt="%d", delimiter=",")
    return out.getvalue().encode()


def ways_there(layers: list[Layer]) -> list[dict[str, str]]:
    """Three ways to look far, a row each: the stack, without dilation, with poolings in place of it."""
    stacks = {
        "your stack": layers,
        "without dilation": without_dilation(layers),
        "pooling instead": pooled_instead(layers),
    }
    return [
        {
            "": name,
            "layers": " → ".join(_name(layer) for layer in stack),
            "field": f"{receptive_field(stack)} px",
            "seen": f"{100 * seen_share(path_counts(stack)):.0f} %",
            "output of 192×144": _map_size(stack),
            f"weights, {CHANNELS} channels": f"{parameters(stack, CHANNELS):,}",
            "multiply-adds": f"{multiply_adds(stack, CHANNELS, (WORKING * 3 // 4, WORKING)) / 1e6:,.0f} M",
        }
        for name, stack in stacks.items()
    ]


def _name(layer: Layer) -> str:
    if layer.pooling:
        return f"pool {layer.kernel}"
    stride = f" ÷{layer.stride}" if layer.stride > 1 else ""
    return (
        f"{layer.kernel}×{layer.kernel}" + (f" rate {layer.dilation}" if layer.dilation > 1 else "") + stride
    )
