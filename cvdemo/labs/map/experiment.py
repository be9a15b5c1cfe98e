"""Sets for average precision: the drawn example, a detector's results, what-if changes, and their files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from cvdemo import world, zoo
from cvdemo.data.annotations import EvalSet
from cvdemo.data.coco import read_coco
from cvdemo.data.detections_json import to_coco
from cvdemo.data.pictures import to_jpeg
from cvdemo.errors import DataError
from cvdemo.metrics.ap import AP_METHODS, average_precision
from cvdemo.metrics.coco import Scores
from cvdemo.metrics.convention_scores import TOOLS
from cvdemo.metrics.conventions import COCO_KEYPOINTS, COCO_THRESHOLDS, Conventions
from cvdemo.metrics.curve import Curve, ap_table, unique_names
from cvdemo.metrics.eligible_pairs import EligiblePairs
from cvdemo.metrics.evaluation import as_dict
from cvdemo.metrics.simulated import simulated
from cvdemo.metrics.what_if import after_nms, with_false_positives
from cvdemo.world.export import Book
from cvdemo.zoo.model import Detector
from cvdemo.zoo.weights import has_weights

SCENES = 40
WIDTH, HEIGHT = 640, 480
CROWDED = replace(world.PRESETS["normal"], objects=10, occlusion=0.6)
NMS_IOU = 0.6  # as in `cvdemo evaluate`
MOST_RAW = 1000  # detections of a picture that are kept before NMS

Rows = list[dict[str, Any]]
"""Detections in COCO's results form."""


@dataclass(frozen=True, eq=False)
class EvaluationSet:
    """Truth and results with their pictures; `identity` is the same for the same set."""

    identity: str
    about: str  # one sentence: where the detections come from
    data: EvalSet
    jpeg: Callable[[int], bytes | None]  # of the image at a position, None where there is no picture
    nms: float = 1.0  # threshold that such detections usually go through; 1 for results that did already
    notes: tuple[str, ...] = ()  # what was left out before the files were read


@dataclass(frozen=True)
class DrawnExample:
    """Scenes of the drawn world: their truth in COCO's form, and their pictures [H, W, 3] uint8 RGB."""

    truth: dict[str, Any]
    pictures: tuple[np.ndarray, ...]

    def jpeg(self, position: int) -> bytes:
        """A picture as a JPEG file."""
        return to_jpeg(self.pictures[position])


def drawn_example(count: int = SCENES) -> DrawnExample:
    """The first scenes of the split "val", more crowded than usual."""
    book, pictures = Book("val", CROWDED), []
    for seed in range(count):
        picture, truth = world.draw(world.scene(seed, split="val", difficulty=CROWDED), WIDTH, HEIGHT)
        book.add(truth, f"val scene {seed}", seed)
        pictures.append(picture)
    truth_file = dict(book.files())["instances"]
    names = [c["name"] for c in truth_file["categories"]]
    truth_file = {**truth_file, "categories": [{"id": i, "name": n} for i, n in enumerate(names, 1)]}
    return DrawnExample(truth_file, tuple(pictures))


def simulated_set(example: DrawnExample) -> EvaluationSet:
    """The example with simulated detections, before NMS."""
    about = (
        f"{len(example.pictures)} scenes of the drawn world with their exact truth. The detections are "
        "**simulated** (jittered, missed, doubled, confused and made up by a seed): no network ran."
    )
    data = read_coco(example.truth, simulated(example.truth))
    return EvaluationSet("simulated", about, data, example.jpeg, nms=NMS_IOU)


def detected_set(example: DrawnExample, entry: zoo.ModelSpec, rows: Rows) -> EvaluationSet:
    """The example with a detector's results before NMS."""
    about = (
        f"{len(example.pictures)} scenes of the drawn world with their exact truth, and the detections of "
        f"**{entry.title}**."
    )
    data = read_coco(example.truth, rows)
    return EvaluationSet(f"drawn:{entry.key}", about, data, example.jpeg, nms=NMS_IOU)


def drawn_detectors() -> list[str]:
    """Keys of the detectors that are trained on the drawn world and whose weights are there."""
    entries = zoo.models(zoo.Task.DETECT)
    return [m.key for m in entries if m.source == zoo.Source.DRAWN and has_weights(m.key)]


class SetPicture(NamedTuple):
    """A picture of a set: its image id, its name, and how to get it."""

    image_id: Any
    name: str
    read: Callable[[], np.ndarray]


def pictures_of_example(example: DrawnExample) -> list[SetPicture]:
    """The example's pictures with the ids of its truth."""
    images = example.truth["images"]
    return [
        SetPicture(image["id"], image["file_name"], partial(example.pictures.__getitem__, k))
        for k, image in enumerate(images)
    ]


def detect(model: Detector, picture: SetPicture, categories: Sequence[dict[str, Any]]) -> Rows:
    """A detector's results of a picture before NMS, scores from .01, the first `MOST_RAW`.

    Classes are matched by name; a model asked by text is asked for all names. Raises DataError where the
    detector knows none of the categories.
    """
    ids = {str(c["name"]).lower(): c["id"] for c in categories}
    prompt = ", ".join(ids) if model.spec.prompt else ""
    category = {i: ids[n.lower()] for i, n in model.names(prompt).items() if n.lower() in ids}
    if not category:
        known = ", ".join(list(ids)[:6])
        raise DataError(f"{model.spec.title} knows none of the truth's classes by name ({known})")
    rows = to_coco(model.raw(picture.read(), prompt=prompt), picture.image_id)
    known_rows = [
        {**r, "category_id": category[r["category_id"]]} for r in rows if r["category_id"] in category
    ]
    return known_rows[:MOST_RAW]


def changed(data: EvalSet, *, nms: float, alarms: int = 0, category: int = -1) -> EvalSet:
    """The set after NMS at a threshold of IoU, with so many false alarms of a class [position] on top."""
    data = after_nms(data, nms)
    return with_false_positives(data, category, alarms) if alarms else data


def conventions_of(tool: str, data: EvalSet) -> Conventions:
    """A tool's conventions with COCO's ten thresholds; keypoints have COCO's alone."""
    if data.iou_type == "keypoints":
        return COCO_KEYPOINTS
    return replace(TOOLS[tool], iou_thresholds=COCO_THRESHOLDS)


def classes_by_truth(eligible: EligiblePairs) -> list[int]:
    """Positions of the classes with truth to be found, the most frequent first; [0] where there is none."""
    positives = eligible.positives(eligible.ignore)
    return [k for k in np.argsort(-positives, kind="stable").tolist() if positives[k]] or [0]


def mean_ap(curves: dict[int, Curve]) -> float:
    """The mean 101-point AP of the classes with truth."""
    return float(np.mean([curve.ap("101-point") for curve in curves.values()]))


def ap_above(curve: Curve, score: float) -> float:
    """101-point AP of the detections of at least a score."""
    kept = int((curve.scores >= score).sum())
    return average_precision(curve.recall[:kept], curve.precision[:kept], "101-point")


def outcomes(curve: Curve) -> str:
    """One letter per detection: 1 true positive, 0 false positive, 2 ignored."""
    kinds = np.where(curve.true_positives, "1", np.where(curve.false_positives, "0", "2"))
    return "".join(kinds.tolist())


def first_false_positive(curve: Curve) -> int:
    """Where the curve first falls: the first false positive after a true one, else the last detection."""
    after = np.flatnonzero(curve.false_positives & (np.cumsum(curve.true_positives) > 0))
    return int(after[0]) if after.size else max(len(curve) - 1, 0)


def curve_csv(curve: Curve) -> str:
    """A line per detection under a heading, by descending score."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["image", "score", "outcome", "precision", "recall", "envelope"])
    data = curve.eligible.data
    outcome = np.where(curve.true_positives, "TP", np.where(curve.false_positives, "FP", "ignored"))
    names = [data.image_names[i] for i in data.results.image[curve.rows]]
    columns = (curve.scores, outcome, curve.precision, curve.recall, curve.envelope)
    writer.writerows(zip(names, *(c.tolist() for c in columns), strict=True))
    return out.getvalue()


def scores_json(eligible: EligiblePairs, scores: Scores, iou: float) -> str:
    """COCO's numbers, AP at one threshold three ways, and AP by class and threshold."""
    names = unique_names(eligible)
    grid = {names[k]: row.tolist() for k, row in enumerate(scores.ap[:, :, 0].T) if not np.isnan(row).any()}
    content = {
        "summary": scores.summary(),
        "at_iou": as_dict(ap_table(eligible, iou)),
        "iou_thresholds": list(scores.conventions.iou_thresholds),
        "AP_by_class_and_iou": grid,
        "methods": list(AP_METHODS),
    }
    return json.dumps(content, indent=1)
