"""The Activity page's experiments, its drawn clips, and what is done to a clip."""

from __future__ import annotations

import random
from typing import Any

import streamlit as st

from cvdemo import world
from cvdemo.labs.activity.experiment import FIRST, ORDERS, Changes, ways
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.scene import SPLIT
from cvdemo.world import ACTIVITIES

FIRST_ACTIVITY, FIRST_SEED = "sit down", 7

EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Played backwards": {"activity": "sit down", "seed": 7, "order": "backwards"},
    "Walking backwards": {"activity": "walk backwards", "seed": 5},
    "Shuffled": {"activity": "open an umbrella", "seed": 3, "order": "shuffled"},
    "Every fourth frame": {"activity": "pick up", "seed": 4, "keep": 4},
    "Out of sight": {"activity": "throw", "seed": 6, "hidden": 1.0, "since": 0.5},
}


def choose_activity() -> world.ActivityClip:
    """Draws activity, seed and dice; the clip that they stand for."""
    activity = widgets.selectbox(
        "activity", "Activity", ACTIVITIES, FIRST_ACTIVITY, on_change=state.leave_picture
    )
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    seed = widgets.number_input(
        "seed", "Seed", 0, 99_999, FIRST_SEED, place=row, width=130, on_change=state.leave_picture
    )
    row.button("🎲", help="Draw somebody else", on_click=_another_seed, key="dice")
    return _drawn(seed, activity)


@cached
def _drawn(seed: int, activity: str) -> world.ActivityClip:
    return world.activity_clip(seed, split=SPLIT, activity=activity)


def _another_seed() -> None:
    state.leave_picture()
    state.put({"seed": random.randrange(100_000)})


def choose_changes(*, drawn: bool) -> Changes:
    """Draws how the clip is played; only of a drawn one can the person be out of sight."""
    order = widgets.segmented_control("order", "Play it", ORDERS, ORDERS[0], wrap=True)
    keep = widgets.select_slider("keep", "Keep every … frame", (1, 2, 4), 1, format_func=_nth)
    if not drawn:
        return Changes(order, keep)
    hidden = widgets.slider("hidden", "Seconds without the person", 0.0, 1.5, 0.0, 0.25)
    since = widgets.slider("since", "… from second", 0.0, 1.75, 0.5, 0.25, disabled=not hidden)
    return Changes(order, keep, hidden, since)


def _nth(keep: int) -> str:
    return {1: "every", 2: "second", 4: "fourth"}[keep]


def choose_ways() -> list[str]:
    """Draws the ways that are compared; none where no net is trained."""
    return widgets.pills(
        "ways", "Who looks on", ways(), [name for name in FIRST if name in ways()], wrap=True
    )
