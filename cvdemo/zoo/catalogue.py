"""The catalogue: every model there is, by key; a new model is one entry."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager

from cvdemo.data.domain import Domain
from cvdemo.errors import UnknownModelError
from cvdemo.zoo.catalogue_hub import TORCHVISION, TRANSFORMERS
from cvdemo.zoo.catalogue_methods import METHODS
from cvdemo.zoo.catalogue_video import VIDEO
from cvdemo.zoo.entries import ENTRIES
from cvdemo.zoo.entry import Entry, measured
from cvdemo.zoo.fetch import is_here, may_fetch
from cvdemo.zoo.labels import labels
from cvdemo.zoo.photo_entries import PHOTO_ENTRIES
from cvdemo.zoo.spec import COCO_VAL_IN_TRAINING, PARTS, Chart, ModelSpec, Published, Source, Task
from cvdemo.zoo.weights import has_weights

PACKAGED = (
    ModelSpec(
        key="ssd-mobilenet-v2",
        task=Task.DETECT,
        title="SSD MobileNetV2",
        paper="https://arxiv.org/abs/1512.02325",
        source=Source.PACKAGED,
        licence="Apache-2.0",
        download_bytes=0,
        labels="coco",
        adapter="cvdemo.zoo.packaged:SSDMobileNetV2",
        published=Published(
            "COCO AP",
            22.0,
            "COCO, as the model zoo gives it",
            "https://github.com/tensorflow/models/blob/master/research/object_detection/g3doc/tf1_detection_zoo.md",
        ),
        note="Small and quick: works on first start, without a network.",
        caveat=COCO_VAL_IN_TRAINING,
        chart=Chart("one stage"),
        default=True,
    ),
    ModelSpec(
        key="rcnn-imagenet",
        task=Task.DETECT,
        title="R-CNN before fine-tuning",
        paper="https://arxiv.org/abs/1311.2524",
        source=Source.PACKAGED,
        licence="Apache-2.0",
        download_bytes=0,
        labels="imagenet",
        adapter="cvdemo.zoo.photo_rcnn:load",
        note="Selective Search, then ImageNet's classifier on each region: 1000 classes, no background.",
        chart=Chart("two stages"),
    ),
    ModelSpec(
        key="grabcut-ssd-mobilenet-v2",
        task=Task.INSTANCES,
        title="GrabCut in boxes of SSD MobileNetV2",
        paper="https://doi.org/10.1145/1015706.1015720",
        source=Source.PACKAGED,
        licence="Apache-2.0",
        download_bytes=0,
        labels="coco",
        adapter="cvdemo.zoo.grabcut:load",
        note="Colours inside a box against those around it: no training for masks, works without a network.",
        caveat=COCO_VAL_IN_TRAINING,
    ),
    ModelSpec(
        key="movenet-lightning",
        task=Task.POSE,
        title="MoveNet Lightning in people of SSD MobileNetV2",
        paper="https://blog.tensorflow.org/2021/05/next-generation-pose-detection-with-movenet-and-tensorflowjs.html",
        source=Source.PACKAGED,
        licence="Apache-2.0",
        download_bytes=0,
        labels="coco",
        adapter="cvdemo.zoo.movenet:load",
        note="A skeleton for every person: small and quick, works on first start, without a network.",
        caveat=COCO_VAL_IN_TRAINING,
        default=True,
    ),
    ModelSpec(
        key="efficientnet-lite0",
        task=Task.CLASSIFY,
        title="EfficientNet-Lite0",
        paper="https://arxiv.org/abs/1905.11946",
        source=Source.PACKAGED,
        licence="Apache-2.0",
        download_bytes=0,
        labels="imagenet",
        adapter="cvdemo.zoo.packaged:efficientnet_lite0",
        published=Published(
            "ImageNet top-1",
            75.1,
            "ImageNet validation",
            "https://github.com/tensorflow/tpu/blob/master/models/official/efficientnet/lite/README.md",
        ),
        note="Small and quick: works on first start, without a network.",
        default=True,
    ),
)


CROSSINGS = (
    ModelSpec(
        key="detect-then-caption",
        task=Task.DENSE_CAPTION,
        title="Faster R-CNN+, then Show, attend and tell (drawn world)",
        paper="https://arxiv.org/abs/1502.03044",
        source=Source.DRAWN,
        licence="MIT",
        download_bytes=0,
        labels="drawn-things",
        adapter="cvdemo.zoo.detect_then_caption:load",
        published=measured("detect-then-caption"),
        note="A detector finds objects, a captioner of whole pictures describes each cut-out.",
        domain=Domain.DRAWINGS,
        options={PARTS: ("faster-rcnn-plus", "show-attend-tell")},
    ),
)
"""Models that are made of two others."""
CROSSINGS_DIFFER = {
    "detect-then-caption": (
        "Cut-outs have twice the sides of their boxes and go through the captioner one after another.",
        "Words are decoded greedily, as DenseCap's are.",
    )
}
"""Against the papers of its parts, one sentence each."""


CATALOGUE: dict[str, ModelSpec] = {
    m.key: m
    for m in (
        *PACKAGED,
        *METHODS,
        *(entry.spec() for entry in ENTRIES.values() if entry.task),
        *CROSSINGS,
        *(entry.spec() for entry in PHOTO_ENTRIES.values()),
        *TORCHVISION,
        *VIDEO,
        *TRANSFORMERS,
    )
}


@contextmanager
def registered(entry: Entry) -> Iterator[None]:
    """While it lasts, a further net has its entry: everything that reads the table finds it."""
    ENTRIES[entry.key] = entry
    if entry.task:
        CATALOGUE[entry.key] = entry.spec()
    try:
        yield
    finally:
        del ENTRIES[entry.key]
        CATALOGUE.pop(entry.key, None)


def spec(key: str) -> ModelSpec:
    """The catalogue's entry for a key; `UnknownModelError` names near ones for a key it does not have."""
    if key in CATALOGUE:
        return CATALOGUE[key]
    near = difflib.get_close_matches(key, CATALOGUE, n=3) or sorted(CATALOGUE)[:3]
    raise UnknownModelError(f"no model is called '{key[:60]}': did you mean {', '.join(near)}?")


def models(task: Task | str | None = None) -> list[ModelSpec]:
    """The models of a task (all where None), those that work offline first.

    A net of this project's own whose weights are not there is left out: nothing can fetch them. So is a
    model that is not here where `CVDEMO_DOWNLOADS` does not let it come.
    """
    own = set(own_nets())
    there = (
        m
        for m in CATALOGUE.values()
        if all(has_weights(key) for key in m.options.get(PARTS, (m.key,)) if key in own)
    )
    chosen = [m for m in there if (task is None or m.task == task) and (may_fetch(m) or is_here(m))]
    return sorted(chosen, key=lambda m: not m.offline)


def first_model(task: Task, domain: Domain = Domain.PHOTOS) -> str:
    """The key of the model that a picture of a domain opens with: the best of its task that works now.

    That is the catalogue's default, or a downloaded model with a higher figure of the same metric. Where no
    model of the domain works now, it is one that does, and where none does the first that can be fetched.
    """
    here = [m for m in models(task) if is_here(m) and not m.prompt]
    known = sorted((m for m in here if m.domain is domain), key=lambda m: not m.default)
    if not known:
        related = sorted(here, key=lambda m: (not m.domain.is_like(domain), not m.default))
        return (related or models(task))[0].key
    rivals = [m for m in known if not m.offline and _same_metric(m.published, known[0].published)]
    return max([known[0], *rivals], key=_value).key


def better_elsewhere(entry: ModelSpec) -> ModelSpec | None:
    """A model for photos with a better published figure than another of its task, that has to be downloaded.

    Where no other has a figure of the same metric it is one with most classes, of these the best.
    """
    away = [m for m in models(entry.task) if m.published and not (m.prompt or is_here(m))]
    away = [m for m in away if m.domain is Domain.PHOTOS]
    alike = [m for m in away if _same_metric(m.published, entry.published)]
    best = max(alike or away, key=lambda m: (len(labels(m.labels)), _value(m)), default=None)
    if best is None or (alike and _value(best) <= _value(entry)):
        return None
    return best


def _value(entry: ModelSpec) -> float:
    """A model's published figure, more of which is better."""
    figure = entry.published
    if figure is None:
        return 0.0
    return -figure.value if figure.lower_is_better else figure.value


def _same_metric(one: Published | None, other: Published | None) -> bool:
    return one is not None and other is not None and one.metric == other.metric


def first_models() -> list[str]:
    """What the tasks open with, on photos and on drawings, as far as it works now."""
    tasks = dict.fromkeys(m.task for m in models() if m.offline)
    found = (first_model(task, domain) for task in tasks for domain in (Domain.PHOTOS, Domain.DRAWINGS))
    return list(dict.fromkeys(found))


def own_nets() -> list[str]:
    """The nets whose weights are this project's own, and nowhere else to be had."""
    return [*ENTRIES, *PHOTO_ENTRIES]


def differences(key: str) -> tuple[str, ...]:
    """How a net that is trained here differs from its paper, one sentence each; others have none."""
    if key in ENTRIES:
        return ENTRIES[key].differs
    if key in PHOTO_ENTRIES:
        return PHOTO_ENTRIES[key].differences
    return CROSSINGS_DIFFER.get(key, ())


def compared() -> list[str]:
    """The detectors that the lecture compares, in its order, as far as their weights are there."""
    placed = sorted((m for m in CATALOGUE.values() if m.chart.place), key=lambda m: m.chart.place)
    return [m.key for m in placed if has_weights(m.key)]
