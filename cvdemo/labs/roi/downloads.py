"""What the RoI page gives away: the grids as CSV and JSON, the bins as a picture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import streamlit as st

from cvdemo.data.pictures import to_png
from cvdemo.draw.roi import draw_roi
from cvdemo.labs.roi.lab import Box, Floats, Pooled, Setting
from cvdemo.labs.roi.maps import Votes
from cvdemo.ops.roi_bins import align_bins, pool_bins
from cvdemo.ui.source import Chosen


def downloads(
    chosen: Chosen, features: Floats, votes: Votes, roi: Box, setting: Setting, found: Pooled
) -> None:
    """A row of three buttons; nothing is made before one is pressed."""
    row = st.container(horizontal=True, gap="small")
    name = f"{chosen.name.rsplit('.', 1)[0]}-roi"
    row.download_button("Grids (CSV)", lambda: to_csv(found), f"{name}.csv", "text/csv")
    row.download_button(
        "Bins and grids (JSON)", lambda: to_json(features, votes, roi, setting, found), f"{name}.json",
        "application/json",
    )  # fmt: skip
    row.download_button("PNG", lambda: _picture(features, roi, setting), f"{name}.png", "image/png")


def to_csv(found: Pooled) -> str:
    """A line for each bin of each way: way, row, column, value."""
    lines = [f"{way},{i},{j},{value:.8g}" for way, i, j, value in _values(found)]
    return "\n".join(["way,row,column,value", *lines, ""])


def _values(found: Pooled) -> Iterator[tuple[str, int, int, float]]:
    ways = {"roi_pool": found.pool, "roi_align": found.align, "ps_roi_pool": found.votes}
    for way, grid in ways.items():
        for i, line in enumerate(grid.tolist()):
            for j, value in enumerate(line):
                yield way, i, j, value


def to_json(features: Floats, votes: Votes, roi: Box, setting: Setting, found: Pooled) -> str:
    """The RoI, the setting, RoI pooling's cells, RoIAlign's samples and all grids."""
    pool, align = _bins(features, roi, setting)
    told: dict[str, Any] = {
        "roi": roi,
        **setting._asdict(),
        "map": list(features.shape),
        "roi_pool": {
            "cells": pool.rounded.tolist(),
            "rows": pool.rows.tolist(),
            "columns": pool.columns.tolist(),
            "values": found.pool.tolist(),
        },
        "roi_align": {
            "rows": align.rows.places.tolist(),
            "columns": align.columns.places.tolist(),
            "values": found.align.tolist(),
        },
        "ps_roi_pool": {"maps": votes.title, "stride": votes.stride, "values": found.votes.tolist()},
        "moved_by_pixels": found.moved.tolist(),
        "iou_after_rounding": found.iou,
    }
    return json.dumps(told, indent=1)


def _bins(features: Floats, roi: Box, setting: Setting) -> tuple[Any, Any]:
    shape = (features.shape[0], features.shape[1])
    scale = 1 / setting.stride
    pool = pool_bins(roi, setting.size, shape, spatial_scale=scale)
    align = align_bins(
        roi, setting.size, shape=shape, spatial_scale=scale, sampling_ratio=setting.ratio,
        aligned=setting.aligned,
    )  # fmt: skip
    return pool, align


def _picture(features: Floats, roi: Box, setting: Setting) -> bytes:
    return to_png(draw_roi(features, *_bins(features, roi, setting)))
