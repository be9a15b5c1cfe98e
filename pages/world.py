"""The drawn world: draw a scene, turn its knobs, lay every kind of truth over it."""

from __future__ import annotations

import streamlit as st

from cvdemo import world
from cvdemo.data.pictures import to_jpeg
from cvdemo.ui import widgets
from cvdemo.ui.downloads import offer, png
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.scene import choose_scene, drawn
from cvdemo.ui.try_this import try_this
from cvdemo.world.layers import LAYERS, overlay

EXPERIMENTS = {
    "A crowd in the fog": {"seed": 11, "preset": "hard", "layers": ["boxes"]},
    "Seen and whole": {"seed": 11, "preset": "hard", "layers": ["boxes", "full boxes"]},
    "Who is in front?": {"seed": 20, "preset": "hard", "layers": ["masks", "order"]},
    "Left and right": {"seed": 20, "preset": "hard", "layers": ["keypoints"]},
    "No pixel left out": {"seed": 7, "preset": "normal", "layers": ["semantic"]},
}


@st.fragment
@guarded
def lab() -> None:
    """Controls left, the scene right."""
    try_this("world", EXPERIMENTS)
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        seed, difficulty = choose_scene(folded=False)
        layers = widgets.pills("layers", "Truth", LAYERS[1:], ["boxes"], wrap=True)
    with right:
        picture, truth = drawn(seed, difficulty)
        shown = overlay(picture, truth, layers)
        caption = world.write_captions(truth)[0]
        st.image(to_jpeg(shown), width="stretch", alt=caption)
        st.markdown(f"> {caption}")
        offer(f"scene-{seed}", png(lambda: shown))


def main() -> None:
    """The page from top to bottom."""
    header("world")
    lab()
    theory("world")
    code_fold(world.scene, world.truth, overlay)


main()
