"""Models that give every region of a picture a sentence: what they have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.ops.detections import select_rows
from cvdemo.zoo.model import Model, workable
from cvdemo.zoo.spec import Task

LEAST = 0.05
"""Regions below this score get no sentence."""
LOOSE_IOU = 0.7
"""IoU of the NMS before the sentences: a page's slider can only be stricter."""
MOST = 100
"""Regions of a picture that get a sentence."""
SCORE, NMS_IOU = 0.5, 0.5
"""Score threshold and IoU of the NMS where nothing else is said."""


class Rival(NamedTuple):
    """A word that could have come at a step, and its log-probability there."""

    word: str
    log_probability: float


class RegionsInside(NamedTuple):
    """What happened inside before the sentences, in pixels of the picture.

    `proposals` [P, 4] with their `objectness` [P], best first. For each of N regions the glimpse's
    `attention` [N, heads, a, a], which sums to 1 over the square of `squares` [N, 4].
    """

    proposals: NDArray[np.float32]
    objectness: NDArray[np.float32]
    attention: NDArray[np.float32]
    squares: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class RawRegions:
    """N regions of a picture with a sentence each, by descending score, before score threshold and NMS.

    `boxes` [N, 4] x1 y1 x2 y2 in pixels, `scores` [N] in 0..1. `words` are the ids of each sentence,
    `texts` the sentences, `log_probabilities` [N] the sum over their words and the end. `rivals` are for
    each region and each of its words, the end too, the most likely words there, best first; a model that
    does not tell them has none. `codes` [N, D] are what the words were written from, `inside` what was
    before; None where a model does not tell.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    words: Sequence[tuple[int, ...]]
    texts: Sequence[str]
    log_probabilities: NDArray[np.float32]
    milliseconds: float
    rivals: Sequence[Sequence[Sequence[Rival]]] = ()
    codes: NDArray[np.float32] | None = None
    inside: RegionsInside | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: NDArray[np.int64]) -> RawRegions:
        """The same for some rows, in their order."""
        inside = self.inside
        if inside is not None:
            inside = inside._replace(attention=inside.attention[rows], squares=inside.squares[rows])
        return replace(
            self,
            boxes=self.boxes[rows],
            scores=self.scores[rows],
            words=[self.words[k] for k in rows],
            texts=[self.texts[k] for k in rows],
            log_probabilities=self.log_probabilities[rows],
            rivals=[self.rivals[k] for k in rows] if self.rivals else (),
            codes=None if self.codes is None else self.codes[rows],
            inside=inside,
        )


class DenseCaptioner(Model, ABC):
    """A model that gives every region of a picture a sentence.

    `whole_sentences` says whether `log_probability_of` can tell how likely a sentence is for a region.
    """

    task: ClassVar[Task] = Task.DENSE_CAPTION
    whole_sentences: ClassVar[bool] = False

    @abstractmethod
    def network(self, picture: NDArray[np.uint8]) -> RawRegions:
        """Regions of a picture [H, W, 3] uint8 RGB with their sentences, in any order, 0 milliseconds."""

    def regions(self, picture: NDArray[np.uint8]) -> RawRegions:
        """Regions of a picture [H, W, 3] uint8 RGB, those of at least `LEAST` after NMS at `LOOSE_IOU`.

        Boxes are clipped to the picture, and those of no area are left out. The network runs once.
        """
        found, milliseconds = self.run(lambda: self.network(workable(picture)))
        height, width = picture.shape[:2]
        boxes = found.boxes.clip(0, np.array([width, height] * 2, np.float32))
        there = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
        rows = np.flatnonzero(there)[np.argsort(-found.scores[there], kind="stable")]
        return replace(found, boxes=boxes, milliseconds=milliseconds).take(rows)

    def __call__(
        self, picture: NDArray[np.uint8], *, score: float = SCORE, iou: float = NMS_IOU, most: int = MOST
    ) -> RawRegions:
        """The regions of a picture that are left by the thresholds, by descending score."""
        return select_regions(self.regions(picture), score=score, iou=iou, most=most)

    def log_probability_of(self, text: str, found: RawRegions) -> NDArray[np.float32]:
        """The log-probability [N] of a text as the beginning of each region's sentence.

        Only the language model runs. Words that it does not know are left out.
        """
        raise NotImplementedError

    def unknown_words(self, text: str) -> list[str]:
        """The words of a text that the model does not know; none where any text will do."""
        return []


def select_regions(
    found: RawRegions, *, score: float = SCORE, iou: float = NMS_IOU, most: int = MOST
) -> RawRegions:
    """The regions left by a score threshold and by NMS (1 suppresses nothing), whatever they are of."""
    alike = np.zeros(len(found), np.int64)
    return found.take(
        select_rows(found.boxes, found.scores, alike, score=score, iou=iou, max_detections=most)
    )
