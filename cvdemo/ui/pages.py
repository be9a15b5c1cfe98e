"""The table of pages: navigation, Home, the links at a page's end, README's list and the tests read it.

A new page is a row of `PAGES` and its file `pages/KEY.py`; the order is that of the sidebar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from enum import Enum
from typing import NamedTuple

import streamlit as st

from cvdemo.notebook import has_notebook
from cvdemo.ui.gate import GATE
from cvdemo.ui.internals import page_of_file, read_settings_without_lock
from cvdemo.ui.language import look_again
from cvdemo.ui.language_switch import switch
from cvdemo.ui.notebook import take_home
from cvdemo.zoo.additions import SSDS

# The lecture's chapters, and which of its systems (numbered as the lecture goes) belong to each.
CHAPTERS = {
    "The drawn world": range(0),
    "Detection": range(1, 21),
    "Semantic segmentation": range(21, 34),
    "Instances": range(34, 37),
    "Video": range(37, 42),
    "Practice": range(42, 44),
}


class Sees(Enum):
    """What a page can look at: any picture, drawn scenes alone, or something else, such as clips."""

    PICTURE = "picture"
    SCENE = "scene"
    OTHER = "other"


class Page(NamedTuple):
    """A page: the file `pages/KEY.py`, title and icon in the sidebar, chapter, and the question it answers.

    `rows` are the lecture's systems that it shows, by number and title. `nets` are the keys of the nets
    trained here whose figures it always shows: it says how they differ from their papers. A scene's `knobs`
    stand at first where they say, whatever the preset.
    """

    key: str
    title: str
    icon: str
    chapter: str
    question: str
    rows: Mapping[int, str] = {}
    nets: tuple[str, ...] = ()
    sees: Sees = Sees.PICTURE
    knobs: Mapping[str, float] = {}

    @property
    def file(self) -> str:
        """The page's file, as Streamlit wants it."""
        return f"pages/{self.key}.py"

    @property
    def symbol(self) -> str:
        """The icon as Streamlit wants it: of the font that it brings along, so that no other is needed."""
        return f":material/{self.icon}:"


WORLD, DETECTION, SEGMENTATION, INSTANCES, VIDEO, PRACTICE = CHAPTERS
REGIONS = ("rcnn", "fast-rcnn", "faster-rcnn", "rfcn", "fast-rcnn-plus", "faster-rcnn-plus", "rfcn-plus")
MAPS = (
    "fcn32s", "fcn16s", "fcn8s", "segnet", "unet", "unet-noskip", "unet-nodice", "linknet", "deeplabv1",
    "deeplabv2", "deeplabv3", "deeplabv3plus", "deeplabv3plus-sharp", "refinenet", "refinenet-sharp",
    "pspnet", "pspnet-sharp", "pspnet-nopyramid", "pspnet-noaux",
)  # fmt: skip
PHOTO_MAPS = ("photo-deeplabv3plus", "photo-fcn8s", "photo-unet", "photo-pspnet")
PAGES = (
    Page("world", "The world", "palette", WORLD, "What is known of a drawn scene?", sees=Sees.SCENE),
    Page(
        "five_tasks", "Five tasks, one picture", "back_hand", DETECTION,
        "What can be asked of a picture?",
    ),
    Page("classify", "Classify", "pets", DETECTION, "What is in the picture?", {1: "Classification"}),
    Page(
        "localize", "Classify and localize", "my_location", DETECTION, "What is it, and where?",
        {2: "Classification and localization"}, ("localizer", "localizer-class", "localizer-box"),
        knobs={"objects": 1},
    ),
    Page("detect", "Detect", "select_all", DETECTION, "Which objects are in the picture, and where?"),
    Page(
        "windows", "Sliding window", "grid_view", DETECTION, "Can a classifier find objects?",
        {3: "Classifier and sliding window"}, ("sliding-window",),
    ),
    Page(
        "proposals", "Region proposals", "extension", DETECTION,
        "Where could objects be?", {4: "Region proposals"}
    ),
    Page(
        "rcnn", "R-CNN to Faster R-CNN", "speed", DETECTION,
        "What made R-CNN slow, and what made it fast?",
        {5: "R-CNN", 6: "Fast R-CNN", 8: "Faster R-CNN", 10: "Test-time speed", 14: "R-FCN"}, REGIONS,
    ),
    Page(
        "roi", "RoI lab", "center_focus_strong", DETECTION,
        "How does a region of any size become a grid of one size?",
        {7: "RoI pooling", 35: "RoIAlign"}, ("mask-rcnn", "mask-rcnn-roipool", "rfcn-plus"),
    ),
    Page(
        "rpn", "RPN and anchors", "anchor", DETECTION, "How does a network propose regions?",
        {9: "Region proposal network"}, ("faster-rcnn-plus",),
    ),
    Page(
        "yolo_ssd", "YOLO and SSD", "bolt", DETECTION, "Can one pass of a network find all objects?",
        {11: "YOLO", 12: "SSD", 13: "SSD against YOLO"}, ("yolo", *SSDS, "faster-rcnn"),
    ),
    Page(
        "nms", "NMS", "filter_alt", DETECTION, "Which of many overlapping boxes stay?",
        {15: "Non-maximum suppression"},
    ),
    Page("iou", "IoU", "square_foot", DETECTION, "How well does a box fit?", {16: "IoU"}),
    Page("map", "mAP", "show_chart", DETECTION, "How good is a detector?", {17: "mAP"}, sees=Sees.OTHER),
    Page(
        "tradeoffs", "Speed against accuracy", "timer", DETECTION,
        "Which detector is fast, and which is accurate?", {18: "Speed and accuracy"},
        (
            "localizer", "sliding-window", *REGIONS, "faster-rcnn-light", "yolo", "ssd", "ssd-plus",
            "ssd-light", *MAPS,
        ),
    ),
    Page(
        "captions", "Captions", "chat", DETECTION, "How does a picture become a sentence?",
        {19: "Image captioning"}, ("show-attend-tell", "show-and-tell", "caption-transformer"),
    ),
    Page(
        "dense_captions", "Dense captions", "forum", DETECTION, "Can every object have its own sentence?",
        {20: "Dense captioning"}, ("densecap", "detect-then-caption"),
    ),
    Page("segment", "Segment", "brush", SEGMENTATION, "Which class does each pixel have?"),
    Page(
        "fcn", "Sliding window to FCN", "window", SEGMENTATION, "How are all windows classified at once?",
        {21: "Sliding window", 22: "FCN"},
    ),
    Page(
        "upsampling", "Upsampling", "open_in_full", SEGMENTATION, "How does a small map become large?",
        {24: "Upsampling", 25: "transposed convolution"},
    ),
    Page(
        "dilated", "Dilated convolutions", "blur_on", SEGMENTATION,
        "How does a network see more without a smaller map?", {28: "Dilated convolutions", 29: "DeepLab"},
        ("deeplabv1", "deeplabv2", "deeplabv3", "deeplabv3plus"),
    ),
    Page(
        "crf", "CRF", "auto_fix_high", SEGMENTATION, "How do borders become sharp?", {30: "CRF"},
        ("deeplabv1", "deeplabv2", "deeplabv3", "pspnet", "unet", "fcn8s", *PHOTO_MAPS),
    ),
    Page(
        "decoders", "Back to full size", "stairs", SEGMENTATION, "Which way back to full size loses least?",
        {
            23: "Early layers refine", 26: "SegNet", 27: "U-Net",
            31: "RefineNet", 32: "LinkNet", 33: "PSPNet",
        },
        (*MAPS, *PHOTO_MAPS),
    ),
    Page("instances", "Instances", "category", INSTANCES, "Which pixels belong to which object?"),
    Page(
        "mask_rcnn", "Mask R-CNN", "theater_comedy", INSTANCES,
        "How does a box become a mask?", {34: "Mask R-CNN"},
        ("mask-rcnn", "mask-rcnn-roipool", "mask-rcnn-softmax", "photo-masks"),
    ),
    Page(
        "pose", "Pose", "accessibility_new", INSTANCES, "Where are a person's joints?", {36: "Human pose"},
        ("keypoint-rcnn", "pose-regression"),
    ),
    Page(
        "video", "Video", "movie", VIDEO, "Why do boxes blink, and what cures it?",
        {37: "Frame-by-frame prediction"}, sees=Sees.OTHER,
    ),
    Page(
        "tracking", "Tracking", "footprint", VIDEO, "Which box is which object, a frame later?",
        sees=Sees.OTHER,
    ),
    Page(
        "flow", "Optical flow", "waves", VIDEO, "Where did every pixel go?", {40: "Optical flow"},
        ("flownet", "raft"), Sees.OTHER,
    ),
    Page(
        "activity", "Activity", "directions_run", VIDEO, "What does somebody do?",
        {38: "Whole-video prediction", 41: "Recurrent networks"},
        ("frame-average", "feature-average", "two-stream", "lrcn", "lrcn-gru", "c3d"), Sees.OTHER,
    ),
    Page(
        "stacked", "Stacked frames", "layers", VIDEO,
        "What do neighbouring frames add?", {39: "Stacked frames"},
        ("frame-average", "early-fusion-3", "early-fusion-5", "early-fusion-7", "unet-frames-1",
         "unet-frames-3"),
        Sees.OTHER,
    ),
    Page(
        "implementations", "By hand or ready-made", "build", PRACTICE,
        "Does code from the paper give what a library gives?", {42: "Implementations"}, sees=Sees.OTHER,
    ),
    Page(
        "datasets", "Data sets", "folder_copy", PRACTICE, "What is in a data set, and what is wrong in it?",
        {43: "Data sets"}, sees=Sees.OTHER,
    ),
    Page(
        "lecture", "Lecture script", "slideshow", PRACTICE, "What is shown when, and for how long?",
        sees=Sees.OTHER,
    ),
)  # fmt: skip


HOME = "home"


def row_of(page: str) -> Page | None:
    """A page's row of the table, None for one that is not in it."""
    return next((one for one in PAGES if one.key == page), None)


def nets_of(page: str) -> tuple[str, ...]:
    """The nets whose figures a page shows whatever a visitor chooses."""
    row = row_of(page)
    return row.nets if row else ()


def by_chapter() -> Iterator[tuple[str, list[Page]]]:
    """The chapters that have pages, with their pages."""
    for chapter in CHAPTERS:
        if pages := [page for page in PAGES if page.chapter == chapter]:
            yield chapter, pages


read_settings_without_lock()


def navigation(*frames: Callable[[str], AbstractContextManager[None]]) -> None:
    """Run the page of the address, with the table beside it and the neighbours under it.

    Each of `frames` is called with the page's key, "home" for Home: what stands on every page, around it.
    """
    with GATE.passed("page"):
        _navigate(frames)


def _navigate(frames: Sequence[Callable[[str], AbstractContextManager[None]]]) -> None:
    look_again()
    home = page_of_file("pages/home.py", "Home", ":material/home:", default=True)
    listed = {"": [home]}
    for chapter, pages in by_chapter():
        # A chapter of one page stands above the others, without a heading.
        listed.setdefault(chapter if len(pages) > 1 else "", []).extend(
            page_of_file(page.file, page.title, page.symbol) for page in pages
        )
    current = st.navigation(listed, expanded=True)
    switch()
    with ExitStack() as around:
        for frame in frames:
            around.enter_context(frame(current.url_path or HOME))
        current.run()
    for page in PAGES:
        if page.key == current.url_path and has_notebook(page.key):
            take_home(page.key, page.title, page.question)
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
