"""A network's probabilities degraded, then refined by mean field in a fully connected CRF, and scored."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.pictures import fit
from cvdemo.metrics.segmentation import SegmentationScores
from cvdemo.ops.crf import CrfStep, Kernel, dense_crf_steps
from cvdemo.ops.crf_kernels import Filter, bilateral_filter, gaussian_filter
from cvdemo.zoo.entries import ENTRIES
from cvdemo.zoo.model import Segmenter
from cvdemo.zoo.weights import WITH_CRF, WITH_KNOBS, read_card

Floats: TypeAlias = NDArray[np.float32]
Picture: TypeAlias = NDArray[np.uint8]

LONGEST = 240  # pixels: ten iterations run while a slider is moved
PRESENT = 0.05  # a class that is nowhere this probable is left out: it cannot win

STRIDES = {"coarse 8×": 8, "coarse 16×": 16}
DEGRADATIONS = ("as it is", *STRIDES, "blurred", "noisy")
BLUR = 6.0  # standard deviation in pixels
NOISE = 2.5  # standard deviation in nats


PAPER = {"unary classifiers": (84.0, 76.6), "fully connected CRF": (86.0, 78.3)}
"""Global and average accuracy on MSRC-21 (Krahenbuhl and Koltun, table 1), from memory: it was not found."""
PAPER_NAME = "the paper, unverified"


class CRFSettings(NamedTuple):
    """One of `DEGRADATIONS`, the weights and widths of both kernels, the iterations of mean field.

    Widths are in pixels of the picture that the CRF works on, `srgb` in grey levels. `smooth_weight` and
    `smooth_sxy` are of the smoothness kernel, `weight`, `sxy` and `srgb` of the appearance kernel.
    """

    degradation: str = DEGRADATIONS[0]
    smooth_weight: float = 3.0
    smooth_sxy: float = 2.0
    weight: float = 6.0
    sxy: float = 30.0
    srgb: float = 10.0
    iterations: int = 10


class UnaryTerm(NamedTuple):
    """A picture [h, w, 3] and a network's probabilities [C, h, w] at the size that the CRF works on."""

    picture: Picture
    probabilities: Floats
    milliseconds: float


class MeanField(NamedTuple):
    """All steps of mean field, the first of which is the network's; the class ids of the steps' maps.

    `filter_ms` is what the kernels took, `steps_ms` the iterations.
    """

    steps: tuple[CrfStep, ...]
    class_ids: NDArray[np.uint8]
    filter_ms: float
    steps_ms: float

    def labels(self) -> list[NDArray[np.uint8]]:
        """The label map [h, w] of every step, in class ids of the network."""
        return [self.class_ids[step.labels] for step in self.steps]


class StepScore(NamedTuple):
    """Mean IoU and mean boundary F1 of one step's labels."""

    miou: float
    boundary_f1: float


def unary_term(key: str, picture: Picture) -> UnaryTerm:
    """Run the segmenter of a key on a picture [H, W, 3] uint8 RGB."""
    found = cast(Segmenter, zoo.load(key)).segmentation(picture)
    small = fit(picture, LONGEST)
    size = small.shape[1], small.shape[0]
    maps = [
        cv2.resize(found.probability(k), size, interpolation=cv2.INTER_AREA) for k in range(len(found.maps))
    ]
    return UnaryTerm(small, np.stack(maps).astype(np.float32), found.milliseconds)


def degraded(probabilities: Floats, degradation: str) -> Floats:
    """Probabilities [C, H, W] made worse, [C, H, W]: as of a coarse stride, blurred, or noisy.

    The noise is the same for the same size; an unknown degradation leaves them as they are.
    """
    height, width = probabilities.shape[1:]
    if stride := STRIDES.get(degradation):
        size = max(1, round(width / stride)), max(1, round(height / stride))
        coarse = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in probabilities)
        return np.stack([cv2.resize(p, (width, height), interpolation=cv2.INTER_LINEAR) for p in coarse])
    if degradation == "blurred":
        return np.stack([cv2.GaussianBlur(p, (0, 0), BLUR) for p in probabilities])
    if degradation == "noisy":
        noise = np.random.default_rng(0).normal(0, NOISE, probabilities.shape)
        scores = np.log(np.maximum(probabilities, 1e-3)) + noise
        e = np.exp(scores - scores.max(axis=0))
        return (e / e.sum(axis=0)).astype(np.float32)
    return probabilities


def mean_field(
    unary: UnaryTerm,
    settings: CRFSettings,
    *,
    smoothness: Callable[[int, int, float], Filter] = gaussian_filter,
    appearance: Callable[[Picture, float, float], Filter] = bilateral_filter,
) -> MeanField:
    """Mean field on a network's probabilities.

    The two functions make the kernels, of (height, width, sxy) and of (picture, sxy, srgb).
    """
    start = time.perf_counter()
    height, width = unary.picture.shape[:2]
    kernels = (
        Kernel(settings.smooth_weight, smoothness(height, width, settings.smooth_sxy)),
        Kernel(settings.weight, appearance(unary.picture, settings.sxy, settings.srgb)),
    )
    ready = time.perf_counter()
    maps = degraded(unary.probabilities, settings.degradation)
    peaks = maps.max(axis=(1, 2))
    ids = np.flatnonzero(peaks >= min(PRESENT, peaks.max()))
    steps = tuple(dense_crf_steps(maps[ids], kernels, iterations=settings.iterations))
    done = time.perf_counter()
    return MeanField(steps, ids.astype(np.uint8), 1000 * (ready - start), 1000 * (done - ready))


def truth_at_size(truth: NDArray[np.uint8], unary: UnaryTerm) -> NDArray[np.uint8]:
    """The true label map [H, W] at the size that the CRF works on."""
    height, width = unary.picture.shape[:2]
    return np.asarray(cv2.resize(truth, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def step_scores(
    labels: Sequence[NDArray[np.uint8]], truth: NDArray[np.uint8], classes: int
) -> list[StepScore]:
    """The scores of label maps [h, w] against the truth [h, w], of so many classes."""
    found = []
    for one in labels:
        score = SegmentationScores(classes)
        score.add(truth, one)
        found.append(StepScore(score.mean_iou(), score.mean_boundary_f1()))
    return found


def entropy(q: Floats) -> NDArray[np.uint8]:
    """How uncertain each pixel is: the entropy of Q [C, H, W] in parts of one bit, [H, W] 0..255, capped."""
    bits = -(q * np.log2(np.maximum(q, 1e-12))).sum(axis=0)
    return (255 * bits.clip(0, 1)).round().astype(np.uint8)


def msrc_rows() -> list[dict[str, Any]]:
    """The paper's figures on MSRC in percent, and those of nets whose cards have them behind a CRF."""
    rows = [{"method": name, "by": PAPER_NAME, "global": g, "average": a} for name, (g, a) in PAPER.items()]
    for entry in zoo.models(zoo.Task.SEGMENT):
        card = read_card(entry.key) if entry.labels == "msrc" else None
        if card and WITH_CRF in card:
            rows += [
                {"method": entry.title + end, "by": "measured here", **_percent(card[part])}
                for end, part in (("", "metrics"), (" + CRF", WITH_CRF))
            ]
    return rows


SCENES = {
    "": "as it is",
    "texture=1": "texture",
    "noise=0": "no noise",
    "noise=12": "much noise",
    "weather=1": "rain, snow, fog",
}
"""Knobs of the drawn world at which a CRF is measured, and what such scenes are called."""


def gain_rows() -> list[dict[str, Any]]:
    """mIoU and boundary F1 of nets of the drawn world with a CRF and without, as far as cards have both.

    Scene by scene's difficulty: as training has them, then with the knobs of `SCENES`.
    """
    rows = []
    for knob, scenes in SCENES.items():
        for entry in zoo.models(zoo.Task.SEGMENT):
            card = read_card(entry.key) if entry.domain is zoo.Domain.DRAWINGS else None
            figures = (card or {}).get(WITH_KNOBS, {}).get(knob, {}) if knob else card
            if not figures or WITH_CRF not in figures:
                continue
            bare, crf = figures["metrics"], figures[WITH_CRF]
            rows.append(
                {
                    "scenes": scenes,
                    "network": ENTRIES[entry.key].title,
                    "mIoU": round(bare["mIoU"], 3),
                    "mIoU with CRF": round(crf["mIoU"], 3),
                    "gain": f"{crf['mIoU'] - bare['mIoU']:+.3f}",
                    "boundary F1": round(bare["boundary_F1"], 3),
                    "boundary F1 with CRF": round(crf["boundary_F1"], 3),
                }
            )
    return rows


def _percent(numbers: dict[str, Any]) -> dict[str, float]:
    names = {"global": "pixel_accuracy", "average": "class_accuracy", "mIoU": "mIoU"}
    return {short: round(100 * float(numbers[name]), 1) for short, name in names.items()}
