"""What the page of class and box shows: the picture with its box, the losses, all weightings beside."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.detections import draw_detections
from cvdemo.draw.iou import draw_overlap
from cvdemo.labs.localize.draw import class_bars, weighting_curves
from cvdemo.labs.localize.experiment import (
    KEYS,
    WEIGHTS,
    Localization,
    LocalizationLosses,
    LocalizationTarget,
    as_detections,
    as_json,
    localize,
    losses,
    target_of,
    weighting_figures,
)
from cvdemo.ui import widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.downloads import data, offer, png
from cvdemo.world.vocabulary import THINGS

PLAIN = {"displayModeBar": False}


@cached
def _localize(key: str, identity: str, _picture: NDArray[np.uint8]) -> Localization:
    return localize(key, _picture)


def localizations(chosen: Chosen) -> dict[str, Localization]:
    """What every trained net predicts; each runs once for a picture."""
    with st.spinner(f"{len(KEYS)} nets run on {zoo.default_device().upper()} …", show_time=True):
        return {key: _localize(key, chosen.identity, chosen.picture) for key in KEYS}


def weight_text(key: str) -> str:
    """The weight of a net's box loss, as on the slider."""
    return f"{WEIGHTS[key]:,.0f}"


def choose_weight() -> str:
    """The key of the net trained with the chosen weight."""
    if len(KEYS) < 2:
        return KEYS[0]
    first = "localizer" if "localizer" in KEYS else KEYS[0]
    key = widgets.select_slider("weight", "Weight of the box loss", KEYS, first, format_func=weight_text)
    st.caption(f"{len(KEYS)} nets differ only in this weight: the slider goes from one net to another.")
    return key


def prediction(chosen: Chosen, every: dict[str, Localization], key: str) -> None:
    """The picture with its box and the classes' probabilities; the losses where there is one object."""
    found, target = every[key], target_of(chosen.truth)
    height, width = chosen.picture.shape[:2]
    measured = None if target is None else losses(found, target, (width, height))
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        drawn = draw_prediction(chosen.picture, found, target)
        st.image(to_jpeg(fit(drawn, 1280)), width="stretch", alt=f"{chosen.name}: {THINGS[found.best]}")
        if target is not None:
            st.caption("Blue is the truth, orange the net's box, green what they share.")
    with right:
        _verdict(chosen, found, target, measured)
        true = None if target is None else THINGS[target.class_id]
        bars = class_bars(THINGS, found.probabilities.tolist(), true)
        st.plotly_chart(bars, config=PLAIN, key="bars", width="stretch")
        st.caption(f"network {found.milliseconds:.0f} ms (once)")
        _downloads(chosen, drawn, found, measured)
    if target is not None and measured is not None:
        sums, others = st.columns(2, gap="large")
        with sums:
            st.markdown("#### Both losses on this picture")
            _both_losses(found, target, measured)
        with others:
            st.markdown("#### The same picture at every weight")
            _compare(every, target, (width, height))


def draw_prediction(
    picture: NDArray[np.uint8], found: Localization, target: LocalizationTarget | None
) -> NDArray[np.uint8]:
    """A copy of a picture [H, W, 3] with the predicted box; with a target its box and their intersection."""
    height, width = picture.shape[:2]
    if target is not None:
        picture = draw_overlap(picture, target.box.tolist(), found.box(width, height).tolist())
    return draw_detections(picture, as_detections(found, width, height))


def _verdict(
    chosen: Chosen,
    found: Localization,
    target: LocalizationTarget | None,
    measured: LocalizationLosses | None,
) -> None:
    """Right or wrong, in one line; on a scene without exactly one object, why there is no loss."""
    if measured is not None and target is not None:
        right = "right" if found.best == target.class_id else f"wrong: it is a **{THINGS[target.class_id]}**"
        st.markdown(f"**{THINGS[found.best]}**, {right} · IoU **{measured.iou:.2f}**")
    elif chosen.truth is not None:
        count = int((~chosen.truth.difficult).sum())
        st.warning(
            f"This scene has {count or 'no'} objects, and the net always predicts **one** box: there is no "
            "loss to compute. Finding all of them is object detection.",
            icon=":material/touch_app:",
        )


def _both_losses(found: Localization, target: LocalizationTarget, measured: LocalizationLosses) -> None:
    """The two losses with their terms, and their weighted sum."""
    weight = WEIGHTS[found.key]
    probability = found.probabilities[target.class_id]
    rows = "\n".join(
        f"| {name} | {true:.3f} | {predicted:.3f} | {square:.5f} |"
        for name, true, predicted, square in zip(
            ("x", "y", "width", "height"), target.relative, found.relative, measured.squares, strict=True
        )
    )
    st.markdown(
        f"**Softmax loss** −ln p({THINGS[target.class_id]}) = −ln {probability:.3f} = "
        f"**{measured.softmax:.3f}**\n\n"
        f"**L2 loss** of the box, relative to the picture: **{measured.l2:.5f}**\n\n"
        f"| | truth | net | squared difference |\n|---|---|---|---|\n{rows}\n\n"
        f"**Together** {measured.softmax:.3f} + {weight:,.0f} × {measured.l2:.5f} = "
        f"**{measured.softmax + weight * measured.l2:.3f}**"
    )


def _compare(every: dict[str, Localization], target: LocalizationTarget, size: tuple[int, int]) -> None:
    """What the nets of all weights predict for this picture."""
    lines = []
    for key, found in every.items():
        measured = losses(found, target, size)
        lines.append(
            f"| {weight_text(key)} | {THINGS[found.best]} | {measured.softmax:.3f} | {measured.l2:.5f} "
            f"| {measured.iou:.2f} | {found.milliseconds:.0f} |"
        )
    head = "| weight | class | softmax | L2 | IoU | ms |\n|---|---|---|---|---|---|\n"
    st.markdown(head + "\n".join(lines))


def _downloads(
    chosen: Chosen, drawn: NDArray[np.uint8], found: Localization, measured: LocalizationLosses | None
) -> None:
    """Picture and prediction, as they stand."""
    height, width = chosen.picture.shape[:2]
    content = data(lambda: as_json(found, measured, (width, height)))
    offer(chosen.name, png(lambda: drawn), content, part=found.key)


def weightings(present: str) -> None:
    """The trained nets' figures on held-out scenes by their weight."""
    st.markdown("#### What the weight buys")
    figures: dict[str, dict[str, Any]] = weighting_figures()
    if present not in figures:
        return
    points = {WEIGHTS[key]: (m["accuracy"], m["box_IoU"]) for key, m in figures.items()}
    st.plotly_chart(weighting_curves(points, WEIGHTS[present]), config=PLAIN, key="curves", width="stretch")
    scenes = next(iter(figures.values()))["pictures_of_one"]
    st.caption(
        f"{len(figures)} nets that differ only in the weight, scored on {scenes} held-out scenes with one "
        "object."
    )
