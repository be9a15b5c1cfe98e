"""A RoI that the visitor drags over a feature map: its state, Python's numbers for it, the component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo.data.pictures import fit
from cvdemo.labs.roi.maps import BINS, Seen, Votes
from cvdemo.ops.iou import box_iou
from cvdemo.ops.roi import ps_roi_align, ps_roi_pool, roi_align, roi_pool
from cvdemo.ops.roi_bins import pool_bins
from cvdemo.ui.component import component, with_picture
from cvdemo.ui.source import Chosen

Box: TypeAlias = tuple[float, ...]
Floats: TypeAlias = NDArray[np.floating[Any]]

STATE = "roi-state"  # not a widget's key: it outlives a switch of pages
ASKED = "roi-asked"  # an experiment's name, until its RoI is placed
COMPONENT = "roi-lab"
CHANNELS = 24  # that can be chosen of a level: as many as the poorest has
SHOWN = 900  # pixels of the picture's longer side in the browser
MARGIN = 0.12  # of the longer side, around the picture, that a RoI may reach into

_lab = component("roi/lab")


class Setting(NamedTuple):
    """The level's stride, the channel (0 is the liveliest), bins along a side, and RoIAlign's own."""

    stride: int
    channel: int
    size: int
    ratio: int
    aligned: bool


class Pooled(NamedTuple):
    """What comes out for one RoI [S, S] each, and [BINS, BINS] of the position-sensitive maps.

    `moved` [4] is how far rounding moves the RoI's sides, in pixels; `iou` what is left of the RoI then.
    """

    pool: Floats
    align: Floats
    votes: Floats
    sampled_votes: Floats
    moved: Floats
    iou: float


def pooled(features: Floats, votes: Votes, roi: Box, setting: Setting) -> Pooled:
    """The pooled grids of a map [h, w] and of position-sensitive maps, by `cvdemo.ops.roi`."""
    x, scores = features.astype(np.float64), votes.maps.astype(np.float64)
    scale = 1 / setting.stride
    bins = pool_bins(roi, setting.size, x.shape, spatial_scale=scale)
    return Pooled(
        roi_pool(x, roi, setting.size, spatial_scale=scale),
        roi_align(
            x, roi, setting.size, spatial_scale=scale, sampling_ratio=setting.ratio, aligned=setting.aligned
        ),
        ps_roi_pool(scores, roi, BINS, spatial_scale=1 / votes.stride)[0],
        ps_roi_align(scores, roi, BINS, spatial_scale=1 / votes.stride, sampling_ratio=2)[0],
        bins.moved_by() * setting.stride,
        float(box_iou([bins.exact], [bins.rounded.astype(np.float64)])[0, 0]),
    )


def first_roi(chosen: Chosen, found: Seen) -> Box:
    """A sensible beginning: the largest thing that is easy to see, or the middle of a photo."""
    boxes = things(chosen, found)
    whole = found.width * found.height
    fitting = {name: box for name, box in boxes.items() if _area(box) < 0.4 * whole} or boxes
    if fitting:
        return max(fitting.values(), key=_area)
    w, h = found.width, found.height
    return _tidy((0.31 * w, 0.22 * h, 0.68 * w, 0.71 * h))


def things(chosen: Chosen, found: Seen) -> dict[str, Box]:
    """The true boxes of a drawn scene by name, without the difficult ones, in the net's pixels."""
    if chosen.truth is None:
        return {}
    truth = chosen.truth
    scale = found.width / truth.width
    rows = zip(truth.names(), truth.boxes.tolist(), truth.difficult, strict=True)
    return {
        f"{name} {k + 1}": _tidy([v * scale for v in box])
        for k, (name, box, hard) in enumerate(rows)
        if not hard
    }


def asked_roi(name: str, chosen: Chosen, found: Seen, stride: int) -> Box:
    """The RoI of an experiment."""
    x1, y1, x2, y2 = roi = first_roi(chosen, found)
    w, h = found.width, found.height
    if name == "on the brink":  # an eighth of a pixel before the left side's rounding turns
        step = (np.floor(x1 / stride) + 0.5) * stride - 0.125 - x1
        return _tidy((x1 + step, y1, x2 + step, y2))
    if name == "a small object":
        boxes = list(things(chosen, found).values())
        side = 0.055 * max(w, h)
        centre = (0.41 * w, 0.37 * h, 0.41 * w + side, 0.37 * h + 1.3 * side)
        return min(boxes, key=_area) if boxes else _tidy(centre)
    if name == "no size":
        return _tidy(((x1 + x2) / 2, (y1 + y2) / 2) * 2)
    if name == "half outside":
        out = MARGIN * max(w, h)
        return _tidy((w - 1.3 * out, h - 1.6 * out, w + 0.9 * out, h + 0.8 * out))
    if name == "outside":
        out = MARGIN * max(w, h)
        return _tidy((w + 0.35 * out, 0.3 * h, w + out, 0.6 * h))
    return roi


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _tidy(box: Sequence[float]) -> Box:
    """To eighths of a pixel: exact in binary, and short to read."""
    return tuple(round(8 * float(v)) / 8 for v in box)


def begin_asked(chosen: Chosen, found: Seen) -> None:
    """Place the RoI of the experiment that was just started, and show a channel that is lively there.

    To be called before the channel's widget is drawn.
    """
    asked = st.session_state.pop(ASKED, None)
    if asked is not None:
        stride = int(st.session_state["stride"])
        roi = asked_roi(asked, chosen, found, stride)
        place(roi, chosen.identity)
        st.session_state["channel"] = 1 + liveliest(found.levels[stride], roi, stride)


def liveliest(level: Floats, roi: Box, stride: int) -> int:
    """The channel of [C, h, w], one of the first that every level has, that varies most around the RoI."""
    height, width = level.shape[1:]
    x1, y1, x2, y2 = (int(v // stride) for v in roi)
    rows = slice(max(min(y1, height - 1) - 1, 0), max(y2 + 2, 1))
    columns = slice(max(min(x1, width - 1) - 1, 0), max(x2 + 2, 1))
    return int(level[:CHANNELS, rows, columns].std(axis=(1, 2)).argmax())


def current(chosen: Chosen, found: Seen) -> Box:
    """The RoI as it stands: the session's, else the URL's, else the default."""
    state = st.session_state.get(STATE)
    if state is None or state["identity"] != chosen.identity:
        from_url = _from_url(found) if state is None else None
        place(from_url or first_roi(chosen, found), chosen.identity)
    roi: Box = st.session_state[STATE]["roi"]
    text = ",".join(f"{v:g}" for v in roi)
    if st.query_params.get("roi") != text:
        st.query_params["roi"] = text
    return roi


def place(roi: Box, identity: str) -> None:
    """Put another RoI on the map; the component follows because the stamp is another one."""
    stamp = st.session_state.get(STATE, {"stamp": 0})["stamp"] + 1
    st.session_state[STATE] = {"identity": identity, "roi": roi, "stamp": stamp}


def within(roi: Sequence[Any], width: float, height: float) -> Box | None:
    """The RoI, None unless it is four finite numbers in order, not far outside a picture of this size."""
    try:
        box = tuple(float(v) for v in roi)
    except (TypeError, ValueError):
        return None
    if len(box) != 4 or not np.isfinite(box).all() or box[2] < box[0] or box[3] < box[1]:
        return None
    out = MARGIN * max(width, height) + 1e-6
    low, high = min(box), (box[2] - width, box[3] - height)
    return box if low >= -out and max(high) <= out else None


def _from_url(found: Seen) -> Box | None:
    return within(st.query_params.get("roi", "").split(","), found.width, found.height)


def roi_lab(chosen: Chosen, found: Seen, votes: Votes, roi: Box, setting: Setting) -> Pooled:
    """The map with the RoI, the bins of every way, the grids and curves; returns Python's numbers."""
    features = found.levels[setting.stride][setting.channel]
    answer = pooled(features, votes, roi, setting)
    numbers = {name: np.asarray(value).tolist() for name, value in answer._asdict().items()}
    fields = {
        **setting._asdict(),
        "width": found.width,
        "height": found.height,
        "margin": MARGIN * max(found.width, found.height),
        "alt": f"{chosen.name} under a feature map of stride {setting.stride}",
        "roi": roi,
        "things": things(chosen, found),
        "stamp": f"{st.session_state[STATE]['stamp']} {chosen.identity}",
        "shape": features.shape,
        "votes": {
            "bins": BINS,
            "stride": votes.stride,
            "title": votes.title,
            "real": votes.real,
            "shape": votes.maps.shape,
        },
        "python": {"roi": roi, **numbers},
    }
    parts = {
        "map": features.astype("<f4"),
        "maps": votes.maps.astype("<f4"),
    }
    _lab(data=with_picture(fields, fit(chosen.picture, SHOWN), parts), key=COMPONENT, on_moved_change=_moved)
    return answer


def _moved() -> None:
    """The visitor let go of the RoI: keep where it stands."""
    moved: dict[str, Any] | None = st.session_state[COMPONENT].get("moved")
    state = st.session_state.get(STATE)
    if moved and state is not None and moved.get("stamp", "").startswith(f"{state['stamp']} "):
        roi = within(moved.get("roi") or (), moved["width"], moved["height"])
        if roi is not None:
            state["roi"] = roi
