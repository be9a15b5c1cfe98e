"""What the methods say, run once for each pair, method and knobs, and kept for all visitors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from cvdemo import world, zoo
from cvdemo.labs.flow.experiment import (
    Choice,
    Contradiction,
    Frames,
    MethodKnobs,
    Pair,
    Pictures,
    Run,
    Texture,
    contradiction,
    run_method,
    texture,
    warnings,
)
from cvdemo.labs.flow.sources import is_own
from cvdemo.ops.flow import Flow
from cvdemo.ui.cache import cached
from cvdemo.ui.clip_work import kept_for_visit
from cvdemo.ui.progress import with_bar
from cvdemo.zoo.spec import ModelSpec

KNOBS = MethodKnobs()
STEPS = 8  # frames that a pixel is followed through


def own_knobs(key: str, knobs: MethodKnobs) -> MethodKnobs:
    """The knobs without those that a method does not have, so that they run nothing again."""
    if key == "lucas-kanade":
        return KNOBS._replace(levels=knobs.levels, window=knobs.window)
    if key == "horn-schunck":
        return knobs._replace(levels=KNOBS.levels, window=KNOBS.window)
    return KNOBS


@cached
def _run(identity: str, key: str, knobs: MethodKnobs, back: bool, _pair: Pair) -> Run:
    first, second = (_pair.second, _pair.first) if back else (_pair.first, _pair.second)
    return run_method(key, first, second, knobs)


def run(pair: Pair, key: str, knobs: MethodKnobs, *, back: bool = False) -> Run:
    """The answer of a method; of a visitor's own video it is kept for this visit alone."""
    known = own_knobs(key, knobs)
    if not is_own(pair.identity):
        return _run(pair.identity, key, known, back, pair)
    first, second = (pair.second, pair.first) if back else (pair.first, pair.second)
    return kept_for_visit(
        f"run {key} {back}", (pair.identity, known), lambda: run_method(key, first, second, known)
    )


def flows(pair: Pair, specs: Sequence[ModelSpec], knobs: MethodKnobs, *, back: bool = False) -> list[Run]:
    """The answers of some methods; `back` those from the second picture to the first."""
    runs = []
    for spec in specs:
        with st.spinner(f"{spec.title} runs on {zoo.default_device().upper()} …", show_time=True):
            runs.append(run(pair, spec.key, knobs, back=back))
    return runs


def check(
    pair: Pair, runs: Sequence[Run], specs: Sequence[ModelSpec], knobs: MethodKnobs
) -> list[Contradiction]:
    """The forward-backward check of each method's answer."""
    backs = flows(pair, specs, knobs, back=True)
    return [contradiction(run.flow, back.flow, pair) for run, back in zip(runs, backs, strict=True)]


@cached
def pair_warnings(identity: str, _pair: Pair) -> list[str]:
    """What makes flow pointless for a pair."""
    return warnings(_pair)


@cached
def pair_texture(identity: str, levels: int, window: int, _pair: Pair) -> Texture:
    """Where windows can be trusted."""
    return texture(_pair, KNOBS._replace(levels=levels, window=window))


class Chain(NamedTuple):
    """T + 1 pictures in a row, the flow from each to the next, the true motion from the first to each."""

    pictures: Pictures
    flows: list[Flow]
    truth: list[world.Motion] | None


@cached
def _chain(identity: str, places: tuple[int, ...], key: str, knobs: MethodKnobs, _frames: Frames) -> Chain:
    return _follow(places, key, knobs, _frames)


def _follow(places: tuple[int, ...], key: str, knobs: MethodKnobs, frames: Frames) -> Chain:
    pictures = frames.pictures(places)
    found = []
    for n in with_bar(range(len(places) - 1), f"{zoo.spec(key).title} on {len(places) - 1} pairs"):
        identity = Choice(frames, places[n], places[n + 1] - places[n]).identity
        pair = Pair(identity, frames.name, pictures[n], pictures[n + 1], None, frames.domain)
        found.append(run(pair, key, knobs).flow)
    motion = frames.motion
    truth = None if motion is None else [motion(places[0], there) for there in places[1:]]
    return Chain(pictures, found, truth)


def chain(choice: Choice, key: str, knobs: MethodKnobs) -> Chain:
    """The first frame and the next ones, as far apart, at most `STEPS` of them, and a method's flows."""
    frames, k, gap = choice
    places = tuple(range(k, min(frames.count, k + gap * STEPS + 1), gap))
    known = own_knobs(key, knobs)
    if is_own(frames.identity):
        name = (frames.identity, places, key, known)
        return kept_for_visit("chain", name, lambda: _follow(places, key, known, frames))
    return _chain(frames.identity, places, key, known, frames)
