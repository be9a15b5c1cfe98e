"""The section of the RoI lab that shows what rounding costs a mask, on the things of a drawn scene."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo.data.pictures import fit, to_png
from cvdemo.draw.roi import mask_errors, shift_curves
from cvdemo.labs.roi.lab import Box, things
from cvdemo.labs.roi.maps import Seen
from cvdemo.ops.iou import box_iou
from cvdemo.ops.roi_masks import POOLINGS, coverage, mask_ious, recovered_mask
from cvdemo.ui.source import Chosen

PLAIN = {"displayModeBar": False}
STEPS = 33  # shifts that are tried, from a cell left to a cell right
SHOWN = ("RoIPool", "RoIAlign")


class Costs(NamedTuple):
    """IoUs by way over the shifts [STEPS] in pixels, and the number of the shift where RoIPool is worst.

    `picture` [h, w, 3] has both ways of `SHOWN` there side by side: what is right, missed, wrongly added.
    """

    shifts: NDArray[np.float64]
    ious: dict[str, NDArray[np.floating]]
    worst: int
    picture: NDArray[np.uint8]


def mask_costs(chosen: Chosen, found: Seen, roi: Box, stride: int) -> None:
    """The curves and pictures for the thing that the RoI fits best; nothing where no thing is known."""
    boxes = things(chosen, found)
    if not boxes:
        return
    fits = box_iou([roi], list(boxes.values()))[0]
    name = list(boxes)[int(fits.argmax())]
    costs = _costs(chosen.identity, name, stride, chosen, found, boxes[name])
    st.markdown(f"#### What rounding costs a mask: {name}")
    chart, side = st.columns([1.1, 1], gap="medium", vertical_alignment="center")
    chart.plotly_chart(shift_curves(costs.shifts, costs.ious), config=PLAIN, key="masks", width="stretch")
    side.image(to_png(costs.picture), width="stretch")
    shift = f"{costs.shifts[costs.worst]:+g}".replace("-", "−")
    pool, align = (costs.ious[way][costs.worst] for way in SHOWN)
    side.caption(
        f"Left **RoIPool**, IoU **{pool:.2f}**, right **RoIAlign**, IoU **{align:.2f}**, the RoI shifted by "
        f"{shift} px: where RoIPool is worst."
    )
    st.caption(
        f"The true mask as a map of stride {stride}: each cell knows the share that is covered. Its box, a "
        "cell wider on each side and shifted by parts of a pixel, is pooled to 14 × 14, and the grid is laid "
        "back over the box. Green is right, orange wrongly added, blue missed."
    )


@st.cache_resource(max_entries=48, show_spinner=False)
def _costs(identity: str, name: str, stride: int, _chosen: Chosen, _found: Seen, _box: Box) -> Costs:
    assert _chosen.truth is not None
    row = int(name.rsplit(" ", 1)[1]) - 1
    size = (_found.width, _found.height)
    share = cv2.resize(_chosen.truth.masks[row].astype(np.float32), size, interpolation=cv2.INTER_AREA)
    roi = np.add(_box, (-stride, -stride, stride, stride))
    shifts = np.linspace(-stride, stride, STEPS)
    ious = mask_ious(share, roi, shifts, stride=stride)
    worst = int(ious["RoIPool"].argmin())
    moved = roi + np.multiply(shifts[worst], (1, 0, 1, 0))
    true = share >= 0.5
    small = cv2.resize(fit(_chosen.picture, 4 * max(size)), size, interpolation=cv2.INTER_AREA)
    pictures = [
        mask_errors(
            np.asarray(small, np.uint8),
            true,
            recovered_mask(coverage(true, stride), moved, true.shape, POOLINGS[way], stride),
            roi,
        )
        for way in SHOWN
    ]
    gap = np.full((len(pictures[0]), 16, 3), 255, np.uint8)
    return Costs(shifts, ious, worst, np.concatenate([pictures[0], gap, pictures[1]], axis=1))
