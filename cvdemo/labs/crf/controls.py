"""The controls of the CRF page and its experiments."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.crf.experiment import DEGRADATIONS, CRFSettings
from cvdemo.ui import widgets
from cvdemo.ui.models import choose_model
from cvdemo.zoo.weights import has_weights

FIRST = "deeplabv1"  # the network that the CRF belongs to
PHOTO = "photo-deeplabv3plus"
START = CRFSettings()
NAMES = dict(zip(CRFSettings._fields, ("answer", "w2", "s2", "w1", "s1", "srgb", "n"), strict=True))
"""The name of each control in the address."""


def _experiment(**changes: Any) -> dict[str, Any]:
    return {NAMES[name]: value for name, value in START._replace(**changes)._asdict().items()}


EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Only smoothness": _experiment(weight=0.0, smooth_weight=10.0, smooth_sxy=4.0),
    "Colour-blind": _experiment(weight=20.0, srgb=100.0),
    "Noise": _experiment(degradation="noisy"),
    "Coarse": _experiment(degradation="coarse 16×"),
    "Texture": _experiment() | {"source": "scene", "seed": 7, "scene-texture": 0.6, "network": FIRST},
    "A good network": _experiment() | {"network": "unet"},
    "Start again": _experiment() | {"network": FIRST},
    "A photo": _experiment() | {"source": "sample", "sample": "motorcycle", "network": PHOTO},
}


def choose_settings() -> CRFSettings:
    """The sliders of both kernels; they run the CRF and no network."""
    left, middle, right = st.columns(3, gap="medium")
    with left:
        st.markdown("**Smoothness**: near pixels agree")
        smooth_weight = _slider("Weight w₂", 0.0, 20.0, 0.5, "smooth_weight")
        smooth_sxy = _slider("Width in pixels", 0.5, 20.0, 0.5, "smooth_sxy")
    with middle:
        st.markdown("**Appearance**: similar pixels agree")
        weight = _slider("Weight w₁", 0.0, 30.0, 0.5, "weight")
        sxy = _slider("Width in pixels", 1.0, 120.0, 1.0, "sxy")
    with right:
        st.markdown("**Colour and time**")
        srgb = _slider("Width in grey levels (appearance)", 1.0, 100.0, 1.0, "srgb")
        iterations = widgets.slider(NAMES["iterations"], "Iterations", 1, 20, START.iterations)
    return CRFSettings(START.degradation, smooth_weight, smooth_sxy, weight, sxy, srgb, iterations)


def _slider(label: str, low: float, high: float, step: float, field: str) -> float:
    return widgets.slider(NAMES[field], label, low, high, float(getattr(START, field)), step)


def choose_degradation() -> str:
    """The network's probabilities as they are, or degraded."""
    name = NAMES["degradation"]
    return widgets.selectbox(name, "The network's output", DEGRADATIONS, START.degradation)


def choose_network(chosen: Chosen | None) -> zoo.ModelSpec:
    """A select box of the segmenters; on a scene DeepLab v1, to which the CRF belongs."""
    drawn = chosen is not None and chosen.domain is zoo.spec(FIRST).domain
    first = FIRST if drawn and has_weights(FIRST) else ""
    return choose_model(zoo.Task.SEGMENT, chosen, key="network", label="Network", first=first)
