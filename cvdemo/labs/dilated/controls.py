"""The sliders of a stack of convolutions, and the experiments that set them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.ops.dilated import ConvLayer
from cvdemo.ui import widgets

MOST = 5
RATES = (1, 2, 4, 8, 16)  # that the sliders begin with
MOST_RATE = 16


def stack_values(*rates: int, kernel: int = 3, strides: int = 1) -> dict[str, Any]:
    """The widgets' values, by key, for a stack of these rates; all its strides are the same."""
    values = {"layers": len(rates), "taps": kernel}
    for k, rate in enumerate(rates, 1):
        values |= {f"rate{k}": rate, f"stride{k}": strides}
    return values


EXPERIMENTS = {
    "1, 2, 4": stack_values(1, 2, 4),
    "2, 2, 2": stack_values(2, 2, 2),
    "1, 2, 5": stack_values(1, 2, 5),
    "1, 2, 9": stack_values(1, 2, 9),
    "strides instead": stack_values(1, 1, 1, strides=2),
}


def choose_stack() -> list[ConvLayer]:
    """Sliders for the layers, their kernel, their rates and, folded away, their strides."""

    numbers = range(1, 1 + widgets.slider("layers", "Layers", 1, MOST, 3))
    kernel = widgets.slider("taps", "Kernel", 2, 7, 3)
    rates = [widgets.slider(f"rate{k}", f"Rate of layer {k}", 1, MOST_RATE, RATES[k - 1]) for k in numbers]
    with st.popover("Strides"):
        strides = [widgets.slider(f"stride{k}", f"Stride of layer {k}", 1, 2, 1) for k in numbers]
    return [ConvLayer(kernel, stride, rate) for rate, stride in zip(rates, strides, strict=True)]
