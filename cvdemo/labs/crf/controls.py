"""The controls of the CRF page, its experiments, and how the network's answer is made worse."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

STRIDES = {"coarse 8×": 8, "coarse 16×": 16}
WEAKNESSES = ("as it is", *STRIDES, "blurred", "noisy")
BLUR = 6.0  # standard deviation in pixels
NOISE = 2.5  # standard deviation in nats


class Setting(NamedTuple):
    """What the controls say; widths in pixels of the picture that the CRF works on, and in grey levels."""

    weakness: str
    smooth_weight: float
    smooth_sxy: float
    weight: float
    sxy: float
    srgb: float
    iterations: int


FIRST = "deeplabv1"  # the network that the CRF belongs to
START = Setting("as it is", 3.0, 2.0, 6.0, 30.0, 10.0, 10)
NAMES = dict(zip(Setting._fields, ("answer", "w1", "s1", "w2", "s2", "srgb", "n"), strict=True))
"""The key of each control, which is its name in the URL."""


def _experiment(**changes: Any) -> dict[str, Any]:
    return {NAMES[name]: value for name, value in START._replace(**changes)._asdict().items()}


EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Only smoothness": _experiment(weight=0.0, smooth_weight=10.0, smooth_sxy=4.0),
    "Colour-blind": _experiment(weight=20.0, srgb=100.0),
    "Noise": _experiment(weakness="noisy"),
    "Coarse": _experiment(weakness="coarse 16×"),
    "A good network": _experiment() | {"network": "unet"},
    "As at first": _experiment() | {"network": FIRST},
}


def controls() -> Setting:
    """Draws the sliders; their values stand in the URL. They run the CRF and no network."""
    left, middle, right = st.columns(3, gap="medium")
    with left:
        st.markdown("**Smoothness**: neighbours agree")
        smooth_weight = _slider("Weight w₁", 0.0, 20.0, 0.5, "smooth_weight")
        smooth_sxy = _slider("Width in pixels", 0.5, 20.0, 0.5, "smooth_sxy")
    with middle:
        st.markdown("**Appearance**: look-alikes agree")
        weight = _slider("Weight w₂", 0.0, 30.0, 0.5, "weight")
        sxy = _slider("Width in pixels", 1.0, 120.0, 1.0, "sxy")
    with right:
        st.markdown("**Colour and time**")
        srgb = _slider("Width in grey levels (appearance)", 1.0, 100.0, 1.0, "srgb")
        iterations = st.slider("Iterations", 1, 20, START.iterations, key="n", bind="query-params")
    return Setting("", smooth_weight, smooth_sxy, weight, sxy, srgb, iterations)


def _slider(label: str, low: float, high: float, step: float, field: str) -> float:
    start = float(getattr(START, field))
    return float(st.slider(label, low, high, start, step, key=NAMES[field], bind="query-params"))


def choose_weakness() -> str:
    """The network's answer as it is, or worse."""
    index = WEAKNESSES.index(START.weakness)
    return str(st.selectbox("The network's answer", WEAKNESSES, index, key="answer", bind="query-params"))


def weakened(probabilities: NDArray[np.float32], weakness: str) -> NDArray[np.float32]:
    """Probabilities [C, H, W] made worse, [C, H, W]: of a coarse stride, blurred, or under noise.

    The noise is the same for the same size; an unknown weakness leaves them as they are.
    """
    height, width = probabilities.shape[1:]
    if stride := STRIDES.get(weakness):
        size = max(1, round(width / stride)), max(1, round(height / stride))
        coarse = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in probabilities)
        return np.stack([cv2.resize(p, (width, height), interpolation=cv2.INTER_LINEAR) for p in coarse])
    if weakness == "blurred":
        return np.stack([cv2.GaussianBlur(p, (0, 0), BLUR) for p in probabilities])
    if weakness == "noisy":
        noise = np.random.default_rng(0).normal(0, NOISE, probabilities.shape)
        scores = np.log(np.maximum(probabilities, 1e-3)) + noise
        e = np.exp(scores - scores.max(axis=0))
        return (e / e.sum(axis=0)).astype(np.float32)
    return probabilities
