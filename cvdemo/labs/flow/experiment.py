"""What the flow page computes: methods on two frames, their scores, points to trust, a pixel's way."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo import world, zoo
from cvdemo.assets import asset
from cvdemo.data.domain import Domain
from cvdemo.metrics.flow import end_point_error, flow_numbers, psnr, score_flow
from cvdemo.ops.flow import Flow, follow, occluded, resized, round_trip_error, sample, to_grey, warp
from cvdemo.ops.flow_opencv import dis
from cvdemo.ops.lucas_kanade import LEAST, best_points, track_points, window_matrix
from cvdemo.zoo.flow import FlowEstimator, check_pair
from cvdemo.zoo.flow_methods import horn_schunck, lucas_kanade
from cvdemo.zoo.model import workable
from cvdemo.zoo.spec import Source, Task
from cvdemo.zoo.weights import read_card

LONGEST = 384  # pixels of a photo's or video frame's longer side: the page's methods answer in a second or so
SIZE = (320, 240)  # of what is drawn
CONTRADICT, ALIKE = 0.5, 0.92
"""Two pictures are a cut where more pixels contradict than this, and what is brought back is less alike.

Of 50 drawn pairs and 50 pairs of two scenes (split val) it takes all for what they are.
"""

Pictures = list[NDArray[np.uint8]]


@dataclass(frozen=True)
class Frames:
    """Pictures in time order, from which two are taken.

    `pictures` gives those of some numbers (rising), `motion` the true motion from one to another, where it is
    known. `identity` is the same for the same frames.
    """

    identity: str
    name: str
    count: int
    pictures: Callable[[Sequence[int]], Pictures]
    motion: Callable[[int, int], world.Motion] | None
    domain: Domain


@dataclass(frozen=True)
class Pair:
    """Two pictures [H, W, 3] of one size, and the true motion from the first to the second where known."""

    identity: str
    name: str
    first: NDArray[np.uint8]
    second: NDArray[np.uint8]
    motion: world.Motion | None
    domain: Domain


class Choice(NamedTuple):
    """Which two of some frames are looked at: the number of the first, and how many later the second is."""

    frames: Frames
    first: int
    gap: int

    @property
    def identity(self) -> str:
        """The same for the same two frames."""
        return f"{self.frames.identity} {self.first} {self.gap}"

    def pair(self) -> Pair:
        """Both frames; PictureError where their sizes differ."""
        frames, second = self.frames, self.first + self.gap
        one, two = frames.pictures([self.first, second])
        check_pair(one, two)
        motion = None if frames.motion is None else frames.motion(self.first, second)
        return Pair(self.identity, frames.name, one, two, motion, frames.domain)


class MethodKnobs(NamedTuple):
    """What the visitor may change of Lucas and Kanade's and of Horn and Schunck's method."""

    levels: int = 5
    window: int = 15
    alpha: float = 15.0
    smooth_levels: int = 5
    iterations: int = 60


class Run(NamedTuple):
    """A method's answer: its flow, the time it took, and the flows on its way there with their names."""

    key: str
    title: str
    flow: Flow
    milliseconds: float
    names: tuple[str, ...]
    steps: tuple[Flow, ...]


def estimator(key: str, knobs: MethodKnobs) -> FlowEstimator:
    """The method of a key; the two that have knobs as these say."""
    spec = zoo.spec(key)
    if key == "lucas-kanade":
        return lucas_kanade(spec, "cpu", levels=knobs.levels, window=knobs.window)
    if key == "horn-schunck":
        return horn_schunck(
            spec, "cpu", iterations=knobs.iterations, alpha=knobs.alpha, levels=knobs.smooth_levels
        )
    return cast(FlowEstimator, zoo.load(key))


def run_method(key: str, first: np.ndarray, second: np.ndarray, knobs: MethodKnobs) -> Run:
    """The answer of the method of a key for two pictures."""
    model = estimator(key, knobs)
    found = model.flow(first, second)
    names = found.trace if isinstance(found.trace, tuple) else ()
    if len(names) != len(found.iterations) or not all(isinstance(name, str) for name in names):
        names = _numbered(found.iterations)
    return Run(key, model.spec.title, found.flow, found.milliseconds, names, found.iterations)


def _numbered(flows: Sequence[Flow]) -> tuple[str, ...]:
    """Names of a net's flows: updates of one size, or sizes that grow."""
    same = len({flow.shape for flow in flows}) == 1
    of = len(flows)
    return tuple(
        f"update {k} of {of}" if same else f"{flow.shape[1]} × {flow.shape[0]} cells"
        for k, flow in enumerate(flows, 1)
    )


def numbers(flow: Flow, pair: Pair) -> dict[str, float]:
    """EPE, EPE_occluded and Fl_all where the truth is known, and the warped picture's PSNR."""
    known = {}
    if pair.motion is not None:
        known = flow_numbers([score_flow(flow, pair.motion.flow, pair.motion.occluded)])
    return {**known, "PSNR": psnr(pair.first, warp(pair.second, flow))}


def step_errors(run: Run, pair: Pair) -> tuple[str, str, list[float]]:
    """How far off each step is: its end-point error, or where no truth is known the warped picture's PSNR."""
    at_size = [resized(flow, pair.first.shape[1::-1]) for flow in run.steps]
    if pair.motion is None:
        return "PSNR", "dB", [psnr(pair.first, warp(pair.second, flow)) for flow in at_size]
    truth = pair.motion.flow
    return "EPE", "px", [float(np.nanmean(end_point_error(flow, truth))) for flow in at_size]


def warnings(pair: Pair) -> list[str]:
    """What makes flow pointless here, by the name of a page's text: "same", "plain" or "cut"."""
    if np.array_equal(pair.first, pair.second):
        return ["same"]
    one, two = (to_grey(workable(picture)) for picture in (pair.first, pair.second))
    if not any((window_matrix(g, 15).smaller_eigenvalue() >= LEAST).any() for g in (one, two)):
        return ["plain"]
    there = dis(one, two)
    if occluded(there, dis(two, one)).mean() <= CONTRADICT:
        return []
    smooth = [cv2.GaussianBlur(grey, (0, 0), 2).ravel() for grey in (one, warp(two, there))]
    return [] if np.corrcoef(smooth[0], smooth[1])[0, 1] >= ALIKE else ["cut"]


class Texture(NamedTuple):
    """Where Lucas and Kanade's windows can be trusted.

    `eigenvalues` [H, W] are the smaller ones; `points` [N, 2] the best to follow, `targets` [N, 2] where they
    are in the second picture, `missed` [N] how many pixels from itself each comes back; `off` [N] how far the
    target is from the true one, NaN where that is not known.
    """

    eigenvalues: NDArray[np.floating[Any]]
    points: NDArray[np.floating[Any]]
    targets: NDArray[np.floating[Any]]
    missed: NDArray[np.floating[Any]]
    off: NDArray[np.floating[Any]]


def texture(pair: Pair, knobs: MethodKnobs, count: int = 150) -> Texture:
    """The eigenvalues of all windows, and the best points followed by sparse Lucas-Kanade, there and back."""
    height, width = pair.first.shape[:2]
    one, two = (to_grey(workable(picture)) for picture in (pair.first, pair.second))
    eigenvalues = window_matrix(one, knobs.window).smaller_eigenvalue()[:height, :width]
    points = best_points(eigenvalues, count)
    there = track_points(one, two, points, window=knobs.window, levels=knobs.levels)
    back = track_points(two, one, there.points, window=knobs.window, levels=knobs.levels)
    missed = np.where(there.found & back.found, np.hypot(*(back.points - points).T), np.inf)
    off = np.full(len(points), np.nan)
    if pair.motion is not None:
        off = np.hypot(*(there.points - points - sample(pair.motion.flow, *points.T)).T)
    return Texture(eigenvalues, points, there.points, missed, off)


class Contradiction(NamedTuple):
    """Where the flows there and back contradict each other, [H, W], and how far a pixel misses itself.

    Against the true occlusion, where known: `precision` of what contradicts, `recall` of what is occluded.
    """

    contradicts: NDArray[np.bool_]
    missed: NDArray[np.float32]
    precision: float | None
    recall: float | None


def contradiction(flow: Flow, back: Flow, pair: Pair) -> Contradiction:
    """The forward-backward check of a method's two flows."""
    found = occluded(flow, back)
    if pair.motion is None:
        return Contradiction(found, round_trip_error(flow, back), None, None)
    both = int((found & pair.motion.occluded).sum())
    precision, recall = (
        both / n if (n := int(part.sum())) else None for part in (found, pair.motion.occluded)
    )
    return Contradiction(found, round_trip_error(flow, back), precision, recall)


def liveliest(pair: Pair) -> tuple[float, float]:
    """The pixel (x, y) that truly goes furthest and is still seen; the middle where no truth is known."""
    height, width = pair.first.shape[:2]
    if pair.motion is None:
        return width // 2, height // 2
    length = np.where(pair.motion.occluded, 0, np.hypot(*np.moveaxis(np.nan_to_num(pair.motion.flow), -1, 0)))
    y, x = np.unravel_index(int(length.argmax()), length.shape) if length.any() else (height // 2, width // 2)
    return float(x), float(y)


class Way(NamedTuple):
    """Where one pixel is in each of T + 1 pictures: by the flows [T + 1, 2], NaN once it has left.

    `truth` [T + 1, 2] are its true places, `hidden` [T + 1] says when it is covered; both None if not known.
    """

    found: NDArray[np.float32]
    truth: NDArray[np.float32] | None
    hidden: NDArray[np.bool_] | None


def pixels_way(
    flows: Sequence[Flow], point: tuple[float, float], truth: Sequence[world.Motion] | None
) -> Way:
    """The way of a pixel (x, y) along flows from each picture to the next.

    `truth` are the true motions from the first picture to each of the others.
    """
    found = follow(flows, *point)
    if truth is None:
        return Way(found, None, None)
    row, column = (round(value) for value in point[::-1])
    steps = np.array([[0.0, 0.0], *(motion.flow[row, column] for motion in truth)])
    hidden = np.array([False, *(bool(motion.occluded[row, column]) for motion in truth)])
    return Way(found, (np.array(point) + steps).astype(np.float32), hidden)


class Aperture(NamedTuple):
    """What a small window says of a motion (u, v), in pixels.

    `normals` are the directions (x, y) in which brightness changes: one for a stripe, two for a corner; each
    gives an equation normal · (u, v) = `speeds`. `seen` is the shortest motion that meets all of them: for a
    stripe the normal flow. `eigenvalues` are those of the mean of normal normalᵀ, smaller first.
    """

    normals: list[tuple[float, float]]
    speeds: list[float]
    seen: tuple[float, float]
    eigenvalues: tuple[float, float]


def aperture(angle: float, motion: tuple[float, float], pattern: str) -> Aperture:
    """What is seen of a "stripe", whose edge's normal is turned by `angle` degrees, or of a "corner"."""
    turns = (0, 90) if pattern == "corner" else (0,)
    radians = [math.radians(angle + turn) for turn in turns]
    normals = [(math.cos(r), math.sin(r)) for r in radians]
    speeds = [x * motion[0] + y * motion[1] for x, y in normals]
    matrix = np.mean([np.outer(n, n) for n in normals], axis=0)
    u, v = np.linalg.pinv(matrix) @ np.mean(
        [np.multiply(n, s) for n, s in zip(normals, speeds, strict=True)], axis=0
    )
    low, high = np.linalg.eigvalsh(matrix)
    return Aperture(normals, speeds, (float(u), float(v)), (max(0.0, float(low)), float(high)))


def held_out() -> list[dict[str, Any]]:
    """The figures of all methods that have any: on drawn pairs that no training saw, and on rendered chairs.

    Those of the project's nets on drawn pairs are their cards'; the others were measured by the commands that
    `assets/flow.json` names.
    """
    measured = json.loads(asset("flow.json").read_text("utf-8"))
    drawn, chairs = dict(measured["world-flow:test"]), measured["flow:chairs"]
    titles = {"no motion": "(no motion at all)"}
    for spec in zoo.models(Task.FLOW):
        titles[spec.key] = spec.title.removesuffix(" (drawn world)")
        card = read_card(spec.key) if spec.source is Source.DRAWN else None
        if card is not None:
            drawn[spec.key] = card["metrics"]
    rows = [
        {
            "method": titles[key], "EPE": round(found["EPE"], 2),
            "EPE, occluded": round(found["EPE_occluded"], 2), "Fl-all": round(found["Fl_all"], 3),
            "EPE on chairs": round(chairs[key]["EPE"], 2) if key in chairs else None,
        }
        for key, found in drawn.items() if key in titles
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row["EPE"])
