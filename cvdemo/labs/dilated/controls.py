"""The sliders of a stack of convolutions, and the experiments that set them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.ops.dilated import ConvLayer

MOST = 5
RATES = (1, 2, 4, 8, 16)  # that the sliders begin with
LARGEST_RATE = 16


def stack_values(*rates: int, kernel: int = 3, strides: int = 1) -> dict[str, Any]:
    """The widgets' values, by key, for a stack of these rates; all its strides are the same."""
    values = {"layers": len(rates), "taps": kernel}
    for k in range(MOST):
        values[f"rate{k + 1}"] = rates[k] if k < len(rates) else RATES[k]
        values[f"stride{k + 1}"] = strides if k < len(rates) else 1
    return values


EXPERIMENTS = {
    "1, 2, 4": stack_values(1, 2, 4),
    "2, 2, 2": stack_values(2, 2, 2),
    "1, 2, 5": stack_values(1, 2, 5),
    "1, 2, 9": stack_values(1, 2, 9),
    "strides instead": stack_values(1, 1, 1, strides=2),
}


def choose_stack() -> list[ConvLayer]:
    """Sliders for the layers, their kernel, their rates and, folded away, their strides; all in the URL."""

    def slide(label: str, low: int, high: int, start: int, key: str) -> int:
        return int(st.slider(label, low, high, start, key=key, bind="query-params"))

    count = slide("Layers", 1, MOST, 3, "layers")
    kernel = slide("Kernel", 2, 7, 3, "taps")
    rates = [slide(f"Rate of layer {k + 1}", 1, LARGEST_RATE, RATES[k], f"rate{k + 1}") for k in range(count)]
    with st.popover("Strides"):
        strides = [slide(f"Stride of layer {k + 1}", 1, 2, 1, f"stride{k + 1}") for k in range(count)]
    return [ConvLayer(kernel, stride, rate) for rate, stride in zip(rates, strides, strict=True)]
