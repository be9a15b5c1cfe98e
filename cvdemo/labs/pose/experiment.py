"""People of a picture with their keypoints: who is whom, how keypoints come out of maps, and their errors."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.draw.skeletons import LEAST_KEYPOINT
from cvdemo.metrics.people import people_rows
from cvdemo.ops.detections import confidence, keypoints_of
from cvdemo.ops.iou import box_iou
from cvdemo.ops.keypoints import KEYPOINT_NAMES, correct_keypoints, keypoint_similarity, oks
from cvdemo.ops.peaks import Peaks, find_peaks
from cvdemo.world.reading import Truth
from cvdemo.zoo.entries import entries
from cvdemo.zoo.spec import ModelSpec, Source, Task
from cvdemo.zoo.weights import has_weights, read_card

Floats: TypeAlias = NDArray[np.floating[Any]]
Picture: TypeAlias = NDArray[np.uint8]

HEAT, REGRESSION = "keypoint-rcnn", "pose-regression"
SAME_PERSON = 0.3  # IoU of boxes
MASK_SHARE = 0.53  # of a person's box that COCO's tools take for the area where there is no mask


class Person(NamedTuple):
    """One person of a picture: found, drawn, or both.

    `box` [4] is the found one, or the true one of a person who was missed. `keypoints` [17, 3] are found,
    x, y in pixels and a score; `truth` [17, 3] true, x, y and visibility; None where there are none. `area`
    is the person's in square pixels: of the true mask, else `MASK_SHARE` of the box. `view` is the side from
    which a drawn person is seen, "" where it is not known.
    """

    box: Floats
    score: float
    keypoints: Floats | None
    truth: Floats | None
    area: float
    size: float
    view: str

    @property
    def reference(self) -> Floats:
        """What keypoints are compared with [17, 3]: the truth, or where none is known what was found."""
        if self.truth is not None:
            return self.truth
        assert self.keypoints is not None
        visible = np.where(self.keypoints[:, 2:] >= LEAST_KEYPOINT, 2, 0)
        return np.concatenate([self.keypoints[:, :2], visible], axis=1)

    @property
    def points(self) -> Floats:
        """Where the keypoints stand at first [17, 2]: found, or at the truth for a person who was missed."""
        at = self.truth if self.keypoints is None else self.keypoints
        assert at is not None
        return at[:, :2]

    def title(self, number: int) -> str:
        """What a list shows."""
        about = "missed" if self.keypoints is None else f"score {self.score:.2f}"
        seen = f", seen from the {self.view}" if self.view in ("front", "back") else ""
        side = f", {self.view} side" if self.view in ("left", "right") else ""
        return f"{number}: {about}{seen}{side}"


class Comparison(NamedTuple):
    """Keypoints [17, 2] against a person's reference.

    `similarity` [17] and `errors` [17] in pixels are NaN where a keypoint has no label; `oks` is NaN where
    none has. `correct` [17] are those within `alpha` of the box's longer side.
    """

    similarity: Floats
    errors: Floats
    oks: float
    correct: NDArray[np.bool_]


class PoseTrace(NamedTuple):
    """How one person's keypoints came about, in pixels of the picture.

    `maps` [17, M, M] lie over `area` [4]; `keypoints` [17, 3] come out of them, `regressed` [17, 2] without
    maps, from the whole person. `title` and `regression` say whose they are. None where no net has any.
    """

    title: str
    regression: str
    area: Floats | None
    maps: Floats | None
    keypoints: Floats | None
    regressed: Floats | None

    def peaks(self) -> Peaks | None:
        """The maps' peaks and second peaks, in pixels of the picture."""
        if self.maps is None or self.area is None:
            return None
        return find_peaks(self.maps, self.area)


def people(found: sv.Detections, truth: Truth | None) -> list[Person]:
    """The people found, by descending score, and behind them those of a scene who were missed.

    By descending score, each is the drawn person not yet taken whose box fits best, from `SAME_PERSON` on.
    """
    points = keypoints_of(found)
    if points is None:
        return []
    rows = [] if truth is None else people_rows(truth).tolist()
    listed = []
    for box, score, own in zip(found.xyxy, confidence(found).tolist(), points, strict=True):
        row = _best_fit(box, rows, truth)
        if row is not None:
            rows.remove(row)
        listed.append(_person(box, score, own, row, truth))
    missed = [row for row in rows if truth is not None and not truth.difficult[row]]
    return listed + [_person(cast(Truth, truth).boxes[row], 0.0, None, row, truth) for row in missed]


def _best_fit(box: Floats, rows: list[int], truth: Truth | None) -> int | None:
    if truth is None or not rows:
        return None
    overlaps = box_iou(box[None].astype(np.float64), truth.boxes[rows].astype(np.float64))[0]
    best = int(overlaps.argmax())
    return rows[best] if overlaps[best] >= SAME_PERSON else None


def _person(
    box: Floats, score: float, keypoints: Floats | None, row: int | None, truth: Truth | None
) -> Person:
    if truth is None or row is None:
        sides = box[2:] - box[:2]
        area = MASK_SHARE * float(np.prod(sides))
        return Person(box, score, keypoints, None, area, float(sides.max()), "")
    true_box = truth.boxes[row]
    return Person(
        box,
        score,
        keypoints,
        truth.keypoints[row].astype(np.float64),
        float(truth.masks[row].sum()),
        float((true_box[2:] - true_box[:2]).max()),
        truth.records[row].view,
    )


def compare(points: Floats, person: Person, alpha: float) -> Comparison:
    """Keypoints [17, 2] in pixels against the person's reference; `alpha` is PCK's share of the box."""
    reference = person.reference
    similar = keypoint_similarity(points, reference, person.area)
    distance = np.sqrt(((np.asarray(points)[:, :2] - reference[:, :2]) ** 2).sum(axis=1))
    return Comparison(
        similar,
        np.where(reference[:, 2] > 0, distance, np.nan),
        float(oks(points, reference, person.area)),
        correct_keypoints(points, reference, person.size, alpha),
    )


def pose_trace(spec: ModelSpec, picture: Picture, box: Floats) -> PoseTrace:
    """How the keypoints of the person in a box [4] come about in the model of a spec.

    The drawn world's two nets are shown side by side, on the same box; MoveNet holds both ways itself. Of
    other models nothing is shown.
    """
    if spec.source is Source.DRAWN:
        return _drawn_trace(picture, box)
    inner = getattr(zoo.load(spec.key), "model", None)
    if not hasattr(inner, "trace"):
        return PoseTrace(spec.title, "", None, None, None, None)
    found = cast(Any, inner).trace(picture, box)
    regression = "MoveNet's regression from the person's centre"
    return PoseTrace(
        "MoveNet's heat maps", regression, found.area, found.maps, found.keypoints, found.regressed
    )


def _drawn_trace(picture: Picture, box: Floats) -> PoseTrace:
    keypoints, maps = _in_box(HEAT, picture, box)
    regressed, _ = _in_box(REGRESSION, picture, box)
    return PoseTrace(
        "Keypoint R-CNN's heat maps",
        "Pose by regression",
        None if maps is None else box,
        maps,
        keypoints,
        None if regressed is None else regressed[:, :2],
    )


def _in_box(key: str, picture: Picture, box: Floats) -> tuple[Floats | None, Floats | None]:
    if not has_weights(key):
        return None, None
    model: Any = zoo.load(key)
    found: tuple[Floats, Floats | None] = model.in_box(picture, box)
    return found


def missing_nets() -> list[str]:
    """The drawn world's pose nets whose weights are not there."""
    return [net.key for net in entries(Task.POSE) if not has_weights(net.key)]


def held_out() -> list[dict[str, Any]]:
    """The held-out figures of the drawn world's pose nets, from their cards, as lines of a table."""
    lines = []
    for net in entries(Task.POSE):
        card = read_card(net.key)
        if card is not None and has_weights(net.key):
            numbers = {
                figure_title(name): round(float(value), 3)
                for name, value in card["metrics"].items()
                if name.startswith("keypoint_AP") and value >= 0
            }
            lines.append({"net": net.title, **numbers, "scored on": str(card["scored_on"])})
    return lines


def figure_title(name: str) -> str:
    """What a table calls a number of a card: "AP50", or "AP, 0.3 to 0.45 high" for people by their height."""
    figure, _, heights = name.removeprefix("keypoint_").partition("_height_")
    return f"{figure}, {heights.replace('_', ' to ')} high" if heights else figure


def comparison_csv(person: Person, trace: PoseTrace, alpha: float) -> str:
    """A line for each keypoint: both ways' places, errors in pixels and similarities."""
    ways = {"heatmap": trace.keypoints, "regression": trace.regressed}
    heads = ["keypoint", "x", "y", "visibility"]
    columns: list[list[str]] = [[] for _ in KEYPOINT_NAMES]
    for way, points in ways.items():
        if points is None:
            continue
        heads += [f"{way}_{what}" for what in ("x", "y", "error", "similarity")]
        result = compare(points[:, :2], person, alpha)
        for k, cells in enumerate(columns):
            values = (*points[k, :2], result.errors[k], result.similarity[k])
            cells += ["" if np.isnan(v) else f"{v:.5g}" for v in values]
    lines = [
        ",".join([name, *(f"{v:g}" for v in person.reference[k].tolist()), *columns[k]])
        for k, name in enumerate(KEYPOINT_NAMES)
    ]
    return "\n".join([",".join(heads), *lines, ""])
