"""Charts of a data set: classes, sizes, shapes, places, objects per image, classes that go together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cvdemo.data.dataset import Dataset
from cvdemo.data.inspection import SIZES, Inspection, pairs_of
from cvdemo.draw.colours import colour

MOST_CLASSES = 30  # bars of a chart
MOST_PAIRED = 16
BLUE = "#0072B2"
ASPECTS = np.geomspace(1 / 8, 8, 33)


def _shown(figure: go.Figure, x: str, y: str, height: int = 320) -> go.Figure:
    return figure.update_layout(
        height=height, margin={"l": 10, "r": 10, "t": 10, "b": 10}, showlegend=False, xaxis_title=x,
        yaxis_title=y, bargap=0.15,
    )  # fmt: skip


def most_frequent(dataset: Dataset, found: Inspection, most: int) -> list[int]:
    """The categories with the most objects, or with the most labelled images where there are no objects."""
    counts = found.objects_of if len(dataset.objects) else found.images_of
    order = np.argsort(-counts, kind="stable")[:most]
    return [int(k) for k in order if counts[k]]


def class_chart(dataset: Dataset, found: Inspection) -> go.Figure:
    """Objects and images of the most frequent classes, as bars; a click on one gives its name."""
    rows = most_frequent(dataset, found, MOST_CLASSES)
    names = [dataset.categories[k] for k in rows]
    counts = found.objects_of if len(dataset.objects) else found.images_of
    figure = go.Figure(
        go.Bar(
            x=names,
            y=[int(counts[k]) for k in rows],
            marker_color=[colour(name) for name in names],
            customdata=[[name, int(found.images_of[k])] for name, k in zip(names, rows, strict=True)],
            hovertemplate="%{x}: %{y}, in %{customdata[1]} images<extra></extra>",
        )
    )
    return _shown(figure, "", "objects" if len(dataset.objects) else "images").update_xaxes(type="category")


def size_chart(dataset: Dataset, found: Inspection) -> go.Figure:
    """Small, medium and large objects of the most frequent classes, stacked."""
    rows = most_frequent(dataset, found, MOST_CLASSES // 2)
    figure = go.Figure()
    for k, (size, ink) in enumerate(zip(SIZES, ("#88CCEE", "#0072B2", "#D55E00"), strict=True)):
        mine = np.bincount(dataset.objects.category[found.size == k], minlength=len(dataset.categories))
        names = [dataset.categories[row] for row in rows]
        figure.add_bar(x=names, y=mine[rows].tolist(), name=size, marker_color=ink)
    figure = _shown(figure, "", "objects").update_xaxes(type="category")
    return figure.update_layout(barmode="stack", showlegend=True, legend={"orientation": "h", "y": 1.15})


def aspect_chart(found: Inspection) -> go.Figure:
    """How many boxes have which width over height, on a logarithmic axis."""
    values = found.aspect[~np.isnan(found.aspect)].clip(ASPECTS[0], ASPECTS[-1])
    counts, edges = np.histogram(np.log2(values), np.log2(ASPECTS))
    middles = (edges[:-1] + edges[1:]) / 2
    figure = go.Figure(go.Bar(x=middles, y=counts, marker_color=BLUE, hovertemplate="%{y}<extra></extra>"))
    ticks = [-3, -2, -1, 0, 1, 2, 3]
    figure.update_xaxes(tickvals=ticks, ticktext=["1:8", "1:4", "1:2", "1:1", "2:1", "4:1", "8:1"])
    return _shown(figure, "width : height", "boxes")


def count_chart(found: Inspection) -> go.Figure:
    """How many images have how many objects; the last bar is that many or more."""
    most = int(np.quantile(found.on_image, 0.99)) + 1 if len(found.on_image) else 1
    counts = np.bincount(found.on_image.clip(0, most))
    labels = [str(k) for k in range(len(counts))]
    if len(found.on_image) and found.on_image.max() > most:
        labels[-1] += "+"
    figure = go.Figure(
        go.Bar(x=labels, y=counts, marker_color=BLUE, hovertemplate="%{y} images<extra></extra>")
    )
    return _shown(figure, "objects on an image", "images").update_xaxes(type="category")


def place_chart(found: Inspection) -> go.Figure:
    """Where in their image the centres of boxes lie."""
    figure = go.Figure(
        go.Heatmap(z=found.places, colorscale="Cividis", showscale=False, hovertemplate="%{z}<extra></extra>")
    )
    figure.update_yaxes(autorange="reversed", showticklabels=False, scaleanchor="x", constrain="domain")
    figure.update_xaxes(showticklabels=False, constrain="domain")
    return _shown(figure, "", "")


def pair_chart(dataset: Dataset, found: Inspection) -> go.Figure:
    """Which classes are on the same images: of the row's images, the share with the column's class."""
    rows = most_frequent(dataset, found, MOST_PAIRED)
    names: Sequence[str] = [dataset.categories[k] for k in rows]
    counts = pairs_of(found, rows).astype(float)
    share = counts / np.maximum(np.diag(counts), 1)[:, None]
    np.fill_diagonal(share, np.nan)
    figure = go.Figure(
        go.Heatmap(
            z=share, x=names, y=names, zmin=0, zmax=max(0.01, float(np.nanmax(share, initial=0))),
            colorscale="Cividis", customdata=counts,
            hovertemplate="of the images with %{y}, %{z:.0%} have %{x} (%{customdata:.0f})<extra></extra>",
        )
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", type="category").update_xaxes(type="category")
    return _shown(figure, "", "", 380)
