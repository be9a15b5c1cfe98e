"""The lecture's conclusions from measured points: the best net that is fast enough, with what extractor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cvdemo import zoo
from cvdemo.labs.tradeoffs.experiment import drawn_points, title
from cvdemo.zoo.entries import entries
from cvdemo.zoo.tradeoffs import Curves
from cvdemo.zoo.weights import read_card

FAMILIES = {
    "unet": "skips",
    "linknet": "light decoder",
    "pspnet": "pyramid pooling",
    "pspnet-sharp": "pyramid pooling, U-Net end",
    "refinenet": "refinement",
    "refinenet-sharp": "refinement, U-Net end",
    "deeplabv3plus-sharp": "dilation, U-Net end",
    "segnet": "unpooling",
}
"""What leads segmenters back to full size; others go by their names."""
ABLATIONS = ("unet-noskip", "unet-nodice", "pspnet-noaux", "pspnet-nopyramid")
"""Nets that lack a part on purpose."""
ON_BOTH = {"ssd-light": "light", "ssd": "heavy", "faster-rcnn-light": "light", "faster-rcnn": "heavy"}
"""The weight of the extractor of the drawn world's nets that are trained on two."""
EXTRACTORS = (
    ("two stages", "heavy", "fasterrcnn-resnet50-fpn"),
    ("two stages", "light", "fasterrcnn-mobilenet-v3-large-fpn"),
    ("one stage", "heavy", "ssd300-vgg16"),
    ("one stage", "light", "ssdlite320-mobilenet-v3-large"),
)
"""Stages, weight of the extractor, and a model of the catalogue that has both."""


class Candidate(NamedTuple):
    """A net with its quality (AP or mIoU, 0..1), milliseconds a picture, parameters, and what kind it is."""

    key: str
    title: str
    kind: str
    quality: float
    ms: float
    params: int | None


def detectors(curves: Curves | None) -> list[Candidate]:
    """The drawn world's detectors by AP, with the times of one measurement of all in turn.

    A net that has one box for the whole picture detects nothing else and is left out.
    """
    return [
        Candidate(
            p.key,
            p.title,
            f"{p.kind}, light extractor" if ON_BOTH.get(p.key) == "light" else p.kind,
            p.numbers["AP"],
            curves.ms[p.key],
            p.params,
        )
        for p in drawn_points(curves)
        if curves and "AP" in p.numbers and p.key in curves.ms and not zoo.spec(p.key).options.get("one_box")
    ]


def segmenters() -> list[Candidate]:
    """The drawn world's segmenters by mIoU, with the times of their cards."""
    found = []
    for entry in entries(zoo.Task.SEGMENT):
        card = read_card(entry.key)
        if card and entry.key not in ABLATIONS:
            numbers = card["metrics"]
            kind = FAMILIES.get(entry.key, "dilation" if "deeplab" in entry.key else "scores added")
            found.append(
                Candidate(
                    entry.key,
                    title(entry.key),
                    kind,
                    numbers["mIoU"],
                    numbers["ms_per_image"],
                    card["params"],
                )
            )
    return found


def best_within(candidates: Sequence[Candidate], milliseconds: float) -> Candidate | None:
    """The net of the highest quality that takes at most so many milliseconds; of equal ones the faster."""
    able = [one for one in candidates if one.ms <= milliseconds]
    return max(able, key=lambda one: (one.quality, -one.ms), default=None)


def on_both_extractors(curves: Curves | None) -> list[Candidate]:
    """One and two stages on the light and on the heavy extractor, as far as they are measured.

    Each is of the kind "one stage, light extractor" and the like.
    """
    nets = {one.key: one for one in detectors(curves)}
    return [
        nets[key]._replace(kind=f"{zoo.spec(key).chart.family}, {weight} extractor")
        for key, weight in ON_BOTH.items()
        if key in nets
    ]


def measured_rows(nets: Sequence[Candidate]) -> list[dict[str, Any]]:
    """Detectors as a table: what kind each is, AP, milliseconds a picture and parameters."""
    return [
        {
            "": one.kind,
            "net": one.title,
            "AP": round(one.quality, 3),
            "milliseconds a picture": round(one.ms, 1),
            "M parameters": None if one.params is None else round(one.params / 1e6, 2),
        }
        for one in nets
    ]


def extractor_rows() -> list[dict[str, Any]]:
    """One and two stages with a heavy and a light extractor: COCO AP as published, size of the weights."""
    rows = []
    for stages, weight, key in EXTRACTORS:
        spec = zoo.spec(key)
        assert spec.published is not None
        rows.append(
            {
                "": f"{stages}, {weight} extractor",
                "model": spec.title,
                "COCO AP": spec.published.value,
                "weights, MB": round(spec.download_bytes / 2**20),
                "source": spec.published.source,
            }
        )
    return rows
