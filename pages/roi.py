"""RoI lab (L7, L14, L35): a region of a feature map made a grid by RoIPool, RoIAlign and by votes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.labs.roi.downloads import downloads
from cvdemo.labs.roi.lab import ASKED, CHANNELS, Setting, begin_asked, current, place, roi_lab, things
from cvdemo.labs.roi.maps import (
    CLASSES,
    LIKELIEST,
    STRIDES,
    Seen,
    Votes,
    elected,
    has_score_maps,
    seen,
    votes,
)
from cvdemo.labs.roi.masks import mask_costs
from cvdemo.ops.roi import ps_roi_align, ps_roi_pool, roi_align, roi_pool
from cvdemo.ops.roi_bins import align_bins, pool_bins, ps_pool_bins
from cvdemo.ops.roi_masks import mask_ious
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.source import Chosen, choose_picture
from cvdemo.ui.try_this import try_this

AUTO = "as cells"
RATIOS = (AUTO, "1", "2", "3", "4")


def _start(
    name: str, stride: int, *, size: int = 3, ratio: str = "2", aligned: bool = True
) -> dict[str, Any]:
    return {ASKED: name, "stride": stride, "size": size, "ratio": ratio, "aligned": aligned}


EXPERIMENTS: dict[str, dict[str, Any]] = {
    name: _start(name, stride, **more)
    for name, stride, more in (
        ("on the brink", 16, {"size": 2}),
        ("a small object", 16, {}),
        ("not aligned", 16, {"aligned": False}),
        ("7 × 7", 16, {"size": 7}),
        ("no size", 8, {"ratio": AUTO}),
        ("half outside", 8, {}),
        ("outside", 8, {}),
    )
}


def controls() -> Setting:
    """Level, channel and grid; all of them stand in the URL."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    bound: dict[str, Any] = {"bind": "query-params", "width": 152}
    stride = int(row.select_slider("Stride of the map", STRIDES, 8, key="stride", **bound))
    channel = row.slider("Channel, liveliest first", 1, CHANNELS, 1, key="channel", **bound)
    size = row.slider("Bins along a side", 1, 7, 3, key="size", **bound)
    ratio = row.select_slider("Samples along a bin", RATIOS, "2", key="ratio", **bound)
    aligned = row.toggle("Aligned", True, key="aligned", **bound)
    count = -1 if ratio == AUTO else int(str(ratio))
    return Setting(stride, int(channel) - 1, int(size), count, bool(aligned))


def choose_maps(chosen: Chosen, found: Seen, stride: int, roi: tuple[float, ...]) -> Votes:
    """Whose position-sensitive maps are shown, where a net has some."""
    wanted = LIKELIEST
    if has_score_maps(chosen):
        options = [LIKELIEST, *CLASSES]
        wanted = str(st.selectbox("Maps of the class", options, key="class", bind="query-params", width=152))
    return votes(chosen, found, stride, wanted, roi)


def put_on_thing(chosen: Chosen, found: Seen, roi: tuple[float, ...]) -> None:
    """On a drawn scene: a box of its things; the RoI is put where the chosen one is."""
    boxes = things(chosen, found)
    if not boxes:
        return
    names = list(boxes)

    def put() -> None:
        name = st.session_state.get("thing")
        if name in boxes:
            place(boxes[name], chosen.identity)

    st.session_state["thing"] = next((name for name in names if boxes[name] == roi), None)
    st.selectbox("RoI around", names, key="thing", on_change=put, placeholder="your own", width=152)


@st.fragment
@guarded
def lab() -> None:
    """Experiments and controls on top; under them the map, the grids and the curves."""
    try_this("roi", EXPERIMENTS)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with row.popover("🖼️ Picture", width=152):
        chosen = choose_picture("scene")
    if chosen is None:
        st.info("Choose a picture to begin.")
        return
    found = seen(chosen)
    begin_asked(chosen, found)
    roi = current(chosen, found)
    with row:
        put_on_thing(chosen, found, roi)
    setting = controls()
    with row:
        maps = choose_maps(chosen, found, setting.stride, roi)
    answer = roi_lab(chosen, found, maps, roi, setting)
    about(chosen, found, maps, roi, setting)
    mask_costs(chosen, found, roi, setting.stride)
    downloads(chosen, found.levels[setting.stride][setting.channel], maps, roi, setting, answer)


def about(chosen: Chosen, found: Seen, maps: Votes, roi: tuple[float, ...], setting: Setting) -> None:
    """Whose maps these are, what they cost, and what R-FCN makes of the RoI."""
    level = found.levels[setting.stride]
    number = found.channels[setting.stride][setting.channel]
    text = (
        f"Channel {number} of {len(level)}, {level.shape[2]} × {level.shape[1]} cells, of {found.net}, which "
        f"saw the picture at {found.width} × {found.height} pixels; the RoI is in those pixels. All levels "
        f"took {found.milliseconds:.0f} ms, once: no RoI runs the network again. "
    )
    if maps.real:
        name, share = elected(chosen, roi)
        text += (
            f"The position-sensitive maps are R-FCN's, which knows the drawn world only; by the votes of all "
            f"its classes this RoI is **{name}**, {100 * share:.0f} %."
        )
    else:
        text += "No net here has position-sensitive maps for this picture: nine channels stand in for them."
    st.caption(text)


def main() -> None:
    """The page from top to bottom."""
    header("roi")
    lab()
    theory("roi")
    code_fold(
        pool_bins,
        roi_pool,
        align_bins,
        roi_align,
        ps_pool_bins,
        ps_roi_pool,
        ps_roi_align,
        mask_ious,
        paper="https://arxiv.org/abs/1703.06870",
        ready_made="`torchvision.ops.roi_pool`, `roi_align`, `ps_roi_pool`, `ps_roi_align`",
    )


main()
