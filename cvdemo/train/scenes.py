"""Drawn scenes for training: every batch is a function of the step alone, drawn ahead by processes.

No torch here: the drawing processes import this module.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo import world
from cvdemo.errors import CvdemoError
from cvdemo.train.recipes import SIZE, Scenes

STRIDE = 10_000_000  # between the seeds tried for a scene of enough people: more than any run goes through

CHUNK = 64  # scenes that a process draws before it hands them over


class RegionText(NamedTuple):
    """What is said of one object: its row in the sample, and the text."""

    row: int
    text: str


class Sample(NamedTuple):
    """One scene as a training sample.

    `picture` uint8 RGB [H, W, 3], `semantic` uint8 [H, W]; per object `boxes` [T, 4] x1 y1 x2 y2 in
    pixels, `classes` [T] and `difficult` [T]. `proposals` [P, 4] are Selective Search's, if any.
    `instances` uint8 [H, W] is 0 or 1 + the row of the object that shows there; `keypoints` [T, 17, 3] are
    x, y in pixels and the visibility 0..2, all 0 for all but people. `captions` are true sentences about the
    scene, `regions` descriptions of its objects that are not difficult, both only where asked for.
    """

    picture: NDArray[np.uint8]
    semantic: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    classes: NDArray[np.int64]
    difficult: NDArray[np.bool_]
    proposals: NDArray[np.float32] = np.zeros((0, 4), np.float32)
    instances: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
    keypoints: NDArray[np.float32] = np.zeros((0, 17, 3), np.float32)
    captions: tuple[str, ...] = ()
    regions: tuple[RegionText, ...] = ()


def draw_sample(
    seed: int,
    *,
    split: str = "train",
    objects: int = 6,
    proposals: int = 0,
    people: int = 0,
    size: tuple[int, int] = SIZE,
    captions: bool = False,
) -> Sample:
    """The scene of a seed, `normal` but for the number of objects, at a size (width, height).

    With `people`, the first scene with at least that many people, of the seeds `seed`, `seed + STRIDE` ...;
    with `captions`, what is said of it and of its objects.
    """
    difficulty = world.named("normal", objects=objects)
    scene = world.scene(seed, split=split, difficulty=difficulty)
    while sum(thing.kind == "person" for thing in scene.things) < people:
        seed += STRIDE
        scene = world.scene(seed, split=split, difficulty=difficulty)
    picture, truth = world.draw(scene, *size)
    sample = Sample(
        picture, truth.semantic, truth.boxes, truth.classes, truth.difficult,
        instances=_rows_of(truth), keypoints=truth.keypoints,
    )  # fmt: skip
    if captions:
        sample = sample._replace(captions=world.write_captions(truth), regions=_region_texts(truth))
    if not proposals:
        return sample
    from cvdemo.ops.regions import selective_search  # scikit-image takes its time to import

    return sample._replace(proposals=selective_search(picture, most=proposals).boxes)


def _rows_of(truth: world.Truth) -> NDArray[np.uint8]:
    """0 or 1 + the row of the object that shows at each pixel, [H, W]."""
    rows = np.zeros(256, np.uint8)
    rows[truth.ids + 1] = np.arange(1, len(truth) + 1)
    return rows[truth.instances]


def _region_texts(truth: world.Truth) -> tuple[RegionText, ...]:
    """The descriptions of a scene's regions, each with the row of its object."""
    rows = {int(number): row for row, number in enumerate(truth.ids)}
    return tuple(RegionText(rows[region.id], region.text) for region in world.describe_regions(truth))


class SceneRequest(NamedTuple):
    """A training scene to draw: its seed, and what `draw_sample` is to be told."""

    seed: int
    objects: int
    proposals: int = 0
    people: int = 0
    size: tuple[int, int] = SIZE
    captions: bool = False


def _drawn(request: SceneRequest) -> Sample:
    return draw_sample(
        request.seed,
        objects=request.objects,
        proposals=request.proposals,
        people=request.people,
        size=request.size,
        captions=request.captions,
    )


def _draw_for(pipe: Connection) -> None:
    """Draw the scenes that are requested until the other end is closed, as it is when its process dies."""
    import cv2

    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the loop, which then closes its end
    try:
        while True:
            pipe.send([_drawn(request) for request in pipe.recv()])
    except (EOFError, OSError):
        return


@contextmanager
def _pipe_errors() -> Iterator[None]:
    """Turns a closed pipe into one sentence."""
    try:
        yield
    except (EOFError, OSError) as error:
        raise CvdemoError(
            "a process that draws scenes has ended, perhaps for want of memory: the same command goes on"
        ) from error


class SceneWorkers:
    """Processes that draw training scenes ahead; with 0 of them, scenes are drawn when they are collected."""

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")  # forked threads of torch would hang
        self._ends: list[Connection] = []
        self._requested: deque[tuple[int, list[SceneRequest]]] = deque()
        self._turn = 0
        for _ in range(count):
            here, there = context.Pipe()
            context.Process(target=_draw_for, args=(there,), daemon=True).start()
            there.close()
            self._ends.append(here)

    def request(self, requests: list[SceneRequest]) -> None:
        """Request scenes."""
        for k in range(0, len(requests), CHUNK):
            chunk = requests[k : k + CHUNK]
            if self._ends:
                with _pipe_errors():
                    self._ends[self._turn].send(chunk)
            self._requested.append((self._turn, chunk))
            self._turn = (self._turn + 1) % max(len(self._ends), 1)

    def collect(self) -> Iterator[tuple[int, Sample]]:
        """All that was requested and not collected yet, as (seed, sample), in the order of the requests."""
        while self._requested:
            turn, chunk = self._requested.popleft()
            drawn = self._receive(turn) if self._ends else [_drawn(request) for request in chunk]
            yield from zip((request.seed for request in chunk), drawn, strict=True)

    def _receive(self, turn: int) -> list[Sample]:
        with _pipe_errors():
            drawn: list[Sample] = self._ends[turn].recv()
        return drawn

    def close(self) -> None:
        """Let the processes end."""
        for end in self._ends:
            end.close()
        self._ends.clear()
        self._requested.clear()


class Stream:
    """Batches of training scenes, from any step on.

    Epoch e goes through the scenes of the seeds from e * fresh to e * fresh + pool in an order of its own;
    while it does, those of the next are drawn.
    """

    def __init__(self, scenes: Scenes, *, batch: int, seed: int, workers: SceneWorkers) -> None:
        self.scenes = scenes
        self.batch = batch
        self.seed = seed
        self.workers = workers
        self.epoch_steps = scenes.pool // batch
        self._drawn: dict[int, Sample] = {}
        if not 0 <= scenes.fresh <= scenes.pool or not self.epoch_steps:
            raise ValueError(f"{scenes} cannot feed batches of {batch}")

    def batches(self, step: int = 0) -> Iterator[list[Sample]]:
        """The batches of `step`, `step + 1`, ... without end."""
        epoch, skip = divmod(step, self.epoch_steps)
        while True:
            self._request(epoch)
            self._drawn |= dict(self.workers.collect())
            window = self._window(epoch)
            self._drawn = {seed: self._drawn[seed] for seed in window}
            self._request(epoch + 1)
            order = np.random.default_rng((self.seed, epoch)).permutation(window)
            for k in range(skip, self.epoch_steps):
                yield [self._drawn[int(s)] for s in order[k * self.batch : (k + 1) * self.batch]]
            epoch, skip = epoch + 1, 0

    def distinct(self, steps: int) -> int:
        """How many different scenes so many steps from the first on go through."""
        return self.scenes.pool + self.scenes.fresh * (-(-steps // self.epoch_steps) - 1) if steps else 0

    def _window(self, epoch: int) -> range:
        first = epoch * self.scenes.fresh
        return range(first, first + self.scenes.pool)

    def _request(self, epoch: int) -> None:
        requested = {request.seed for _, chunk in self.workers._requested for request in chunk}
        missing = [s for s in self._window(epoch) if s not in self._drawn and s not in requested]
        self.workers.request([self._request_of(seed) for seed in missing])

    def _request_of(self, seed: int) -> SceneRequest:
        scenes = self.scenes
        objects = scenes.objects[seed % len(scenes.objects)]
        return SceneRequest(seed, objects, scenes.proposals, scenes.people, scenes.size, scenes.captions)
