"""What a detector of regions has inside, as arrays: objectness, pooled features, votes, costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cvdemo.nets.fast_rcnn import FastRCNN
from cvdemo.nets.faster_rcnn import FasterRCNN
from cvdemo.nets.rcnn import RCNN
from cvdemo.nets.rfcn import RFCN, VotingHead
from cvdemo.nets.roi_head import RoIHead, assign_levels
from cvdemo.nets.rpn import RPNTrace
from cvdemo.zoo.device import autocast
from cvdemo.zoo.drawn_regions import Prepared, RCNNDetector, RegionDetector, StagedRun, StageTimer

PATIENCE = 2.0  # seconds for measuring the same thing again


class RoIFeatures(NamedTuple):
    """One region of a pooling net: the level it is cut from, `features` [C, h, w] at a `stride`, its cells.

    `cells` [C, S, S] is all that the head sees of the region.
    """

    stride: int
    features: np.ndarray
    cells: np.ndarray


class RegionVotes(NamedTuple):
    """What a region makes of R-FCN's maps: `bins` [1 + classes, K, K], their means `logits` [1 + classes]."""

    bins: np.ndarray
    logits: np.ndarray

    def probabilities(self) -> np.ndarray:
        """Softmax of the means, [1 + classes], background first."""
        powers = np.exp(self.logits - self.logits.max())
        return np.asarray(powers / powers.sum())


class MultiplyAdds(NamedTuple):
    """Multiply-adds of convolutions and matrices: `once` for a picture, `each` for every region."""

    once: int
    each: int

    def of(self, regions: int) -> int:
        """All of them with so many regions."""
        return self.once + regions * self.each


def objectness(detector: RegionDetector, prepared: Prepared) -> np.ndarray:
    """How much the best anchor at every pixel of the working picture looks like an object, [h, w] in 0..1.

    Every level's cells are laid over the picture as squares.
    """
    rpn, strides = cast(RPNTrace, prepared.rpn), cast(FasterRCNN, detector.net).config.rpn.strides
    height, width = prepared.working.shape[:2]
    best = np.zeros((height, width), np.float32)
    for scores, shape, stride in zip(rpn.objectness, rpn.shapes, strides, strict=True):
        cells = _array(scores[0].float().sigmoid().view(shape).amax(2))
        level = cells.repeat(stride, axis=0).repeat(stride, axis=1)  # of the picture padded to 32
        best = np.maximum(best, level[:height, :width])
    return best


def roi_features(detector: RegionDetector, run: StagedRun, row: int) -> RoIFeatures:
    """What Fast or Faster R-CNN cut out of its features for the region with a number."""
    head = cast(RoIHead, detector.net.head)
    box = torch.from_numpy(run.regions[row : row + 1])
    level = int(assign_levels(box, head.config.side, len(head.config.strides))[0])
    stride = head.config.strides[level]
    features = cast(Mapping[int, Tensor], run.trace.features)[stride][0]
    return RoIFeatures(stride, _array(features), _array(run.trace.head.pooled[row]))


def class_maps(run: StagedRun, class_id: int) -> np.ndarray:
    """R-FCN's maps of an object class, one for each part of an object, [K, K, h, w]."""
    maps = run.trace.head.score_maps[0]
    bins = run.trace.head.bins.shape[-1]
    own = maps.unflatten(0, (-1, bins, bins))[1 + class_id]  # the first class is background
    return _array(own)


@torch.inference_mode()
def region_votes(detector: RegionDetector, run: StagedRun, box: np.ndarray) -> RegionVotes:
    """What any box [4], in pixels of the working picture, makes of the maps that R-FCN has computed."""
    head = cast(VotingHead, detector.net.head)
    maps = run.trace.head
    region = torch.from_numpy(np.asarray(box, np.float32)[None]).to(maps.score_maps.device)
    trace = head.vote(maps.score_maps, maps.box_maps, [region])
    return RegionVotes(_array(trace.bins[0]), _array(trace.logits[0]))


def multiply_adds(detector: RegionDetector, prepared: Prepared) -> MultiplyAdds:
    """Multiply-adds of a picture of this size, counted while the net runs on it; pooling is not counted."""
    net = detector.net
    with torch.inference_mode():
        if isinstance(net, RCNN):
            cut_out = prepared.x.new_zeros(1, 3, net.config.size, net.config.size)
            return MultiplyAdds(0, _counted(lambda: net(cut_out, prepared.x.new_zeros(1, 4))))
        assert isinstance(net, FastRCNN | FasterRCNN)
        once, features = _counted(lambda: net.features(prepared.x)), net.features(prepared.x)
        if isinstance(net, FasterRCNN):
            once += _counted(lambda: net.rpn(features))
        box = prepared.x.new_tensor([[0.0, 0.0, 16.0, 16.0]])
        none, one = (_counted(partial(net.head, features, [b])) for b in (box[:0], box))
        return MultiplyAdds(once + none, one - none)


def _counted(run: Callable[[], object]) -> int:
    with FlopCounterMode(display=False) as counter:
        run()
    return int(counter.get_total_flops()) // 2


@torch.inference_mode()
def head_seconds(detector: RegionDetector, prepared: Prepared, regions: np.ndarray) -> dict[str, float]:
    """Seconds for all that comes after the proposals, of regions [R, 4] and not of the picture's features.

    R-CNN's are warp, features and classes of every cut-out; R-FCN's the maps, which all share, and votes.
    """
    if isinstance(detector, RCNNDetector):
        given = prepared._replace(ranked=regions, seconds={})
        return detector.finish(given, most=len(regions)).seconds
    boxes = torch.from_numpy(np.asarray(regions, np.float32)).to(detector.device)
    timer = StageTimer(detector.device)
    with timer.stage("head"), autocast(detector.device):
        cast(nn.Module, detector.net.head)(prepared.features, [boxes])
    return timer.seconds


def median_seconds(run: Callable[[], dict[str, float]], *, runs: int) -> dict[str, float]:
    """The median of each stage's seconds over some runs, fewer where these take longer than `PATIENCE`."""
    times = [run()]
    while len(times) < runs and sum(sum(t.values()) for t in times) < PATIENCE:
        times.append(run())
    return {stage: float(np.median([t[stage] for t in times])) for stage in times[0]}


def votes_by_maps(detector: RegionDetector) -> bool:
    """Whether a detector's regions vote on maps, or pool features."""
    return isinstance(detector.net, RFCN)


def _array(values: Tensor) -> np.ndarray:
    return np.asarray(values.float().cpu().numpy())
