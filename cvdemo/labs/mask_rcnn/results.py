"""Features and masks of the Mask R-CNN page, kept for all visitors: the backbone runs once a picture."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.mask_rcnn import experiment
from cvdemo.labs.mask_rcnn.experiment import Box, ShiftCosts, Target
from cvdemo.ui.cache import cached
from cvdemo.zoo import mask_crops
from cvdemo.zoo.mask_crops import MaskCrops, masks_of_crops
from cvdemo.zoo.mask_heads import ALIGN, POOL, MaskFeatures, RoIMasks, mask_features, masks_of_boxes
from cvdemo.zoo.weights import has_weights

Found = MaskFeatures | MaskCrops


def boxes(chosen: Chosen, key: str) -> Found:
    """The boxes that a net's detector finds in the picture, and what their masks are made of."""
    return crops(chosen) if key == mask_crops.KEY else features(chosen, key)


def features(chosen: Chosen, key: str = ALIGN) -> MaskFeatures:
    """What a mask net makes of the picture."""
    with st.spinner(f"Mask R-CNN runs on {zoo.default_device().upper()} …", show_time=True):
        return _features(key, chosen.identity, chosen.picture)


def crops(chosen: Chosen) -> MaskCrops:
    """The boxes of the detector that the net for photos stands behind."""
    with st.spinner(f"The detector runs on {zoo.default_device().upper()} …", show_time=True):
        return _crops(mask_crops.KEY, chosen.identity, chosen.picture)


@cached
def _crops(key: str, identity: str, _picture: NDArray[np.uint8]) -> MaskCrops:
    return mask_crops.mask_crops(key, _picture)


@cached
def _features(key: str, identity: str, _picture: NDArray[np.uint8]) -> MaskFeatures:
    return mask_features(key, _picture)


def masks(chosen: Chosen, found: Found, box: Box) -> RoIMasks:
    """The masks of one box; only the mask net runs, once for each box."""
    return _masks(found.key, chosen.identity, box, found)


@cached
def _masks(key: str, identity: str, box: Box, _found: Found) -> RoIMasks:
    if isinstance(_found, MaskCrops):
        return masks_of_crops(_found, [box])
    return masks_of_boxes(_found, [box])


def shift_costs(chosen: Chosen, box: Box, class_id: int, target: Target) -> ShiftCosts:
    """What moving the RoI costs the mask, by RoIAlign's net and RoIPool's where it is trained."""
    return _shift_costs(chosen.identity, box, class_id, chosen, target)


@cached
def _shift_costs(identity: str, box: Box, class_id: int, _chosen: Chosen, _target: Target) -> ShiftCosts:
    nets = {key: features(_chosen, key) for key in (ALIGN, POOL) if has_weights(key)}
    return experiment.shift_costs(nets, box, class_id, _target)
