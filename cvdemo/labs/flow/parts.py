"""The flow page's closer looks: steps played, the aperture problem, points to trust, one pixel followed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from cvdemo import zoo
from cvdemo.data.pictures import to_jpeg
from cvdemo.labs.flow import results
from cvdemo.labs.flow.controls import (
    APERTURE,
    FOLLOW,
    Turned,
    choose_played,
    keep_point,
    keep_turned,
    point,
    turned,
)
from cvdemo.labs.flow.draw import draw_points, draw_texture, longest, step_pictures
from cvdemo.labs.flow.experiment import (
    Choice,
    MethodKnobs,
    Pair,
    Run,
    aperture,
    pixels_way,
    step_errors,
)
from cvdemo.labs.flow.results import Chain
from cvdemo.ops.flow import pyramid, to_grey
from cvdemo.ui import state
from cvdemo.ui.component import component, packed
from cvdemo.ui.downloads import gif, offer
from cvdemo.ui.page import texts

PAGE = "flow"

_steps = component("flow/steps")
_aperture = component("flow/aperture")
_follow = component("flow/follow")


def show_part(part: str, choice: Choice, pair: Pair, runs: Sequence[Run], knobs: MethodKnobs) -> None:
    """One closer look, by the name that the visitor chose; `runs` are the methods' answers for the pair."""
    stripe, at = turned(), point(choice.identity, pair)  # also where not shown: experiments set them
    st.markdown(texts(PAGE)[part])
    if part == "step by step":
        _played(pair, runs, knobs)
    elif part == "aperture":
        _hole(stripe)
    elif part == "what to trust":
        _trust(pair, knobs)
    else:
        key = runs[0].key if runs else "lucas-kanade"
        _one_pixel(choice, results.chain(choice, key, knobs), zoo.spec(key).title, at)


def _played(pair: Pair, runs: Sequence[Run], knobs: MethodKnobs) -> None:
    """The flows on a method's way, to be played."""
    run = results.flows(pair, [zoo.spec(choose_played(runs))], knobs)[0]
    full = longest(pair, [run])
    label, unit, errors = step_errors(run, pair)
    levels = _levels(run)
    fields = {
        "names": run.names,
        "levels": levels,
        "errors": [round(error, 4) for error in errors],
        "label": label,
        "unit": unit,
        "identity": f"{pair.identity} {run.key} {results.own_knobs(run.key, knobs)}",
    }
    shown = [step_pictures(pair, flow, full) for flow in run.steps]
    parts: dict[str, bytes | np.ndarray] = {}
    for i, (colours, left) in enumerate(shown):
        parts |= {f"colour{i}": to_jpeg(colours), f"left{i}": to_jpeg(left)}
    grey = pyramid(to_grey(pair.first), 1 + max(levels), least=1) if max(levels) >= 0 else []
    for level, picture in enumerate(grey):
        parts[f"picture{level}"] = to_jpeg(np.repeat(picture.astype(np.uint8)[..., None], 3, axis=2))
    _steps(data=packed(fields, parts), key="flow-steps")
    st.caption(texts(PAGE)["steps"])
    size = pair.first.shape[1::-1]
    offer(pair.name, gif(lambda: [_at_size(colours, size) for colours, _ in shown]), part="steps")


def _at_size(picture: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    import cv2

    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST))


def _levels(run: Run) -> list[int]:
    """The pyramid's level of each step by its name, -1 for methods without a pyramid of pictures."""
    return [int(name.split()[1].rstrip(",")) if name.startswith("level ") else -1 for name in run.names]


def _hole(now: Turned) -> None:
    """The aperture problem on a stripe that the visitor turns."""
    seen = aperture(now.angle, (now.u, now.v), now.pattern)
    fields: dict[str, Any] = {
        **now._asdict(),
        "stamp": state.stamp(),
        "python": {**now._asdict(), "seen": seen.seen, "eigenvalues": seen.eigenvalues},
    }
    _aperture(data=packed(fields, {}), key=APERTURE, on_moved_change=keep_turned)


def _trust(pair: Pair, knobs: MethodKnobs) -> None:
    """The smaller eigenvalue of every window, and the best points followed there and back."""
    found = results.pair_texture(pair.identity, knobs.levels, knobs.window, pair)
    left, right = st.columns(2, gap="medium")
    left.image(
        to_jpeg(draw_texture(found)), width="stretch", alt=f"{pair.name}: how far a window is a corner"
    )
    left.caption(texts(PAGE)["eigenvalues"])
    right.image(
        to_jpeg(draw_points(pair.first, found)),
        width="stretch",
        alt=f"{pair.name}: {len(found.missed)} points followed there and back",
    )
    right.caption(_points_say(found))


def _points_say(found: Any) -> str:
    """How many points come back, and how far off they are."""
    good = found.missed <= 1
    if not len(good):
        return texts(PAGE)["no points"]
    text = f"{len(good)} points; {good.sum()} come back to within a pixel (green)"
    known = np.isfinite(found.off)
    for name, which in (("they are", known & good), ("the others", known & ~good)):
        if which.any():
            text += f", {name} {np.median(found.off[which]):.2f} px off (median)"
    return f"{text}."


def _one_pixel(choice: Choice, found: Chain, title: str, at: tuple[float, float]) -> None:
    """A pixel followed through the next frames by one method."""
    height, width = found.pictures[0].shape[:2]
    way = pixels_way(found.flows, at, found.truth)
    fields = {
        "of": f"{choice.identity} {title}",
        "width": width,
        "height": height,
        "title": title,
        "path": _listed(way.found),
        "truth": None if way.truth is None else _listed(way.truth),
        "hidden": None if way.hidden is None else way.hidden.tolist(),
    }
    parts = {f"frame{i}": to_jpeg(picture) for i, picture in enumerate(found.pictures)}
    keep = partial(keep_point, choice.identity, fields["of"])
    _follow(data=packed(fields, parts), key=FOLLOW, on_picked_change=keep)


def _listed(path: np.ndarray) -> list[list[float] | None]:
    """Places of a way, None where it has left the picture or is not known."""
    return [None if np.isnan(place).any() else place.round(2).tolist() for place in path]
