"""The player of mean field: the network once, the kernels once for each width, the steps for each slider."""

from __future__ import annotations

import zlib
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.draw.segmentation import WRONG, class_colours
from cvdemo.labs.crf.experiment import (
    CRFSettings,
    MeanField,
    StepScore,
    UnaryTerm,
    entropy,
    gain_rows,
    mean_field,
    msrc_rows,
    step_scores,
    truth_at_size,
    unary_term,
)
from cvdemo.ops.crf_kernels import Filter, bilateral_filter, gaussian_filter
from cvdemo.ui.cache import cached
from cvdemo.ui.component import component, packed
from cvdemo.ui.page import texts
from cvdemo.ui.segmentation import known

_lab = component("crf/lab")


@cached
def _unary_term(key: str, identity: str, _picture: NDArray[np.uint8]) -> UnaryTerm:
    return unary_term(key, _picture)


@cached
def _smoothness(height: int, width: int, sxy: float) -> Filter:
    return gaussian_filter(height, width, sxy)


@cached
def _appearance(identity: str, _picture: NDArray[np.uint8], sxy: float, srgb: float) -> Filter:
    return bilateral_filter(_picture, sxy, srgb)


@cached
def _mean_field(key: str, identity: str, settings: CRFSettings, _unary: UnaryTerm) -> MeanField:
    return mean_field(_unary, settings, smoothness=_smoothness, appearance=partial(_appearance, identity))


@cached
def _step_scores(
    key: str,
    identity: str,
    settings: CRFSettings,
    classes: int,
    _labels: list[NDArray[np.uint8]],
    _truth: NDArray[np.uint8],
) -> list[StepScore]:
    return step_scores(_labels, _truth, classes)


def crf_player(entry: zoo.ModelSpec, chosen: Chosen, settings: CRFSettings, *, key: str) -> None:
    """Runs mean field on the picture and plays it; the network runs only for a new picture."""
    with st.spinner(f"{entry.title} runs on {zoo.default_device().upper()} …", show_time=True):
        unary = _unary_term(entry.key, chosen.identity, chosen.picture)
    found = _mean_field(entry.key, chosen.identity, settings, unary)
    names = tuple(name for _, name in sorted(zoo.labels(entry.labels).items()))
    labels = found.labels()
    parts = {
        "picture": _zipped(unary.picture),
        "labels": _zipped(np.stack(labels)),
        "entropy": _zipped(np.stack([entropy(step.q) for step in found.steps])),
    }
    scores: list[StepScore] = []
    if (whole := known(chosen, names)) is not None:
        truth = truth_at_size(whole, unary)
        scores = _step_scores(entry.key, chosen.identity, settings, len(names), labels, truth)
        parts["truth"] = _zipped(truth)
    height, width = unary.picture.shape[:2]
    fields = {
        "topic": f"{entry.key} {chosen.identity}",
        "width": width,
        "height": height,
        "names": names,
        "colours": class_colours(names).tolist(),
        "wrong": WRONG,
        "alt": f"{chosen.name}: the labels of each iteration of mean field",
        "kernels": settings._asdict(),
        "changed": [step.changed for step in found.steps],
        "energy": [round(step.free_energy, 5) for step in found.steps],
        "miou": [round(score.miou, 4) for score in scores],
        "boundary": [round(score.boundary_f1, 4) for score in scores],
        "note": f"{width} x {height} px, {len(found.class_ids)} classes; the network "
        f"{unary.milliseconds:.0f} ms (once), kernels {found.filter_ms:.0f} ms, "
        f"{settings.iterations} iterations {found.steps_ms:.0f} ms",
    }
    _lab(data=packed(fields, parts), key=key)


def gains_table() -> None:
    """What a CRF gains on held-out drawn scenes, net by net."""
    if rows := gain_rows():
        st.markdown("#### What it gains here")
        st.dataframe(rows, hide_index=True, key="crf-gains")
        st.caption(texts("crf")["gains"])


def msrc_table() -> None:
    """The paper's experiment: figures on MSRC with the CRF and without, published and measured."""
    st.markdown("#### The paper's experiment: MSRC")
    st.dataframe(msrc_rows(), hide_index=True, key="crf-msrc")
    st.caption(texts("crf")["msrc"])


def _zipped(array: NDArray[np.uint8]) -> bytes:
    return zlib.compress(np.ascontiguousarray(array).tobytes(), 1)
