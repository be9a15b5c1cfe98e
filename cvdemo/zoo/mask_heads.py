"""Mask R-CNN's mask head on any boxes of a picture whose features are kept (arXiv:1703.06870, sec. 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.ops.nms import batched_nms
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.weights import has_weights

if TYPE_CHECKING:
    from torch import Tensor

    from cvdemo.zoo.drawn_heads import MaskRCNNDetector

Floats = NDArray[np.float32]

ALIGN, POOL, SOFTMAX = "mask-rcnn", "mask-rcnn-roipool", "mask-rcnn-softmax"
SCORE, NMS_IOU = 0.3, 0.5  # of the detections that are shown


class MaskFeatures(NamedTuple):
    """A picture as a mask net sees it, `size` (height, width) in pixels: features by stride, detections.

    `boxes` [D, 4] in these pixels, `scores` [D] and `classes` [D] after threshold and NMS, best first.
    """

    key: str
    size: tuple[int, int]
    features: dict[int, Tensor]
    boxes: Floats
    scores: Floats
    classes: NDArray[np.int64]
    milliseconds: float

    @property
    def names(self) -> tuple[str, ...]:
        """What the masks of a RoI are of."""
        return THINGS

    @property
    def titles(self) -> tuple[str, ...]:
        """The class of each detection, by name."""
        return tuple(THINGS[k] for k in self.classes)


class RoIMasks(NamedTuple):
    """What the mask head makes of N boxes: pooled features [N, C, S, S], masks [N, classes, M, M] in 0..1."""

    pooled: Floats
    masks: Floats
    milliseconds: float


def trained_mask_nets() -> list[str]:
    """The keys of Mask R-CNN and its ablations whose weights are here."""
    return [key for key in (ALIGN, POOL, SOFTMAX) if has_weights(key)]


def _detector(key: str) -> MaskRCNNDetector:
    return cast("MaskRCNNDetector", zoo.load(key))


def mask_features(key: str, picture: NDArray[np.uint8]) -> MaskFeatures:
    """Run a mask net on a picture [H, W, 3] once; any number of boxes can follow."""
    from cvdemo.zoo.drawn import at_working_size

    model = _detector(key)
    x = at_working_size(picture, model.device, model.long_side)
    trace, milliseconds = model.run(lambda: model.forward(x), warm=tuple(x.shape))
    boxes, scores, classes = (v.cpu().numpy() for v in trace.detected[0])
    good = np.flatnonzero(scores >= SCORE)
    kept = good[batched_nms(boxes[good], scores[good], classes[good], NMS_IOU)]
    size = (int(x.shape[2]), int(x.shape[3]))
    return MaskFeatures(
        key, size, trace.detector.features, boxes[kept], scores[kept], classes[kept], milliseconds
    )


def masks_of_boxes(found: MaskFeatures, boxes: Any) -> RoIMasks:
    """The masks of any boxes [N, 4] in the net's pixels; of the network only the mask head runs."""
    import torch

    from cvdemo.zoo.device import autocast

    model = _detector(found.key)
    head = cast(Any, model.net).mask_head
    rois = torch.from_numpy(np.asarray(boxes, np.float32).reshape(-1, 4)).to(model.device)

    def work() -> tuple[Floats, Floats]:
        with autocast(model.device):
            trace = head(found.features, [rois])
        masks = head.probabilities(trace.logits)
        return trace.pooled.float().cpu().numpy(), masks.float().cpu().numpy()

    (pooled, masks), milliseconds = model.run(work)
    return RoIMasks(pooled, masks, milliseconds)
