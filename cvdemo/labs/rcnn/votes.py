"""R-FCN's corner: the maps of a class, a region's bins on them, and the vote as the region is moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import streamlit as st

from cvdemo.data.pictures import to_jpeg
from cvdemo.draw.regions import vote_grid, vote_limit, vote_maps
from cvdemo.labs.rcnn.follow import Target, nearest, things
from cvdemo.labs.rcnn.lab import Passed
from cvdemo.nets.rfcn import VotingHead
from cvdemo.ui.page import texts
from cvdemo.ui.source import Chosen
from cvdemo.zoo.region_stages import RegionVotes, class_maps, region_votes, votes_by_maps

WIDE, SIDE = 720, 300  # pixels of the maps, of the grid


@st.fragment
def corner(chosen: Chosen, found: Sequence[Passed]) -> None:
    """Class, region and shift on the left; maps, votes and what they come to on the right."""
    one = next((one for one in found if votes_by_maps(one.detector)), None)
    if one is None:
        return
    st.subheader("R-FCN: the region votes", anchor=False)
    st.markdown(texts("rcnn")["votes"])
    controls, maps, result = st.columns([1, 2.2, 1.2], gap="medium")
    with controls:
        target, class_id = _choices(chosen, found, one)
        box = _moved(one, target)
    said = region_votes(one.detector, one.staged, box)
    own = class_maps(one.staged, class_id)
    stride = cast(VotingHead, one.detector.net.head).config.stride
    drawn = vote_maps(own, one.working, box, scale=1 / stride, width=WIDE)
    maps.image(to_jpeg(drawn, 90), width="stretch")
    name = one.detector.names()[class_id]
    maps.caption(
        f"The {own.shape[0] ** 2} maps of *{name}*, {own.shape[2]} × {own.shape[3]} cells each: orange votes "
        "for it, blue against it. In every map stands the region, and the one bin that this map answers for."
    )
    with result:
        _result(one, said, class_id, vote_limit(own))


def _choices(chosen: Chosen, found: Sequence[Passed], one: Passed) -> tuple[Target, int]:
    targets = {t.name: t for t in things(chosen, found)}
    name = st.selectbox("Region", list(targets), key="vote-region", bind="query-params")
    target = targets[str(name)]
    names = one.detector.names()
    own = st.toggle("Its own class", True, key="vote-own", bind="query-params")
    classes = list(names.values())
    if own and target.box is not None:
        st.caption(f"The maps of *{names[target.class_id]}*")
        return target, target.class_id
    asked = st.selectbox("Class", classes, key="vote-class", bind="query-params")
    return target, classes.index(str(asked))


def _moved(one: Passed, target: Target) -> np.ndarray:
    """The region [4] in pixels of the working picture, shifted by parts of its size."""
    number = nearest(one, target)
    if target.box is not None:
        box = target.box * one.scale
    elif number is not None:
        box = one.staged.regions[number]
    else:
        box = np.array([0, 0, one.working.shape[1], one.working.shape[0]], np.float32)
    right = st.slider("Move right, in widths", -1.0, 1.0, 0.0, 0.05, key="vote-right", bind="query-params")
    down = st.slider("Move down, in heights", -1.0, 1.0, 0.0, 0.05, key="vote-down", bind="query-params")
    wide, high = box[2:] - box[:2]
    return np.asarray(box + np.array([right * wide, down * high] * 2), np.float32)


def _result(one: Passed, said: RegionVotes, class_id: int, limit: float) -> None:
    """The bins' means, their mean, and all classes' probabilities."""
    bins, logits = said.bins[1 + class_id], said.logits
    st.image(to_jpeg(vote_grid(bins, limit=limit, side=SIDE), 90), width="stretch")
    st.markdown(f"Mean of the bins: **{logits[1 + class_id]:+.2f}**")
    probabilities = said.probabilities()
    names = ["nothing", *one.detector.names().values()]
    order = np.argsort(-probabilities)[:4].tolist()
    st.markdown("Of all classes: " + " · ".join(f"{names[k]} **{probabilities[k]:.2f}**" for k in order))
