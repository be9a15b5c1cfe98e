"""Plotly charts of the mAP page: AP of the classes, AP along IoU thresholds, confusion matrix, TIDE."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from cvdemo.draw.colours import colour
from cvdemo.metrics.coco import Scores
from cvdemo.metrics.confusion import Confusion
from cvdemo.metrics.curve import unique_names
from cvdemo.metrics.eligible_pairs import EligiblePairs
from cvdemo.metrics.error_types import ErrorType
from cvdemo.metrics.tide import Tide

GREY = "#888888"  # seen on light and dark
MARGIN = {"l": 8, "r": 8, "t": 30, "b": 8}
MOST_CELLS = 16  # classes up to which the cells of a table carry their numbers

FAULTS = {
    ErrorType.CLASSIFICATION: "wrong class",
    ErrorType.LOCALISATION: "badly placed",
    ErrorType.BOTH: "both",
    ErrorType.DUPLICATE: "duplicate",
    ErrorType.BACKGROUND: "background",
    ErrorType.MISSED: "missed",
}


def class_bars(aps: dict[str, float], mean: float, chosen: str) -> go.Figure:
    """AP of each class as a bar, the chosen one outlined, and their mean as a line."""
    names = list(aps)
    bars = go.Bar(
        x=names,
        y=list(aps.values()),
        marker={
            "color": [colour(n) for n in names],
            "opacity": [1 if n == chosen else 0.55 for n in names],
        },
        text=[f"{v:.2f}" for v in aps.values()] if len(names) <= MOST_CELLS else None,
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{x}: AP %{y:.4f}<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.add_hline(y=mean, line_dash="dash", line_color=GREY)
    return _laid_out(figure, 300, yaxis={"range": [0, 1.08], "title": "AP"})


def threshold_curve(scores: Scores, chosen: str, names: list[str], iou: float) -> go.Figure:
    """AP against IoU threshold: the mean of the classes and the chosen class; their averages as areas."""
    at = np.array(scores.conventions.iou_thresholds)
    figure = go.Figure()
    lines = {"mean of the classes": (scores.per_threshold(), "#0072B2")}
    if chosen in names:
        lines[chosen] = (scores.ap[:, names.index(chosen), 0], colour(chosen))
    for name, (values, shade) in lines.items():
        average = float(values.mean())
        figure.add_scatter(
            x=at,
            y=values,
            name=f"{name}: average {average:.3f}",
            line={"color": shade, "width": 3 if name != chosen else 2},
            fill="tozeroy" if name != chosen else None,
            mode="lines+markers",
            hovertemplate="IoU %{x:.2f}: AP %{y:.4f}<extra></extra>",
        )
        figure.add_hline(y=average, line_dash="dot", line_color=shade, line_width=1)
    figure.add_vline(x=iou, line_dash="dash", line_width=1, line_color=GREY)
    legend = {"orientation": "h", "y": 1.12, "x": 0}
    xaxis = {"title": "IoU threshold", "tickvals": at.round(2), "range": [0.49, 0.96]}
    return _laid_out(figure, 300, xaxis=xaxis, yaxis={"range": [0, 1.02], "title": "AP"}, legend=legend)


def threshold_table(scores: Scores, names: list[str]) -> go.Figure:
    """AP of every class with truth at every IoU threshold, and averages along both, as a heat table."""
    known = [k for k in range(len(names)) if not np.isnan(scores.ap[0, k, 0])]
    grid = scores.ap[:, known, 0].T  # [K, T]
    grid = np.vstack([grid, grid.mean(axis=0)])
    grid = np.hstack([grid, grid.mean(axis=1, keepdims=True)])
    columns = [f"{t:.2f}" for t in scores.conventions.iou_thresholds] + [".5:.95"]
    rows = [names[k] for k in known] + ["mean"]
    return _heat(grid, rows, columns, 110 + 24 * len(rows), with_text=True)


def confusion_map(confusion: Confusion) -> go.Figure:
    """The confusion matrix: truth by row, detections by column, shaded by share of the row."""
    used = [
        k for k in range(len(confusion.names)) if confusion.matrix[k].any() or confusion.matrix[:, k].any()
    ]
    counts = confusion.matrix[np.ix_(used, used)]
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [confusion.names[k] for k in used]
    figure = go.Figure(
        go.Heatmap(
            z=share,
            x=names,
            y=names,
            customdata=counts,
            text=np.where(counts > 0, counts.astype(str), "") if len(names) <= MOST_CELLS else None,
            texttemplate="%{text}" if len(names) <= MOST_CELLS else None,
            colorscale="Blues",
            zmin=0,
            zmax=1,
            showscale=False,
            hovertemplate="truth %{y}, detected as %{x}: %{customdata}<extra></extra>",
        )
    )
    xaxis = {"title": "detected as", "side": "bottom", "type": "category"}
    yaxis = {"title": "truth", "autorange": "reversed", "type": "category"}
    return _laid_out(figure, 420, xaxis=xaxis, yaxis=yaxis)


def tide_bars(tide: Tide) -> go.Figure:
    """What each of TIDE's six kinds of error costs in AP."""
    kinds = list(FAULTS)
    figure = go.Figure(
        go.Bar(
            y=[FAULTS[f] for f in kinds],
            x=[100 * tide.cost[f] for f in kinds],
            orientation="h",
            marker_color=["#CC79A7", "#E69F00", "#AA4499", "#F0E442", "#999933", "#56B4E9"],
            text=[f"{100 * tide.cost[f]:.1f} ({tide.count[f]})" for f in kinds],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: costs %{x:.2f} AP points<extra></extra>",
        )
    )
    most = max(100 * max(tide.cost.values()), 1)
    xaxis = {"title": "AP points won if all were repaired (how many)", "range": [0, 1.3 * most]}
    return _laid_out(figure, 420, xaxis=xaxis, yaxis={"autorange": "reversed"})


def class_names(eligible: EligiblePairs) -> list[str]:
    """The classes' names, all different: [K]."""
    return unique_names(eligible)


def _heat(
    grid: np.ndarray, rows: list[str], columns: list[str], height: int, *, with_text: bool
) -> go.Figure:
    figure = go.Figure(
        go.Heatmap(
            z=grid,
            x=columns,
            y=rows,
            colorscale="Blues",
            zmin=0,
            zmax=1,
            showscale=False,
            texttemplate="%{z:.2f}" if with_text else None,
            hovertemplate="%{y} at IoU %{x}: AP %{z:.4f}<extra></extra>",
        )
    )
    xaxis = {"title": "IoU threshold", "type": "category", "side": "top"}
    return _laid_out(figure, height, xaxis=xaxis, yaxis={"autorange": "reversed", "type": "category"})


def _laid_out(figure: go.Figure, height: int, **layout: object) -> go.Figure:
    return figure.update_layout(height=height, margin=MARGIN, bargap=0.25, **layout)
