"""Class and box of one picture by every trained weighting: answers, losses, the cards' figures."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, cast

import numpy as np
import streamlit as st
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.nets.localizer import WEIGHTS
from cvdemo.ops.iou import box_iou
from cvdemo.ui.source import Chosen
from cvdemo.world.truth import Truth
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.drawn import DrawnDetector, at_working_size
from cvdemo.zoo.weights import has_weights, read_card

KEYS = tuple(key for key in sorted(WEIGHTS, key=WEIGHTS.__getitem__) if has_weights(key))
"""The trained nets, from the least weight of the box to the largest."""

Floats = NDArray[np.float64]


class Answer(NamedTuple):
    """What one net says of a picture: probabilities [8], and the box as centre x, y, width and height
    relative to the picture; milliseconds of the network."""

    key: str
    probabilities: Floats
    relative: Floats
    milliseconds: float

    @property
    def best(self) -> int:
        """The most probable class."""
        return int(self.probabilities.argmax())

    def box(self, width: float, height: float) -> Floats:
        """The box x1 y1 x2 y2 in pixels of a picture of this size, cut at its edges."""
        centre, half = self.relative[:2], self.relative[2:].clip(0) / 2
        corners = np.concatenate([centre - half, centre + half])
        return np.asarray(corners.clip(0, 1) * [width, height, width, height])


class Asked(NamedTuple):
    """What a scene with one thing asks for: its class, and its box relative to the picture."""

    class_id: int
    relative: Floats
    box: Floats


class Losses(NamedTuple):
    """Softmax loss of the class; squared differences in x, y, width and height (their sum is L2's); IoU."""

    softmax: float
    squares: Floats
    iou: float

    @property
    def distance(self) -> float:
        """The L2 loss, a squared distance."""
        return float(self.squares.sum())


def asked_of(truth: Truth | None) -> Asked | None:
    """The only thing of a scene that is not difficult; None without truth and for none or several."""
    if truth is None:
        return None
    rows = np.flatnonzero(~truth.difficult)
    if len(rows) != 1:
        return None
    row = int(rows[0])
    x1, y1, x2, y2 = (float(v) for v in truth.boxes[row])
    size = np.array([truth.width, truth.height] * 2)
    relative = np.array([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]) / size
    return Asked(int(truth.classes[row]), relative, np.array([x1, y1, x2, y2]))


def losses(answer: Answer, asked: Asked, size: tuple[int, int]) -> Losses:
    """Both losses of an answer, and the IoU of the boxes on a picture of this width and height."""
    likely = max(float(answer.probabilities[asked.class_id]), 1e-12)
    iou = box_iou(answer.box(*size)[None], asked.box[None])[0, 0]
    return Losses(-math.log(likely), (answer.relative - asked.relative) ** 2, float(iou))


@st.cache_resource(max_entries=64, show_spinner=False)
def _answer(key: str, identity: str, _picture: NDArray[np.uint8]) -> Answer:
    return look(key, _picture)


def look(key: str, picture: NDArray[np.uint8]) -> Answer:
    """What a net says of a picture [H, W, 3]."""
    model = cast(DrawnDetector, zoo.load(key))
    trace, milliseconds = model.run(lambda: model.trace(picture), warm=picture.shape)
    probabilities = trace.logits[0].float().softmax(0).cpu().numpy().astype(np.float64)
    x = at_working_size(picture, "cpu")
    # The net says parts of the padded picture, the page parts of the picture itself.
    grown = np.array([trace.size[1] / x.shape[3], trace.size[0] / x.shape[2]] * 2)
    relative = trace.box[0].cpu().numpy().astype(np.float64) * grown
    return Answer(key, probabilities, relative, milliseconds)


def answers(chosen: Chosen) -> dict[str, Answer]:
    """What every trained net says of the picture; each runs once for a picture."""
    with st.spinner("Every net looks at the picture …", show_time=True):
        return {key: _answer(key, chosen.identity, chosen.picture) for key in KEYS}


def weight_text(key: str) -> str:
    """The weight of a net's box loss, as on the slider."""
    return f"{WEIGHTS[key]:,.0f}"


def figures() -> dict[str, dict[str, Any]]:
    """Accuracy and mean IoU on held-out scenes, from the cards of the trained nets."""
    cards = {key: read_card(key) for key in KEYS}
    return {key: card["metrics"] for key, card in cards.items() if card is not None}


def as_json(answer: Answer, found: Losses | None, size: tuple[int, int]) -> dict[str, Any]:
    """An answer as a file says it: class, probabilities, box in pixels, losses where truth is known."""
    content: dict[str, Any] = {
        "net": answer.key,
        "box_weight": WEIGHTS[answer.key],
        "class": THINGS[answer.best],
        "probabilities": dict(zip(THINGS, answer.probabilities.round(6).tolist(), strict=True)),
        "box": answer.box(*size).round(2).tolist(),
    }
    if found is not None:
        content |= {"softmax_loss": found.softmax, "l2_loss": found.distance, "iou": found.iou}
    return content


def detection(answer: Answer, width: int, height: int) -> sv.Detections:
    """The answer as the one detection of a picture of this size; none where its box has no area."""
    box = answer.box(width, height)
    there = np.s_[:1] if (box[2:] > box[:2]).all() else np.s_[:0]
    return sv.Detections(
        xyxy=box[None][there].astype(np.float32),
        confidence=answer.probabilities.max(keepdims=True)[there].astype(np.float32),
        class_id=np.array([answer.best])[there],
        data={"class_name": np.array([THINGS[answer.best]])[there]},
    )
