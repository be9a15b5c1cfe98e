"""The small picture of each page on Home: made by the project's own functions, kept in `assets/thumbnails`.

`cvdemo thumbnails` makes them again. They are files because all of them together take many seconds and most
of the nets, and Home is the page that must open at once.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

from PIL import Image

from cvdemo.labs.home import charts, clips, detection, maps
from cvdemo.labs.home.ink import Picture

QUALITY = 82

THUMBNAILS: Mapping[str, Callable[[], Picture]] = {
    "world": detection.world,
    "five_tasks": detection.five_tasks,
    "classify": detection.classify,
    "localize": detection.localize,
    "detect": detection.detect,
    "windows": detection.windows,
    "proposals": detection.proposals,
    "rcnn": detection.rcnn,
    "roi": detection.roi,
    "rpn": detection.rpn,
    "yolo_ssd": detection.yolo_ssd,
    "nms": detection.suppression,
    "iou": detection.iou,
    "map": charts.mean_ap,
    "tradeoffs": charts.tradeoffs,
    "captions": charts.captions,
    "dense_captions": charts.dense_captions,
    "segment": maps.segment,
    "fcn": maps.fcn,
    "upsampling": maps.upsampling,
    "dilated": maps.dilated,
    "crf": maps.crf,
    "decoders": maps.decoders,
    "instances": maps.instances,
    "mask_rcnn": maps.mask_rcnn,
    "pose": maps.pose,
    "video": clips.video,
    "tracking": clips.tracking,
    "flow": clips.flow,
    "activity": clips.activity,
    "stacked": clips.stacked,
    "implementations": clips.implementations,
    "datasets": clips.datasets,
    "lecture": charts.lecture,
}
"""By the key of the page; each gives a picture [300, 480, 3]."""


def as_webp(picture: Picture) -> bytes:
    """A thumbnail as the file that Home shows."""
    made = io.BytesIO()
    Image.fromarray(picture).save(made, "WEBP", quality=QUALITY, method=6)
    return made.getvalue()
