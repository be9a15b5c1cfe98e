"""The activities of the drawn world, and the pairs of them that only differ in the order of their frames."""

from __future__ import annotations

from cvdemo.errors import DataError

ORDER_PAIRS = (
    ("sit down", "stand up"),
    ("walk forwards", "walk backwards"),
    ("pick up", "put down"),
    ("throw", "catch"),
    ("open an umbrella", "close an umbrella"),
)
"""Each second is its first played backwards: their single frames are the same, only the order is not."""

ALONE = ("play guitar", "wave", "jump", "run", "fall")
"""What one frame, or any few of them in any order, can tell."""

ACTIVITIES = (*(name for pair in ORDER_PAIRS for name in pair), *ALONE)
"""Names of the activities; the index is the class id, 0..14."""


def partner(activity: str) -> str | None:
    """What an activity looks like when it is played backwards; None for those outside the pairs."""
    for pair in ORDER_PAIRS:
        if activity in pair:
            return pair[1 - pair.index(activity)]
    return None


def motion_of(activity: str) -> tuple[str, bool]:
    """The activity whose motion is drawn, and whether its time runs backwards; DataError for other names."""
    if activity not in ACTIVITIES:
        raise DataError(f"no activity is called {activity!r}: there are {', '.join(ACTIVITIES)}")
    for first, second in ORDER_PAIRS:
        if activity == second:
            return first, True
    return activity, False
