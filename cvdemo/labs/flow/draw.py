"""The flow page's pictures: one view of every method's flow, the steps of one, points to trust."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.draw.flow import bright, draw_arrows, error_colours, flow_colours
from cvdemo.labs.flow.experiment import Contradiction, Pair, Run, Texture, numbers
from cvdemo.metrics.flow import Flow
from cvdemo.ops.flow import resized, warp

WIDE = 640  # pixels that arrows are drawn at, so that they are thin
WRONG, HIDDEN, RIGHT = (213, 94, 0), (240, 228, 66), (0, 158, 115)  # Okabe and Ito's
MOST_LEFT = 127.5  # levels of difference that are as bright as it gets
COARSE = 4  # pixels a side of the flow that the pointer reads


class Display(NamedTuple):
    """How flows are shown: the view, arrows every so many pixels and so many times as long, full colours at
    so many pixels (0: the longest), the error in pixels that is brightest."""

    view: str = "arrows"
    spacing: int = 20
    length: float = 1.0
    full: float = 0.0
    brightest: float = 5.0


class Panel(NamedTuple):
    """One way's picture: its title and numbers, the picture, what lies under it for a swipe, and its flow."""

    title: str
    text: str
    picture: NDArray[np.uint8]
    under: NDArray[np.uint8] | None
    flow: Flow


def panels(pair: Pair, runs: Sequence[Run], checks: Sequence[Contradiction], display: Display) -> list[Panel]:
    """The truth, where known and to be shown, then every method, in one view and one scale."""
    full = display.full or longest(pair, runs)
    found = []
    if pair.motion is not None and display.view != "error":
        hidden = pair.motion.occluded if checks else None
        truth = np.nan_to_num(pair.motion.flow)
        shown = _shown(pair, pair.motion.flow, hidden, display, full)
        found.append(Panel("Truth", _true_text(pair, display), *shown, truth))
    for k, run in enumerate(runs):
        check = checks[k] if checks else None
        shown = _shown(pair, run.flow, check.contradicts if check else None, display, full)
        found.append(Panel(run.title, _text(pair, run, check), *shown, run.flow))
    return found


def longest(pair: Pair, runs: Sequence[Run]) -> float:
    """The length of motion with full colour: nearly the longest of the truth, or else of all methods."""
    flows = [run.flow for run in runs] if pair.motion is None else [pair.motion.flow]
    lengths = [np.hypot(*np.moveaxis(np.nan_to_num(flow), -1, 0)) for flow in flows]
    return max([1.0, *(float(np.quantile(length, 0.995)) for length in lengths)])


def _shown(
    pair: Pair, flow: Flow, marked: NDArray[np.bool_] | None, display: Display, full: float
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """The picture of a view, and what lies under it."""
    if display.view == "colours":
        return flow_colours(flow, full), None
    if display.view == "warped":
        back = warp(pair.second, np.nan_to_num(flow)).round().astype(np.uint8)
        return pair.first, back
    if display.view == "error" and pair.motion is not None:
        return error_colours(flow, pair.motion.flow, display.brightest), None
    if marked is not None:
        return mark(pair.first, marked), None
    return arrows(pair.first, flow, display), None


def arrows(picture: NDArray[np.uint8], flow: Flow, display: Display) -> NDArray[np.uint8]:
    """The picture, enlarged, with its motion as arrows."""
    height, width = picture.shape[:2]
    scale = max(1, round(WIDE / max(width, height)))
    size = (width * scale, height * scale)
    large = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    grown = (
        np.asarray(cv2.resize(np.nan_to_num(flow), size, interpolation=cv2.INTER_NEAREST), np.float32) * scale
    )
    return draw_arrows(
        large, grown, step=display.spacing * scale, scale=display.length, least=0.75 * scale, thick=scale
    )


def mark(picture: NDArray[np.uint8], where: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The picture with the pixels of a mask [H, W] coloured."""
    tinted = (0.25 * picture + 0.75 * np.array(WRONG)).astype(np.uint8)
    return np.where(where[..., None], tinted, picture)


def _true_text(pair: Pair, display: Display) -> str:
    assert pair.motion is not None
    length = np.hypot(*np.moveaxis(pair.motion.flow, -1, 0))
    text = f"{np.nanmean(length):.1f} px on average, {np.nanmax(length):.0f} at most"
    if display.view == "there and back":
        return f"{100 * pair.motion.occluded.mean():.1f} % of the pixels are hidden or outside"
    if display.view == "warped":
        return f"PSNR {numbers(np.nan_to_num(pair.motion.flow), pair)['PSNR']:.1f} dB"
    return text


def _text(pair: Pair, run: Run, check: Contradiction | None) -> str:
    """The numbers of a method below its title."""
    found = numbers(run.flow, pair)
    parts = [f"EPE <b>{found['EPE']:.2f}</b> px" if "EPE" in found else ""]
    if "EPE_occluded" in found:
        parts.append(f"occluded {found['EPE_occluded']:.1f}")
    parts.append(f"Fl {100 * found['Fl_all']:.1f} %" if "Fl_all" in found else "")
    parts.append(f"PSNR {found['PSNR']:.1f} dB")
    parts.append(f"{run.milliseconds:.0f} ms")
    if check is not None:
        parts = [f"<b>{100 * check.contradicts.mean():.1f}</b> % contradict"]
        if check.precision is not None:
            parts.append(f"{100 * check.precision:.0f} % of them are occluded")
        if check.recall is not None:
            parts.append(f"{100 * check.recall:.0f} % of the occluded are found")
    return " · ".join(part for part in parts if part)


def step_pictures(pair: Pair, flow: Flow, full: float) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A step's flow in colours, and what it leaves of the difference between the pictures."""
    back = warp(pair.second, resized(flow, pair.first.shape[1::-1]))
    left = np.abs(back - pair.first).max(axis=-1)
    return flow_colours(flow, full), bright(left, MOST_LEFT)


def draw_texture(found: Texture) -> NDArray[np.uint8]:
    """The smaller eigenvalues [H, W], bright where large, by their logarithm."""
    share = (np.log10(found.eigenvalues + 1e-2) + 2) / 5
    bright = cv2.applyColorMap((255 * share.clip(0, 1)).astype(np.uint8), cv2.COLORMAP_VIRIDIS)
    return np.asarray(bright[..., ::-1])


def draw_points(picture: NDArray[np.uint8], found: Texture, most: float = 1.0) -> NDArray[np.uint8]:
    """The points that were followed, each with its way: green those that come back, orange the others."""
    height, width = picture.shape[:2]
    scale = max(1, round(WIDE / max(width, height)))
    size = (width * scale, height * scale)
    large = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    for a, b, missed in zip(found.points, found.targets, found.missed, strict=True):
        colour = RIGHT if missed <= most else WRONG
        start, end = (tuple(round((float(v) + 0.5) * scale) for v in place) for place in (a, b))
        cv2.line(large, start, end, (0, 0, 0), 4, cv2.LINE_AA)
        cv2.line(large, start, end, colour, 2, cv2.LINE_AA)
        cv2.circle(large, start, 4, (0, 0, 0), -1, cv2.LINE_AA)
        cv2.circle(large, start, 3, colour, -1, cv2.LINE_AA)
    return large


def coarse(flow: Flow) -> NDArray[np.int32]:
    """The flow of every `COARSE`th pixel in sixteenths of a pixel, [h, w, 2], for the pointer to read."""
    return (np.nan_to_num(flow[::COARSE, ::COARSE]) * 16).round().astype("<i4")
