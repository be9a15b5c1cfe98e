"""The table of pages: navigation, Home, the links at a page's end, README's list and the tests read it.

A new page is a row of `PAGES` and its file `pages/KEY.py`; the order is that of the sidebar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

import streamlit as st

from cvdemo.ui.language import look_again
from cvdemo.ui.language_switch import switch

# The lecture's chapters, and which of its systems (numbered as the lecture goes) belong to each.
CHAPTERS = {
    "The drawn world": range(0),
    "Detection": range(1, 21),
    "Semantic segmentation": range(21, 34),
    "Instances": range(34, 37),
    "Video": range(37, 42),
    "Practice": range(42, 44),
}


class Page(NamedTuple):
    """A page: the file `pages/KEY.py`, title and icon in the sidebar, chapter, and the question it answers.

    `rows` are the lecture's systems that it shows, by number and title. `nets` are the keys of the nets
    trained here whose figures it always shows: it says how they differ from their papers.
    """

    key: str
    title: str
    icon: str
    chapter: str
    question: str
    rows: Mapping[int, str] = {}
    nets: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The page's file, as Streamlit wants it."""
        return f"pages/{self.key}.py"


WORLD, DETECTION, SEGMENTATION, INSTANCES, VIDEO, PRACTICE = CHAPTERS
REGIONS = ("rcnn", "fast-rcnn", "faster-rcnn", "rfcn")
MAPS = (
    "fcn32s", "fcn16s", "fcn8s", "segnet", "unet", "unet-noskip", "linknet", "deeplabv1", "deeplabv3",
    "deeplabv3plus", "refinenet", "pspnet", "pspnet-noaux",
)  # fmt: skip
PHOTO_MAPS = ("photo-deeplabv3plus", "photo-fcn8s", "photo-unet", "photo-pspnet")
PAGES = (
    Page("world", "The world", "🎨", WORLD, "What is known of a drawn scene?"),
    Page(
        "five_tasks", "Five tasks, one picture", "🖐️", DETECTION,
        "What can be asked of a picture?",
    ),
    Page("classify", "Classify", "🐈", DETECTION, "What is in the picture?", {1: "Classification"}),
    Page(
        "localize", "Classify and localize", "🎯", DETECTION, "What is it, and where?",
        {2: "Classification and localization"}, ("localizer", "localizer-class", "localizer-box"),
    ),
    Page("detect", "Detect", "🔲", DETECTION, "Which objects are in the picture, and where?"),
    Page(
        "windows", "Sliding window", "🔳", DETECTION, "Can a classifier find objects?",
        {3: "Classifier and sliding window"}, ("sliding-window",),
    ),
    Page(
        "proposals", "Region proposals", "🧩", DETECTION, "Where could objects be?", {4: "Region proposals"}
    ),
    Page(
        "rcnn", "R-CNN to Faster R-CNN", "🏎️", DETECTION, "What made R-CNN slow, and what made it fast?",
        {5: "R-CNN", 6: "Fast R-CNN", 8: "Faster R-CNN", 10: "Test-time speed", 14: "R-FCN"}, REGIONS,
    ),
    Page(
        "roi", "RoI lab", "🔎", DETECTION, "How does a region of any size become a grid of one size?",
        {7: "RoI pooling", 35: "RoIAlign"}, ("mask-rcnn", "mask-rcnn-roipool", "rfcn"),
    ),
    Page(
        "rpn", "RPN and anchors", "⚓", DETECTION, "How does a network propose regions?",
        {9: "Region proposal network"}, ("faster-rcnn",),
    ),
    Page(
        "yolo_ssd", "YOLO and SSD", "⚡", DETECTION, "Can one pass of a network find all objects?",
        {11: "YOLO", 12: "SSD", 13: "SSD against YOLO"}, ("yolo", "ssd"),
    ),
    Page(
        "nms", "NMS", "🥊", DETECTION, "Which of many overlapping boxes stay?",
        {15: "Non-maximum suppression"},
    ),
    Page("iou", "IoU", "📐", DETECTION, "How well does a box fit?", {16: "IoU"}),
    Page("map", "mAP", "📈", DETECTION, "How good is a detector?", {17: "mAP"}),
    Page(
        "tradeoffs", "Speed against accuracy", "⏱️", DETECTION,
        "Which detector is fast, and which is accurate?", {18: "Speed and accuracy"},
        ("localizer", "sliding-window", *REGIONS, "yolo", "ssd", *MAPS),
    ),
    Page(
        "captions", "Captions", "💬", DETECTION, "How does a picture become a sentence?",
        {19: "Image captioning"}, ("show-attend-tell", "show-and-tell", "caption-transformer"),
    ),
    Page(
        "dense_captions", "Dense captions", "🗨️", DETECTION, "Can every object have its own sentence?",
        {20: "Dense captioning"}, ("densecap",),
    ),
    Page("segment", "Segment", "🖌️", SEGMENTATION, "Which class does each pixel have?"),
    Page(
        "fcn", "Sliding window to FCN", "🪟", SEGMENTATION, "How are all windows classified at once?",
        {21: "Sliding window", 22: "FCN"},
    ),
    Page(
        "upsampling", "Upsampling", "🔍", SEGMENTATION, "How does a small map become large?",
        {24: "Upsampling", 25: "transposed convolution"},
    ),
    Page(
        "dilated", "Dilated convolutions", "🕳️", SEGMENTATION,
        "How does a network see more without a smaller map?", {28: "Dilated convolutions", 29: "DeepLab"},
        ("deeplabv3",),
    ),
    Page(
        "crf", "CRF", "🪄", SEGMENTATION, "How do borders become sharp?", {30: "CRF"},
        ("deeplabv1", "unet", "fcn8s", *PHOTO_MAPS),
    ),
    Page(
        "decoders", "Back to full size", "🪜", SEGMENTATION, "Which way back to full size loses least?",
        {
            23: "Early layers refine", 26: "SegNet", 27: "U-Net",
            31: "RefineNet", 32: "LinkNet", 33: "PSPNet",
        },
        (*MAPS, *PHOTO_MAPS),
    ),
    Page("instances", "Instances", "🦆", INSTANCES, "Which pixels belong to which object?"),
    Page(
        "mask_rcnn", "Mask R-CNN", "🎭", INSTANCES, "How does a box become a mask?", {34: "Mask R-CNN"},
        ("mask-rcnn", "mask-rcnn-roipool", "mask-rcnn-softmax", "photo-masks"),
    ),
    Page(
        "pose", "Pose", "🤸", INSTANCES, "Where are a person's joints?", {36: "Human pose"},
        ("keypoint-rcnn", "pose-regression"),
    ),
    Page(
        "video", "Video", "🎬", VIDEO, "Why do boxes blink, and what cures it?",
        {37: "Frame-by-frame prediction"},
    ),
    Page("tracking", "Tracking", "👣", VIDEO, "Which box is which object, a frame later?"),
    Page("flow", "Optical flow", "🌊", VIDEO, "Where did every pixel go?", {40: "Optical flow"}),
    Page(
        "activity", "Activity", "🏃", VIDEO, "What does somebody do?",
        {38: "Whole-video prediction", 41: "Recurrent networks"},
        ("frame-average", "feature-average", "lrcn", "lrcn-gru", "c3d"),
    ),
    Page(
        "stacked", "Stacked frames", "🥞", VIDEO, "What do neighbouring frames add?", {39: "Stacked frames"},
        ("early-fusion-3", "early-fusion-5"),
    ),
    Page(
        "implementations", "By hand or ready-made", "🧰", PRACTICE,
        "Does code from the paper give what a library gives?", {42: "Implementations"},
    ),
    Page(
        "datasets", "Data sets", "🗂️", PRACTICE, "What is in a data set, and what is wrong in it?",
        {43: "Data sets"},
    ),
)  # fmt: skip


class Topic(NamedTuple):
    """What Home lists: systems of the lecture that follow one another, and the page that shows them."""

    title: str
    page: Page


def topics(chapter: str) -> list[Topic]:
    """A chapter of the lecture in its order; a page without a numbered system has its own title."""
    found: list[tuple[float, str, Page]] = []
    last = 0.0
    for page in PAGES:
        if not page.rows and page.chapter == chapter:
            found.append((last + 0.5, page.title, page))
        found += [(row, title, page) for row, title in page.rows.items() if row in CHAPTERS[chapter]]
        if page.rows and page.chapter == chapter:
            last = min(page.rows)
    found.sort(key=lambda item: item[0])
    return [
        Topic(", ".join(title for _, title, _ in group), page)
        for page, group in ((page, list(group)) for page, group in groupby(found, key=lambda item: item[2]))
    ]


def nets_of(page: str) -> tuple[str, ...]:
    """The nets whose figures a page shows whatever a visitor chooses."""
    return next((one.nets for one in PAGES if one.key == page), ())


def by_chapter() -> Iterator[tuple[str, list[Page]]]:
    """The chapters that have pages, with their pages."""
    for chapter in CHAPTERS:
        if pages := [page for page in PAGES if page.chapter == chapter]:
            yield chapter, pages


def navigation() -> None:
    """Run the page of the address, with the table beside it and the neighbours under it."""
    look_again()
    home = st.Page("pages/home.py", title="Home", icon="🏠", default=True)
    listed = {"": [home]}
    for chapter, pages in by_chapter():
        # A chapter of one page stands above the others, without a heading.
        listed.setdefault(chapter if len(pages) > 1 else "", []).extend(
            st.Page(page.file, title=page.title, icon=page.icon) for page in pages
        )
    current = st.navigation(listed)
    switch()
    current.run()
    _neighbours(current.url_path)


def _neighbours(key: str) -> None:
    """Links to the page before and the page after one, at its end."""
    keys = [page.key for page in PAGES]
    if key not in keys:
        return
    place = keys.index(key)
    st.divider()
    left, right = st.columns(2)
    if place > 0:
        before = PAGES[place - 1]
        left.page_link(before.file, label=f"← {before.title}")
    if place + 1 < len(PAGES):
        after = PAGES[place + 1]
        right.container(horizontal_alignment="right").page_link(after.file, label=f"{after.title} →")
