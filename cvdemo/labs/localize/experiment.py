"""Class and box of one picture by the net of every weighting: predictions, losses, the cards' figures."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.nets.localizer import LocalizerTrace
from cvdemo.ops.iou import box_iou
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.drawn import DrawnDetector, at_working_size
from cvdemo.zoo.entries import option_of_each
from cvdemo.zoo.weights import has_weights, read_card

Floats: TypeAlias = NDArray[np.float64]

WEIGHTS: dict[str, float] = option_of_each("box_weight")
"""Weight of the box's loss beside the class's, by key."""

KEYS = tuple(key for key in sorted(WEIGHTS, key=WEIGHTS.__getitem__) if has_weights(key))
"""The trained nets, from the smallest weight of the box loss to the largest."""


class Localization(NamedTuple):
    """What one net predicts: class probabilities [8], and the box [4] as centre x, y, width and height
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
        """The box x1 y1 x2 y2 in pixels of a picture of this size, clipped to it."""
        centre, half = self.relative[:2], self.relative[2:].clip(0) / 2
        corners = np.concatenate([centre - half, centre + half])
        return np.asarray(corners.clip(0, 1) * [width, height, width, height])


class LocalizationTarget(NamedTuple):
    """The only object of a scene: its class, its box relative to the picture (as `Localization` has it), and
    x1 y1 x2 y2 in pixels."""

    class_id: int
    relative: Floats
    box: Floats


class LocalizationLosses(NamedTuple):
    """Softmax loss of the class; squared differences [4] in x, y, width and height; IoU of the boxes."""

    softmax: float
    squares: Floats
    iou: float

    @property
    def l2(self) -> float:
        """The L2 loss of the box: the sum of the squared differences."""
        return float(self.squares.sum())


def localize(key: str, picture: NDArray[np.uint8]) -> Localization:
    """Run the net of a key of `KEYS` on a picture [H, W, 3] uint8 RGB."""
    model = cast(DrawnDetector, zoo.load(key))
    x = at_working_size(picture, model.device)  # [1, 3, h, w]
    trace, milliseconds = model.run(lambda: cast(LocalizerTrace, model.forward(x)), warm=x.shape)
    probabilities = trace.logits[0].float().softmax(0).cpu().numpy().astype(np.float64)
    # The net's box is relative to the padded picture.
    height, width = trace.size
    scale = np.array([width / x.shape[3], height / x.shape[2]] * 2)
    relative = trace.box[0].cpu().numpy().astype(np.float64) * scale
    return Localization(key, probabilities, relative, milliseconds)


def target_of(truth: Truth | None) -> LocalizationTarget | None:
    """The only object of a scene that is not difficult; None without truth and for none or several."""
    if truth is None:
        return None
    rows = np.flatnonzero(~truth.difficult)
    if len(rows) != 1:
        return None
    row = int(rows[0])
    x1, y1, x2, y2 = (float(v) for v in truth.boxes[row])
    size = np.array([truth.width, truth.height] * 2)
    relative = np.array([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]) / size
    return LocalizationTarget(int(truth.classes[row]), relative, np.array([x1, y1, x2, y2]))


def losses(found: Localization, target: LocalizationTarget, size: tuple[int, int]) -> LocalizationLosses:
    """Both losses of a prediction, and the IoU of the boxes on a picture of this width and height."""
    probability = max(float(found.probabilities[target.class_id]), 1e-12)
    iou = box_iou(found.box(*size)[None], target.box[None])[0, 0]
    return LocalizationLosses(-math.log(probability), (found.relative - target.relative) ** 2, float(iou))


def weighting_figures() -> dict[str, dict[str, Any]]:
    """The metrics on held-out scenes (accuracy, box_IoU ...) of every trained net, from its card."""
    cards = {key: read_card(key) for key in KEYS}
    return {key: card["metrics"] for key, card in cards.items() if card is not None}


def as_json(
    found: Localization, measured: LocalizationLosses | None, size: tuple[int, int]
) -> dict[str, Any]:
    """A prediction as a file has it: class, probabilities, box in pixels, losses where the truth is known."""
    content: dict[str, Any] = {
        "net": found.key,
        "box_weight": WEIGHTS[found.key],
        "class": THINGS[found.best],
        "probabilities": dict(zip(THINGS, found.probabilities.round(6).tolist(), strict=True)),
        "box": found.box(*size).round(2).tolist(),
    }
    if measured is not None:
        content |= {"softmax_loss": measured.softmax, "l2_loss": measured.l2, "iou": measured.iou}
    return content


def as_detections(found: Localization, width: int, height: int) -> sv.Detections:
    """The one detection of a picture of this size; none where the box has no area."""
    box = found.box(width, height)
    there = np.s_[:1] if (box[2:] > box[:2]).all() else np.s_[:0]
    return sv.Detections(
        xyxy=box[None][there].astype(np.float32),
        confidence=found.probabilities.max(keepdims=True)[there].astype(np.float32),
        class_id=np.array([found.best])[there],
        data={"class_name": np.array([THINGS[found.best]])[there]},
    )
