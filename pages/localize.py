"""Classification + localization (L2): one class, one box, two losses and the weight between them."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from cvdemo.data.pictures import fit, to_jpeg, to_png
from cvdemo.draw.detections import draw_detections
from cvdemo.draw.iou import draw_overlap
from cvdemo.draw.localize import class_bars, weighting_curves
from cvdemo.errors import ModelNotAvailableError
from cvdemo.labs.localize.lab import (
    KEYS,
    Answer,
    Asked,
    Losses,
    answers,
    as_json,
    asked_of,
    detection,
    figures,
    losses,
    weight_text,
)
from cvdemo.nets.localizer import WEIGHTS, Localizer, localizer_loss
from cvdemo.train.localizer import LocalizerTask
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.source import Chosen, choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.world.vocabulary import THINGS

PLAIN = {"displayModeBar": False}
SCENE = {"source": "scene", "preset": "normal", "normal-objects": 1}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "In balance": {**SCENE, "seed": 7, "weight": "localizer"},
    "Class first": {**SCENE, "seed": 7, "weight": "localizer-class"},
    "Box first": {**SCENE, "seed": 7, "weight": "localizer-box"},
    "Several things": {**SCENE, "seed": 7, "weight": "localizer", "normal-objects": 6},
    "A photo": {"source": "sample", "sample": "cat", "weight": "localizer"},
}


def choose_weight() -> str:
    """The key of the net with the weight that the slider says."""
    if len(KEYS) < 2:
        return KEYS[0]
    first = "localizer" if "localizer" in KEYS else KEYS[0]
    key = st.select_slider(
        "Weight of the box's loss", KEYS, first, format_func=weight_text, key="weight", bind="query-params"
    )
    st.caption(f"{len(KEYS)} nets, trained alike but for this weight: the slider goes from one to another.")
    return str(key)


def picture(chosen: Chosen, answer: Answer, asked: Asked | None) -> Any:
    """The picture with the net's box; where one thing is asked for, with its true box and what they share."""
    height, width = chosen.picture.shape[:2]
    box = answer.box(width, height)
    shown = chosen.picture
    if asked is not None:
        shown = draw_overlap(shown, asked.box.tolist(), box.tolist())
    return draw_detections(shown, detection(answer, width, height))


def verdict(chosen: Chosen, answer: Answer, asked: Asked | None, found: Losses | None) -> None:
    """Right or wrong, in one line; why nothing is scored where nothing can be."""
    if found is not None and asked is not None:
        right = "right" if answer.best == asked.class_id else f"wrong: it is a **{THINGS[asked.class_id]}**"
        st.markdown(f"**{THINGS[answer.best]}**, {right} · IoU **{found.iou:.2f}**")
    elif chosen.truth is not None:
        count = int((~chosen.truth.difficult).sum())
        st.warning(
            f"This scene shows {count or 'no'} things and the net answers with **one** box, always: there is "
            "no loss to compute. Finding all of them is object detection.",
            icon="☝️",
        )


def both_losses(answer: Answer, asked: Asked, found: Losses) -> None:
    """The two losses with what they are made of, and their weighted sum."""
    weight = WEIGHTS[answer.key]
    likely = answer.probabilities[asked.class_id]
    rows = "\n".join(
        f"| {name} | {true:.3f} | {said:.3f} | {square:.5f} |"
        for name, true, said, square in zip(
            ("x", "y", "width", "height"), asked.relative, answer.relative, found.squares, strict=True
        )
    )
    st.markdown(
        f"**Softmax loss** −ln p({THINGS[asked.class_id]}) = −ln {likely:.3f} = **{found.softmax:.3f}**\n\n"
        f"**L2 loss** of the box, in parts of the picture: **{found.distance:.5f}**\n\n"
        f"| | truth | net | squared difference |\n|---|---|---|---|\n{rows}\n\n"
        f"**Together** {found.softmax:.3f} + {weight:,.0f} × {found.distance:.5f} = "
        f"**{found.softmax + weight * found.distance:.3f}**"
    )


def compared(all_answers: dict[str, Answer], asked: Asked, size: tuple[int, int]) -> None:
    """What the nets of all weights say of this picture."""
    lines = []
    for key, answer in all_answers.items():
        found = losses(answer, asked, size)
        lines.append(
            f"| {weight_text(key)} | {THINGS[answer.best]} | {found.softmax:.3f} | {found.distance:.5f} "
            f"| {found.iou:.2f} | {answer.milliseconds:.0f} |"
        )
    head = "| weight | class | softmax | L2 | IoU | ms |\n|---|---|---|---|---|---|\n"
    st.markdown(head + "\n".join(lines))


def trained(present: str) -> None:
    """The trained points: what a weight buys on held-out scenes."""
    st.markdown("#### What the weight buys")
    cards = figures()
    if present not in cards:
        return
    points = {WEIGHTS[key]: (m["accuracy"], m["box_IoU"]) for key, m in cards.items()}
    st.plotly_chart(weighting_curves(points, WEIGHTS[present]), config=PLAIN, key="curves", width="stretch")
    scenes = next(iter(cards.values()))["pictures_of_one"]
    st.caption(
        f"{len(cards)} nets trained alike but for the weight, scored on {scenes} held-out scenes "
        "with one thing."
    )


def downloads(chosen: Chosen, drawn: Any, answer: Answer, found: Losses | None) -> None:
    """Picture and answer, as they stand."""
    height, width = chosen.picture.shape[:2]
    stem = f"{chosen.name.rsplit('.', 1)[0]}-{answer.key}"
    row = st.container(horizontal=True, gap="small")
    row.download_button("PNG", lambda: to_png(drawn), f"{stem}.png", "image/png", key="png")
    text = json.dumps(as_json(answer, found, (width, height)), indent=1)
    row.download_button("JSON", text, f"{stem}.json", "application/json", key="json")


@st.fragment
@guarded
def lab() -> None:
    """Picture and weight on top, then the picture and what the net says, the losses, the trained points."""
    if not KEYS:
        raise ModelNotAvailableError("no weights are here: `cvdemo train localizer` makes them")
    try_this("localize", {name: s for name, s in EXPERIMENTS.items() if s["weight"] in KEYS})
    left, right = st.columns(2, gap="large", vertical_alignment="bottom")
    with left:
        chosen = choose_picture("scene", knobs={"objects": 1})
    with right:
        key = choose_weight()
    if chosen is None:
        return
    say_what_it_knows(chosen.truth)
    everyone = answers(chosen)
    looked(chosen, everyone, key)
    trained(key)


def looked(chosen: Chosen, everyone: dict[str, Answer], key: str) -> None:
    """The picture with its box, the classes' probabilities, and where one thing is asked for the losses."""
    answer, asked = everyone[key], asked_of(chosen.truth)
    height, width = chosen.picture.shape[:2]
    found = None if asked is None else losses(answer, asked, (width, height))
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        drawn = picture(chosen, answer, asked)
        st.image(to_jpeg(fit(drawn, 1280)), width="stretch", alt=f"{chosen.name}: {THINGS[answer.best]}")
        if asked is not None:
            st.caption("Blue is the truth, orange the net's box, green what they share.")
    with right:
        verdict(chosen, answer, asked, found)
        true = None if asked is None else THINGS[asked.class_id]
        bars = class_bars(THINGS, answer.probabilities.tolist(), true)
        st.plotly_chart(bars, config=PLAIN, key="bars", width="stretch")
        st.caption(f"network {answer.milliseconds:.0f} ms (once)")
        downloads(chosen, drawn, answer, found)
    if asked is not None and found is not None:
        sums, others = st.columns(2, gap="large")
        with sums:
            st.markdown("#### Both losses, here and now")
            both_losses(answer, asked, found)
        with others:
            st.markdown("#### The same picture at every weight")
            compared(everyone, asked, (width, height))


def main() -> None:
    """The page from top to bottom."""
    header("localize")
    lab()
    theory("localize")
    code_fold(
        Localizer,
        localizer_loss,
        LocalizerTask,
        losses,
        paper="https://arxiv.org/abs/1312.6229",
        ready_made="any classifier of `torchvision.models` with a second head of four numbers",
    )


main()
