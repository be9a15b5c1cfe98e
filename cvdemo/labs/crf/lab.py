"""The CRF page's lab: the network once, its answer weakened, mean field, and the player's data."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.pictures import fit
from cvdemo.draw.segmentation import WRONG, class_colours
from cvdemo.labs.crf.controls import FIRST, Setting, weakened
from cvdemo.metrics.segmentation import SegmentationScores
from cvdemo.ops.crf import CrfStep, Kernel, dense_crf_steps
from cvdemo.ops.crf_kernels import Filter, bilateral_filter, gaussian_filter
from cvdemo.ui.component import component, packed
from cvdemo.ui.models import choose_model
from cvdemo.ui.segmentation import known
from cvdemo.ui.source import Chosen
from cvdemo.zoo.model import Segmenter

LONGEST = 240  # pixels: ten iterations answer while a slider is moved
PRESENT = 0.05  # a class that is nowhere this probable is left out: it cannot win

_lab = component("crf/lab")


class Unary(NamedTuple):
    """What a network said of a picture, at the size that the CRF works on."""

    picture: NDArray[np.uint8]  # [h, w, 3]
    probabilities: NDArray[np.float32]  # [C, h, w]
    milliseconds: float


class Inference(NamedTuple):
    """All steps of mean field; class ids of the steps' maps, and what each part took."""

    steps: tuple[CrfStep, ...]
    class_ids: NDArray[np.uint8]
    filter_ms: float
    steps_ms: float


@st.cache_resource(max_entries=16, show_spinner=False)
def _unary(key: str, identity: str, _picture: NDArray[np.uint8]) -> Unary:
    found = cast(Segmenter, zoo.load(key)).segmentation(_picture)
    small = fit(_picture, LONGEST)
    size = small.shape[1], small.shape[0]
    maps = [
        cv2.resize(found.probability(k), size, interpolation=cv2.INTER_AREA) for k in range(len(found.maps))
    ]
    return Unary(small, np.stack(maps).astype(np.float32), found.milliseconds)


def choose_network() -> zoo.ModelSpec:
    """A select box of the segmenters; DeepLab v1, the net that the CRF belongs to, where it is trained."""
    first = [m for m in zoo.models(zoo.Task.SEGMENT) if m.key == FIRST and m.published]
    if first and "network" not in st.query_params:
        st.query_params["network"] = FIRST
    return choose_model(zoo.Task.SEGMENT, key="network", label="Network")


def unary(entry: zoo.ModelSpec, chosen: Chosen) -> Unary:
    """The network's answer; it runs once for each (model, picture)."""
    with st.spinner(f"{entry.title} runs on {zoo.default_device().upper()} …", show_time=True):
        return _unary(entry.key, chosen.identity, chosen.picture)


@st.cache_resource(max_entries=24, show_spinner=False)
def _smoothness(height: int, width: int, sxy: float) -> Filter:
    return gaussian_filter(height, width, sxy)


@st.cache_resource(max_entries=12, show_spinner=False)
def _appearance(identity: str, sxy: float, srgb: float, _picture: NDArray[np.uint8]) -> Filter:
    return bilateral_filter(_picture, sxy, srgb)


@st.cache_resource(max_entries=8, show_spinner=False)
def _inference(key: str, identity: str, setting: Setting, _unary: Unary) -> Inference:
    start = time.perf_counter()
    height, width = _unary.picture.shape[:2]
    kernels = (
        Kernel(setting.smooth_weight, _smoothness(height, width, setting.smooth_sxy)),
        Kernel(
            setting.weight, _appearance(f"{identity} {height}", setting.sxy, setting.srgb, _unary.picture)
        ),
    )
    ready = time.perf_counter()
    maps = weakened(_unary.probabilities, setting.weakness)
    peaks = maps.max(axis=(1, 2))
    ids = np.flatnonzero(peaks >= min(PRESENT, peaks.max()))
    steps = tuple(dense_crf_steps(maps[ids], kernels, iterations=setting.iterations))
    done = time.perf_counter()
    return Inference(steps, ids.astype(np.uint8), 1000 * (ready - start), 1000 * (done - ready))


@st.cache_resource(max_entries=8, show_spinner=False)
def _scores(
    key: str, identity: str, setting: Setting, classes: int, _labels: Sequence[Any], _truth: NDArray[np.uint8]
) -> list[tuple[float, float]]:
    found = []
    for labels in _labels:
        score = SegmentationScores(classes)
        score.add(_truth, labels)
        found.append((score.mean_iou(), score.mean_boundary_f1()))
    return found


def crf_player(entry: zoo.ModelSpec, chosen: Chosen, setting: Setting, *, key: str) -> None:
    """Runs mean field on the picture and plays it; the network is asked only for a new picture."""
    asked = unary(entry, chosen)
    inference = _inference(entry.key, chosen.identity, setting, asked)
    names = tuple(name for _, name in sorted(zoo.labels(entry.labels).items()))
    height, width = asked.picture.shape[:2]
    labels = [inference.class_ids[step.labels] for step in inference.steps]
    truth = known(chosen, names)
    scores: list[tuple[float, float]] = []
    if truth is not None:
        truth = cv2.resize(truth, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.uint8)
        scores = _scores(entry.key, chosen.identity, setting, len(names), labels, truth)
    steps = inference.steps
    fields = {
        "topic": f"{entry.key} {chosen.identity}",
        "width": width,
        "height": height,
        "names": names,
        "colours": class_colours(names).tolist(),
        "wrong": WRONG,
        "alt": f"{chosen.name}: the labels of each iteration of mean field",
        "kernels": setting._asdict(),
        "changed": [step.changed for step in steps],
        "energy": [round(step.free_energy, 5) for step in steps],
        "miou": [round(score[0], 4) for score in scores],
        "boundary": [round(score[1], 4) for score in scores],
        "note": f"{width} x {height} px, {len(inference.class_ids)} classes; the network "
        f"{asked.milliseconds:.0f} ms (once), kernels {inference.filter_ms:.0f} ms, "
        f"{setting.iterations} iterations {inference.steps_ms:.0f} ms",
    }
    parts = {
        "picture": _zipped(asked.picture),
        "labels": _zipped(np.stack(labels)),
        "entropy": _zipped(np.stack([entropy(step.q) for step in steps])),
    }
    if truth is not None:
        parts["truth"] = _zipped(truth)
    _lab(data=packed(fields, parts), key=key)


def entropy(q: NDArray[np.float32]) -> NDArray[np.uint8]:
    """How undecided each pixel is: the entropy of Q [C, H, W] in parts of one bit, [H, W] 0..255, capped."""
    bits = -(q * np.log2(np.maximum(q, 1e-12))).sum(axis=0)
    return (255 * bits.clip(0, 1)).round().astype(np.uint8)


def _zipped(array: NDArray[np.uint8]) -> bytes:
    return zlib.compress(np.ascontiguousarray(array).tobytes(), 1)
