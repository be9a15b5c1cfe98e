"""A scene of the drawn world by seed and knobs: the widget, and the drawn picture with its truth."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import streamlit as st

from cvdemo import world
from cvdemo.world.difficulty import KNOBS, PRESETS, Difficulty
from cvdemo.world.truth import Truth

WIDTH, HEIGHT = 1280, 960
SPLIT = "test"  # no net is trained on what the pages show


@st.cache_resource(max_entries=16, show_spinner=False)
def drawn(seed: int, difficulty: Difficulty) -> tuple[np.ndarray, Truth]:
    """The scene's picture, 1280 x 960, and all that is known of it."""
    return world.draw(world.scene(seed, split=SPLIT, difficulty=difficulty), WIDTH, HEIGHT)


def choose_scene(*, folded: bool = True, knobs: Mapping[str, float] | None = None) -> tuple[int, Difficulty]:
    """Seed, dice, difficulty and its knobs; the seed and the difficulty's name stand in the URL.

    `folded` puts all but seed and dice behind a button, for pages where the scene is one source of many.
    `knobs` stand at first where they say, whatever the preset.
    """
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    seed = row.number_input("Seed", 0, 99_999, 7, key="seed", bind="query-params", width=130)
    row.button("🎲", help="Draw another scene", on_click=_throw, key="dice")
    if folded:
        with row.popover("Difficulty"):
            return int(seed), _knobs(_preset(), knobs or {})
    preset = _preset()
    with st.expander("Knobs"):
        return int(seed), _knobs(preset, knobs or {})


def _throw() -> None:
    st.session_state["seed"] = random.randrange(100_000)


def _preset() -> str:
    names = list(PRESETS)
    chosen = st.segmented_control(
        "Difficulty", names, default="normal", required=True, key="preset", bind="query-params"
    )
    return str(chosen)


def _knobs(preset: str, first: Mapping[str, float]) -> Difficulty:
    values = {**asdict(PRESETS[preset]), **first}
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
