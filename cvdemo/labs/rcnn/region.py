"""One region on its way through every net: what is cut out, what it becomes, what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import streamlit as st

from cvdemo.draw.feature_maps import enlarged
from cvdemo.draw.regions import (
    beside,
    draw_bins,
    draw_cells,
    draw_regions,
    vote_grid,
    vote_limit,
    with_context_frame,
)
from cvdemo.labs.rcnn.follow import Target, nearest
from cvdemo.labs.rcnn.lab import Passed
from cvdemo.labs.rcnn.stages import heading, on_picture, palette, row
from cvdemo.nets.rcnn import RCNN
from cvdemo.nets.roi_head import RoIHead
from cvdemo.ops.iou import box_iou
from cvdemo.ops.warp import warp_regions
from cvdemo.zoo.region_stages import RegionVotes, class_maps, roi_features, votes_by_maps

WIDTH, HEIGHT = 400, 240  # pixels of the picture that a region is cut from, of both together


def followed(found: Sequence[Passed], target: Target) -> None:
    """The row of pictures of the followed region."""
    heading("③ One region")
    shown = [one for one in found if nearest(one, target) is not None]
    if not shown:
        st.caption("There is no region to follow.")
        return
    row(shown, lambda one: _region(one, target))


def _region(one: Passed, target: Target) -> tuple[np.ndarray, str]:
    number = cast(int, nearest(one, target))
    if isinstance(one.detector.net, RCNN):
        left, right, kind = _cut_out(one, number)
    elif votes_by_maps(one.detector):
        left, right, kind = _votes(one, number, target.class_id)
    else:
        left, right, kind = _pooled(one, number)
    text = f"{overlap(one.staged.regions[number], one, target)}; {kind}. {opinion(one, number)}"
    return beside(left, right, height=HEIGHT), text


def overlap(region: np.ndarray, one: Passed, target: Target) -> str:
    """The region's size and how well it lies on what is followed."""
    wide, high = region[2:] - region[:2]
    size = f"{wide:.0f} × {high:.0f} pixels"
    if target.box is None:
        return size
    iou = box_iou(region[None], (target.box * one.scale)[None])[0, 0]
    return f"{size}, IoU {iou:.2f} with the {target.name}"


def opinion(one: Passed, number: int) -> str:
    """The two classes that the net finds most likely for a region."""
    scores = one.staged.trace.scores()[0][number].float().cpu().numpy()
    names = one.detector.names()
    return " · ".join(f"{names[k]} **{scores[k]:.2f}**" for k in np.argsort(-scores)[:2].tolist())


def _cut_out(one: Passed, number: int) -> tuple[np.ndarray, np.ndarray, str]:
    """The picture with the region, and the region warped."""
    config = cast(RCNN, one.detector.net).config
    region = one.staged.regions[number]
    warped = warp_regions(one.working, region[None], size=config.size, context=config.context)[0]
    left = draw_regions(*_large(one, region), chosen=0)
    kind = f"warped to {config.size} × {config.size} with {config.context} pixels of context"
    return left, with_context_frame(warped, config.context, side=HEIGHT), kind


def _pooled(one: Passed, number: int) -> tuple[np.ndarray, np.ndarray, str]:
    """The level that the region is cut from, and the cells that it becomes, in the same colours."""
    cut = roi_features(one.detector, one.staged, number)
    colours = palette(cut.features, one)
    level = colours.colours(on_picture(cut.features, one))
    left = draw_cells(level, one.staged.regions[number] / cut.stride, width=WIDTH, chosen=0)
    how = cast(RoIHead, one.detector.net.head).config.pooling
    size = cut.cells.shape[-1]
    kind = (
        f"{'greatest values' if how == 'max' else 'bilinear samples'} at stride {cut.stride}, {size} × {size}"
    )
    return left, enlarged(colours.colours(cut.cells), HEIGHT), f"{kind} cells of {len(cut.cells)}"


def _votes(one: Passed, number: int, class_id: int) -> tuple[np.ndarray, np.ndarray, str]:
    """The picture with the region's bins, and what each of them votes for a class."""
    bins = one.staged.trace.head.bins[number].float().cpu().numpy()
    said = RegionVotes(bins, bins.mean(axis=(1, 2)))
    limit = vote_limit(class_maps(one.staged, class_id))
    large, region = _large(one, one.staged.regions[number])
    mean, none = said.logits[1 + class_id], said.logits[0]
    kind = f"votes for *{one.detector.names()[class_id]}*, mean {mean:+.1f} against {none:+.1f} for nothing"
    right = vote_grid(bins[1 + class_id], limit=limit, side=HEIGHT)
    return draw_bins(large, region, bins.shape[-1]), right, kind


def _large(one: Passed, region: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The working picture `WIDTH` pixels wide, and a region [4] in its pixels."""
    return enlarged(one.working, WIDTH), region * (WIDTH / one.working.shape[1])
