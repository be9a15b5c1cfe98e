"""Activity (L38, L41): what somebody does in a clip, by averages, stacks, streams and memory."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.activity import results
from cvdemo.labs.activity.board import downloads, held_out_figures, numbers, show
from cvdemo.labs.activity.controls import (
    EXPERIMENTS,
    FIRST_ACTIVITY,
    FIRST_SEED,
    choose_changes,
    choose_ways,
)
from cvdemo.labs.activity.experiment import WAYS, Answer, answers, ways
from cvdemo.ui import state, widgets
from cvdemo.ui.activities import choose_activity
from cvdemo.ui.clips import KINDS, ChosenClip, choose_film
from cvdemo.ui.models import about, choose_model, ready
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, texts, theory
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.world import ACTIVITIES

PAGE = "activity"


@st.fragment
@guarded
def lab() -> None:
    """Clip, how it is played and who looks on; beside them the clip and the answers."""
    try_this(PAGE, EXPERIMENTS)
    controls, stage = picture_beside([1, 2.7], gap="medium")
    with controls:
        kind = widgets.segmented_control(
            "source", "Clip", KINDS, KINDS[0], wrap=True, on_change=state.leave_picture
        )
        chosen = None if kind == KINDS[0] else choose_film(kind)
        clip = choose_activity(FIRST_ACTIVITY, FIRST_SEED) if kind == KINDS[0] else None
    if clip is None:
        if chosen is not None:
            film(chosen, controls, stage)
        return
    with controls:
        changes = choose_changes(drawn=True)
    board = stage.container()
    with stage:
        titles = choose_ways()
    if not ways():
        st.info(texts(PAGE)["no nets"])
        return
    if not titles:
        st.info("Choose somebody who looks on.")
        return
    shown = results.drawn(clip, changes)
    keys = dict.fromkeys(way.key for way in WAYS if way.title in titles)
    said = answers({key: results.result(key, shown) for key in keys}, titles)
    names = dict(enumerate(ACTIVITIES))
    with board:
        show(shown, said, names)
    with stage:
        numbers(shown, said, names)
        downloads(shown, said, names)


def film(chosen: ChosenClip, controls: Any, stage: Any) -> None:
    """A film: one model, its most probable activities over time."""
    with controls:
        spec = choose_model(zoo.Task.VIDEO, chosen)
        about(spec)
        changes = choose_changes(drawn=False)
    if not ready(spec):
        return
    say_what_it_knows(chosen, spec)
    shown = results.filmed(chosen, changes, float(spec.options["fps"]))
    found = results.result(spec.key, shown, own=True)
    names = zoo.labels(spec.labels)
    said = [Answer(spec.title, found.probabilities, found.milliseconds)]
    with stage:
        show(shown, said, names)
        numbers(shown, said, names)
        downloads(shown, said, names)


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    held_out_figures()
    theory(PAGE)

    from cvdemo.nets import feature_average, frame_average, lrcn  # late: torch
    from cvdemo.train import activity

    code_fold(
        frame_average.combined,
        feature_average.FeatureAverage,
        lrcn.LRCN,
        activity.cross_entropy,
        paper="https://arxiv.org/abs/1411.4389",
        ready_made="`torchvision.models.video`",
    )


main()
