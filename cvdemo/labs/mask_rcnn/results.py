"""Masks of the Mask R-CNN page, kept for all visitors."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.mask_rcnn.experiment import Box
from cvdemo.ui.cache import cached
from cvdemo.ui.mask_nets import features
from cvdemo.zoo import mask_crops
from cvdemo.zoo.mask_crops import MaskCrops, masks_of_crops
from cvdemo.zoo.mask_heads import MaskFeatures, RoIMasks, masks_of_boxes

Found = MaskFeatures | MaskCrops


def boxes(chosen: Chosen, key: str) -> Found:
    """The boxes that a net's detector finds in the picture, and what their masks are made of."""
    return crops(chosen) if key == mask_crops.KEY else features(chosen, key)


def crops(chosen: Chosen) -> MaskCrops:
    """The boxes of the detector that the net for photos stands behind."""
    with st.spinner(f"The detector runs on {zoo.default_device().upper()} …", show_time=True):
        return _crops(mask_crops.KEY, chosen.identity, chosen.picture)


@cached
def _crops(key: str, identity: str, _picture: NDArray[np.uint8]) -> MaskCrops:
    return mask_crops.mask_crops(key, _picture)


def masks(chosen: Chosen, found: Found, box: Box) -> RoIMasks:
    """The masks of one box; only the mask net runs, once for each box."""
    return _masks(found.key, chosen.identity, box, found)


@cached
def _masks(key: str, identity: str, box: Box, _found: Found) -> RoIMasks:
    if isinstance(_found, MaskCrops):
        return masks_of_crops(_found, [box])
    return masks_of_boxes(_found, [box])
