"""The flow page's experiments, its widgets, and what its visitor did in the components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from cvdemo import zoo
from cvdemo.data.domain import Domain
from cvdemo.labs.flow.draw import Display
from cvdemo.labs.flow.experiment import MethodKnobs, Pair, Run, liveliest
from cvdemo.ui import state, widgets
from cvdemo.ui.models import about, model_title, ready, say_what_is_unknown
from cvdemo.zoo.fetch import is_here
from cvdemo.zoo.spec import ModelSpec, Task

VIEWS = ("arrows", "colours", "warped", "error", "there and back")
PARTS = ("step by step", "aperture", "what to trust", "one pixel")
PATTERNS = ("stripe", "corner")
MOST_METHODS = 3
OWN = ("lucas-kanade", "horn-schunck")  # whose steps this project computes itself
KNOBS = MethodKnobs()
SPOKE = (202.0, 141.0)  # a pixel on the study's wheel
APERTURE = "flow-aperture"
FOLLOW = "flow-follow"


def _study(name: str, *methods: str, **further: Any) -> dict[str, Any]:
    return {"source": "study", "study": name, "methods": list(methods), "view": "colours", **further}


EXPERIMENTS: dict[str, Mapping[str, Any]] = {
    "a fast ball": _study("fast ball", "lucas-kanade", "dis", levels=1, frame=2, full=24.0),
    "a plain wall": _study("plain wall", "lucas-kanade", "horn-schunck", frame=2, part="what to trust"),
    "a shadow": _study("shadow", "lucas-kanade", "dis", frame=2, view="arrows", length=3.0),
    "a spinning wheel": _study(
        "spinning wheel", "lucas-kanade", "dis", frame=2, full=12.0, part="one pixel", point=SPOKE
    ),
    "an edge through a hole": {"part": "aperture"},
    "a cut": _study("a cut", "dis", "lucas-kanade", view="there and back"),
    "two real photos": _study("motorcycle", "dis", "farneback", view="error"),
}  # fmt: skip


def choose_methods(domain: Domain) -> list[ModelSpec]:
    """A box of all methods of flow, of which some may be compared; those that are here."""
    specs = {m.key: m for m in zoo.models(Task.FLOW)}
    say_what_is_unknown([key for text in state.asked("methods") for key in text.split(",")], list(specs))
    first = list(dict.fromkeys([zoo.first_model(Task.FLOW, domain), "lucas-kanade"]))
    chosen = widgets.multiselect(
        "methods", "Methods", list(specs), first, format_func=model_title, max_selections=MOST_METHODS
    )
    found = [specs[key] for key in chosen]
    return [spec for spec in found if is_here(spec) or ready(spec)]


def choose_display(known: bool) -> tuple[Display, Any]:
    """The view and its sliders, and the row of buttons where further ones may stand.

    An error is shown only where the truth is `known`.
    """
    views = VIEWS if known else tuple(view for view in VIEWS if view != "error")
    view = widgets.segmented_control("view", "Show", views, "arrows", wrap=True)
    row = st.container(horizontal=True, gap="small")
    with row.popover("Look"):
        spacing = widgets.slider("spacing", "Pixels between arrows", 6, 40, 20, 2)
        length = widgets.slider("length", "Length of an arrow: times the motion", 0.5, 8.0, 1.0, 0.5)
        full = widgets.slider("full", "Full colour at this many pixels (0: the longest)", 0.0, 60.0, 0.0, 1.0)
        brightest = widgets.slider("brightest", "Error in pixels that is brightest", 0.5, 20.0, 5.0, 0.5)
    return Display(view, spacing, length, full, brightest), row


def choose_knobs(place: Any) -> MethodKnobs:
    """The sliders of the two methods that are this project's own."""
    with place.popover("Methods' knobs"):
        st.markdown("**Lucas-Kanade**")
        levels = widgets.slider("levels", "Levels of the pyramid", 1, 5, KNOBS.levels)
        window = widgets.slider("window", "Window in pixels", 5, 31, KNOBS.window, 2)
        st.markdown("**Horn-Schunck**")
        alpha = widgets.slider("alpha", "Smoothness α", 1.0, 60.0, KNOBS.alpha, 1.0)
        smooth = widgets.slider("smooth", "Levels", 1, 5, KNOBS.smooth_levels)
        iterations = widgets.slider("iterations", "Iterations of each warp", 10, 200, KNOBS.iterations, 10)
    return MethodKnobs(levels, window, alpha, smooth, iterations)


def choose_part() -> str:
    """Which closer look stands below."""
    return widgets.segmented_control("part", "A closer look", PARTS, PARTS[0], wrap=True)


def choose_played(runs: Sequence[Run]) -> str:
    """The method whose steps are played: one of those that are compared and have any, or one of our own."""
    keys = list(dict.fromkeys([*(run.key for run in runs if run.steps), *OWN]))
    return widgets.segmented_control(
        "played", "Method", keys, keys[0], format_func=lambda key: zoo.spec(key).title, wrap=True
    )


def about_all(specs: Sequence[ModelSpec], place: Any) -> None:
    """A line on each method."""
    with place.popover("About the methods"):
        for spec in specs:
            st.markdown(f"**{spec.title}**")
            about(spec)


class Turned(NamedTuple):
    """How the visitor has turned the aperture's stripe: degrees of its normal, its motion, the pattern."""

    angle: float = 30.0
    u: float = 30.0
    v: float = -10.0
    pattern: str = "stripe"


def turned() -> Turned:
    """What stands in the aperture."""
    found = state.value("stripe", read=_read_stripe, write=_write_stripe)
    return found or Turned()


def keep_turned() -> None:
    """Keep what the visitor did in the aperture."""
    moved: dict[str, Any] | None = st.session_state[APERTURE].get("moved")
    if not moved or moved.get("stamp") != state.stamp():
        return
    try:
        found = _stripe(moved["angle"], moved["u"], moved["v"], moved["pattern"])
    except (KeyError, TypeError, ValueError):
        return
    state.keep({"stripe": found})


def _stripe(angle: Any, u: Any, v: Any, pattern: Any) -> Turned:
    turn, right, down = (round(float(value), 2) for value in (angle, u, v))
    if not all(abs(value) <= 360 for value in (turn, right, down)) or pattern not in PATTERNS:  # nan neither
        raise ValueError("no stripe")
    return Turned(turn, right, down, pattern)


def _read_stripe(texts: state.Texts) -> Turned:
    """ "30,30,-10,stripe"."""
    angle, u, v, pattern = texts[-1].split(",")
    return _stripe(angle, u, v, pattern)


def _write_stripe(stripe: Turned) -> str:
    return f"{stripe.angle:g},{stripe.u:g},{stripe.v:g},{stripe.pattern}"


def point(of: str, pair: Pair) -> tuple[float, float]:
    """The pixel (x, y) of the first picture that is followed; at first one that moves much."""
    height, width = pair.first.shape[:2]
    x, y = state.value("point", read=_read_point, write=_write_point, of=of) or liveliest(pair)
    return min(x, width - 1.0), min(y, height - 1.0)


def keep_point(of: str, shown: Any) -> None:
    """Keep the pixel that the visitor chose in the pictures that were `shown`."""
    picked: dict[str, Any] | None = st.session_state[FOLLOW].get("picked")
    if not picked or picked.get("of") != shown:
        return
    try:
        found = _read_point([f"{picked['x']},{picked['y']}"])
    except (KeyError, ValueError):
        return
    state.keep({"point": found}, of=of)


def _read_point(texts: state.Texts) -> tuple[float, float]:
    x, y = (float(part) for part in texts[-1].split(","))
    if not (0 <= x < 1e5 and 0 <= y < 1e5):
        raise ValueError("no place in a picture")
    return x, y


def _write_point(place: tuple[float, float]) -> str:
    return f"{place[0]:.6g},{place[1]:.6g}"
