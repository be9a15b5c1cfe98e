"""Regions in words: which true region each one describes, what it says falsely, and which fit a search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo import world
from cvdemo.metrics.dense_captions import IOU_THRESHOLDS, METEOR_THRESHOLDS, DenseCaptionScores
from cvdemo.metrics.meteor import meteor
from cvdemo.ops.iou import box_iou
from cvdemo.world.captions.phrases import article
from cvdemo.world.reading import Truth
from cvdemo.zoo.catalogue import spec
from cvdemo.zoo.dense_captioner import DenseCaptioner, RawRegions
from cvdemo.zoo.weights import read_card

MATCH_IOU, MATCH_METEOR = 0.5, 0.15
DENSECAP, CROSSING = "densecap", "detect-then-caption"

By = Literal["sentence", "words"]
"""How a search scores: by the log-probability of the text as a sentence's beginning, or by common words."""


class TrueRegion(NamedTuple):
    """An object of a scene that has to be described: its id in the scene, box [4] and sentence."""

    id: int
    box: tuple[float, float, float, float]
    text: str


class Verdict(NamedTuple):
    """What a found region's sentence is worth.

    `row` is the true region that overlaps it most, None where none does by `MATCH_IOU`; then the IoU is that
    of the best, `meteor` is 0 and nothing is said of the statements.
    """

    row: int | None
    iou: float
    meteor: float
    statements: tuple[tuple[str, bool], ...]


class PictureScore(NamedTuple):
    """The score of one picture: mean AP, AP at `MATCH_IOU` and `MATCH_METEOR`, and counts.

    `described` of `asked` true regions are the best of a found region at that IoU; `extra` found regions
    are on none, or on one that a region of higher score is on already. `claims` statements of `said` are
    true.
    """

    mean_ap: float
    ap: float
    described: int
    asked: int
    extra: int
    claims: int
    said: int

    def text(self) -> str:
        """One line for the page."""
        if not self.asked:
            said = f"{self.extra} region is" if self.extra == 1 else f"{self.extra} regions are"
            return f"There is nothing to describe here · {said} described all the same"
        numbers = f"mAP **{self.mean_ap:.3f}** · AP at IoU .5 and METEOR .15 **{self.ap:.3f}**"
        counts = f"{self.described} of {self.asked} objects described, {self.extra} more"
        claims = f" · {self.claims} of {self.said} statements true" if self.said else ""
        return f"{numbers} · {counts}{claims}"


class Fits(NamedTuple):
    """How well each of N regions fits a search: `values` [N], `shares` [N] in 0..1 of the best.

    `left_out` are words of the search that the model does not know; `text` is what was looked for.
    """

    by: By
    text: str
    values: NDArray[np.float64]
    shares: NDArray[np.float64]
    left_out: tuple[str, ...]


def true_regions(truth: Truth) -> list[TrueRegion]:
    """The regions of a scene that have to be described, in the truth's pixels."""
    return [TrueRegion(r.id, r.box, r.text) for r in world.describe_regions(truth)]


def verdicts(found: RawRegions, truth: Truth) -> list[Verdict]:
    """What each found region's sentence is worth against the truth."""
    known = true_regions(truth)
    if not known or not len(found):
        return [Verdict(None, 0.0, 0.0, ()) for _ in found.texts]
    overlaps = box_iou(found.boxes.astype(np.float64), np.array([r.box for r in known], np.float64))
    return [
        _verdict(text, row, float(own[row]), known[row], truth)
        for text, own, row in zip(found.texts, overlaps, overlaps.argmax(axis=1).tolist(), strict=True)
    ]


def _verdict(text: str, row: int, iou: float, region: TrueRegion, truth: Truth) -> Verdict:
    if iou < MATCH_IOU:
        return Verdict(None, iou, 0.0, ())
    said = tuple((s.words, s.true) for s in world.check(text, truth, thing=region.id) if not _is_one(s))
    return Verdict(row, iou, meteor(text, [region.text]), said)


def _is_one(statement: world.Statement) -> bool:
    """Whether it only says that a region is one object."""
    return statement.kind == "count" and statement.words.startswith(("a ", "an "))


def picture_score(found: RawRegions, truth: Truth) -> PictureScore:
    """The score of the regions of one picture: what stands beside them and moves with the thresholds."""
    known, worth = true_regions(truth), verdicts(found, truth)
    rows = {v.row for v in worth if v.row is not None}
    claims = [true for v in worth for _, true in v.statements]
    counts = (len(rows), len(known), len(found) - len(rows), sum(claims), len(claims))
    if not known:
        return PictureScore(0.0, 0.0, *counts)
    scores = DenseCaptionScores()
    scores.add(found.boxes, found.scores, found.texts, [r.box for r in known], [r.text for r in known])
    table = scores.table()
    ap = table[IOU_THRESHOLDS.index(MATCH_IOU), METEOR_THRESHOLDS.index(MATCH_METEOR)]
    return PictureScore(float(table.mean()), float(ap), *counts)


def search(model: DenseCaptioner, found: RawRegions, text: str) -> Fits | None:
    """How well each region fits a text; None where there is nothing to look for or to look in.

    A model that writes from codes says how likely the text is as a sentence's beginning (arXiv:1511.07571,
    sec. 5); of other models, the share of the text's words that a region's sentence has.
    """
    words = text.lower().split()
    if not words or not len(found):
        return None
    if not model.whole_sentences:
        return by_words(found, words)
    left_out = model.unknown_words(text)
    known = [word for word in words if word not in left_out]
    if not known:
        return Fits("sentence", "", np.zeros(len(found)), np.zeros(len(found)), tuple(left_out))
    sentence = " ".join(known)
    if known[0] not in ("a", "an"):  # every sentence of a region begins so
        sentence = article(sentence)
    values = model.log_probability_of(sentence, found).astype(np.float64)
    return Fits("sentence", sentence, values, np.exp(values - values.max()), tuple(left_out))


def by_words(found: RawRegions, words: Sequence[str]) -> Fits:
    """The share of the words that each region's sentence has."""
    values = np.array([np.mean([word in text.lower().split() for word in words]) for text in found.texts])
    shares = values / values.max() if values.max() else values
    return Fits("words", " ".join(words), values, shares, ())


def as_json(found: RawRegions, fits: Fits | None = None) -> list[dict[str, Any]]:
    """The regions as JSON has them: box in pixels, score, sentence and its log-probability."""
    rows = []
    for k, text in enumerate(found.texts):
        row = {
            "box": [round(float(v), 2) for v in found.boxes[k]],
            "score": round(float(found.scores[k]), 5),
            "caption": text,
            "log_probability": round(float(found.log_probabilities[k]), 5),
        }
        if fits is not None:
            row["fit"] = round(float(fits.values[k]), 5)
        rows.append(row)
    return rows


def as_csv(found: RawRegions) -> str:
    """A line for each region: box in pixels, score, log-probability and sentence."""
    lines = ["x1,y1,x2,y2,score,log_probability,caption"]
    for row in as_json(found):
        numbers = (*row["box"], row["score"], row["log_probability"])
        caption = str(row["caption"]).replace('"', '""')
        lines.append(",".join([*(f"{v:g}" for v in numbers), f'"{caption}"']))
    return "\n".join([*lines, ""])


def held_out(keys: Sequence[str] = (DENSECAP, CROSSING)) -> list[dict[str, Any]]:
    """The held-out figures of both ways from their cards, as lines of a table."""
    lines = []
    for key in keys:
        card = read_card(key)
        if card is not None:
            numbers = card["metrics"]
            names = {
                "mAP": "mAP",
                "METEOR": "METEOR",
                "truthful": "true statements",
                "exact": "word for word",
            }
            shown = {title: round(float(numbers[n]), 3) for n, title in names.items() if n in numbers}
            lines.append(
                {
                    "way": spec(key).title.removesuffix(" (drawn world)"),
                    **shown,
                    "ms a picture": round(float(numbers["ms_per_image"]), 1),
                }
            )
    return lines
