"""The board of label maps: the player with its time lines, numbers, files."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cvdemo import zoo
from cvdemo.data.packed_maps import PackedMaps, pack
from cvdemo.draw.segmentation import class_colours
from cvdemo.labs.video.map_controls import MapView
from cvdemo.labs.video.map_files import map_csv, map_mp4
from cvdemo.labs.video.maps import ComparedMaps, MapKnobs, compare_maps
from cvdemo.ui import state
from cvdemo.ui.cache import cached
from cvdemo.ui.clip_work import kept_for_visit, send_film
from cvdemo.ui.component import Parts, component, packed
from cvdemo.ui.downloads import offer, text
from cvdemo.ui.page import texts
from cvdemo.video.work import ProcessedMaps

_player = component("video/maps")


@cached
def _compared(identity: str, knobs: MapKnobs, _done: ProcessedMaps) -> ComparedMaps:
    return compare_maps(_done, knobs)


def compared(done: ProcessedMaps, name: str, knobs: MapKnobs, *, own: bool) -> ComparedMaps:
    """Frame by frame and smoothed; of the visitor's `own` clip it is kept for this visit alone."""
    if own:
        return kept_for_visit("compared", (name, knobs), lambda: compare_maps(done, knobs))
    return _compared(name, knobs, done)


def send(done: ProcessedMaps, name: str) -> None:
    """The film and its size for the browser; to stand outside of what a slider runs again."""
    maps = done.maps
    fields = {"grid": maps.grid, "names": maps.names, "colours": class_colours(maps.names).tolist()}
    send_film(done, maps.times, name, fields, {})


def show(done: ProcessedMaps, name: str, knobs: MapKnobs, view: MapView, found: ComparedMaps) -> None:
    """The player with what the knobs leave, and the numbers below."""
    fields = {
        "key": "video",
        "raw": name,
        "made": f"{name} {knobs} {view.truth}",
        "stamp": state.stamp(),
        "smoothing": knobs.kind != "none",
        "alt": f"{done.clip.name}: the classes of all pixels in {len(done.maps)} frames",
        **view.fields(),
    }
    _player(data=packed(fields, _parts(found, view)), key="map-player")
    _numbers(found, knobs)


def _parts(found: ComparedMaps, view: MapView) -> Parts:
    parts: dict[str, bytes | np.ndarray] = {
        "before": _whole(found.before),
        "after": _whole(found.after),
        "shares": found.series[1].shares.astype("<f4"),
        "changedBefore": found.series[0].changed.astype("<f4"),
        "changedAfter": found.series[1].changed.astype("<f4"),
    }
    if found.scores is not None:
        parts["iouBefore"], parts["iouAfter"] = (one.frames.astype("<f4") for one in found.scores)
    if view.truth and found.truth is not None:
        parts["truth"] = _whole(found.truth)
    return parts


def _whole(maps: PackedMaps) -> bytes:
    return pack(np.stack(list(maps)))


def _numbers(found: ComparedMaps, knobs: MapKnobs) -> None:
    """The flicker before and after, and where the truth is known, how right the maps are."""
    count = 1 if knobs.kind == "none" else 2
    rows: dict[str, list[str]] = {"": ["frame by frame", "smoothed"][:count]}
    rows["pixels that change a frame"] = [_percent(one.flicker) for one in found.series[:count]]
    if found.scores is not None and found.needless is not None:
        still = [float(np.nanmean(one)) if len(one) > 1 else np.nan for one in found.needless[:count]]
        rows["where the truth does not"] = [_percent(share) for share in still]
        rows["mIoU"] = [f"{one.total:.3f}" for one in found.scores[:count]]
        rows["mIoU, worst frame"] = [f"{np.nanmin(one.frames):.3f}" for one in found.scores[:count]]
    st.table(rows, hide_index=True)
    st.caption(texts("video")["numbers of maps"])


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{100 * share:.2f} %"


def downloads(done: ProcessedMaps, found: ComparedMaps, key: str, opacity: float) -> None:
    """What ran, and files of what is shown, made when a button is pressed."""
    rows, columns = done.maps.grid
    device = zoo.default_device().upper()
    st.caption(
        f"{len(done.maps)} frames · network {done.maps.milliseconds:.0f} ms a frame on {device}, once · "
        f"maps of {columns} × {rows} cells are kept"
    )

    offer(
        done.clip.name,
        text("MP4 with maps", "mp4", lambda: map_mp4(done, found.after, opacity)),
        text("Time lines as CSV", "csv", lambda: map_csv(done.maps, found)),
        part=key,
    )
