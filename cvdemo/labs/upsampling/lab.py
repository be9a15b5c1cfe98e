"""Ways from a small map to a large one: their controls, the grids that a visitor edits, the component."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo.ops.transposed import Layout, bilinear_kernel, transposed_convolution
from cvdemo.ops.upsampling import bed_of_nails, bilinear, max_pool, max_unpool, nearest
from cvdemo.ui.component import component

Floats: TypeAlias = NDArray[np.floating[Any]]

WAYS = {
    "max unpooling": "unpooling",
    "bed of nails": "nails",
    "nearest neighbour": "nearest",
    "bilinear": "bilinear",
    "transposed convolution": "transposed",
}
LECTURE = ((1, 2, 6, 3), (3, 5, 2, 1), (1, 2, 2, 1), (7, 3, 4, 8))
PRESETS = ("1 2 3 …", "ones", "bilinear")
EDITS = "upsampling-edits"  # not a widget's key: it outlives a switch of pages
COMPONENT = "upsampling-grids"
GRIDS = ("map", "before", "kernel")
LARGEST = 1e6  # of a number that is typed

_grids = component("upsampling/lab")


class Setting(NamedTuple):
    """What the controls say: the way, cells along the map's side, and what the way needs."""

    way: str
    cells: int
    factor: int
    corners: bool
    kernel: int
    preset: str
    layout: Layout


class Grids(NamedTuple):
    """The numbers: the small map, the one before pooling, the kernel."""

    map: Floats
    before: Floats
    kernel: Floats


def controls() -> Setting:
    """The way, and the sliders that it has; all of them stand in the URL."""
    names = list(WAYS)
    name = st.segmented_control(
        "Way up", names, default=names[0], required=True, key="way", bind="query-params", wrap=True
    )
    way = WAYS[str(name)]
    slide = iter(st.columns(6 if way == "transposed" else 3, vertical_alignment="bottom"))

    def number(label: str, low: int, high: int, start: int, key: str) -> int:
        return int(next(slide).slider(label, low, high, start, key=key, bind="query-params"))

    cells = number("Map's side", 1, 6, 2, "cells")
    if way != "transposed":
        factor = number("Factor", 2, 4, 2, "factor")
        corners = False
        if way == "bilinear":
            corners = next(slide).toggle("Align corners", key="corners", bind="query-params")
        return Setting(way, cells, factor, corners, 2 * factor, "bilinear", Layout(factor))
    kernel = number("Kernel", 1, 6, 3, "kernel")
    stride = number("Stride", 1, 4, 2, "stride")
    padding = number("Padding", 0, 3, 0, "padding")
    added = number("Output padding", 0, 3, 0, "added")
    dilation = number("Dilation", 1, 3, 1, "dilation")
    preset = str(
        st.segmented_control(
            "Weights", PRESETS, default=PRESETS[0], required=True, key="weights", bind="query-params",
            on_change=_forget, args=("kernel",), label_visibility="collapsed",
        )
    )  # fmt: skip
    return Setting(way, cells, 2, False, kernel, preset, Layout(stride, padding, added, dilation))


def _forget(name: str) -> None:
    st.session_state.get(EDITS, {}).pop(name, None)


def default_grids(setting: Setting) -> Grids:
    """The numbers that a page opens with: the lecture's where the sizes are its own."""
    n, side = setting.cells, setting.cells * setting.factor
    before = np.array(LECTURE, dtype=float)
    if side != len(before):
        before = np.random.default_rng(side).permutation(side * side).reshape(side, side) + 1.0
    k = setting.kernel
    kernels = {
        "1 2 3 …": np.arange(1.0, k * k + 1).reshape(k, k),
        "ones": np.ones((k, k)),
        "bilinear": bilinear_kernel(k),
    }
    return Grids(np.arange(1.0, n * n + 1).reshape(n, n), before, kernels[setting.preset])


def edits() -> dict[str, Any]:
    """What was typed, by grid; begun anew, with another stamp, on a first visit and by an experiment."""
    found: dict[str, Any] | None = st.session_state.get(EDITS)
    if found is None or "stamp" not in found:
        stamp = st.session_state[f"{EDITS}-stamp"] = st.session_state.get(f"{EDITS}-stamp", 0) + 1
        typed = {} if found is not None else {k: v for k in GRIDS if (v := _from_url(k)) is not None}
        st.session_state[EDITS] = {**(found or {}), **typed, "stamp": stamp}
    return dict(st.session_state[EDITS])


def grids(setting: Setting) -> Grids:
    """The numbers as they stand: what was typed where it has the size that is asked for, else the default."""
    typed, now = edits(), default_grids(setting)
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


def upsample(setting: Setting, given: Grids) -> Floats:
    """The output map, by `cvdemo.ops`."""
    n, factor = setting.cells, setting.factor
    if setting.way == "nearest":
        return nearest(given.map, factor)
    if setting.way == "nails":
        return bed_of_nails(given.map, factor)
    if setting.way == "bilinear":
        return bilinear(given.map, (n * factor, n * factor), align_corners=setting.corners)
    if setting.way == "unpooling":
        return max_unpool(given.map, max_pool(given.before, factor).indices, given.before.shape)
    return transposed_convolution(given.map, given.kernel, setting.layout)


def grid_lab(setting: Setting, given: Grids) -> None:
    """The grids side by side; every cell answers in the browser, with Python's output to compare."""
    output = upsample(setting, given)  # a layout that cuts all away is said here, before anything is drawn
    numbers = {name: grid.tolist() for name, grid in given._asdict().items()}
    _grids(
        data={
            **numbers,
            "way": setting.way,
            "factor": setting.factor,
            "corners": setting.corners,
            "layout": setting.layout._asdict(),
            "stamp": f"{edits()['stamp']} {setting}",
            "python": {**numbers, "output": output.tolist()},
        },
        key=COMPONENT,
        on_edited_change=_edited,
    )


def _edited() -> None:
    """The visitor left a cell: keep the grid's numbers."""
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


def to_csv(grid: Floats) -> str:
    """A grid as comma-separated lines."""
    return "".join(",".join(f"{v:.10g}" for v in row) + "\n" for row in grid.tolist())
