"""A detector on the images of a data set: COCO's numbers, and which images went worst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo.data.annotations import EvalSet
from cvdemo.data.coco import read_coco
from cvdemo.data.dataset import Dataset
from cvdemo.data.formats.coco import contents
from cvdemo.errors import DataError
from cvdemo.metrics.coco import score
from cvdemo.metrics.eligible_pairs import EligiblePairs
from cvdemo.metrics.evaluation import conventions_for
from cvdemo.zoo.evaluate import CocoData, collect_results
from cvdemo.zoo.model import Detector

MATCH_IOU = 0.5
Rows = list[dict[str, Any]]

SAME = {
    "aeroplane": "airplane", "diningtable": "dining table", "motorbike": "motorcycle", "sofa": "couch",
    "pottedplant": "potted plant", "tvmonitor": "tv", "ball": "sports ball", "pedestrian": "person",
    "cyclist": "person", "bicyclist": "person", "rider": "person", "van": "car", "on rails": "train",
}  # fmt: skip
"""Names of classes in VOC, KITTI, Cityscapes and the drawn world, and what COCO's detectors call them."""


@dataclass(frozen=True, eq=False)
class ImageErrors:
    """What went right and wrong on one image, at IoU .5: detections [D] with a flag each, missed boxes."""

    image: int  # row in the data set
    right: int
    wrong: int
    missed: int
    found: sv.Detections
    is_right: NDArray[np.bool_]  # [D]
    missed_boxes: NDArray[np.float64]  # [M, 4]

    @property
    def share(self) -> float:
        """Right detections among all that is found or to be found, 0..1."""
        return self.right / max(1, self.right + self.wrong + self.missed)


@dataclass(frozen=True, eq=False)
class ModelScore:
    """COCO's numbers of a detector on some images, and each image's errors, the worst first."""

    numbers: dict[str, float]
    per_class: dict[str, float]  # AP by name, of the classes with truth
    images: tuple[ImageErrors, ...]
    unknown: tuple[str, ...]  # classes of the data set that the detector does not know


def known_classes(dataset: Dataset, names: Mapping[int, str]) -> dict[str, str]:
    """The data set's classes that a detector knows, by name, each with the detector's name for it.

    Where several would get one name, the first has it and the others count as unknown.
    """
    left = {name.lower() for name in names.values()}
    found = {}
    for same in (False, True):  # equal names first
        for name in dataset.categories:
            low = name.lower().replace("_", " ")
            theirs = SAME.get(low.replace(" ", ""), SAME.get(low, "")) if same else low
            if name not in found and theirs in left:
                found[name] = theirs
                left.remove(theirs)
    return found


def detect_one(model: Detector, dataset: Dataset, image: int) -> Rows:
    """The detector's results of one image in COCO's form, with the data set's category ids.

    Scored as in `cvdemo evaluate`: from .01, NMS at .6, the best 100. PictureError where there is no picture.
    """
    known = known_classes(dataset, _names(model, dataset))
    ids = {theirs: dataset.categories.index(name) + 1 for name, theirs in known.items()}
    data = CocoData({}, {image + 1: partial(dataset.picture, image)}, ids)
    rows, _ = collect_results(model, data)
    return rows


def _names(model: Detector, dataset: Dataset) -> dict[int, str]:
    return model.names(", ".join(name.lower() for name in dataset.categories) if model.spec.prompt else "")


def score_images(
    model: Detector, dataset: Dataset, images: Sequence[int], rows: Rows, *, least: float
) -> ModelScore:
    """COCO's numbers over the classes that the detector knows, and the errors of each image.

    Difficult objects are ignored. `least` is the score from which a detection counts as an error or as right.
    """
    known = known_classes(dataset, _names(model, dataset))
    ids = {dataset.categories.index(name) + 1 for name in known}
    truth = contents(dataset, images, dataset.names)["instances"]
    marked = [
        {**row, "difficult": int(dataset.objects.difficult[row["id"] - 1])}
        for row in truth["annotations"]
        if row["category_id"] in ids and "bbox" in row
    ]
    if not marked:
        raise DataError(f"no object of these images has a class that {model.spec.title} knows")
    categories = [c for c in truth["categories"] if c["id"] in ids]
    data = read_coco({**truth, "categories": categories, "annotations": marked}, rows, skip_bad=True)
    scores = score(data, conventions_for("voc"))
    per_class = dict(zip(data.category_names, scores.per_class().tolist(), strict=True))
    errors = _errors(data, images, least)
    return ModelScore(
        scores.summary(),
        {name: value for name, value in per_class.items() if not np.isnan(value)},
        tuple(sorted(errors, key=lambda e: (e.share, -e.wrong - e.missed))),
        tuple(name for name in dataset.categories if name not in known),
    )


def _errors(data: EvalSet, images: Sequence[int], least: float) -> list[ImageErrors]:
    """Each image's right and wrong detections from a score on, and what they miss."""
    pairs = EligiblePairs(data, conventions_for("voc"))
    matches = pairs.match((MATCH_IOU,))
    counted = (data.results.score >= least) & ~matches.ignored[0]
    matched = matches.matched[0]
    taken = np.zeros(len(data.truth), bool)
    taken[matched[counted & (matched >= 0)]] = True
    missed = ~taken & ~matches.truth_ignored
    return [
        _of_image(data, k, image, counted, matched, missed)
        for k, image in ((data.image_ids.index(image + 1), image) for image in images)
    ]


def _of_image(
    data: EvalSet,
    k: int,
    image: int,
    counted: NDArray[np.bool_],
    matched: NDArray[np.int64],
    missed: NDArray[np.bool_],
) -> ImageErrors:
    rows = np.flatnonzero(counted & (data.results.image == k))
    left = np.flatnonzero(missed & (data.truth.image == k))
    is_right = matched[rows] >= 0
    names = np.array([data.category_names[c] for c in data.results.category[rows]], str)
    found = sv.Detections(
        data.results.boxes[rows].astype(np.float32).reshape(-1, 4),
        confidence=data.results.score[rows].astype(np.float32),
        class_id=data.results.category[rows],
        data={"class_name": names},
    )
    return ImageErrors(
        image, int(is_right.sum()), int((~is_right).sum()), len(left), found, is_right, data.truth.boxes[left]
    )
