"""A scene of the drawn world by seed and knobs: the widget, and the drawn picture with its truth."""

from __future__ import annotations

import contextlib
import random
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cvdemo import world
from cvdemo.data.chosen import HEIGHT, SPLIT, WIDTH
from cvdemo.ui import carry, state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.pages import row_of
from cvdemo.world.difficulty import KNOBS, PRESETS, Difficulty

if TYPE_CHECKING:
    from cvdemo.world.reading import Truth


@cached
def drawn(seed: int, difficulty: Difficulty) -> tuple[np.ndarray, Truth]:
    """The scene's picture, 1280 x 960, and all that is known of it."""
    return world.draw(world.scene(seed, split=SPLIT, difficulty=difficulty), WIDTH, HEIGHT)


def choose_scene(*, folded: bool = True) -> tuple[int, Difficulty]:
    """Seed, dice, difficulty and its knobs, such as `scene-objects` in the address.

    `folded` puts all but seed and dice behind a button, for pages where the scene is one source of many.
    """
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    seed = widgets.number_input(
        "seed", "Seed", 0, 99_999, 7, place=row, width=130, on_change=state.leave_picture
    )
    row.button(":material/casino:", help="Draw another scene", on_click=_another_seed, key="dice")
    with row.popover("Difficulty") if folded else st.container():
        preset = widgets.segmented_control("preset", "Difficulty", PRESETS, "normal", on_change=_other_preset)
        with contextlib.nullcontext() if folded else st.expander("Knobs"):
            difficulty = _knobs(preset)
    carry.note(carry.scene_values(seed, preset, difficulty))
    return seed, difficulty


def _another_seed() -> None:
    state.leave_picture()
    state.put({"seed": random.randrange(100_000)})


def _other_preset() -> None:
    """A preset sets all knobs, those too that the visitor moved."""
    state.leave_picture()
    state.drop(*map(carry.knob_key, KNOBS))


def _knobs(preset: str) -> Difficulty:
    row = row_of(state.open_page())
    values = {**asdict(PRESETS[preset]), **(row.knobs if row else {})}
    for knob_name, knob in KNOBS.items():
        kind = int if isinstance(values[knob_name], int) else float
        low, high, start = (kind(v) for v in (knob.low, knob.high, values[knob_name]))
        values[knob_name] = widgets.slider(
            carry.knob_key(knob_name), knob_name.replace("_", "-"), low, high, start, help=knob.meaning,
            on_change=state.leave_picture,
        )  # fmt: skip
    return Difficulty(**values)
