"""Regions, verdicts and searches of the page, kept for all visitors: a network runs once for a picture."""

from __future__ import annotations

from typing import cast

import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.dense_captions import experiment
from cvdemo.labs.dense_captions.experiment import Fits, PictureScore, Verdict
from cvdemo.ui.cache import cached
from cvdemo.world.reading import Truth
from cvdemo.zoo.dense_captioner import DenseCaptioner, RawRegions, select_regions


def regions(chosen: Chosen, spec: zoo.ModelSpec) -> RawRegions:
    """What a model says of the picture's regions before the page's thresholds."""
    with st.spinner(f"{spec.title} runs on {zoo.default_device().upper()} …", show_time=True):
        return _regions(spec.key, chosen.identity, chosen)


@cached
def _regions(key: str, identity: str, _chosen: Chosen) -> RawRegions:
    return cast(DenseCaptioner, zoo.load(key)).regions(_chosen.picture)


def verdicts(chosen: Chosen, spec: zoo.ModelSpec, found: RawRegions) -> list[Verdict] | None:
    """What the sentences are worth; None without truth."""
    return None if chosen.truth is None else _verdicts(spec.key, chosen.identity, found, chosen.truth)


@cached
def _verdicts(key: str, identity: str, _found: RawRegions, _truth: Truth) -> list[Verdict]:
    return experiment.verdicts(_found, _truth)


def score(
    chosen: Chosen, spec: zoo.ModelSpec, found: RawRegions, least: float, iou: float
) -> PictureScore | None:
    """The score of the regions that the thresholds leave; None without truth."""
    if chosen.truth is None:
        return None
    return _score(spec.key, chosen.identity, least, iou, found, chosen.truth)


@cached
def _score(
    key: str, identity: str, least: float, iou: float, _found: RawRegions, _truth: Truth
) -> PictureScore:
    return experiment.picture_score(select_regions(_found, score=least, iou=iou), _truth)


def fits(chosen: Chosen, spec: zoo.ModelSpec, found: RawRegions, text: str) -> Fits | None:
    """How well each region fits a search; the convolutions do not run again."""
    return _fits(spec.key, chosen.identity, " ".join(text.lower().split()), found)


@cached
def _fits(key: str, identity: str, text: str, _found: RawRegions) -> Fits | None:
    return experiment.search(cast(DenseCaptioner, zoo.load(key)), _found, text)
