"""Drawings of the mAP page: charts of classes, thresholds and errors, a curve as SVG, masks and keypoints."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import plotly.graph_objects as go

from cvdemo.data.annotations import EvalSet
from cvdemo.draw.colours import colour
from cvdemo.metrics.ap import AP_METHODS
from cvdemo.metrics.coco import Scores
from cvdemo.metrics.confusion import Confusion
from cvdemo.metrics.curve import Curve
from cvdemo.metrics.error_types import ErrorType
from cvdemo.metrics.tide import Tide

GREY = "#888888"  # seen on light and dark
MARGIN = {"l": 8, "r": 8, "t": 30, "b": 8}
MOST_CELLS = 16  # classes up to which the cells of a table carry their numbers
SIDE, LEFT, TOP, MOST = 400, 56, 44, 4000  # of the curve as SVG: sides and margins in pixels, most points

ERRORS = {
    ErrorType.CLASSIFICATION: "wrong class",
    ErrorType.LOCALISATION: "badly placed",
    ErrorType.BOTH: "both",
    ErrorType.DUPLICATE: "duplicate",
    ErrorType.BACKGROUND: "background",
    ErrorType.MISSED: "missed",
}

_LIMBS = (
    (0, 1), (0, 2), (1, 3), (2, 4), (5, 6), (5, 7), (7, 9), (6, 8), (8, 10), (5, 11), (6, 12), (11, 12),
    (11, 13), (13, 15), (12, 14), (14, 16),
)  # fmt: skip


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
    kinds = list(ERRORS)
    figure = go.Figure(
        go.Bar(
            y=[ERRORS[f] for f in kinds],
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


def curve_svg(curve: Curve) -> str:
    """The curve, its envelope with the area under it, and the three APs, as one SVG file."""
    keep = np.unique(np.linspace(0, max(len(curve) - 1, 0), min(len(curve), MOST)).astype(int))
    x, y, top = curve.recall[keep], curve.precision[keep], curve.envelope[keep]
    line = " ".join(f"{_x(a):.2f},{_y(b):.2f}" for a, b in zip(x, y, strict=True))
    stairs = f"M{_x(0)} {_y(0)}" + "".join(f"V{_y(b):.2f}H{_x(a):.2f}" for a, b in zip(x, top, strict=True))
    title = f"{escape(curve.name)}, IoU {curve.iou_threshold:.2f}"
    aps = " · ".join(f"{method} {curve.ap(method):.4f}" for method in AP_METHODS)
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE + 80} {SIDE + 100}" '
            'font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>',
            *(_tick(v) for v in (0, 0.2, 0.4, 0.6, 0.8, 1)),
            f'<path d="{stairs}V{_y(0)}Z" fill="#0072B2" fill-opacity=".2"/>',
            f'<polyline points="{line}" fill="none" stroke="#222" stroke-width="2"/>',
            f'<text x="{LEFT}" y="18" font-size="15">{title}</text>',
            f'<text x="{LEFT}" y="36">AP {aps}</text>',
            f'<text x="{_x(0.5)}" y="{_y(0) + 40}" text-anchor="middle">recall</text>',
            f'<text transform="translate(16 {_y(0.5)}) rotate(-90)" text-anchor="middle">precision</text>',
            "</svg>",
        ]
    )


def _x(recall: float) -> float:
    return float(LEFT + SIDE * recall)


def _y(precision: float) -> float:
    return float(TOP + SIDE * (1 - precision))


def _tick(v: float) -> str:
    return (
        f'<path d="M{_x(v)} {_y(0)}V{_y(1)}M{_x(0)} {_y(v)}H{_x(1)}" stroke="#ddd"/>'
        f'<text x="{_x(v)}" y="{_y(0) + 18}" text-anchor="middle">{v:g}</text>'
        f'<text x="{_x(0) - 6}" y="{_y(v) + 4}" text-anchor="end">{v:g}</text>'
    )


def outlines(data: EvalSet, detection: int, truth: int | None, outcome: str) -> list[tuple[str, str]]:
    """(class name of the style, path) of a truth and a detection; nothing for sets of boxes."""
    draw: Any = {"segm": _contours, "keypoints": _skeleton}.get(data.iou_type)
    if draw is None:
        return []
    there = [] if truth is None else [("truth", draw(data.truth, truth))]
    return [*there, (outcome, draw(data.results, detection))]


def _contours(columns: Any, row: int) -> str:
    import cv2
    from pycocotools import mask

    lines, _ = cv2.findContours(mask.decode(columns.masks[row]), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_TC89_L1)
    return "".join("M" + "L".join(f"{x} {y}" for x, y in line.reshape(-1, 2)) + "Z" for line in lines)


def _skeleton(columns: Any, row: int) -> str:
    points = columns.keypoints[row]
    there = points[:, 2] > 0 if points[:, 2].any() else np.ones(len(points), bool)
    limbs = [(a, b) for a, b in _LIMBS if b < len(points) and there[a] and there[b]]
    lines = "".join(
        f"M{points[a, 0]:.1f} {points[a, 1]:.1f}L{points[b, 0]:.1f} {points[b, 1]:.1f}" for a, b in limbs
    )
    dots = "".join(f"M{x - 2:.1f} {y:.1f}a2 2 0 1 0 4 0a2 2 0 1 0 -4 0" for x, y, _ in points[there])
    return lines + dots
