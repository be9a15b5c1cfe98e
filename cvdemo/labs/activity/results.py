"""What models say of the clip on the Activity page, kept; and uploaded clips as nets see them."""

from __future__ import annotations

import streamlit as st

from cvdemo import world, zoo
from cvdemo.errors import DataError
from cvdemo.labs.activity.experiment import Changes, Shown, recognise, shown_clip, shown_film
from cvdemo.ui.cache import cached
from cvdemo.ui.clip_work import kept_for_visit
from cvdemo.ui.clips import ChosenClip
from cvdemo.zoo.activity import ActivityResult


@cached
def drawn(clip: world.ActivityClip, changes: Changes) -> Shown:
    """A drawn clip with the changes."""
    return shown_clip(clip, changes)


def filmed(chosen: ChosenClip, changes: Changes, fps: float) -> Shown:
    """The beginning of a film at so many frames a second, with the changes; kept for this visit."""

    def read() -> Shown:
        return shown_film(chosen.clip, changes, fps, name)

    name = f"{chosen.clip.identity} {changes} {fps:g}"
    return kept_for_visit("activity-film", name, read)


@cached
def _result(key: str, identity: str, _shown: Shown) -> ActivityResult:
    found = recognise(key, _shown.frames)
    return found._replace(trace=None)  # maps of all frames: nobody looks at them here


def result(key: str, shown: Shown, *, own: bool = False) -> ActivityResult:
    """What a model says of a clip; its network runs once for each (model, clip)."""
    if not len(shown.frames):
        raise DataError("the clip has no frames")
    with st.spinner(f"{zoo.spec(key).title} looks on …", show_time=True):
        if own:
            name = f"{key} {shown.identity}"
            return kept_for_visit(
                f"activity-{key}", name, lambda: recognise(key, shown.frames)._replace(trace=None)
            )
        return _result(key, shown.identity, shown)
