"""The lecture's detectors on PASCAL VOC 2007 as their papers have them, beside the nets trained here."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from cvdemo.zoo.weights import read_card

FAST, FASTER, RFCN = "1504.08083", "1506.01497", "1605.06409"
YOLO, SSD = "1506.02640", "1512.02325"


class VOCFigure(NamedTuple):
    """mAP on VOC 2007's test (percent, IoU .5) and seconds a picture, read in a paper's text.

    `key` is the net of its kind that is trained here, "" for none; `data` the years whose trainval
    sets it was trained on; `chip` what the time was measured on, and what it leaves out; `where` the table of
    the paper with the number `arxiv`. Times are of one picture at a time.
    """

    key: str
    title: str
    network: str
    data: str
    voc_map: float
    seconds: float
    chip: str
    arxiv: str
    where: str


NO_PROPOSALS = "K40, without proposals"
VOC_2007 = (
    VOCFigure("rcnn", "R-CNN", "VGG-16", "07", 66.0, 47.0, NO_PROPOSALS, FAST, "table 4"),
    VOCFigure("", "SPP-Net", "VGG-16", "07", 63.1, 2.3, NO_PROPOSALS, FAST, "table 4"),
    VOCFigure("fast-rcnn", "Fast R-CNN", "VGG-16", "07", 66.9, 0.32, NO_PROPOSALS, FAST, "table 4"),
    VOCFigure("faster-rcnn", "Faster R-CNN", "VGG-16", "07", 69.9, 0.198, "K40", FASTER, "tables 3 and 5"),
    VOCFigure("faster-rcnn", "Faster R-CNN", "VGG-16", "07+12", 73.2, 0.198, "K40", FASTER, "tables 3 and 5"),
    VOCFigure("faster-rcnn", "Faster R-CNN", "ResNet-101", "07+12", 76.4, 0.42, "K40", RFCN, "sec. 4.1"),
    VOCFigure("rfcn", "R-FCN, example mining", "ResNet-101", "07+12", 79.5, 0.17, "K40", RFCN, "sec. 4.1"),
    VOCFigure("yolo", "Fast YOLO", "9 convolutions", "07+12", 52.7, 1 / 155, "Titan X", YOLO, "table 1"),
    VOCFigure("yolo", "YOLO", "24 convolutions", "07+12", 63.4, 1 / 45, "Titan X", YOLO, "table 1"),
    VOCFigure("yolo", "YOLO", "VGG-16", "07+12", 66.4, 1 / 21, "Titan X", YOLO, "table 1"),
    VOCFigure("ssd", "SSD300", "VGG-16", "07+12", 74.3, 1 / 46, "Titan X", SSD, "table 7"),
    VOCFigure("ssd", "SSD512", "VGG-16", "07+12", 76.8, 1 / 19, "Titan X", SSD, "table 7"),
)
"""In the lecture's order. Batches of 8 give SSD300 59 and SSD512 22 frames a second (the same table)."""


def voc_rows(keys: Collection[str]) -> list[dict[str, Any]]:
    """A row for each published figure of these kinds of nets, with what the net that is trained here reaches.

    Ours are AP at IoU .5 on held-out drawn scenes and milliseconds a picture, from its card.
    """
    rows = []
    for one in VOC_2007:
        if one.key not in keys:
            continue
        ours = (read_card(one.key) or {}).get("metrics", {})
        rows.append(
            {
                "detector": one.title,
                "network": one.network,
                "trained on": f"VOC {one.data}",
                "mAP, VOC 07": one.voc_map,
                "s a picture": round(one.seconds, 3),
                "frames a s": float(f"{1 / one.seconds:.3g}"),
                "ours: AP50": None if "AP50" not in ours else round(100 * ours["AP50"], 1),
                "ours: ms": None if "ms_per_image" not in ours else round(ours["ms_per_image"], 1),
                "measured on": one.chip,
                "source": f"https://arxiv.org/abs/{one.arxiv}",
                "where": one.where,
            }
        )
    return rows
