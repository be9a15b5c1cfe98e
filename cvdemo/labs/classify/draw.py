"""What the Classify page draws: bars of probabilities, and where the network looked."""

from __future__ import annotations

import cv2
import numpy as np
import plotly.graph_objects as go

from cvdemo.data.pictures import fit
from cvdemo.draw.heat import overlay_heat
from cvdemo.zoo.model import Classification


def bars(names: list[str], probabilities: list[float]) -> go.Figure:
    """Horizontal bars, the most probable class on top."""
    texts = [f"{p:.1%}" for p in probabilities]
    figure = go.Figure(go.Bar(x=probabilities, y=names, orientation="h", text=texts, textposition="auto"))
    figure.update_layout(height=70 + 34 * len(names), margin={"l": 0, "r": 0, "t": 8, "b": 30})
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    figure.update_yaxes(autorange="reversed")
    return figure


def activation_map(picture: np.ndarray, answer: Classification, class_id: int) -> np.ndarray:
    """The class activation map of a class over the picture (arXiv:1512.04150)."""
    shown = fit(picture, 1280)
    assert answer.maps is not None
    heat = cv2.resize(answer.maps[class_id], shown.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return overlay_heat(shown, heat)
