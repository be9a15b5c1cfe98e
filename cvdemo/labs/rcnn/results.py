"""Results of the R-CNN family, kept for all visitors: a net runs once, its head once a number of regions."""

from __future__ import annotations

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.rcnn import experiment, measure
from cvdemo.labs.rcnn.experiment import FamilyRun, PhotoRegions, detector
from cvdemo.ui.cache import cached
from cvdemo.world.reading import Truth
from cvdemo.zoo.drawn_regions import FastRCNNDetector, Prepared, RegionFeatures, StagedRun
from cvdemo.zoo.region_stages import MultiplyAdds
from cvdemo.zoo.weights import has_weights


def family_runs(chosen: Chosen, keys: list[str], regions: int) -> list[FamilyRun]:
    """The picture through every net, with at most so many regions."""
    device = zoo.default_device().upper()
    with st.spinner(f"{len(keys)} nets classify up to {regions} regions on {device} …", show_time=True):
        return [_family_run(key, chosen, regions) for key in keys]


def _family_run(key: str, chosen: Chosen, regions: int) -> FamilyRun:
    identity, picture = chosen.identity, chosen.picture
    return FamilyRun(
        key,
        detector(key),
        _prepared(key, identity, picture),
        _staged(key, identity, regions, picture),
        _raw(key, identity, regions, picture),
    )


@cached
def _prepared(key: str, identity: str, _picture: np.ndarray) -> Prepared:
    """What a net computes once for a picture; a search is made once for all nets."""
    searched = isinstance(detector(key), FastRCNNDetector) and has_weights("rcnn")
    return experiment.prepare(key, _picture, _prepared("rcnn", identity, _picture) if searched else None)


@cached
def _features(identity: str, first: int, last: int, _prepared: Prepared) -> RegionFeatures:
    return experiment.region_features(_prepared, first, last)


@cached
def _staged(key: str, identity: str, regions: int, _picture: np.ndarray) -> StagedRun:
    def features(prepared: Prepared, first: int, last: int) -> RegionFeatures:
        return _features(identity, first, last, prepared)

    return experiment.run_stages(key, _prepared(key, identity, _picture), regions, features)


@cached
def _raw(key: str, identity: str, regions: int, _picture: np.ndarray) -> sv.Detections:
    staged = _staged(key, identity, regions, _picture)
    return experiment.raw_detections(key, _prepared(key, identity, _picture), staged)


def targets(chosen: Chosen) -> sv.Detections | None:
    """The objects of a drawn scene that have to be found; None for any other picture."""
    return None if chosen.truth is None else _targets(chosen.identity, chosen.truth)


@cached
def _targets(identity: str, _truth: Truth) -> sv.Detections:
    return experiment.targets_of(_truth)


@cached
def photo_regions(identity: str, regions: int, _picture: np.ndarray) -> PhotoRegions:
    """A photo through R-CNN's steps, the network run once for each number of regions."""
    return experiment.photo_regions(_picture, regions)


@cached
def stage_seconds(key: str, identity: str, regions: int, _picture: np.ndarray) -> dict[str, float]:
    """Median seconds of a net's stages."""
    return measure.stage_seconds(key, _picture, regions)


@cached
def head_milliseconds(key: str, identity: str, _prepared: Prepared, _regions: np.ndarray) -> list[float]:
    """Median milliseconds behind the proposals over the number of regions."""
    return measure.head_milliseconds(key, _prepared, _regions)


@cached
def multiply_adds(key: str, size: tuple[int, ...], _prepared: Prepared) -> MultiplyAdds:
    """Multiply-adds of a net on pictures of a working size."""
    return measure.count_multiply_adds(key, _prepared)
