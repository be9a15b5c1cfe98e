"""Feature maps, score maps and mask costs of the RoI lab, kept for all visitors: a network runs once."""

from __future__ import annotations

import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.labs.roi import experiment
from cvdemo.labs.roi.experiment import Box, FeatureLevels, MaskCosts, Picture, ScoreMaps
from cvdemo.labs.roi.places import target_number
from cvdemo.ui.cache import cached
from cvdemo.world.reading import Truth


def levels(chosen: Chosen) -> FeatureLevels:
    """The feature maps of a picture."""
    with st.spinner("Computing the feature maps on the CPU …", show_time=True):
        return _levels(chosen.identity, chosen.truth is not None, chosen.picture)


@cached
def _levels(identity: str, drawn: bool, _picture: Picture) -> FeatureLevels:
    return experiment.feature_levels(_picture, drawn=drawn)


def scores(chosen: Chosen) -> ScoreMaps | None:
    """R-FCN+'s score maps of a drawn scene; None where no net has such maps of the picture."""
    if experiment.has_score_maps(drawn=chosen.truth is not None):
        return _scores(chosen.identity, chosen.picture)
    return None


@cached
def _scores(identity: str, _picture: Picture) -> ScoreMaps:
    return experiment.score_maps(_picture)


@cached
def mask_costs(
    identity: str, name: str, stride: int, box: Box, size: tuple[int, int], _truth: Truth
) -> MaskCosts:
    """What rounding costs the mask of an object that `target_boxes` names."""
    return experiment.mask_costs(_truth.masks[target_number(name)], box, size, stride)
