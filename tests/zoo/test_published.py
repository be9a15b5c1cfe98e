"""Published figures on VOC 2007: each as the table of its paper has it."""

from __future__ import annotations

import re

from cvdemo.zoo.entries import ENTRIES
from cvdemo.zoo.published import VOC_2007, voc_rows

LINES = {
    # Fast R-CNN, table 4, models S, M, L of Fast R-CNN and of R-CNN, L of SPPnet (L is VGG-16):
    # "test rate (s/im) 0.10 0.15 0.32 9.8 12.1 47.0 2.3", "VOC07 mAP 57.1 59.2 66.9 58.5 60.2 66.0 63.1".
    "1504.08083": {(66.0, 47.0), (63.1, 2.3), (66.9, 0.32)},
    # Faster R-CNN, table 3: "RPN+VGG, shared 300 07 69.9", "07+12 73.2";
    # table 5: "VGG RPN + Fast R-CNN 141 10 47 198".
    "1506.01497": {(69.9, 0.198), (73.2, 0.198)},
    # R-FCN, sec. 4.1: "76.4%", "Faster R-CNN takes 0.42s per image ... our R-FCN ... takes 0.17s per image
    # (on a K40 GPU)"; its authors' README: "ResNet-101 VOC 07+12 trainval VOC 07 test 79.5% 0.17sec", and of
    # script_rfcn_VOC0712_ResNet101_OHEM_rpn.m: "The accuracy should be ~79.5% in mAP".
    "1605.06409": {(76.4, 0.42), (79.5, 0.17)},
    # YOLO, table 1, trained on 2007+2012: "Fast YOLO 52.7 155", "YOLO 63.4 45", "YOLO VGG-16 66.4 21".
    "1506.02640": {(52.7, 1 / 155), (63.4, 1 / 45), (66.4, 1 / 21)},
    # SSD, table 7: "SSD300 74.3 46 1", "SSD512 76.8 19 1" (mAP, FPS, batch size).
    "1512.02325": {(74.3, 1 / 46), (76.8, 1 / 19)},
}
"""By paper: mAP and seconds, as they were read in its text."""


def test_figures_are_those_of_the_papers() -> None:
    read = {(arxiv, *line) for arxiv, lines in LINES.items() for line in lines}
    assert {(one.arxiv, one.voc_map, one.seconds) for one in VOC_2007} == read
    assert all(re.match(r"(tables?|sec\.) \d", one.where) for one in VOC_2007)


def test_ours_stand_beside_them() -> None:
    rows = voc_rows(("ssd", ""))
    assert [row["detector"] for row in rows] == ["SPP-Net", "SSD300", "SSD512"]
    assert rows[0]["ours: ms"] is None and 0 < rows[1]["ours: AP50"] <= 100
    assert rows[1]["frames a s"] == 46
    assert {one.key for one in VOC_2007} - {""} <= set(ENTRIES)
