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
from cvdemo.nets.rfcn import RFCN
from cvdemo.nets.rpn import RPNTrace, propose
from cvdemo.ops.regions import selective_search
from cvdemo.ops.warp import warp_regions
from cvdemo.zoo.device import autocast
from cvdemo.zoo.drawn import DrawnDetector, at_working_size, raw_arrays, trained
from cvdemo.zoo.model import Detector, RawArrays
from cvdemo.zoo.spec import ModelSpec

EVERY = 100_000  # more regions than any search finds


class Staged(NamedTuple):
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


class Begun(NamedTuple):
    """What a detector of regions knows of a picture before it is said how many regions to look at.

    `picture` [H, W, 3], `x` [1, 3, h, w] and `working` [h, w, 3] at the size that the net sees, `seconds` so
    far. `ranked` [M, 4] are all that a search has found, the best first; `features` by stride and what the
    region proposal network has `seen` are there for the nets that have them.
    """

    picture: np.ndarray
    x: Tensor
    working: np.ndarray
    seconds: dict[str, float]
    ranked: np.ndarray | None = None
    features: dict[int, Tensor] | None = None
    seen: RPNTrace | None = None


class Cut(NamedTuple):
    """Features of some of R-CNN's regions, one after the other in their order, and the seconds they took."""

    features: RCNNFeatures
    seconds: dict[str, float]


class Watch:
    """Seconds of the stages that it was held over, in their order."""

    def __init__(self, device: str, before: Mapping[str, float] | None = None) -> None:
        self.device = device
        self.seconds: dict[str, float] = dict(before or {})

    def add(self, seconds: Mapping[str, float]) -> None:
        """Count in what others have measured."""
        for stage, more in seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + more

    @contextmanager
    def over(self, stage: str) -> Iterator[None]:
        """Time what runs inside; on a GPU, until it is through."""
        start = time.perf_counter()
        yield
        if self.device == "cuda":
            torch.cuda.synchronize()
        self.add({stage: time.perf_counter() - start})


class RegionDetector(DrawnDetector):
    """A detector that judges regions; `staged` shows how, with as many proposals as asked for.

    `proposals` is how many it looks at as a detector; None is the net's own number.
    """

    proposals: int | None = None

    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        return self.staged(picture, most=self.proposals).raw

    def staged(self, picture: np.ndarray, *, most: int | None = None) -> Staged:
        """A picture [H, W, 3] through all stages, with at most so many proposals; None is the net's own."""
        return self.finish(self.begin(picture), most=most)

    @torch.inference_mode()
    def begin(self, picture: np.ndarray, *, after: Begun | None = None) -> Begun:
        """What has to be done once for a picture [H, W, 3], however many proposals are asked for.

        `after` is what another detector knows of the same picture: a search is taken from it, and its time.
        """
        x = at_working_size(picture, self.device, self.long_side)  # [1, 3, h, w]
        working = (255 * x[0].permute(1, 2, 0)).round().byte().cpu().numpy()
        return self.once(Begun(picture, x, working, {}), after)

    @torch.inference_mode()
    def finish(self, begun: Begun, *, most: int | None = None) -> Staged:
        """What has to be done anew for each number of proposals."""
        watch = Watch(self.device, begun.seconds)
        regions, trace = self.judged(begun, most, watch)
        return ended(begun, regions, trace, watch)

    @abstractmethod
    def once(self, begun: Begun, after: Begun | None) -> Begun:
        """The search, the features: the same with what is known now."""

    @abstractmethod
    def judged(self, begun: Begun, most: int | None, watch: Watch) -> tuple[np.ndarray, Any]:
        """The best regions [R, 4], in pixels of the working picture, and the trace that judges them."""


def ended(begun: Begun, regions: np.ndarray, trace: Any, watch: Watch) -> Staged:
    """All stages together, with what was found in pixels of the whole picture."""
    raw = raw_arrays(trace, begun.x, begun.picture)
    return Staged(begun.working, regions, trace, watch.seconds, raw)


def searched(begun: Begun, after: Begun | None, device: str) -> Begun:
    """All regions of Selective Search, ranked once; those of `after` where it has searched already."""
    if after is not None and after.ranked is not None:
        return begun._replace(ranked=after.ranked, seconds={"proposals": after.seconds["proposals"]})
    watch = Watch(device, begun.seconds)
    with watch.over("proposals"):
        ranked = selective_search(begun.working, most=EVERY).boxes
    return begun._replace(ranked=ranked, seconds=watch.seconds)


class RCNNDetector(RegionDetector):
    """R-CNN: search, warp, features of every cut-out, SVMs and regressors."""

    net: RCNN

    def __init__(self, spec: ModelSpec, device: str, net: RCNN, *, correct: bool = True) -> None:
        super().__init__(spec, device, net)
        self.correct = correct  # whether boxes are corrected, or stay as they were proposed

    def once(self, begun: Begun, after: Begun | None) -> Begun:
        return searched(begun, after, self.device)

    @torch.inference_mode()
    def cut(self, begun: Begun, first: int, last: int) -> Cut:
        """Warps and features of the regions with the numbers first to last - 1."""
        assert begun.ranked is not None
        config, watch = self.net.config, Watch(self.device)
        with watch.over("warp"):
            regions = begun.ranked[first:last]
            warped = warp_regions(begun.working, regions, size=config.size, context=config.context)
            cut_outs = torch.from_numpy(warped).to(self.device).permute(0, 3, 1, 2).float() / 255
        with watch.over("features"), autocast(self.device):
            return Cut(self.net.all_features(cut_outs), watch.seconds)

    @torch.inference_mode()
    def joined(self, begun: Begun, cuts: Sequence[Cut]) -> Staged:
        """The first regions judged by features that are there, cut after cut; times are sums over them."""
        watch = Watch(self.device, begun.seconds)
        regions, trace = self._judged(begun, cuts, watch)
        return ended(begun, regions, trace, watch)

    def judged(self, begun: Begun, most: int | None, watch: Watch) -> tuple[np.ndarray, RCNNTrace]:
        most = self.net.config.proposals if most is None else most
        return self._judged(begun, [self.cut(begun, 0, most)], watch)

    def _judged(self, begun: Begun, cuts: Sequence[Cut], watch: Watch) -> tuple[np.ndarray, RCNNTrace]:
        assert begun.ranked is not None
        for cut in cuts:
            watch.add(cut.seconds)
        features = RCNNFeatures(*(torch.cat(p) for p in zip(*(c.features for c in cuts), strict=True)))
        regions = begun.ranked[: len(features.fc)]
        with watch.over("head"):
            trace = self.net.judge(features, torch.from_numpy(regions).to(self.device))
        if not self.correct:
            trace = trace._replace(offsets=torch.zeros_like(trace.offsets))
        return regions, trace


class FastRCNNDetector(RegionDetector):
    """Fast R-CNN: search, features of the picture, head on every region."""

    net: FastRCNN

    def once(self, begun: Begun, after: Begun | None) -> Begun:
        begun = searched(begun, after, self.device)
        watch = Watch(self.device, begun.seconds)
        with watch.over("features"), autocast(self.device):
            features = self.net.features(begun.x)
        return begun._replace(features=features, seconds=watch.seconds)

    def judged(self, begun: Begun, most: int | None, watch: Watch) -> tuple[np.ndarray, FastRCNNTrace]:
        assert begun.ranked is not None and begun.features is not None
        regions = begun.ranked[: self.net.config.proposals if most is None else most]
        with watch.over("head"), autocast(self.device):
            judged = self.net.head(begun.features, [torch.from_numpy(regions).to(self.device)])
        return regions, FastRCNNTrace(begun.features, judged)


class TwoStageDetector(RegionDetector):
    """Faster R-CNN and R-FCN: features of the picture, proposals from them, head on every proposal."""

    net: FasterRCNN

    def once(self, begun: Begun, after: Begun | None) -> Begun:
        watch = Watch(self.device, begun.seconds)
        with watch.over("features"), autocast(self.device):
            features = self.net.features(begun.x)
        with watch.over("proposals"), autocast(self.device):
            seen = self.net.rpn(features)
        return begun._replace(features=features, seen=seen, seconds=watch.seconds)

    def judged(self, begun: Begun, most: int | None, watch: Watch) -> tuple[np.ndarray, TwoStageTrace]:
        assert begun.seen is not None and begun.features is not None
        size = (begun.x.shape[2], begun.x.shape[3])
        with watch.over("proposals"):
            proposals = propose(begun.seen, size, self.net.proposing(most))
        with watch.over("head"), autocast(self.device):
            judged = self.net.head(begun.features, [proposals[0].boxes])
        regions = proposals[0].boxes.cpu().numpy()
        return regions, TwoStageTrace(begun.features, begun.seen, proposals, judged)


ADAPTERS: dict[str, tuple[type[RegionDetector], type[torch.nn.Module]]] = {
    "rcnn": (RCNNDetector, RCNN),
    "fast-rcnn": (FastRCNNDetector, FastRCNN),
    "faster-rcnn": (TwoStageDetector, FasterRCNN),
    "rfcn": (TwoStageDetector, RFCN),
}
"""By key, the detector and the net inside."""


def load(spec: ModelSpec, device: str) -> Detector:
    """The net of the spec's key with its shipped weights."""
    adapter, build = ADAPTERS[spec.key]
    return adapter(spec, device, trained(build(), spec))
