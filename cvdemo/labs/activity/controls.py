"""The Activity page's experiments, its drawn clips, and what is done to a clip."""

from __future__ import annotations

from typing import Any

from cvdemo.labs.activity.experiment import FIRST, ORDERS, Changes, ways
from cvdemo.ui import widgets

FIRST_ACTIVITY, FIRST_SEED = "sit down", 7

EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Played backwards": {"activity": "sit down", "seed": 7, "order": "backwards"},
    "Walking backwards": {"activity": "walk backwards", "seed": 5},
    "Shuffled": {"activity": "open an umbrella", "seed": 3, "order": "shuffled"},
    "Every fourth frame": {"activity": "pick up", "seed": 4, "keep": 4},
    "Out of sight": {"activity": "throw", "seed": 6, "hidden": 1.0, "since": 0.5},
}


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
