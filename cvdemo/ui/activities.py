"""A drawn activity clip: the widget of the pages that show one."""

from __future__ import annotations

import random

import streamlit as st

from cvdemo import world
from cvdemo.data.chosen import SPLIT
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.world import ACTIVITIES


def choose_activity(activity: str, seed: int) -> world.ActivityClip:
    """Draws activity, seed and dice, which stand at first where they say; the clip that they stand for."""
    activity = widgets.selectbox("activity", "Activity", ACTIVITIES, activity, on_change=state.leave_picture)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    seed = widgets.number_input(
        "seed", "Seed", 0, 99_999, seed, place=row, width=130, on_change=state.leave_picture
    )
    row.button(":material/casino:", help="Draw somebody else", on_click=_another_seed, key="dice")
    return _drawn(seed, activity)


@cached
def _drawn(seed: int, activity: str) -> world.ActivityClip:
    return world.activity_clip(seed, split=SPLIT, activity=activity)


def _another_seed() -> None:
    state.leave_picture()
    state.put({"seed": random.randrange(100_000)})
