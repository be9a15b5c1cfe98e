"""The way up with its sliders, and the grids that a visitor edits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from cvdemo.labs.upsampling.experiment import (
    PRESETS,
    WAYS,
    Floats,
    Grids,
    UpsamplingOptions,
    default_grids,
)
from cvdemo.ops.transposed import Layout
from cvdemo.ui import state, widgets

COMPONENT = "upsampling-grids"
LARGEST = 1e6  # of a number that is typed


def choose_options() -> UpsamplingOptions:
    """The way, and the sliders that it has."""
    names = list(WAYS)
    way = WAYS[widgets.segmented_control("way", "Method", names, names[0], wrap=True)]
    place = iter(st.columns(6 if way == "transposed" else 3, vertical_alignment="bottom"))

    def number(name: str, label: str, low: int, high: int, first: int) -> int:
        return widgets.slider(name, label, low, high, first, place=next(place))

    cells = number("cells", "Map's side", 1, 6, 2)
    if way != "transposed":
        factor = number("factor", "Factor", 2, 4, 2)
        corners = way == "bilinear" and widgets.toggle("corners", "Align corners", place=next(place))
        return UpsamplingOptions(way, cells, factor, corners, 2 * factor, "bilinear", Layout(factor))
    kernel = number("kernel", "Kernel", 1, 6, 3)
    stride = number("stride", "Stride", 1, 4, 2)
    padding = number("padding", "Padding", 0, 3, 0)
    added = number("added", "Output padding", 0, 3, 0)
    dilation = number("dilation", "Dilation", 1, 3, 1)
    preset = widgets.segmented_control(
        "weights", "Weights", PRESETS, PRESETS[0], label_visibility="collapsed",
        on_change=state.drop, args=(_name("kernel"),),
    )  # fmt: skip
    layout = Layout(stride, padding, added, dilation)
    return UpsamplingOptions(way, cells, 2, False, kernel, preset, layout)


def edited_grids(options: UpsamplingOptions) -> Grids:
    """The grids: what was typed where it has the size that is needed, else the default."""
    grids = default_grids(options)
    for name, default in grids._asdict().items():
        typed: Floats | None = state.value(_name(name), read=read_grid, write=_text)
        if typed is not None and typed.shape == default.shape:
            grids = grids._replace(**{name: typed})
    return grids


def keep_edit() -> None:
    """The visitor left a cell of the component: keep the grid's numbers."""
    edited: dict[str, Any] | None = st.session_state[COMPONENT].get("edited")
    if edited and edited["name"] in Grids._fields and _is_good(grid := _array(edited["values"])):
        state.keep({_name(edited["name"]): grid})


def _name(grid: str) -> str:
    """The name of a grid in the address."""
    return f"{grid}-grid"


def read_grid(texts: Sequence[str]) -> Floats:
    """A grid of the address, such as "1,2;3,4"; ValueError for anything else than finite numbers."""
    grid = _array([row.split(",") for row in texts[-1].split(";")])
    if not _is_good(grid):
        raise ValueError("no grid of finite numbers")
    return grid


def _array(values: Any) -> Floats:
    try:
        return np.array(values, dtype=float)
    except (TypeError, ValueError):
        return np.zeros(0)


def _is_good(grid: Floats) -> bool:
    return bool(grid.ndim == 2 and grid.size and np.isfinite(grid).all() and np.abs(grid).max() <= LARGEST)


def _text(grid: Floats) -> str:
    return ";".join(",".join(f"{v:.10g}" for v in row) for row in grid.tolist())
