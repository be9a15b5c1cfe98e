"""Seven ways back to full size (L23, L26, L27, L31 to L33): every net on one scene, its inside, its cuts."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cvdemo.data.pictures import fit
from cvdemo.labs.decoders.lab import (
    PICTURE,
    cards,
    changed,
    chart,
    choose_net,
    cut_score,
    drawn_segmenters,
    figures,
    in_rows,
    inside,
    line,
    look,
    possible_cuts,
    without,
)
from cvdemo.nets.linknet import LinkNet
from cvdemo.nets.pspnet import PyramidPooling
from cvdemo.nets.segnet import SegNet
from cvdemo.nets.unet import Up
from cvdemo.ui.page import code_fold, guarded, header, texts, theory
from cvdemo.ui.segmentation import Segmented, segmented
from cvdemo.ui.source import Chosen, choose_picture
from cvdemo.ui.try_this import try_this

COLUMNS = 4
SCENE = {"source": "scene", "seed": 36, "preset": "normal"}
EXPERIMENTS = {
    "Stride 32 or 8": {**SCENE, "net": "fcn32s", "show": "errors"},
    "Cut a skip": {**SCENE, "net": "unet", "cut-unet": ["skip at stride 2", "skip at stride 4"]},
    "No context": {**SCENE, "net": "pspnet", "cut-pspnet": ["pyramid level 1 x 1", "pyramid level 2 x 2"]},
    "A hard scene": {"source": "scene", "seed": 36, "preset": "hard", "show": "errors"},
}


def gallery(chosen: Chosen, found: list[Segmented], show: str) -> None:
    """The picture, its truth and every net's answer, in rows."""
    cells = [("**Picture**", fit(chosen.picture, PICTURE))]
    if chosen.truth is not None:
        cells.append(("**Truth**", look(chosen, chosen.truth.semantic, "labels")))
    cells += [(line(one), look(chosen, one.answer.labels, show)) for one in found]
    for row in in_rows(len(cells), COLUMNS):
        for column, k in zip(st.columns(COLUMNS, gap="small"), row, strict=False):
            text, picture = cells[k]
            column.image(picture, width="stretch")
            column.caption(text)


def inner(chosen: Chosen, key: str) -> None:
    """The inner maps of one net, small ones in rows of six."""
    maps = inside(key, chosen.identity, chosen.picture)
    for row in in_rows(len(maps), 6):
        for column, k in zip(st.columns(6, gap="small"), row, strict=False):
            column.image(maps[k].colours, width="stretch")
            column.caption(f"{maps[k].name} · {maps[k].size}")


def cutting(chosen: Chosen, one: Segmented) -> None:
    """Silence parts of a net that allows it, and see what is lost."""
    parts = possible_cuts(one.entry.key)
    if not parts:
        st.caption(texts("decoders")["no cut"])
        return
    key = f"cut-{one.entry.key}"
    gone = st.pills("Cut", list(parts), selection_mode="multi", key=key) or []
    if not gone:
        return
    silenced = tuple(parts[g] for g in gone)
    labels = without(one.entry.key, chosen.identity, silenced, chosen.picture)
    before, after, difference = st.columns(3, gap="small")
    before.image(look(chosen, one.answer.labels, "labels"), width="stretch")
    before.caption(f"whole · {figures(one.score)}")
    after.image(look(chosen, labels, "labels"), width="stretch")
    score = cut_score(one.entry.key, chosen, silenced, labels)
    after.caption(f"without {', '.join(gone)} · {figures(score)}")
    difference.image(changed(chosen.picture, one.answer.labels, labels), width="stretch")
    share = np.mean(labels != one.answer.labels)
    difference.caption(f"{100 * share:.1f} % of the pixels have another class now")


@st.fragment
@guarded
def lab() -> None:
    """Source on top, then all nets, then one of them from inside."""
    try_this("decoders", EXPERIMENTS)
    source, options = st.columns([1.6, 1], gap="medium")
    with source:
        chosen = choose_picture("scene")
    entries = drawn_segmenters()
    if chosen is None or not entries:
        return
    with options:
        show = st.segmented_control(
            "Show", ("mask", "labels", "errors"), default="mask", required=True, key="show",
            bind="query-params",
        )  # fmt: skip
        if chosen.truth is None:
            st.caption("No truth is known of this picture, so there are no scores and no errors.")
    found = [one for entry in entries if (one := segmented(entry, chosen)) is not None]
    gallery(chosen, found, str(show))
    by_key = {one.entry.key: one for one in found}
    st.subheader("One of them from inside", anchor=False)
    st.markdown(texts("decoders")["inside"])
    key = choose_net(found)
    note = texts("decoders").get(key)
    if note:
        st.markdown(note)
    inner(chosen, key)
    cutting(chosen, by_key[key])
    st.subheader("What each costs and gives", anchor=False)
    st.markdown(texts("decoders")["figures"])
    measured = cards(tuple(by_key))
    if measured:
        st.plotly_chart(chart(measured, key), key="figures", config={"displayModeBar": False})


def main() -> None:
    """The page from top to bottom."""
    header("decoders")
    lab()
    theory("decoders")
    code_fold(
        Up,
        SegNet,
        LinkNet,
        PyramidPooling,
        paper="https://arxiv.org/abs/1505.04597",
        ready_made="`segmentation_models_pytorch`",
    )


main()
