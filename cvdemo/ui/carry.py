"""The picture that goes along from page to page, while the switch beside the source is on.

A picture is named by the values of the source widget: kind, sample, or seed and knobs of a scene. Of a photo
of the visitor's own, the file stays in the session. What a visitor picks is carried; what an experiment of a
page or an address sets is that page's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

import streamlit as st

from cvdemo.ui import state
from cvdemo.ui.pages import Sees, row_of
from cvdemo.world.difficulty import PRESETS, Difficulty

ON, VALUES, PHOTO, SWITCH = (f"cvdemo-carry-{name}" for name in ("on", "values", "photo", "switch"))


class Photo(NamedTuple):
    """A visitor's own picture as it came: the number of the upload, the file's name and its bytes."""

    file_id: str
    name: str
    data: bytes

    def getvalue(self) -> bytes:
        """The bytes, as an upload of Streamlit's gives them."""
        return self.data


def is_on() -> bool:
    """Whether a picked picture goes along."""
    return bool(st.session_state.get(ON))


def photo() -> Photo | None:
    """The photo that the visitor gave last, on whichever page."""
    found: Photo | None = st.session_state.get(PHOTO)
    return found


def keep_photo(file: Any) -> None:
    """Keep an upload, or a shot of the camera, for the session."""
    if (known := photo()) is None or known.file_id != file.file_id:
        st.session_state[PHOTO] = Photo(file.file_id, file.name, file.getvalue())


def take_along(values: Mapping[str, Any]) -> None:
    """Carry the picture of these values of the source widget from now on."""
    st.session_state[ON] = True
    st.session_state[VALUES] = dict(values)


def stop() -> None:
    """Let every page have its own picture again."""
    st.session_state.pop(ON, None)
    st.session_state.pop(VALUES, None)


def switch() -> None:
    """The switch, which is the same one on every page."""
    st.session_state[SWITCH] = is_on()  # a page without the switch makes Streamlit forget it
    st.toggle("On every page", key=SWITCH, on_change=_switched)


def _switched() -> None:
    if st.session_state[SWITCH]:
        st.session_state[ON] = True
        st.session_state[state.PICKED] = state.open_page()
    else:
        stop()


def note(values: Mapping[str, Any]) -> None:
    """To be called with the picture that a page shows: it is carried if the visitor picked it there."""
    if st.session_state.pop(state.PICKED, "") == state.open_page() and is_on():
        take_along(values)


def scene_values(seed: int, preset: str, difficulty: Difficulty) -> dict[str, Any]:
    """A scene by the values of the source widget."""
    return {"source": "scene", "seed": seed, "preset": preset, **knob_values(asdict(difficulty))}


def knob_key(knob: str) -> str:
    """The name of a knob's widget."""
    return f"scene-{knob.replace('_', '-')}"


def knob_values(knobs: Mapping[str, float]) -> dict[str, Any]:
    """The knobs of a scene by the names of their widgets."""
    return {knob_key(name): value for name, value in knobs.items()}


def brought(page: str) -> dict[str, Any]:
    """What a page takes over when it is opened: values by name, None for those that stand at first.

    Nothing where no picture goes along, or where the page cannot take this one.
    """
    values: dict[str, Any] = dict(st.session_state.get(VALUES, {})) if is_on() else {}
    row = row_of(page)
    if not values or row is None or row.sees is Sees.OTHER:
        return {}
    if row.sees is Sees.SCENE and values.pop("source") != "scene":
        return {}
    if "preset" in values:
        first = {**knob_values(asdict(PRESETS[values["preset"]])), **knob_values(row.knobs)}
        values |= {name: None for name in first if values[name] == first[name]}
    return values
