"""What a visitor follows through the nets: a thing of the picture, or nothing at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import streamlit as st

from cvdemo.data.detections_json import class_names
from cvdemo.labs.rcnn.lab import Passed
from cvdemo.ops.detections import select
from cvdemo.ops.iou import box_iou
from cvdemo.ui.source import Chosen

NOTHING = "nothing: each net's surest background"
MOST = 8  # things to choose from


class Target(NamedTuple):
    """What a visitor follows: a box [4] in pixels of the picture and its class, or nothing at all."""

    name: str
    box: np.ndarray | None
    class_id: int


def choose_target(chosen: Chosen, found: Sequence[Passed]) -> Target:
    """A box of the things to follow: those of the truth, or what the last net has found."""
    targets = {t.name: t for t in things(chosen, found)}
    name = st.selectbox("Follow", list(targets), key="follow", bind="query-params", width=360)
    return targets[str(name)]


def things(chosen: Chosen, found: Sequence[Passed]) -> list[Target]:
    """The largest things of the truth, or the best detections of the last net; and nothing, at the end."""
    if chosen.truth is not None:
        known = chosen.truth.detections()
        order = np.argsort(-np.prod(known.xyxy[:, 2:] - known.xyxy[:, :2], axis=1))
    else:
        known = select(found[-1].raw, score=0.0)
        order = np.arange(len(known))
    names, ids = class_names(known), cast(np.ndarray, known.class_id)
    seen: Counter[str] = Counter()
    targets = []
    for k in order[:MOST].tolist():
        seen[names[k]] += 1
        number = f" {seen[names[k]]}" if seen[names[k]] > 1 else ""
        targets.append(Target(f"{names[k]}{number}", known.xyxy[k], int(ids[k])))
    return [*targets, Target(NOTHING, None, targets[0].class_id if targets else 0)]


def nearest(one: Passed, target: Target) -> int | None:
    """The number of the net's region that overlaps the target most, or looks least like any thing."""
    if not len(one.staged.regions):
        return None
    if target.box is None:
        return int(one.staged.trace.scores()[0].amax(dim=1).argmin())
    return int(box_iou(one.staged.regions, (target.box * one.scale)[None])[:, 0].argmax())
