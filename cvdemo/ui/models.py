"""Choosing a model, getting it ready, running it once per picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.errors import UnknownModelError
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.page import differs_from_paper, sentence
from cvdemo.ui.pages import nets_of
from cvdemo.ui.truth import Shown
from cvdemo.zoo.fetch import is_here
from cvdemo.zoo.model import Classification, Classifier, Detector

Settings = Mapping[str, Any]


def choose_model(
    task: zoo.Task, chosen: Shown | None, *, key: str = "model", label: str = "Model", first: str = ""
) -> zoo.ModelSpec:
    """A select box of the task's models; its choice stands in the address, by the model's key.

    At first `first` stands in it, and where that is "" the best for this kind of picture. A key of the
    address that is unknown gives a sentence.
    """
    keys = [m.key for m in zoo.models(task)]
    say_what_is_unknown(state.asked(key), keys)
    first = first or opening_model(task, chosen)
    return zoo.spec(widgets.selectbox(key, label, keys, first, format_func=model_title))


def opening_model(task: zoo.Task, chosen: Shown | None) -> str:
    """The key of the task's best model for this kind of picture; a photo's, where none is chosen yet.

    It stays the same for a visit: a model that is downloaded meanwhile does not take another one's place.
    """
    domain = zoo.Domain.PHOTOS if chosen is None else chosen.domain
    opening: dict[Any, str] = st.session_state.setdefault("cvdemo-opening", {})
    if (task, domain) not in opening:
        opening[task, domain] = zoo.first_model(task, domain)
    return opening[task, domain]


def say_what_is_unknown(asked: Sequence[str], keys: Sequence[str]) -> None:
    """A sentence, with the names of near ones, for each key of the address that no model has."""
    for key in asked:
        if key and key not in keys:
            try:
                zoo.spec(key)
            except UnknownModelError as error:
                st.warning(sentence(error), icon=":material/warning:")


def model_title(key: str) -> str:
    """A model's title, with the size of its download where it needs one."""
    entry = zoo.spec(key)
    return entry.title if entry.offline else f"{entry.title} · {entry.download_bytes / 2**20:.0f} MB"


def about(entry: zoo.ModelSpec) -> None:
    """One line: published figure, licence, paper; then how a net trained here differs from that paper."""
    figure = entry.published
    text = f"{figure.metric} {figure.value:g}" if figure else ""
    parts = [f"[{text}]({figure.source})" if figure and figure.source.startswith("http") else text]
    parts += [f"[paper]({entry.paper})", entry.licence, entry.note, entry.caveat]
    st.caption(" · ".join(p for p in parts if p))
    if entry.key not in nets_of(state.open_page()):  # else the page says it below
        differs_from_paper(entry.key)


def offer_better(entry: zoo.ModelSpec, chosen: Chosen | None, settings: Callable[[str], Settings]) -> None:
    """With a photo: one line about the best model that a download away is better, with a button to choose it.

    `settings` gives what the page has to keep for a model's key to be chosen.
    """
    drawn = chosen is not None and chosen.domain is zoo.Domain.DRAWINGS
    better = None if drawn else zoo.better_elsewhere(entry)
    if better is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(compared(better, entry), width="stretch")
        st.button(
            "Choose it", key=f"better-{entry.key}", on_click=state.put, args=(settings(better.key),),
            type="tertiary",
        )  # fmt: skip


def compared(better: zoo.ModelSpec, entry: zoo.ModelSpec) -> str:
    """Which model is better, by which published figures, how large."""
    theirs, ours = better.published, entry.published
    assert theirs is not None
    figure = f"[{theirs.metric} {theirs.value:g}]({theirs.source})"
    against = f" instead of {ours.value:g}" if ours and ours.metric == theirs.metric else ""
    size = f"{better.download_bytes / 2**20:.0f} MB"
    return (
        f"Better, with a network: **{better.title}**, {figure}{against} as published; a download of {size}."
    )


def ready(entry: zoo.ModelSpec) -> bool:
    """Whether the model can run now; if it is not here yet, shows its size and a button to fetch it."""
    loaded = any(key == entry.key for key, _ in zoo.CACHE.keys())  # noqa: SIM118 - a cache, not a dict
    if entry.offline or loaded or is_here(entry):
        return True
    size = f"{entry.download_bytes / 2**20:.0f} MB"
    st.info(f"{entry.title} is not on this machine yet ({size}).")
    if not st.button(f"Download {size}", key=f"download-{entry.key}", type="primary"):
        return False
    bar = st.progress(0.0, f"Downloading {entry.title} …")

    def progress(done: int, total: int) -> None:
        bar.progress(min(1.0, done / total) if total else 0.0, f"{done / 2**20:.0f} MB of {size}")

    zoo.load(entry.key, progress=progress)
    bar.empty()
    return True


@cached
def _raw(key: str, identity: str, prompt: str, _picture: np.ndarray) -> sv.Detections:
    return cast(Detector, zoo.load(key)).raw(_picture, prompt=prompt)


def raw_detections(entry: zoo.ModelSpec, chosen: Chosen, prompt: str = "") -> sv.Detections:
    """The model's raw detections of the picture; the network runs once for each (model, picture, prompt)."""
    with st.spinner(f"{entry.title} runs on {zoo.default_device().upper()} …", show_time=True):
        return _raw(entry.key, chosen.identity, prompt, chosen.picture)


@cached
def _classification(key: str, identity: str, _picture: np.ndarray) -> Classification:
    return cast(Classifier, zoo.load(key))(_picture)


def classification(entry: zoo.ModelSpec, chosen: Chosen) -> Classification:
    """The model's probabilities for the picture; the network runs once for each (model, picture)."""
    with st.spinner(f"{entry.title} runs on {zoo.default_device().upper()} …", show_time=True):
        return _classification(entry.key, chosen.identity, chosen.picture)
