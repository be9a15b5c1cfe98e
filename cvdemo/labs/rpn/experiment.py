"""The region proposal network of Faster R-CNN+ on one picture, and its funnel for any choice of anchors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.metrics.proposals import recall
from cvdemo.metrics.scene import SceneScore, scene_score
from cvdemo.ops.anchors import inside
from cvdemo.ops.detections import scaled, select
from cvdemo.world.reading import Truth

if TYPE_CHECKING:
    from torch import Tensor

    from cvdemo.nets.faster_rcnn import TwoStageTrace
    from cvdemo.nets.rpn import Funnel, RPNConfig
    from cvdemo.nets.rpn_paper import Counted
    from cvdemo.zoo.drawn import DrawnDetector

Floats: TypeAlias = NDArray[np.float32]

KEY = "faster-rcnn-plus"
SCALES = (12, 18, 28, 42, 64, 96)  # of the net's anchors in pixels, two for each level
RATIOS = (0.5, 1.0, 2.0)  # height to width
SHAPES = dict(zip(("wide", "square", "upright"), RATIOS, strict=True))
SCORE, NMS_IOU = 0.5, 0.5  # of the detections at the end
RECALL_IOUS = (0.5, 0.7)  # IoU at which a true box counts as found
STAGES = ("Anchors", "Corrected", "Best", "After NMS", "Proposals", "Detections")


class RPNPrediction(NamedTuple):
    """One run of the network: its trace of the picture, resized to the `size` (height, width).

    `boxes` [D, 4] are all anchors after correction, clipped to the picture, in pixels of that size;
    `scores` [D] are their objectness in 0..1. `milliseconds` is the time of the network.
    """

    size: tuple[int, int]
    trace: TwoStageTrace
    boxes: Tensor
    scores: Tensor
    config: RPNConfig
    milliseconds: float

    @property
    def anchors(self) -> Floats:
        """All anchors [D, 4] before correction, in pixels of `size`."""
        return np.concatenate([a.cpu().numpy() for a in self.trace.rpn.anchors])


class FunnelKnobs(NamedTuple):
    """The anchors that take part, and how many are left; the defaults are those of the training.

    The `before` best of each level go into NMS, which suppresses boxes that overlap a better one by more
    than `iou`; the `after` best of the rest are proposed.
    """

    scales: tuple[float, ...] = SCALES
    ratios: tuple[float, ...] = RATIOS
    before: int = 300
    iou: float = 0.7
    after: int = 150


class FunnelStage(NamedTuple):
    """Boxes [N, 4] of a stage in pixels of the network's picture, and their recall at `RECALL_IOUS`.

    `recall` is None where no truth is known.
    """

    title: str
    boxes: Floats
    recall: tuple[float, ...] | None


class FilteredProposals(NamedTuple):
    """The funnel for one choice of knobs.

    `stages` are one for each of `STAGES`. `last_stage` [D] holds for every anchor how far it came: 0 switched
    off, 1 takes part, 2 among the best of its level, 3 and not too thin, 4 after NMS, 5 a proposal. `rows`
    [P] are the proposals' anchors, best first. `inside` counts the anchors that do not cross the border.
    `detections` are in pixels of the network's picture. `milliseconds` is the time of funnel and head.
    """

    stages: tuple[FunnelStage, ...]
    last_stage: NDArray[np.uint8]
    rows: NDArray[np.int64]
    inside: int
    detections: sv.Detections
    score: SceneScore | None
    milliseconds: float


def detector() -> DrawnDetector:
    """Faster R-CNN+ with its shipped weights."""
    return cast("DrawnDetector", zoo.load(KEY))


def predict(picture: NDArray[np.uint8]) -> RPNPrediction:
    """Run the network on a picture [H, W, 3] uint8 RGB."""
    from cvdemo.nets.rpn import decode_anchors
    from cvdemo.zoo.drawn import at_working_size

    model = detector()
    config = cast(Any, model.net).config.rpn
    x = at_working_size(picture, model.device)  # [1, 3, h, w]
    size = (x.shape[2], x.shape[3])

    def forward() -> tuple[TwoStageTrace, Tensor, Tensor]:
        trace = model.forward(x)
        boxes, scores = decode_anchors(trace.rpn, size, config)
        return trace, boxes[0], scores[0]

    (trace, boxes, scores), milliseconds = model.run(forward, warm=size)
    return RPNPrediction(size, trace, boxes, scores, config, milliseconds)


def filter_proposals(
    prediction: RPNPrediction, knobs: FunnelKnobs | None = None, truth: Truth | None = None
) -> FilteredProposals:
    """The funnel on a prediction that is there (arXiv:1506.01497, sec. 3.3); only the head runs anew.

    `truth` is that of the scene, where the picture is one: it gives recall and score.
    """
    knobs = knobs or FunnelKnobs()

    def work() -> tuple[Funnel, sv.Detections]:
        left = _funnel(prediction, knobs)
        return left, classify(prediction, prediction.boxes[left.proposed])

    (left, detections), milliseconds = detector().run(work)
    rows = [r.cpu().numpy() for r in left]
    last_stage = np.zeros(len(prediction.boxes), np.uint8)
    for stage, own in enumerate(rows, 1):
        last_stage[own] = stage
    anchors = prediction.anchors[rows[0]]
    return FilteredProposals(
        _stages(prediction, anchors, rows, detections, truth),
        last_stage,
        rows[-1],
        int(inside(anchors, prediction.size).sum()),
        detections,
        None if truth is None else _score(prediction, detections, truth),
        milliseconds,
    )


def _funnel(prediction: RPNPrediction, knobs: FunnelKnobs) -> Funnel:
    from cvdemo.nets.rpn import funnel, of_shapes

    config = replace(prediction.config, before=knobs.before, after=knobs.after, iou=knobs.iou)
    trace = prediction.trace.rpn
    part = of_shapes(trace, config, knobs.scales, knobs.ratios)
    return funnel(prediction.boxes, prediction.scores, [len(a) for a in trace.anchors], config, part)


def classify(prediction: RPNPrediction, proposals: Tensor) -> sv.Detections:
    """The head's detections of proposals [P, 4], after score threshold and NMS per class.

    Boxes are in pixels of the network's picture. To be called within the model's `run`.
    """
    from cvdemo.zoo.device import autocast
    from cvdemo.zoo.model import FLOOR, RawArrays

    model = detector()
    with autocast(model.device):
        trace = prediction.trace._replace(
            head=cast(Any, model.net).head(prediction.trace.features, [proposals])
        )
    boxes, scores = trace.boxes()[0], trace.scores()[0]  # [P, classes, 4], [P, classes]
    row, column = (scores > FLOOR).nonzero(as_tuple=True)
    arrays = (boxes[row, column].float(), scores[row, column].float(), column)
    raw = model.detections(RawArrays(*(t.cpu().numpy() for t in arrays)), prediction.size, 0.0)
    return select(raw, score=SCORE, iou=NMS_IOU)


def _stages(
    prediction: RPNPrediction,
    anchors: Floats,
    rows: Sequence[NDArray[np.int64]],
    detections: sv.Detections,
    truth: Truth | None,
) -> tuple[FunnelStage, ...]:
    corrected = prediction.boxes.cpu().numpy()
    selected, _, not_small, after_nms, proposed = rows
    boxes = [anchors, *(corrected[r] for r in (selected, not_small, after_nms, proposed)), detections.xyxy]
    targets = None if truth is None else target_boxes(truth, prediction.size)
    return tuple(FunnelStage(title, b, recall_of(b, targets)) for title, b in zip(STAGES, boxes, strict=True))


def target_boxes(truth: Truth, size: tuple[int, int]) -> Floats:
    """The true boxes [T, 4] of a scene that are not difficult, in pixels of a (height, width)."""
    height, width = size
    scale = np.array([width / truth.width, height / truth.height] * 2)
    return np.asarray(truth.boxes[~truth.difficult] * scale, np.float32)


def recall_of(boxes: Floats, targets: Floats | None) -> tuple[float, ...] | None:
    """The share of true boxes [T, 4] that boxes [N, 4] find at each of `RECALL_IOUS`; None without any."""
    if targets is None or not len(targets):
        return None
    return tuple(recall([boxes], [targets], RECALL_IOUS, [len(boxes)])[:, 0].tolist())


def _score(prediction: RPNPrediction, detections: sv.Detections, truth: Truth) -> SceneScore:
    return scene_score(scaled(detections, prediction.size, (truth.height, truth.width)), truth)


def proposals_in_picture(
    prediction: RPNPrediction, filtered: FilteredProposals, picture: tuple[int, int]
) -> sv.Detections:
    """The proposals, best first, all of one class, in pixels of the whole picture (height, width)."""
    rows = filtered.rows
    own = sv.Detections(
        prediction.boxes[rows].cpu().numpy().reshape(-1, 4),
        confidence=prediction.scores[rows].cpu().numpy(),
        class_id=np.zeros(len(rows), int),
        data={"class_name": np.full(len(rows), "proposal")},
    )
    return scaled(own, prediction.size, picture)


def paper_counts(size: tuple[int, int], truth: Truth | None = None) -> Counted:
    """The counts of the paper's funnel for pictures of a (height, width); see `cvdemo.nets.rpn_paper`."""
    from cvdemo.nets.rpn_paper import count

    return count(size, None if truth is None else target_boxes(truth, size))
