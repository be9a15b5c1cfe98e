"""Five tasks on one picture: what class, where, which objects, which pixels, whose pixels.

five_tasks(picture, zoo.Domain.PHOTOS).detection  # supervision.Detections
"""

from __future__ import annotations

from typing import NamedTuple, cast

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.detections_json import class_names
from cvdemo.ops.detections import at_mask_threshold, confidence, select
from cvdemo.ops.iou import box_iou
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.model import Classification, Classifier, Detector, Segmenter
from cvdemo.zoo.weights import has_weights

TASKS = ("classification", "localization", "detection", "semantic", "instances")
LOCALIZER = "localizer"  # the drawn world's net of one class and one box
WITH_MAPS = "efficientnet-lite0"  # a classifier whose maps show where it looked
CAM_SHARE = 0.2
"""Of a map's maximum: the box is around what is above it (arXiv:1512.04150, sec. 3.2)."""

Picture = NDArray[np.uint8]


class OneObject(NamedTuple):
    """The answer of the first two tasks: classes with their probabilities, the highest first, and a box [4].

    The box is in pixels, None where the model has none; `milliseconds` are those of the network.
    """

    classes: tuple[tuple[str, float], ...]
    box: NDArray[np.float32] | None
    milliseconds: float


class FiveAnswers(NamedTuple):
    """What models say of one picture, task by task: objects are those that pass the threshold.

    `semantic` is a label map [H, W] of the classes `names`.
    """

    one: OneObject
    detection: sv.Detections
    semantic: NDArray[np.uint8]
    names: tuple[str, ...]
    instances: sv.Detections


def models_of(domain: zoo.Domain) -> dict[str, zoo.ModelSpec]:
    """By task, the model that knows pictures of a domain and works now.

    For drawings one net answers the first two tasks. On photos the box is that of a classifier's map.
    """
    drawn = domain is zoo.Domain.DRAWINGS and has_weights(LOCALIZER)
    classifier = LOCALIZER if drawn else zoo.first_model(zoo.Task.CLASSIFY, domain)
    keys = (
        classifier,
        LOCALIZER if drawn else WITH_MAPS,
        *(zoo.first_model(t, domain) for t in (zoo.Task.DETECT, zoo.Task.SEGMENT, zoo.Task.INSTANCES)),
    )
    return dict(zip(TASKS, map(zoo.spec, keys), strict=True))


def of_localizer(raw: sv.Detections, top: int = 5) -> OneObject:
    """One class and one box from the raw detections of a net that has one box for all classes."""
    pairs = zip(class_names(raw)[:top], confidence(raw)[:top].tolist(), strict=True)
    return OneObject(tuple(pairs), raw.xyxy[0] if len(raw) else None, raw.metadata["milliseconds"])


def of_classifier(found: Classification, size: tuple[int, int], names: dict[int, str]) -> OneObject:
    """Classes of a classifier, and the box around where it looked, in a picture of a size (height, width)."""
    best = found.top(5)
    box = None if found.maps is None else cam_box(found.maps[best[0][0]], size)
    return OneObject(tuple((names[k], p) for k, p in best), box, found.milliseconds)


def cam_box(activation: NDArray[np.floating], size: tuple[int, int]) -> NDArray[np.float32] | None:
    """The box [4] around the largest connected part of a class activation map [h, w] above its threshold.

    It lies in a picture of a size (height, width); None where the map is nowhere above 0.
    """
    heat = cv2.resize(activation.astype(np.float32), size[::-1], interpolation=cv2.INTER_LINEAR)
    if heat.max() <= 0:
        return None
    high = (heat >= CAM_SHARE * heat.max()).astype(np.uint8)
    _, _, parts, _ = cv2.connectedComponentsWithStats(high, connectivity=8)
    x, y, w, h, _ = max(parts[1:], key=lambda part: part[cv2.CC_STAT_AREA])
    return np.array([x, y, x + w, y + h], np.float32)


def kept(raw: sv.Detections, entry: zoo.ModelSpec, score: float) -> sv.Detections:
    """Raw detections after score threshold and NMS at .5, masks cut at .5 where there are any."""
    found = select(raw, score=score, iou=0.5 if entry.nms else 1.0)
    return at_mask_threshold(found, 0.5) if entry.task is zoo.Task.INSTANCES else found


def box_of(one: OneObject) -> sv.Detections:
    """The one class and box as a detection; none where there is no box."""
    if one.box is None or not one.classes:
        return sv.Detections.empty()
    name, probability = one.classes[0]
    return sv.Detections(
        one.box[None].astype(np.float32), None, np.array([probability], np.float32), np.array([0]),
        data={"class_name": np.array([name])},
    )  # fmt: skip


def best_iou(one: OneObject, truth: Truth) -> float | None:
    """The IoU of the box with the object of its class that it fits best; None where the scene has none."""
    there = [
        k for k, c in enumerate(truth.classes.tolist()) if one.classes and THINGS[c] == one.classes[0][0]
    ]
    if one.box is None or not there:
        return None
    return float(box_iou(one.box[None], truth.boxes[there]).max())


def holdings(found: FiveAnswers) -> list[dict[str, str]]:
    """How much each task's answer holds, a row for each."""
    height, width = found.semantic.shape
    objects, masks = len(found.detection), len(found.instances)
    return [
        {"task": "classification", "answer": "1 class"},
        {"task": "classification + localization", "answer": "1 class, 1 box of 4 numbers"},
        {"task": "detection", "answer": f"{objects} x (class, box)"},
        {"task": "semantic segmentation", "answer": f"{width} x {height} = {width * height:,} classes"},
        {"task": "instance segmentation", "answer": f"{masks} x (class, box, mask)"},
    ]


def one_object(entry: zoo.ModelSpec, picture: Picture) -> OneObject:
    """Run a classifier, or a net of one class and one box, on a picture [H, W, 3] uint8 RGB."""
    model = zoo.load(entry.key)
    if isinstance(model, Detector):
        return of_localizer(model.raw(picture))
    found = cast(Classifier, model)(picture)
    return of_classifier(found, (picture.shape[0], picture.shape[1]), zoo.labels(entry.labels))


def five_tasks(picture: Picture, domain: zoo.Domain, *, score: float = 0.5) -> FiveAnswers:
    """All five answers for a picture [H, W, 3] uint8 RGB, as the page shows them."""
    models = models_of(domain)
    detect, segment, instances = (models[task] for task in TASKS[2:])
    labels = cast(Segmenter, zoo.load(segment.key))(picture)
    names = tuple(name for _, name in sorted(zoo.labels(segment.labels).items()))
    boxes, masks = (cast(Detector, zoo.load(e.key)).raw(picture) for e in (detect, instances))
    one = one_object(models[TASKS[1]], picture)
    return FiveAnswers(one, kept(boxes, detect, score), labels, names, kept(masks, instances, score))
