"""What a loaded model is: its spec, device, size and lock; a detector; a classifier; a segmenter."""

from __future__ import annotations

import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import cv2
import numpy as np
import supervision as sv

from cvdemo.ops.detections import KEYPOINTS, MASK_BOXES, MASKS, SIZE, select
from cvdemo.zoo.labels import labels
from cvdemo.zoo.spec import ModelSpec, Task
from cvdemo.zoo.turns import TURNS

FLOOR = 0.01  # raw detections below this score are not kept: COCO's tools ignore them too
LONGEST_ASPECT = 16  # a thinner picture is padded to this before the network sees it


T = TypeVar("T")


class Timed(NamedTuple, Generic[T]):
    """What a run gave, and the milliseconds that it took; on a GPU, until it was through."""

    value: T
    milliseconds: float


class Model:
    """A loaded model; `nbytes` is what it takes in memory, `runs` how many times its network ran.

    Whoever runs the network, or a part of it, does so through `run`: models are shared by all visitors.
    """

    batches: bool = False
    """Whether `networks` shows the net several pictures at once."""

    def __init__(self, spec: ModelSpec, *, device: str, nbytes: int) -> None:
        self.spec = spec
        self.device = device
        self.nbytes = nbytes
        self.runs = 0
        self._lock = threading.RLock()  # a method that runs the network may be run as a whole
        self._warm: set[Hashable] = set()

    def run(self, work: Callable[[], T], *, warm: Hashable = None) -> Timed[T]:
        """Call `work`, which runs this model's network, alone on it: locked, timed and counted.

        It waits for its turn among all models: see `cvdemo.zoo.turns`. The time is without that.
        `warm` names what has to be prepared by a first run, such as a size of pictures: the first time that
        it is met, the work is done twice and the second run is timed. No gradients are kept.
        """
        with TURNS.turn(self.spec.key), self._lock, without_gradients():
            began = time.perf_counter()
            if warm is not None and warm not in self._warm:
                work()
                self._warm.add(warm)
            synchronize(self.device)
            start = time.perf_counter()
            value = work()
            synchronize(self.device)
            milliseconds = 1000 * (time.perf_counter() - start)
            self.runs += 1
            spent = time.perf_counter() - began
        TURNS.ended(self.spec.key, spent)
        return Timed(value, milliseconds)

    def networks(self, pictures: Sequence[np.ndarray]) -> list[Any]:
        """What `network` says of each of some pictures of one size, in one run; for models with `batches`."""
        raise NotImplementedError(f"{self.spec.key} sees one picture at a time")


def synchronize(device: str) -> None:
    """Wait until a GPU has done what it was given; nothing on a CPU."""
    if device in ("cuda", "mps"):
        import torch

        (torch.cuda if device == "cuda" else torch.mps).synchronize()


def without_gradients() -> AbstractContextManager[Any]:
    """torch's inference mode, once torch is there: a model of another library runs without importing it."""
    torch = sys.modules.get("torch")
    return torch.inference_mode() if torch is not None else nullcontext()


class RawArrays(NamedTuple):
    """What a network says of a picture: boxes [N, 4] x1 y1 x2 y2 in pixels, scores [N], class ids [N].

    Where there are any, `masks` [N, M, M] in 0..1 at the network's own size, each stretched over its box of
    `mask_boxes` [N, 4]; and `keypoints` [N, 17, 3], x, y in pixels and a score.
    """

    boxes: np.ndarray
    scores: np.ndarray
    class_ids: np.ndarray
    masks: np.ndarray | None = None
    mask_boxes: np.ndarray | None = None
    keypoints: np.ndarray | None = None

    def further(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Masks and keypoints of some rows, by name, as far as there are any."""
        named = {MASKS: self.masks, MASK_BOXES: self.mask_boxes, KEYPOINTS: self.keypoints}
        return {name: values[rows].astype(np.float32) for name, values in named.items() if values is not None}


class Detector(Model, ABC):
    """A model that gives boxes."""

    task: ClassVar[Task] = Task.DETECT

    @abstractmethod
    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        """Raw detections of a picture [H, W, 3] uint8 RGB: every class of every box above `FLOOR`."""

    def raw(self, picture: np.ndarray, *, prompt: str = "") -> sv.Detections:
        """Detections before score threshold and NMS, in descending score.

        `metadata["milliseconds"]` is the time of the network. Boxes are clipped to the picture and those
        of no area are left out; masks and keypoints come along as `cvdemo.ops.detections` says. Class ids
        are those of the spec's label set; for a model with a prompt they count its phrases (separated by
        commas).
        """
        found = self.run(lambda: self.network(workable(picture), prompt))
        return self.detections(found.value, picture.shape[:2], found.milliseconds, prompt)

    def detections(
        self, found: RawArrays, size: tuple[int, ...], milliseconds: float, prompt: str = ""
    ) -> sv.Detections:
        """What a network found in a picture of a size (height, width), as `raw` gives it."""
        height, width = size
        boxes = found.boxes.astype(np.float32).clip(0, np.array([width, height, width, height]))
        there = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]) & (found.scores > FLOOR)
        order = np.flatnonzero(there)[np.argsort(-found.scores[there], kind="stable")]
        class_ids = found.class_ids[order].astype(int)
        names = self.names(prompt)
        return sv.Detections(
            xyxy=boxes[order],
            confidence=found.scores[order].astype(np.float32),
            class_id=class_ids,
            data={
                "class_name": np.array([names.get(i, str(i)) for i in class_ids], dtype=str),
                **found.further(order),
            },
            metadata={"milliseconds": milliseconds, SIZE: (height, width)},
        )

    def names(self, prompt: str = "") -> dict[int, str]:
        """Class names by id; the phrases of the prompt for a model asked by text."""
        return dict(enumerate(phrases(prompt))) if self.spec.prompt else labels(self.spec.labels)

    def __call__(
        self,
        picture: np.ndarray,
        *,
        score: float = 0.5,
        iou: float = 0.5,
        classes: Collection[int] | None = None,
        max_detections: int = 100,
        prompt: str = "",
    ) -> sv.Detections:
        """Detections of a picture [H, W, 3] uint8 RGB after score threshold and NMS per class."""
        raw = self.raw(picture, prompt=prompt)
        iou = iou if self.spec.nms else 1.0
        return select(raw, score=score, iou=iou, classes=classes, max_detections=max_detections)


class Classifier(Model, ABC):
    """A model that gives a probability for every class of its label set."""

    task: ClassVar[Task] = Task.CLASSIFY

    @abstractmethod
    def network(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Probabilities [C] and, where the model allows it, class activation maps [C, h, w]."""

    def __call__(self, picture: np.ndarray) -> Classification:
        """Probabilities and class activation maps of a picture [H, W, 3] uint8 RGB."""
        (probabilities, maps), milliseconds = self.run(lambda: self.network(workable(picture)))
        return Classification(probabilities, maps, milliseconds)


class Classification(NamedTuple):
    """Probabilities [C] in 0..1, class activation maps [C, h, w] over the picture or None, milliseconds."""

    probabilities: np.ndarray
    maps: np.ndarray | None
    milliseconds: float

    def top(self, k: int) -> list[tuple[int, float]]:
        """The k most probable classes, as (class id, probability)."""
        best = np.argsort(-self.probabilities, kind="stable")[:k]
        return [(int(i), float(self.probabilities[i])) for i in best]


class Segmenter(Model, ABC):
    """A model that gives a probability for every class of its label set at every pixel."""

    task: ClassVar[Task] = Task.SEGMENT

    @abstractmethod
    def network(self, picture: np.ndarray) -> np.ndarray:
        """Probabilities [C, h, w] float32 over a picture [H, W, 3] uint8 RGB, at the network's own size."""

    def segmentation(self, picture: np.ndarray) -> Segmentation:
        """What the network says of a picture [H, W, 3] uint8 RGB."""
        height, width = picture.shape[:2]
        seen = workable(picture)
        maps, milliseconds = self.run(lambda: self.network(seen))
        return Segmentation(maps, seen.shape[:2], (height, width), milliseconds)

    def names(self) -> dict[int, str]:
        """Class names by id."""
        return labels(self.spec.labels)

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """The label map [H, W] uint8 of a picture [H, W, 3] uint8 RGB: class ids of the spec's label set."""
        return self.segmentation(picture).labels()


class Segmentation(NamedTuple):
    """Probabilities of a picture's pixels, kept at the network's own size.

    `maps` [C, h, w] lie over `padded` (height, width), of which the picture is the upper left `size`.
    """

    maps: np.ndarray
    padded: tuple[int, int]
    size: tuple[int, int]
    milliseconds: float

    def probability(self, class_id: int) -> np.ndarray:
        """Probability of one class over the picture, [H, W] float32 in 0..1."""
        height, width = self.size
        method = cv2.INTER_LINEAR
        full = cv2.resize(self.maps[class_id], self.padded[::-1], interpolation=method)
        return full[:height, :width]

    def each(self) -> Iterator[np.ndarray]:
        """One class after another over the picture: the network's own cells [h, w] where they cover it.

        Else [H, W]: 150 classes at the picture's full size take seconds.
        """
        whole = self.padded == self.size
        return (self.maps[k] if whole else self.probability(k) for k in range(len(self.maps)))

    @property
    def probabilities(self) -> np.ndarray:
        """Probabilities of all classes over the picture, [C, H, W] float32: 4 bytes a class and pixel."""
        return np.stack([self.probability(k) for k in range(len(self.maps))])

    def labels(self) -> np.ndarray:
        """The most probable class of every pixel, [H, W] uint8; classes go through one at a time.

        One that is nowhere above the mean of all cannot be it: of 150 classes most are left out.
        """
        least = 0.99 / len(self.maps)  # a little below the mean, for rounding
        best = np.zeros(self.size, np.float32)
        found = np.zeros(self.size, np.uint8)
        for k in np.flatnonzero(self.maps.max((1, 2)) > least).tolist():
            probability = self.probability(k)
            better = probability > best
            found[better] = k
            best[better] = probability[better]
        return found


def phrases(prompt: str) -> list[str]:
    """The phrases of a prompt such as "a red kite, dog", in order, without repeats."""
    return list(dict.fromkeys(p.strip().lower() for p in prompt.split(",") if p.strip()))


def workable(picture: np.ndarray) -> np.ndarray:
    """The picture, padded right and below where it is too thin or too small for a network to resize."""
    height, width = picture.shape[:2]
    least = max(16, -(-max(height, width) // LONGEST_ASPECT))
    padding = ((0, max(0, least - height)), (0, max(0, least - width)), (0, 0))
    return np.pad(picture, padding, mode="edge") if max(map(max, padding)) else picture
