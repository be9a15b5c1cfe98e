"""The way up with its sliders, and the grids that a visitor edits; all of it stands in the URL."""

from __future__ import annotations

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

EDITS = "upsampling-edits"  # not a widget's key: it outlives a switch of pages
COMPONENT = "upsampling-grids"
GRIDS = ("map", "before", "kernel")
LARGEST = 1e6  # of a number that is typed


def choose_options() -> UpsamplingOptions:
    """The way, and the sliders that it has."""
    names = list(WAYS)
    name = st.segmented_control(
        "Way up", names, default=names[0], required=True, key="way", bind="query-params", wrap=True
    )
    way = WAYS[str(name)]
    place = iter(st.columns(6 if way == "transposed" else 3, vertical_alignment="bottom"))

    def number(label: str, low: int, high: int, start: int, key: str) -> int:
        return int(next(place).slider(label, low, high, start, key=key, bind="query-params"))

    cells = number("Map's side", 1, 6, 2, "cells")
    if way != "transposed":
        factor = number("Factor", 2, 4, 2, "factor")
        corners = False
        if way == "bilinear":
            corners = next(place).toggle("Align corners", key="corners", bind="query-params")
        return UpsamplingOptions(way, cells, factor, corners, 2 * factor, "bilinear", Layout(factor))
    kernel = number("Kernel", 1, 6, 3, "kernel")
    stride = number("Stride", 1, 4, 2, "stride")
    padding = number("Padding", 0, 3, 0, "padding")
    added = number("Output padding", 0, 3, 0, "added")
    dilation = number("Dilation", 1, 3, 1, "dilation")
    layout = Layout(stride, padding, added, dilation)
    return UpsamplingOptions(way, cells, 2, False, kernel, _choose_preset(), layout)


def _choose_preset() -> str:
    return str(
        st.segmented_control(
            "Weights", PRESETS, default=PRESETS[0], required=True, key="weights", bind="query-params",
            on_change=_forget, args=("kernel",), label_visibility="collapsed",
        )
    )  # fmt: skip


def _forget(name: str) -> None:
    st.session_state.get(EDITS, {}).pop(name, None)


def edits() -> dict[str, Any]:
    """What was typed, by grid; begun anew, with another stamp, on a first visit and by an experiment."""
    found: dict[str, Any] | None = st.session_state.get(EDITS)
    if found is None or "stamp" not in found:
        stamp = st.session_state[f"{EDITS}-stamp"] = st.session_state.get(f"{EDITS}-stamp", 0) + 1
        typed = {} if found is not None else {k: v for k in GRIDS if (v := _from_url(k)) is not None}
        st.session_state[EDITS] = {**(found or {}), **typed, "stamp": stamp}
    return dict(st.session_state[EDITS])


def edited_grids(options: UpsamplingOptions) -> Grids:
    """The grids: what was typed where it has the size that is needed, else the default."""
    typed, now = edits(), default_grids(options)
    for name, default in now._asdict().items():
        mine = typed.get(name)
        text = ""
        if mine is not None and mine.shape == default.shape:
            now, text = now._replace(**{name: mine}), _text(mine)
        place = f"{name}-grid"
        if not text:
            st.query_params.pop(place, None)
        elif text != st.query_params.get(place):
            st.query_params[place] = text
    return now


def keep_edit() -> None:
    """The visitor left a cell of the component: keep the grid's numbers."""
    edited: dict[str, Any] | None = st.session_state[COMPONENT].get("edited")
    if edited and edited["name"] in GRIDS and (grid := _grid(edited["values"])) is not None:
        st.session_state[EDITS] = {**edits(), edited["name"]: grid}


def _grid(values: Any) -> Floats | None:
    """A grid of finite numbers, None for anything else."""
    try:
        grid = np.array(values, dtype=float)
    except (TypeError, ValueError):
        return None
    good = grid.ndim == 2 and grid.size and np.isfinite(grid).all() and np.abs(grid).max() <= LARGEST
    return grid if good else None


def _text(grid: Floats) -> str:
    return ";".join(",".join(f"{v:.10g}" for v in row) for row in grid.tolist())


def _from_url(name: str) -> Floats | None:
    rows = st.query_params.get(f"{name}-grid", "").split(";")
    return _grid([row.split(",") for row in rows])
