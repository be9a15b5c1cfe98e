"""The R-CNN family of the drawn world as detectors of any picture, stage by stage with the time of each."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from cvdemo.nets.fast_rcnn import FastRCNN, FastRCNNTrace
from cvdemo.nets.faster_rcnn import FasterRCNN, TwoStageTrace
from cvdemo.nets.rcnn import RCNN, RCNNTrace
from cvdemo.nets.rfcn import RFCN
from cvdemo.nets.rpn import propose
from cvdemo.ops.regions import selective_search
from cvdemo.ops.warp import warp_regions
from cvdemo.zoo.device import autocast
from cvdemo.zoo.drawn import DrawnDetector, at_working_size, raw_arrays
from cvdemo.zoo.model import Detector, RawArrays
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.weights import load_weights


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


class Watch:
    """Seconds of the stages that it was held over, in their order."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.seconds: dict[str, float] = {}

    @contextmanager
    def over(self, stage: str) -> Iterator[None]:
        """Time what runs inside; on a GPU, until it is through."""
        start = time.perf_counter()
        yield
        if self.device == "cuda":
            torch.cuda.synchronize()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start


class RegionDetector(DrawnDetector):
    """A detector that judges regions; `staged` shows how, with as many proposals as asked for.

    `proposals` is how many it looks at as a detector; None is the net's own number.
    """

    proposals: int | None = None

    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        return self.staged(picture, most=self.proposals).raw

    @torch.inference_mode()
    def staged(self, picture: np.ndarray, *, most: int | None = None) -> Staged:
        """A picture [H, W, 3] through all stages, with at most so many proposals; None is the net's own."""
        x = at_working_size(picture, self.device, self.long_side)  # [1, 3, h, w]
        working = (255 * x[0].permute(1, 2, 0)).round().byte().cpu().numpy()
        watch = Watch(self.device)
        regions, trace = self.stages(x, working, most, watch)
        return Staged(working, regions, trace, watch.seconds, raw_arrays(trace, x, picture))

    @abstractmethod
    def stages(
        self, x: Tensor, working: np.ndarray, most: int | None, watch: Watch
    ) -> tuple[np.ndarray, Any]:
        """The regions [R, 4] and the trace of x [1, 3, h, w], which is `working` [h, w, 3] as floats."""


def searched(working: np.ndarray, most: int) -> np.ndarray:
    """Selective Search's best regions [R, 4] of a picture."""
    return selective_search(working, most=most).boxes if most else np.zeros((0, 4), np.float32)


class RCNNDetector(RegionDetector):
    """R-CNN: search, warp, features of every cut-out, SVMs and regressors."""

    net: RCNN

    def __init__(self, spec: ModelSpec, device: str, net: RCNN, *, correct: bool = True) -> None:
        super().__init__(spec, device, net)
        self.correct = correct  # whether boxes are corrected, or stay as they were proposed

    def stages(
        self, x: Tensor, working: np.ndarray, most: int | None, watch: Watch
    ) -> tuple[np.ndarray, RCNNTrace]:
        config = self.net.config
        with watch.over("proposals"):
            regions = searched(working, config.proposals if most is None else most)
        with watch.over("warp"):
            warped = warp_regions(working, regions, size=config.size, context=config.context)
            cut_outs = torch.from_numpy(warped).to(self.device).permute(0, 3, 1, 2).float() / 255
        with watch.over("features"), autocast(self.device):
            features = self.net.all_features(cut_outs)
        with watch.over("head"):
            trace = self.net.judge(features, torch.from_numpy(regions).to(self.device))
        if not self.correct:
            trace = trace._replace(offsets=torch.zeros_like(trace.offsets))
        return regions, trace


class FastRCNNDetector(RegionDetector):
    """Fast R-CNN: search, features of the picture, head on every region."""

    net: FastRCNN

    def stages(
        self, x: Tensor, working: np.ndarray, most: int | None, watch: Watch
    ) -> tuple[np.ndarray, FastRCNNTrace]:
        with watch.over("proposals"):
            regions = searched(working, self.net.config.proposals if most is None else most)
        with watch.over("features"), autocast(self.device):
            features = self.net.features(x)
        with watch.over("head"), autocast(self.device):
            judged = self.net.head(features, [torch.from_numpy(regions).to(self.device)])
        return regions, FastRCNNTrace(features, judged)


class TwoStageDetector(RegionDetector):
    """Faster R-CNN and R-FCN: features of the picture, proposals from them, head on every proposal."""

    net: FasterRCNN

    def stages(
        self, x: Tensor, working: np.ndarray, most: int | None, watch: Watch
    ) -> tuple[np.ndarray, TwoStageTrace]:
        with watch.over("features"), autocast(self.device):
            features = self.net.features(x)
        with watch.over("proposals"), autocast(self.device):
            seen = self.net.rpn(features)
        with watch.over("proposals"):
            proposals = propose(seen, (x.shape[2], x.shape[3]), self.net.proposing(most))
        with watch.over("head"), autocast(self.device):
            judged = self.net.head(features, [proposals[0].boxes])
        regions = proposals[0].boxes.cpu().numpy()
        return regions, TwoStageTrace(features, seen, proposals, judged)


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
    net = build()
    load_weights(net, spec.key)
    return adapter(spec, device, net)
