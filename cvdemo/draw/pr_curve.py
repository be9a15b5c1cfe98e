"""A precision-recall curve as an SVG file."""

from __future__ import annotations

from xml.sax.saxutils import escape

import numpy as np

from cvdemo.metrics.ap import AP_METHODS
from cvdemo.metrics.curve import Curve

SIDE, LEFT, TOP, MOST = 400, 56, 44, 4000


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
