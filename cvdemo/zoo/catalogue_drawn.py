"""The catalogue's nets that were trained on the drawn world; their figures are read from their cards."""

from __future__ import annotations

from dataclasses import replace

from cvdemo.zoo.spec import ModelSpec, Published, Source, Task
from cvdemo.zoo.weights import read_card


def _drawn(key: str, task: Task, title: str, arxiv: str, adapter: str, labels: str, note: str) -> ModelSpec:
    return ModelSpec(
        key=key,
        task=task,
        title=title,
        paper=f"https://arxiv.org/abs/{arxiv}",
        source=Source.DRAWN,
        licence="MIT",
        download_bytes=0,
        labels=labels,
        adapter=f"cvdemo.zoo.{adapter}",
        published=measured(key),
        note=note,
    )


def measured(key: str) -> Published | None:
    """The figure that the evaluation wrote on the card, in percent; None where there is no card."""
    card = read_card(key)
    try:
        assert card is not None
        value = round(100 * float(card["metrics"][card["metric"]]), 1)
        return Published(f"drawn {card['metric']}", value, str(card["scored_on"]), str(card["command"]))
    except (AssertionError, KeyError, TypeError, ValueError):
        return None


def _detector(key: str, name: str, arxiv: str, adapter: str) -> ModelSpec:
    note = f"A small {name} that knows the drawn world only; `cvdemo train {key}` makes it."
    return _drawn(key, Task.DETECT, f"{name} (drawn world)", arxiv, adapter, "drawn-things", note)


def _localizer(key: str, name: str) -> ModelSpec:
    return replace(_detector(key, name, "1312.6229", "drawn:load_localizer"), options={"one_box": True})


def _segmenter(key: str, name: str, arxiv: str) -> ModelSpec:
    note = f"A small {name} that knows the drawn world only; `cvdemo train {key}` makes it."
    return _drawn(
        key, Task.SEGMENT, f"{name} (drawn world)", arxiv, "drawn:load_segmenter", "drawn-semantic", note
    )


DRAWN: tuple[ModelSpec, ...] = (
    _detector("ssd", "SSD", "1512.02325", "drawn:load_ssd"),
    _detector("rcnn", "R-CNN", "1311.2524", "drawn_regions:load"),
    _detector("fast-rcnn", "Fast R-CNN", "1504.08083", "drawn_regions:load"),
    _detector("faster-rcnn", "Faster R-CNN", "1506.01497", "drawn_regions:load"),
    _detector("rfcn", "R-FCN", "1605.06409", "drawn_regions:load"),
    _detector("yolo", "YOLO", "1506.02640", "drawn:load_yolo"),
    _detector("sliding-window", "Sliding window", "1312.6229", "drawn:load_sliding_window"),
    _localizer("localizer", "Class and box"),
    _localizer("localizer-class", "Class and box, the class first"),
    _localizer("localizer-box", "Class and box, the box first"),
    _segmenter("unet", "U-Net", "1505.04597"),
    _segmenter("unet-noskip", "U-Net without skips", "1505.04597"),
    _segmenter("fcn32s", "FCN-32s", "1411.4038"),
    _segmenter("fcn16s", "FCN-16s", "1411.4038"),
    _segmenter("fcn8s", "FCN-8s", "1411.4038"),
    _segmenter("segnet", "SegNet", "1511.00561"),
    _segmenter("deeplabv1", "DeepLab v1", "1412.7062"),
    _segmenter("deeplabv3", "DeepLab v3", "1706.05587"),
    _segmenter("deeplabv3plus", "DeepLab v3+", "1802.02611"),
    _segmenter("refinenet", "RefineNet", "1611.06612"),
    _segmenter("linknet", "LinkNet", "1707.03718"),
    _segmenter("pspnet", "PSPNet", "1612.01105"),
    _segmenter("pspnet-noaux", "PSPNet without auxiliary loss", "1612.01105"),
)
"""All of them, also those whose weights are not there: to load one of these is a `ModelNotAvailableError`."""
