"""The R-CNN family on one picture: each net run once, its head anew for each number of regions."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.ui.page import texts
from cvdemo.ui.source import Chosen
from cvdemo.zoo.drawn_regions import Prepared, RCNNDetector, RegionDetector, RegionFeatures, StagedRun
from cvdemo.zoo.model import workable
from cvdemo.zoo.region_stages import MultiplyAdds, multiply_adds
from cvdemo.zoo.weights import has_weights

FAMILY = {"rcnn": "R-CNN", "fast-rcnn": "Fast R-CNN", "faster-rcnn": "Faster R-CNN", "rfcn": "R-FCN"}
STEPS = (0, 10, 20, 50, 100, 150, 200, 300, 500, 1000)
"""Numbers of regions to choose from; R-CNN's cut-outs are computed once from one of them to the next."""


class Passed(NamedTuple):
    """A net, and a picture on its way through it; `raw` is in pixels of the picture."""

    key: str
    title: str
    detector: RegionDetector
    begun: Prepared
    staged: StagedRun
    raw: sv.Detections

    @property
    def scale(self) -> np.ndarray:
        """Pixels of the working picture for one of the picture, [4] for x1 y1 x2 y2."""
        height, width = self.begun.picture.shape[:2]
        return np.array([self.working.shape[1] / width, self.working.shape[0] / height] * 2)

    @property
    def working(self) -> np.ndarray:
        """The picture [h, w, 3] as the net sees it."""
        return self.staged.working

    @property
    def milliseconds(self) -> dict[str, float]:
        """Milliseconds of each stage."""
        return {stage: 1000 * seconds for stage, seconds in self.staged.seconds.items()}


def present() -> list[str]:
    """The nets of the family that have weights; one sentence names those that have none."""
    missing = [key for key in FAMILY if not has_weights(key)]
    if missing:
        names = " and ".join(filter(None, [", ".join(FAMILY[k] for k in missing[:-1]), FAMILY[missing[-1]]]))
        commands = ", ".join(f"`cvdemo train {key}`" for key in missing)
        st.info(
            f"{names} {'has' if len(missing) == 1 else 'have'} no weights here yet: {commands} makes them."
        )
    return [key for key in FAMILY if has_weights(key)]


def passed(chosen: Chosen, keys: list[str], regions: int) -> list[Passed]:
    """The picture through every net, with at most so many regions."""
    device = zoo.default_device().upper()
    with st.spinner(f"{len(keys)} nets look at up to {regions} regions on {device} …", show_time=True):
        return [_passed(key, chosen, regions) for key in keys]


def detector(key: str) -> RegionDetector:
    """The loaded net."""
    return cast(RegionDetector, zoo.load(key))


def _passed(key: str, chosen: Chosen, regions: int) -> Passed:
    net, begun = detector(key), begin(key, chosen.identity, chosen.picture)
    staged = _staged(key, chosen.identity, regions, chosen.picture)
    raw = _raw(key, chosen.identity, regions, chosen.picture)
    return Passed(key, FAMILY[key], net, begun, staged, raw)


@st.cache_resource(max_entries=24, show_spinner=False)
def begin(key: str, identity: str, _picture: np.ndarray) -> Prepared:
    """What a net knows of a picture before regions are looked at; a search is made once for all nets."""
    net = detector(key)
    after = None
    if key == "fast-rcnn" and has_weights("rcnn"):
        after = begin("rcnn", identity, _picture)
    _warm(key)
    return net.run(lambda: net.prepare(workable(_picture), after=after)).value


@st.cache_resource(show_spinner=False)
def _warm(key: str) -> bool:
    """Run a net once on nothing: its first run takes far longer than all others."""
    net = detector(key)
    net.run(lambda: net.finish(net.prepare(np.zeros((48, 64, 3), np.uint8)), most=1))
    return True


@st.cache_resource(max_entries=40, show_spinner=False)
def _cut(identity: str, first: int, last: int, _picture: np.ndarray) -> RegionFeatures:
    net = cast(RCNNDetector, detector("rcnn"))
    begun = begin("rcnn", identity, _picture)
    return net.run(lambda: net.cut(begun, first, last)).value


@st.cache_resource(max_entries=48, show_spinner=False)
def _staged(key: str, identity: str, regions: int, _picture: np.ndarray) -> StagedRun:
    net, begun = detector(key), begin(key, identity, _picture)
    if isinstance(net, RCNNDetector):
        steps = [step for step in STEPS if step < regions] + [regions]
        cuts = [_cut(identity, first, last, _picture) for first, last in pairwise(steps)]
        return net.classify_features(begun, cuts or [net.cut(begun, 0, 0)])
    return net.run(lambda: net.finish(begun, most=regions)).value


@st.cache_resource(max_entries=96, show_spinner=False)
def _raw(key: str, identity: str, regions: int, _picture: np.ndarray) -> sv.Detections:
    staged = _staged(key, identity, regions, _picture)
    milliseconds = 1000 * sum(staged.seconds.values())
    return detector(key).detections(staged.raw, _picture.shape[:2], milliseconds)


@st.cache_resource(max_entries=48, show_spinner=False)
def costs(key: str, size: tuple[int, ...], _begun: Prepared) -> MultiplyAdds:
    """Multiply-adds of a net on pictures of a working size."""
    net = detector(key)
    return net.run(lambda: multiply_adds(net, _begun)).value


def choose_regions() -> int:
    """The slider of the number of regions."""
    return int(
        st.select_slider(
            "Regions to look at", STEPS, 100, key="regions", bind="query-params",
            help="Selective Search's best for R-CNN and Fast R-CNN, the network's own best for the others",
        )
    )  # fmt: skip


def another_world(chosen: Chosen) -> None:
    """On a picture that was not drawn, one sentence about what the nets know."""
    if chosen.truth is None:
        st.info(texts("rcnn")["another world"], icon="🎨")
