"""Seven ways back to full size (L23, L26, L27, L31 to L33): every net on one scene, its inside, ablations."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.labs.decoders.board import SHOW, choose_net, costs, gallery, inside, strides
from cvdemo.labs.decoders.experiment import photo_segmenters, segmenters
from cvdemo.nets.linknet import LinkNet
from cvdemo.nets.pspnet import PyramidPooling
from cvdemo.nets.segnet import SegNet
from cvdemo.nets.unet import Up
from cvdemo.ui import widgets
from cvdemo.ui.additions import additions_chart
from cvdemo.ui.page import code_fold, guarded, header, picture_first, texts, theory
from cvdemo.ui.segmentation import segmented
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.additions import SEGMENTERS

PAGE = "decoders"
SCENE = {"source": "scene", "seed": 36, "preset": "normal"}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Stride 32 or 8": {**SCENE, "net": "fcn32s", "show": "errors"},
    "Without skips": {**SCENE, "net": "unet", "ablate-unet": ["skip at stride 2", "skip at stride 4"]},
    "No context": {**SCENE, "net": "pspnet", "ablate-pspnet": ["pyramid level 1 x 1", "pyramid level 2 x 2"]},
    "A hard scene": {"source": "scene", "seed": 36, "preset": "hard", "show": "errors"},
    "A photo": {"source": "sample", "sample": "motorcycle"},
}


@st.fragment
@guarded
def lab() -> None:
    """Source on top, then all nets, then one of them from inside."""
    try_this(PAGE, EXPERIMENTS)
    source, options = st.columns([1.6, 1], gap="medium")
    with source:
        chosen = choose_picture("scene")
    entries = [] if chosen is None else segmenters(drawn=chosen.truth is not None)
    if chosen is None or not entries:
        return
    show = widgets.segmented_control("show", "Show", SHOW, SHOW[0], place=options)
    if chosen.truth is None:
        options.caption("No truth is known of this picture, so there are no scores and no errors.")
    say_what_it_knows(chosen, *entries)
    found = [one for entry in entries if (one := segmented(entry, chosen)) is not None]
    with picture_first():
        gallery(chosen, found, show)
    strides(chosen, found, show)
    st.subheader("One of them from inside", anchor=False)
    st.markdown(texts(PAGE)["inside"])
    net = choose_net(found)
    if note := texts(PAGE).get(net.entry.key.removeprefix("photo-")):
        st.markdown(note)
    inside(chosen, net)
    st.subheader("What each costs and gives", anchor=False)
    st.markdown(texts(PAGE)["photo figures" if net.entry in photo_segmenters() else "figures"])
    costs(found, net.entry.key)
    if net.entry not in photo_segmenters():
        additions_chart(PAGE, SEGMENTERS, ("mIoU",))


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    theory(PAGE)
    code_fold(
        Up,
        SegNet,
        LinkNet,
        PyramidPooling,
        paper="https://arxiv.org/abs/1505.04597",
        ready_made="`segmentation_models_pytorch`",
    )


main()
