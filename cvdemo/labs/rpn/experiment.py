"""What the region proposal network says of a picture, asked once, and its funnel at every slider."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

import numpy as np
import streamlit as st
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.metrics.proposals import recall
from cvdemo.ops.anchors import inside
from cvdemo.ops.detections import select
from cvdemo.ui.source import Chosen
from cvdemo.ui.truth import SceneScore, scene_score
from cvdemo.world.truth import Truth
from cvdemo.world.vocabulary import THINGS

if TYPE_CHECKING:
    from torch import Tensor

    from cvdemo.nets.faster_rcnn import TwoStageTrace
    from cvdemo.nets.rpn import RPNConfig
    from cvdemo.zoo.drawn import DrawnDetector

Floats: TypeAlias = NDArray[np.float32]

KEY = "faster-rcnn"
SCORE, NMS_IOU = 0.5, 0.5  # of the detections at the end
THRESHOLDS = (0.5, 0.7)  # IoU at which a true box counts as found


class Seen(NamedTuple):
    """One run of the network: its trace over the picture at the `size` (height, width) that it saw.

    `boxes` [D, 4] are all anchors as it shifted them, clipped to the picture, in pixels of that size;
    `scores` [D] their objectness in 0..1.
    """

    size: tuple[int, int]
    trace: TwoStageTrace
    boxes: Tensor
    scores: Tensor
    config: RPNConfig
    milliseconds: float

    @property
    def anchors(self) -> Floats:
        """All anchors [D, 4] where they stand on the grid."""
        return np.concatenate([a.cpu().numpy() for a in self.trace.rpn.anchors])


class Choice(NamedTuple):
    """What the sliders say: who takes part, so many of each level, NMS, so many of what is left."""

    scales: tuple[float, ...]
    ratios: tuple[float, ...]
    before: int
    iou: float
    after: int


class Stage(NamedTuple):
    """The boxes [N, 4] that are left, and the share of true boxes they find at each of `THRESHOLDS`."""

    boxes: Floats
    found: tuple[float, ...] | None


class Passed(NamedTuple):
    """The funnel at one choice.

    `fate` [D] says of every anchor: 0 switched off, 1 takes part, 2 among the best of its level, 3 and of
    some thickness, 4 left by NMS, 5 a proposal. `rows` are the proposals' anchors, best first. `stages` are
    anchors, the same shifted, what goes into NMS, what it leaves, proposals, detections. `inside` counts the
    anchors that do not cross the border. `detections` are in pixels of the size that the network saw.
    """

    fate: NDArray[np.uint8]
    rows: NDArray[np.int64]
    stages: tuple[Stage, ...]
    inside: int
    detections: sv.Detections
    score: SceneScore | None
    milliseconds: float


def detector() -> DrawnDetector:
    """Faster R-CNN with its shipped weights."""
    return cast("DrawnDetector", zoo.load(KEY))


def see(picture: NDArray[np.uint8]) -> Seen:
    """Run the network on a picture [H, W, 3]."""
    from cvdemo.nets.rpn import decode_anchors
    from cvdemo.zoo.drawn import at_working_size

    model = detector()
    config = cast(Any, model.net).config.rpn
    x = at_working_size(picture, model.device)  # [1, 3, h, w]
    size = (x.shape[2], x.shape[3])

    def work() -> tuple[TwoStageTrace, Tensor, Tensor]:
        trace = model.forward(x)
        boxes, scores = decode_anchors(trace.rpn, size, config)
        return trace, boxes[0], scores[0]

    (trace, boxes, scores), milliseconds = model.run(work, warm=size)
    return Seen(size, trace, boxes, scores, config, milliseconds)


@st.cache_resource(max_entries=16, show_spinner=False)
def _seen(identity: str, _picture: NDArray[np.uint8]) -> Seen:
    return see(_picture)


def seen(chosen: Chosen) -> Seen:
    """What the network says, once for each picture."""
    with st.spinner(f"Faster R-CNN runs on {zoo.default_device().upper()} …", show_time=True):
        return _seen(chosen.identity, chosen.picture)


@st.cache_resource(max_entries=64, show_spinner=False)
def _passed(identity: str, choice: Choice, _seen: Seen, _truth: Truth | None) -> Passed:
    return let_through(_seen, choice, _truth)


def passed(chosen: Chosen, found: Seen, choice: Choice) -> Passed:
    """The funnel, once for each picture and choice."""
    return _passed(chosen.identity, choice, found, chosen.truth)


def let_through(found: Seen, choice: Choice, truth: Truth | None) -> Passed:
    """The funnel from what the network has said; of the network only the head runs, on the proposals."""
    from cvdemo.nets.rpn import funnel, of_shapes

    start = time.perf_counter()
    config = replace(found.config, before=choice.before, after=choice.after, iou=choice.iou)
    trace = found.trace.rpn
    part = of_shapes(trace, config, choice.scales, choice.ratios)
    left = funnel(found.boxes, found.scores, [len(a) for a in trace.anchors], config, part)
    rows = [
        r.cpu().numpy() for r in (left.selected, left.best, left.not_small, left.after_nms, left.proposed)
    ]
    fate = np.zeros(len(found.boxes), np.uint8)
    for stage, own in enumerate(rows, 1):
        fate[own] = stage
    detections = judge(found, found.boxes[left.proposed])
    boxes, anchors = found.boxes.cpu().numpy(), found.anchors
    asked, _, solid, distinct, proposed = rows
    each = [anchors[asked], *(boxes[r] for r in (asked, solid, distinct, proposed)), detections.xyxy]
    known = None if truth is None else true_boxes(truth, found.size)
    return Passed(
        fate,
        proposed,
        tuple(Stage(b, shares(b, known)) for b in each),
        int(inside(anchors[asked], found.size).sum()),
        detections,
        None
        if truth is None
        else scene_score(in_picture(detections, found.size, (truth.height, truth.width)), truth),
        1000 * (time.perf_counter() - start),
    )


def judge(found: Seen, proposals: Tensor) -> sv.Detections:
    """What the head makes of proposals [P, 4], after score threshold and NMS per class."""
    from torchvision.ops import clip_boxes_to_image

    from cvdemo.zoo.device import autocast

    model = detector()

    def work() -> TwoStageTrace:
        with autocast(model.device):
            head = cast(Any, model.net).head(found.trace.features, [proposals])
        return found.trace._replace(head=head)

    trace = model.run(work).value
    boxes = clip_boxes_to_image(trace.boxes()[0], found.size)  # [P, classes, 4]
    scores = trace.scores()[0]  # [P, classes]
    row, column = (scores >= SCORE).nonzero(as_tuple=True)
    arrays = [t.float().cpu().numpy() for t in (boxes[row, column], scores[row, column])]
    class_ids = column.cpu().numpy()
    names = np.array(THINGS)[class_ids]
    raw = sv.Detections(arrays[0], confidence=arrays[1], class_id=class_ids, data={"class_name": names})
    return select(raw, score=SCORE, iou=NMS_IOU)


def true_boxes(truth: Truth, size: tuple[int, int]) -> Floats:
    """The boxes [T, 4] of a scene's things that are not too hard, in pixels of a (height, width)."""
    height, width = size
    scale = np.array([width / truth.width, height / truth.height] * 2)
    return np.asarray(truth.boxes[~truth.difficult] * scale, np.float32)


def shares(boxes: Floats, known: Floats | None) -> tuple[float, ...] | None:
    """The share of true boxes [T, 4] that boxes [N, 4] find at each of `THRESHOLDS`; None without any."""
    if known is None or not len(known):
        return None
    return tuple(recall([boxes], [known], THRESHOLDS, [len(boxes)])[:, 0].tolist())


def in_picture(detections: sv.Detections, size: tuple[int, int], picture: tuple[int, int]) -> sv.Detections:
    """Detections in pixels of a picture (height, width), from those of a (height, width)."""
    scale = np.array([picture[1] / size[1], picture[0] / size[0]] * 2, np.float32)
    return replace(detections, xyxy=detections.xyxy * scale)
