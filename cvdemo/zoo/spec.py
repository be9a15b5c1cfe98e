"""What the catalogue says of a model: everything known about it without loading it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from cvdemo.data.domain import Domain


class Task(StrEnum):
    """What a model answers; one page or more per task."""

    CLASSIFY = "classify"
    DETECT = "detect"
    SEGMENT = "segment"
    INSTANCES = "instances"
    POSE = "pose"
    CAPTION = "caption"
    DENSE_CAPTION = "dense-caption"
    FLOW = "flow"
    VIDEO = "video"
    FRAMES = "frames"  # a label map of a frame among its neighbours


class Source(StrEnum):
    """Where a model's weights come from."""

    METHOD = "method"  # it has none: a method that nothing was trained for
    DRAWN = "drawn"  # trained on the drawn world, in assets/
    PACKAGED = "packaged"  # a pip package installed with the project
    TORCHVISION = "torchvision"  # downloaded on first use
    TRANSFORMERS = "transformers"  # downloaded on first use


COCO_VAL_IN_TRAINING = (
    "TensorFlow trained its detectors on most of COCO's val photos: measured on those, figures are too high."
)
"""The caveat of what stands behind one of them."""


@dataclass(frozen=True)
class Published:
    """A published figure: `value` of `metric` on `data`, as `source` gives it."""

    metric: str  # "COCO AP" (0..100) or "ImageNet top-1" (percent)
    value: float
    data: str
    source: str  # URL

    @property
    def lower_is_better(self) -> bool:
        """Whether the metric is an error."""
        return self.metric.endswith("EPE")


class Chart(NamedTuple):
    """How a model stands in charts: its `family`, its colour, and its place in the lecture from 1 on.

    Models without a place are not among those that the lecture compares.
    """

    family: str = ""
    colour: str = ""
    place: int = 0


NO_CHART = Chart()

PARTS = "parts"
"""The option of a model that is made of others: their keys."""


@dataclass(frozen=True)
class ModelSpec:
    """One model of the catalogue.

    `adapter` is "module:function" of this package; `cvdemo.zoo.loader` calls it with the spec and the
    device. `labels` names a label set of `cvdemo.zoo.labels`. `nms` is False for detectors that suppress
    nothing (DETR's family); `prompt` is True for those asked by text.
    """

    key: str
    task: Task
    title: str
    paper: str  # URL
    source: Source
    licence: str
    download_bytes: int
    labels: str
    adapter: str
    published: Published | None = None
    weights: str = ""  # file, URL or hub repository
    nms: bool = True
    prompt: bool = False
    note: str = ""
    caveat: str = ""  # what has to be known before its figures are trusted, one sentence
    chart: Chart = NO_CHART
    scene_size: tuple[int, int] = (192, 160)  # width and height of drawn scenes that it is scored on
    default: bool = False  # chosen first among the models of its task and domain
    domain: Domain = Domain.PHOTOS
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def offline(self) -> bool:
        """Whether the model works on first start without a network."""
        return self.source in (Source.METHOD, Source.DRAWN, Source.PACKAGED)
