"""The R-CNN family of the drawn world as detectors of any picture, stage by stage with the time of each."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from cvdemo.nets.fast_rcnn import FastRCNN, FastRCNNTrace
from cvdemo.nets.faster_rcnn import FasterRCNN, TwoStageTrace
from cvdemo.nets.rcnn import RCNN, RCNNFeatures, RCNNTrace
from cvdemo.nets.rpn import RPNTrace, propose
from cvdemo.ops.regions import selective_search
from cvdemo.ops.warp import warp_regions
from cvdemo.zoo.device import autocast
from cvdemo.zoo.drawn import DrawnDetector, at_working_size, raw_arrays
from cvdemo.zoo.model import RawArrays
from cvdemo.zoo.spec import ModelSpec

EVERY = 100_000  # more regions than any search finds


class StagedRun(NamedTuple):
    """One picture on its way through a detector of regions.

    `working` is the picture [h, w, 3] at the size that the net sees, `regions` [R, 4] are the proposals in
    its pixels, `trace` is what the net said; `seconds` of each stage in their order; `raw` is in pixels of
    the whole picture.
    """

    working: np.ndarray
    regions: np.ndarray
    trace: Any
    seconds: dict[str, float]
    raw: RawArrays


class Prepared(NamedTuple):
    """What a detector of regions computes once for a picture, whatever the number of regions.

    `picture` [H, W, 3], `x` [1, 3, h, w] and `working` [h, w, 3] at the size that the net sees, `seconds` so
    far. `ranked` [M, 4] are all that a search has found, the best first; `features` by stride and what the
    region proposal network says, `rpn`, are there for the nets that have them.
    """

    picture: np.ndarray
    x: Tensor
    working: np.ndarray
    seconds: dict[str, float]
    ranked: np.ndarray | None = None
    features: dict[int, Tensor] | None = None
    rpn: RPNTrace | None = None


class RegionFeatures(NamedTuple):
    """Features of some of R-CNN's regions, one after the other in their order, and the seconds they took."""

    features: RCNNFeatures
    seconds: dict[str, float]


class StageTimer:
    """Seconds of the stages that it was held over, in their order."""

    def __init__(self, device: str, before: Mapping[str, float] | None = None) -> None:
        self.device = device
        self.seconds: dict[str, float] = dict(before or {})

    def add(self, seconds: Mapping[str, float]) -> None:
        """Count in what others have measured."""
        for stage, more in seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + more

    @contextmanager
    def stage(self, stage: str) -> Iterator[None]:
        """Time what runs inside; on a GPU, until it is through."""
        start = time.perf_counter()
        yield
        if self.device == "cuda":
            torch.cuda.synchronize()
        self.add({stage: time.perf_counter() - start})


class RegionDetector(DrawnDetector):
    """A detector that classifies regions; `run_stages` shows how, with any number of proposals.

    `proposals` is how many it uses as a detector; None is the net's own number.
    """

    batches: bool = False
    proposals: int | None = None

    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        return self.run_stages(picture, most=self.proposals).raw

    def run_stages(self, picture: np.ndarray, *, most: int | None = None) -> StagedRun:
        """A picture [H, W, 3] through all stages, with at most so many proposals; None is the net's own."""
        return self.finish(self.prepare(picture), most=most)

    @torch.inference_mode()
    def prepare(self, picture: np.ndarray, *, after: Prepared | None = None) -> Prepared:
        """What has to be done once for a picture [H, W, 3], however many proposals are used.

        `after` is what another detector has computed for the picture: its search and the time are taken over.
        """
        x = at_working_size(picture, self.device, self.long_side)  # [1, 3, h, w]
        working = (255 * x[0].permute(1, 2, 0)).round().byte().cpu().numpy()
        return self.precompute(Prepared(picture, x, working, {}), after)

    @torch.inference_mode()
    def finish(self, prepared: Prepared, *, most: int | None = None) -> StagedRun:
        """What has to be done anew for each number of proposals."""
        timer = StageTimer(self.device, prepared.seconds)
        regions, trace = self.classify_regions(prepared, most, timer)
        return assemble(prepared, regions, trace, timer)

    @abstractmethod
    def precompute(self, prepared: Prepared, after: Prepared | None) -> Prepared:
        """The search, the features: the same with what is known now."""

    @abstractmethod
    def classify_regions(
        self, prepared: Prepared, most: int | None, timer: StageTimer
    ) -> tuple[np.ndarray, Any]:
        """The best regions [R, 4], in pixels of the working picture, and the trace that classifies them."""


def assemble(prepared: Prepared, regions: np.ndarray, trace: Any, timer: StageTimer) -> StagedRun:
    """All stages together, with what was found in pixels of the whole picture."""
    raw = raw_arrays(trace, prepared.x, prepared.picture)
    return StagedRun(prepared.working, regions, trace, timer.seconds, raw)


def search_regions(prepared: Prepared, after: Prepared | None, device: str) -> Prepared:
    """All regions of Selective Search, ranked once; those of `after` where it has searched already."""
    if after is not None and after.ranked is not None:
        return prepared._replace(ranked=after.ranked, seconds={"proposals": after.seconds["proposals"]})
    timer = StageTimer(device, prepared.seconds)
    with timer.stage("proposals"):
        ranked = selective_search(prepared.working, most=EVERY).boxes
    return prepared._replace(ranked=ranked, seconds=timer.seconds)


class RCNNDetector(RegionDetector):
    """R-CNN: search, warp, features of every cut-out, SVMs and regressors."""

    net: RCNN

    def __init__(self, spec: ModelSpec, device: str, net: RCNN, *, correct: bool = True) -> None:
        super().__init__(spec, device, net)
        self.correct = correct  # whether boxes are corrected, or stay as they were proposed

    def precompute(self, prepared: Prepared, after: Prepared | None) -> Prepared:
        return search_regions(prepared, after, self.device)

    @torch.inference_mode()
    def cut(self, prepared: Prepared, first: int, last: int) -> RegionFeatures:
        """Warps and features of the regions with the numbers first to last - 1."""
        assert prepared.ranked is not None
        config, timer = self.net.config, StageTimer(self.device)
        with timer.stage("warp"):
            regions = prepared.ranked[first:last]
            warped = warp_regions(prepared.working, regions, size=config.size, context=config.context)
            cut_outs = torch.from_numpy(warped).to(self.device).permute(0, 3, 1, 2).float() / 255
        with timer.stage("features"), autocast(self.device):
            return RegionFeatures(self.net.all_features(cut_outs), timer.seconds)

    @torch.inference_mode()
    def classify_features(self, prepared: Prepared, parts: Sequence[RegionFeatures]) -> StagedRun:
        """The first regions classified by features that are there; times are summed over the parts."""
        timer = StageTimer(self.device, prepared.seconds)
        regions, trace = self._classify(prepared, parts, timer)
        return assemble(prepared, regions, trace, timer)

    def classify_regions(
        self, prepared: Prepared, most: int | None, timer: StageTimer
    ) -> tuple[np.ndarray, RCNNTrace]:
        most = self.net.config.proposals if most is None else most
        return self._classify(prepared, [self.cut(prepared, 0, most)], timer)

    def _classify(
        self, prepared: Prepared, parts: Sequence[RegionFeatures], timer: StageTimer
    ) -> tuple[np.ndarray, RCNNTrace]:
        assert prepared.ranked is not None
        for part in parts:
            timer.add(part.seconds)
        features = RCNNFeatures(*(torch.cat(p) for p in zip(*(part.features for part in parts), strict=True)))
        regions = prepared.ranked[: len(features.fc)]
        with timer.stage("head"):
            trace = self.net.predict(features, torch.from_numpy(regions).to(self.device))
        if not self.correct:
            trace = trace._replace(offsets=torch.zeros_like(trace.offsets))
        return regions, trace


class FastRCNNDetector(RegionDetector):
    """Fast R-CNN: search, features of the picture, head on every region."""

    net: FastRCNN

    def precompute(self, prepared: Prepared, after: Prepared | None) -> Prepared:
        prepared = search_regions(prepared, after, self.device)
        timer = StageTimer(self.device, prepared.seconds)
        with timer.stage("features"), autocast(self.device):
            features = self.net.features(prepared.x)
        return prepared._replace(features=features, seconds=timer.seconds)

    def classify_regions(
        self, prepared: Prepared, most: int | None, timer: StageTimer
    ) -> tuple[np.ndarray, FastRCNNTrace]:
        assert prepared.ranked is not None and prepared.features is not None
        regions = prepared.ranked[: self.net.config.proposals if most is None else most]
        with timer.stage("head"), autocast(self.device):
            head = self.net.head(prepared.features, [torch.from_numpy(regions).to(self.device)])
        return regions, FastRCNNTrace(prepared.features, head)


class TwoStageDetector(RegionDetector):
    """Faster R-CNN and R-FCN: features of the picture, proposals from them, head on every proposal."""

    net: FasterRCNN

    def precompute(self, prepared: Prepared, after: Prepared | None) -> Prepared:
        timer = StageTimer(self.device, prepared.seconds)
        with timer.stage("features"), autocast(self.device):
            features = self.net.features(prepared.x)
        with timer.stage("proposals"), autocast(self.device):
            rpn = self.net.rpn(features)
        return prepared._replace(features=features, rpn=rpn, seconds=timer.seconds)

    def classify_regions(
        self, prepared: Prepared, most: int | None, timer: StageTimer
    ) -> tuple[np.ndarray, TwoStageTrace]:
        assert prepared.rpn is not None and prepared.features is not None
        size = (prepared.x.shape[2], prepared.x.shape[3])
        with timer.stage("proposals"):
            proposals = propose(prepared.rpn, size, self.net.proposal_config(most))
        with timer.stage("head"), autocast(self.device):
            head = self.net.head(prepared.features, [proposals[0].boxes])
        regions = proposals[0].boxes.cpu().numpy()
        return regions, TwoStageTrace(prepared.features, prepared.rpn, proposals, head)
