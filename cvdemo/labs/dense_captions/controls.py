"""The page's experiments, sliders and search, and which region is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.dense_captions.experiment import CROSSING, DENSECAP
from cvdemo.ui import state, widgets
from cvdemo.ui.boxes import Cut
from cvdemo.ui.models import model_title
from cvdemo.zoo.dense_captioner import LEAST, LOOSE_IOU, NMS_IOU, SCORE

SCENE: dict[str, Any] = {"source": "scene", "model": DENSECAP}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Look for words": {**SCENE, "seed": 34, "query": "person with guitar"},
    "One by one": {**SCENE, "seed": 9, "beside": CROSSING, "truth": True},
    "True, but not quite": {**SCENE, "seed": 7, "truth": True, "region": 3},
    "One object, many sentences": {**SCENE, "seed": 38, "score": LEAST, "iou": LOOSE_IOU},
    "A photo": {"source": "sample", "sample": "cat", "model": DENSECAP},
}  # fmt: skip
NOTHING = "none"


class DenseKnobs(NamedTuple):
    """What the sliders and the switch say; `truth` only where one is known."""

    score: float
    iou: float
    truth: bool

    def cuts(self) -> dict[str, Cut]:
        """The sliders that the browser follows by itself, by name."""
        return {name: Cut(label, getattr(self, name)) for name, label in SLIDERS.items()}


SLIDERS = {"score": "Score threshold", "iou": "NMS threshold (IoU)"}
"""Labels of the sliders by the names of `DenseKnobs`."""


def choose_knobs(*, truth: bool) -> DenseKnobs:
    """Draws sliders and switch; `truth` says whether one is known."""
    return DenseKnobs(
        widgets.slider("score", SLIDERS["score"], LEAST, 1.0, SCORE, 0.01),
        widgets.slider("iou", SLIDERS["iou"], 0.0, LOOSE_IOU, NMS_IOU, 0.05),
        truth
        and widgets.toggle("truth", "Show the truth", help="True boxes and sentences, false statements"),
    )


def choose_beside(spec: zoo.ModelSpec) -> zoo.ModelSpec | None:
    """Another model to stand beside the page's own; None for none."""
    keys = [m.key for m in zoo.models(zoo.Task.DENSE_CAPTION) if m.key != spec.key]
    if not keys:
        return None
    chosen = widgets.selectbox(
        "beside", "Beside it", (NOTHING, *keys), NOTHING,
        format_func=lambda key: key if key == NOTHING else model_title(key),
    )  # fmt: skip
    return None if chosen == NOTHING else zoo.spec(chosen)


def offer_for_photos(spec: zoo.ModelSpec, chosen: Chosen) -> None:
    """With a photo and a model of drawings: a line about a model that knows photos, with a button."""
    knowing = [m for m in zoo.models(zoo.Task.DENSE_CAPTION) if m.domain is zoo.Domain.PHOTOS]
    if chosen.domain is not zoo.Domain.PHOTOS or spec.domain is zoo.Domain.PHOTOS or not knowing:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"**{model_title(knowing[0].key)}** has seen photos.", width="content")
        st.button(
            "Choose it", key="for-photos", on_click=state.put, args=({"model": knowing[0].key},),
            type="tertiary",
        )  # fmt: skip


def choose_query() -> str:
    """The words to look for, "" for none."""
    return widgets.text_input(
        "query",
        "Look for words",
        placeholder="a person playing guitar",
        max_chars=80,
        icon=":material/search:",
    )


def picked_region(name: str, *, of: str, count: int) -> int | None:
    """The raw region of a board that the visitor picked; None while there is none."""
    row: int | None = state.value(name, read=_read, of=of)
    return row if row is not None and 0 <= row < count else None


def _read(texts: Sequence[str]) -> int:
    return int(texts[-1])


def keep_picked(component: str, name: str, of: str, count: int) -> None:
    """Keep the region that was picked or let go in a component of this key."""
    picked: dict[str, Any] | None = st.session_state[component].get("picked")
    if picked is None or picked.get("of") != of:
        return
    row = picked.get("row")
    if isinstance(row, int) and 0 <= row < count:
        state.keep({name: row}, of=of)
    else:
        state.drop(name)
        state.write_address()
