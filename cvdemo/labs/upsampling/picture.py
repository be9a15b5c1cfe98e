"""A real picture made small by pooling and large again in every way, with the error of each."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo.data.pictures import fit, to_png
from cvdemo.labs.upsampling.lab import WAYS, Grids, Setting
from cvdemo.ops.transposed import Layout, transposed_convolution
from cvdemo.ops.upsampling import MaxPooled, bed_of_nails, bilinear, max_pool, max_unpool, nearest
from cvdemo.ui.source import choose_picture

Floats: TypeAlias = NDArray[np.floating[Any]]

LONGEST = 160  # of the picture: so small that its pixels can be seen
SHOWN = 320
METHODS = ("max", "mean")


class Returned(NamedTuple):
    """A picture [H, W, 3] and how far a pixel of it is off on average, 0..255; None for the original."""

    picture: NDArray[np.uint8]
    error: float | None


def pooled(x: Floats, factor: int, method: str) -> MaxPooled:
    """Every factor x factor pixels of [3, H, W] as one, their "max" or "mean", and the maxima's places."""
    kept = max_pool(x, factor)
    if method == "max":
        return kept
    blocks = x.reshape(len(x), x.shape[1] // factor, factor, x.shape[2] // factor, factor)
    return kept._replace(values=blocks.mean(axis=(2, 4)))


def stamped(x: Floats, kernel: Floats, layout: Layout) -> Floats:
    """The transposed convolution of [3, h, w], cut to [3, h * stride, w * stride] around its middle.

    The kernel is scaled so that a flat picture keeps its brightness on average.
    """
    side = layout.dilation * (len(kernel) - 1) + 1
    scale = layout.stride**2 / kernel.sum() if kernel.sum() else 1.0
    wide = Layout(layout.stride, 0, max(layout.stride - side, 0), layout.dilation)
    out = transposed_convolution(x, kernel * scale, wide)
    start = max(side - layout.stride, 0) // 2
    rows, columns = (n * layout.stride for n in x.shape[-2:])
    return out[:, start : start + rows, start : start + columns]


def there_and_back(
    picture: NDArray[np.uint8], setting: Setting, kernel: Floats, method: str
) -> dict[str, Returned]:
    """The picture [H, W, 3], itself, pooled, and brought back in every way, by name.

    It is scaled to at most 160 pixels and cut to a multiple of the factor. The error is the root of the
    mean squared difference from the original, over pixels and colours.
    """
    factor = setting.layout.stride
    small = cut_to(fit(picture, LONGEST), factor)
    height, width = small.shape[:2]
    x = small.transpose(2, 0, 1).astype(np.float64)
    kept, places = pooled(x, factor, method)
    ways = {
        "unpooling": max_unpool(kept, places, (height, width)),
        "nails": bed_of_nails(kept, factor),
        "nearest": nearest(kept, factor),
        "bilinear": bilinear(kept, (height, width), align_corners=setting.corners),
        "transposed": stamped(kept, kernel, setting.layout),
    }
    shown = {"original": Returned(small, None), "pooled": Returned(_pixels(kept), None)}
    for name, way in ways.items():
        back = _pixels(way)
        shown[name] = Returned(back, float(np.sqrt(np.mean((back - small.astype(float)) ** 2))))
    return shown


def cut_to(picture: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """The picture cut at the right and below so that both sides divide; one that is too small is widened."""
    height, width = picture.shape[:2]
    below, right = max(factor - height, 0), max(factor - width, 0)
    wide = np.pad(picture, ((0, below), (0, right), (0, 0)), mode="edge")
    return wide[: max(height // factor, 1) * factor, : max(width // factor, 1) * factor]


def _pixels(x: Floats) -> NDArray[np.uint8]:
    return x.clip(0, 255).round().astype(np.uint8).transpose(1, 2, 0)


def picture_row(setting: Setting, given: Grids) -> None:
    """The source and the original left; the pooled picture and the ways back beside it."""
    left, right = st.columns([1, 3], gap="medium")
    with left:
        chosen = choose_picture("scene")
        method = st.segmented_control(
            "Pooled by", METHODS, default=METHODS[0], required=True, key="down", bind="query-params"
        )
    if chosen is None:
        return
    found = there_and_back(chosen.picture, setting, given.kernel, str(method))
    best = min((r.error, name) for name, r in found.items() if r.error is not None)[1]
    with left:
        _show("original", found.pop("original"), setting.way, best)
    with right:
        places = [place for _ in range(2) for place in st.columns(3)]
    for place, (name, one) in zip(places, found.items(), strict=True):
        with place:
            _show(name, one, setting.way, best)


def _show(name: str, one: Returned, way: str, best: str) -> None:
    st.image(to_png(enlarged(one.picture)), width="stretch")
    st.caption(_words(name, one, way, best))


def _words(name: str, one: Returned, way: str, best: str) -> str:
    height, width = one.picture.shape[:2]
    if one.error is None:
        return f"{name.capitalize()}, {width} × {height} pixels"
    title = next(title for title, key in WAYS.items() if key == name).capitalize()
    if name == way:
        title = f"**:primary[{title}]**"
    return f"{title}: off by {one.error:.1f} of 255{', the least' if name == best else ''}"


def enlarged(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture with every pixel as a square, so that its longer side has about 320."""
    times = max(1, round(SHOWN / max(picture.shape[:2])))
    return picture.repeat(times, axis=0).repeat(times, axis=1)
