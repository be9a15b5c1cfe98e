"""Pictures of stacked frames: rows of frames, filters in time, their answers, gains of longer stacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

GAP = 4
WHITE = 255


def beside(pictures: Sequence[NDArray[np.uint8]], columns: int, gap: int = GAP) -> NDArray[np.uint8]:
    """Pictures [h, w, 3] of one size as a grid, so many beside one another, with white gaps."""
    height, width = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), WHITE, np.uint8)
    for k, picture in enumerate(pictures):
        y, x = (k // columns) * (height + gap), (k % columns) * (width + gap)
        sheet[y : y + height, x : x + width] = picture
    return sheet


def enlarged(picture: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    """Every pixel of a picture [h, w, 3] or label map [h, w] as times x times pixels."""
    large: NDArray[np.uint8] = picture.repeat(times, 0).repeat(times, 1)
    return large


def filter_rows(weights: NDArray[np.float32], times: int = 12) -> NDArray[np.uint8]:
    """Filters [O, n, 3, k, k] as pictures: a row for each, its frames beside one another.

    Grey is 0; each filter is scaled by its own largest weight.
    """
    rows = []
    for one in weights:
        largest = max(float(np.abs(one).max()), 1e-9)
        levels = (127.5 + 127.5 * one / largest).round().astype(np.uint8)  # [n, 3, k, k]
        rows.append(beside([enlarged(np.moveaxis(frame, 0, -1), times) for frame in levels], len(one), 3))
    return beside(rows, 1, 6)


def response_grid(maps: NDArray[np.float32], columns: int = 4, times: int = 2) -> NDArray[np.uint8]:
    """Answers of filters [O, h, w] as bright places on dark, each scaled by the largest of all."""
    largest = max(float(maps.max()), 1e-9)
    levels = (255 * np.sqrt(maps.clip(min=0) / largest)).round().astype(np.uint8)
    painted = [cv2.applyColorMap(level, cv2.COLORMAP_INFERNO)[..., ::-1] for level in levels]
    return beside([enlarged(np.ascontiguousarray(one), times) for one in painted], columns)


def gain_chart(
    lengths: Sequence[int], series: Mapping[str, Sequence[float]], colours: Mapping[str, str], title: str
) -> go.Figure:
    """A line over the number of frames in a stack for each series, 0..1."""
    chart = go.Figure()
    for name, values in series.items():
        chart.add_scatter(
            x=list(lengths), y=list(values), name=name, mode="lines+markers+text",
            text=[f"{v:.3f}" for v in values], textposition="top center",
            line={"color": colours[name], "width": 2.5}, marker={"size": 9},
        )  # fmt: skip
    chart.update_layout(
        height=320, margin={"l": 0, "r": 0, "t": 8, "b": 0}, legend={"orientation": "h", "y": 1.15, "x": 0}
    )
    chart.update_xaxes(title="frames in a stack", tickvals=list(lengths))
    chart.update_yaxes(title=title, range=[0, 1.08])
    return chart
