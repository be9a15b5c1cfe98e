"""The drawn world: draw a scene, turn its knobs, lay every kind of truth over it."""

from __future__ import annotations

import random
from dataclasses import asdict

import numpy as np
import streamlit as st

from cvdemo import world
from cvdemo.data.pictures import to_jpeg, to_png
from cvdemo.views.page import code_fold, guarded, header, theory
from cvdemo.world.difficulty import KNOBS, PRESETS, Difficulty
from cvdemo.world.known import Truth
from cvdemo.world.layers import LAYERS, overlay

WIDTH, HEIGHT = 1280, 960


@st.cache_resource(max_entries=16, show_spinner=False)
def drawn(seed: int, split: str, difficulty: Difficulty) -> tuple[np.ndarray, Truth]:
    """The scene's picture and all that is known of it."""
    return world.draw(world.scene(seed, split=split, difficulty=difficulty), WIDTH, HEIGHT)


def _dice() -> None:
    st.session_state["seed"] = random.randrange(100_000)


def knobs() -> Difficulty:
    """A preset, and a slider for each of its knobs."""
    preset = st.segmented_control("Difficulty", list(PRESETS), default="normal", required=True, key="preset")
    values = asdict(PRESETS[str(preset)])
    with st.expander("Knobs"):
        for name, knob in KNOBS.items():
            whole = isinstance(values[name], int)
            low, high, start = (
                (int(knob.low), int(knob.high), int(values[name]))
                if whole
                else (float(knob.low), float(knob.high), float(values[name]))
            )
            label = name.replace("_", "-")
            values[name] = st.slider(label, low, high, start, key=f"{preset}-{name}", help=knob.meaning)
    return Difficulty(**values)


@st.fragment
@guarded
def lab() -> None:
    """Controls left, the scene right."""
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        seed = st.number_input("Seed", 0, 99_999, 7, key="seed", bind="query-params")
        st.button("🎲 Draw another", on_click=_dice, width="stretch")
        layers = st.pills(
            "Truth", LAYERS[1:], selection_mode="multi", key="layers", default=["boxes"], wrap=True
        )
        difficulty = knobs()
    with right:
        picture, truth = drawn(int(seed), "test", difficulty)
        shown = overlay(picture, truth, layers)
        st.image(to_jpeg(shown), width="stretch", alt=truth.caption)
        st.markdown(f"> {truth.caption}")
        st.download_button("PNG", lambda: to_png(shown), f"scene-{seed}.png", "image/png")


def main() -> None:
    """The page from top to bottom."""
    header("world")
    lab()
    theory("world")
    code_fold(drawn, world.scene, overlay)


main()
