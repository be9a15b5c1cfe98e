"""The grids side by side, and a picture made small and large again in every way."""

from __future__ import annotations

import streamlit as st

from cvdemo.data.pictures import to_png
from cvdemo.draw.feature_maps import enlarged
from cvdemo.labs.upsampling.controls import COMPONENT, keep_edit
from cvdemo.labs.upsampling.experiment import (
    METHODS,
    WAYS,
    Grids,
    RoundTrip,
    UpsamplingOptions,
    round_trips,
    to_csv,
    upsample,
)
from cvdemo.ui import state, widgets
from cvdemo.ui.component import component
from cvdemo.ui.downloads import offer, text
from cvdemo.ui.source import choose_picture

SHOWN = 320  # pixels of the pictures' longer side, about

_grids = component("upsampling/lab")


def grids_board(options: UpsamplingOptions, grids: Grids) -> None:
    """The grids side by side; the browser computes every cell, Python's output stands beside to compare."""
    output = upsample(options, grids)  # raises for a layout that leaves no cell, before anything is drawn
    numbers = {name: grid.tolist() for name, grid in grids._asdict().items()}
    _grids(
        data={
            **numbers,
            "way": options.way,
            "factor": options.factor,
            "corners": options.corners,
            "layout": options.layout._asdict(),
            "stamp": f"{state.stamp()} {options}",
            "python": {**numbers, "output": output.tolist()},
        },
        key=COMPONENT,
        on_edited_change=keep_edit,
    )
    offer(options.way, text("Output (CSV)", "csv", lambda: to_csv(output)))


def picture_row(options: UpsamplingOptions, grids: Grids) -> None:
    """The source and the original left; the pooled picture and the upsampled ones beside it."""
    left, right = st.columns([1, 3], gap="medium")
    with left:
        chosen = choose_picture("scene")
        method = widgets.segmented_control("down", "Pooled by", METHODS, METHODS[0])
    if chosen is None:
        return
    found = round_trips(chosen.picture, options, grids.kernel, method)
    best = min((trip.error, name) for name, trip in found.items() if trip.error is not None)[1]
    with left:
        _show("original", found.pop("original"), options.way, best)
    with right:
        places = [place for _ in range(2) for place in st.columns(3)]
    for place, (name, trip) in zip(places, found.items(), strict=True):
        with place:
            _show(name, trip, options.way, best)


def _show(name: str, trip: RoundTrip, way: str, best: str) -> None:
    times = max(1, round(SHOWN / max(trip.picture.shape[:2])))
    picture = to_png(enlarged(trip.picture, times * trip.picture.shape[1]))
    st.image(picture, width="stretch", alt=_title(name, trip))
    st.caption(_caption(name, trip, way, best))


def _title(name: str, trip: RoundTrip) -> str:
    if trip.error is None:
        return name.capitalize()
    return next(title for title, key in WAYS.items() if key == name).capitalize()


def _caption(name: str, trip: RoundTrip, way: str, best: str) -> str:
    height, width = trip.picture.shape[:2]
    if trip.error is None:
        return f"{_title(name, trip)}, {width} × {height} pixels"
    title = _title(name, trip)
    if name == way:
        title = f"**:primary[{title}]**"
    return f"{title}: off by {trip.error:.1f} of 255{', the least' if name == best else ''}"
