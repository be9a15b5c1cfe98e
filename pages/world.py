"""The drawn world: draw a scene or let it move, turn its knobs, lay every kind of truth over it."""

from __future__ import annotations

import streamlit as st

from cvdemo import world
from cvdemo.data.pictures import to_jpeg
from cvdemo.labs.world.board import LAYERS as CLIP_LAYERS
from cvdemo.labs.world.board import ClipBoard
from cvdemo.ui import carry, state, widgets
from cvdemo.ui.downloads import offer, png
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, theory
from cvdemo.ui.scene import choose_scene, drawn
from cvdemo.ui.try_this import try_this
from cvdemo.world.film.motion import clip_motion
from cvdemo.world.layers import LAYERS, overlay

EXPERIMENTS = {
    "A crowd in the fog": {"seed": 11, "preset": "hard", "layers": ["boxes"]},
    "Seen and whole": {"seed": 11, "preset": "hard", "layers": ["boxes", "full boxes"]},
    "Who is in front?": {"seed": 20, "preset": "hard", "layers": ["masks", "order"]},
    "Left and right": {"seed": 20, "preset": "hard", "layers": ["keypoints"]},
    "No pixel left out": {"seed": 7, "preset": "normal", "layers": ["semantic"]},
    "Who is who?": {"show": "clip", "seed": 4, "over": ["tracks"], "camera": 0.0},
    "A hand that shakes": {"show": "clip", "seed": 4, "over": ["boxes"], "camera": 1.0},
    "Bones that move": {"show": "clip", "seed": 7, "over": ["keypoints"]},
}


@st.fragment
@guarded
def lab() -> None:
    """Controls left, the scene or the clip right."""
    try_this("world", EXPERIMENTS)
    left, right = picture_beside([1, 2.6], gap="medium")
    with left:
        moving = widgets.segmented_control("show", "Show", ("scene", "clip"), "scene") == "clip"
        seed, difficulty = choose_scene(folded=False)
        carry.switch()
        if moving:
            camera, seconds = _camera()
        else:
            layers = widgets.pills("layers", "Truth", LAYERS[1:], ["boxes"], wrap=True)
    if moving:
        with right:
            board = ClipBoard(seed, difficulty, camera, seconds)
            play(board)
            board.send()
            board.downloads()
        return
    with right:
        picture, truth = drawn(seed, difficulty)
        shown = overlay(picture, truth, layers)
        caption = world.write_captions(truth)[0]
        st.image(to_jpeg(shown), width="stretch", alt=caption)
        st.markdown(f"> {caption}")
        offer(f"scene-{seed}", png(lambda: shown))


def _camera() -> tuple[float, float]:
    """How much the camera moves, and the clip's seconds."""
    knob = world.CAMERA
    camera = widgets.slider(
        "camera", "Camera", float(knob.low), float(knob.high), float(knob.default), 0.05, help=knob.meaning,
        on_change=state.leave_picture,
    )  # fmt: skip
    return camera, widgets.slider("seconds", "Seconds", 1.0, 10.0, 4.0, 1.0, on_change=state.leave_picture)


@st.fragment
@guarded
def play(board: ClipBoard) -> None:
    """The switches and the player: all that runs when a kind of truth is switched."""
    board.show(widgets.pills("over", "Truth", CLIP_LAYERS, ["tracks"], wrap=True))


def main() -> None:
    """The page from top to bottom."""
    header("world")
    lab()
    theory("world")
    code_fold(world.scene, world.truth, overlay, world.clip, clip_motion)


main()
