"""What a page says about nets that were trained on other pictures than the chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import streamlit as st
import supervision as sv
from numpy.typing import NDArray

from cvdemo.data.chosen import Chosen
from cvdemo.data.domain import Domain
from cvdemo.metrics.scene import photo_score, scene_score
from cvdemo.zoo.labels import labels
from cvdemo.zoo.spec import ModelSpec, Task

FEW = 30  # classes that are listed


def true_boxes(chosen: Chosen) -> NDArray[np.float32] | None:
    """The boxes [N, 4] of the objects that have to be found; None where they are not known."""
    known = chosen.truth or chosen.objects
    return None if known is None else known.boxes[~known.difficult]


def say_score(chosen: Chosen, found: sv.Detections) -> None:
    """The score of the detections' boxes, where the objects of the picture are known."""
    if chosen.truth is not None:
        st.markdown(scene_score(found, chosen.truth).text())
    elif chosen.objects is not None:
        text = photo_score(found, chosen.objects).text()
        st.markdown(f"{text} · the truth of this photo was drawn by hand")


class Shown(Protocol):
    """A picture, a clip or a camera, of which is known what kind of pictures it gives."""

    @property
    def domain(self) -> Domain: ...


def say_what_it_knows(chosen: Shown, *entries: ModelSpec) -> None:
    """One sentence for each kind of picture that some of the page's nets know and the chosen one is not.

    `entries` are the nets that run on the picture. Where all of them know such pictures, it says at most
    which few classes a segmenter of photos knows.
    """
    if chosen.domain is Domain.PHOTOS:
        knowing = (e for e in entries if e.task is Task.SEGMENT and e.domain is chosen.domain)
        for name in dict.fromkeys(entry.labels for entry in knowing):
            say_its_classes(sorted(labels(name).values()))
    for domain in dict.fromkeys(entry.domain for entry in entries):
        if domain is not chosen.domain:
            st.info(stranger(chosen, domain, entries), icon=":material/palette:")


def say_its_classes(names: Sequence[str]) -> None:
    """One sentence on what a segmenter of few classes makes of all others."""
    if len(names) <= FEW:
        listed = ", ".join(names)
        st.caption(f"{len(names)} classes and no others: {listed}. Whatever else is there gets one of them.")


def stranger(chosen: Shown, domain: Domain, entries: tuple[ModelSpec, ...]) -> str:
    """The sentence for those of the nets that know pictures of one domain only, not the chosen one."""
    titles = [entry.title for entry in entries if entry.domain is domain]
    several = len(titles) > 1
    who = " and ".join(filter(None, [", ".join(titles[:-1]), titles[-1]]))
    if len(titles) == len(entries):
        who = "These nets" if several else "This net"
    where = "on other photos" if domain.is_like(chosen.domain) else "here"
    guesses = f"they guess {where}" if several else f"it guesses {where}"
    return f"{who} {'have' if several else 'has'} only seen {domain}; {guesses}."
