"""What the mask nets make of a picture and of RoIs that move, kept for all visitors and pages."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.ui.cache import cached
from cvdemo.world.reading import Truth
from cvdemo.zoo import mask_shifts
from cvdemo.zoo.mask_heads import ALIGN, POOL, MaskFeatures, mask_features
from cvdemo.zoo.mask_shifts import ShiftCosts
from cvdemo.zoo.weights import has_weights

POOLINGS = {ALIGN: "RoIAlign", POOL: "RoIPool"}
"""The nets that differ in how they pool a RoI, and how."""


def features(chosen: Chosen, key: str = ALIGN) -> MaskFeatures:
    """What a mask net makes of the picture."""
    with st.spinner(f"Mask R-CNN runs on {zoo.default_device().upper()} …", show_time=True):
        return _features(key, chosen.identity, chosen.picture)


@cached
def _features(key: str, identity: str, _picture: NDArray[np.uint8]) -> MaskFeatures:
    return mask_features(key, _picture)


def shift_costs(chosen: Chosen, truth: Truth, row: int, box: tuple[float, ...], class_id: int) -> ShiftCosts:
    """What moving a RoI costs the mask of an object, by each net of `POOLINGS` that is trained.

    `row` is the object's in the truth, `box` [4] in pixels of the nets' picture.
    """
    nets = {key: features(chosen, key) for key in POOLINGS if has_weights(key)}
    return _shift_costs(chosen.identity, row, box, class_id, truth, nets)


@cached
def _shift_costs(
    identity: str,
    row: int,
    box: tuple[float, ...],
    class_id: int,
    _truth: Truth,
    _nets: dict[str, MaskFeatures],
) -> ShiftCosts:
    return mask_shifts.shift_costs(_nets, box, class_id, _truth.masks[row])
