"""Files that a page offers: made when their button is pressed, named after the picture and the page.

    offer(
        chosen.name,
        png(lambda: draw_detections(picture, found)),
        coco(lambda: found),
        table(lambda: found),
        gif(lambda: frames(picture), seconds=20),
        text("Curve", "csv", lambda: curve_csv(curve)),
        place=row,
    )

On the page "detect" that offers `cat-detect.png`, `cat-detect.json` and so on; `part` tells files of one page
from one another ("cat-detect-ssd.png") and belongs to every second row of buttons.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo.data.detections_json import coco_text, to_csv
from cvdemo.data.pictures import to_png
from cvdemo.ui.state import open_page
from cvdemo.video.write import as_gif, as_mp4

MIME = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "gif": "image/gif",
    "mp4": "video/mp4",
    "csv": "text/csv",
    "json": "application/json",
    "txt": "text/plain",
    "yaml": "application/yaml",
    "zip": "application/zip",
    "flo": "application/octet-stream",
}
LONGEST_FILM = 24.0  # seconds: a short one shows each frame for a second, a long one is over in this time


class File(NamedTuple):
    """A button's label, the file's kind (its name's end) and what makes its content."""

    label: str
    kind: str
    make: Callable[[], bytes | str]


def png(picture: Callable[[], np.ndarray], label: str = "PNG") -> File:
    """A picture [H, W, 3] uint8 RGB."""
    return File(label, "png", lambda: to_png(picture()))


def coco(found: Callable[[], sv.Detections], label: str = "COCO JSON") -> File:
    """Detections as COCO's results of image 1."""
    return File(label, "json", lambda: coco_text(found()))


def table(found: Callable[[], sv.Detections], label: str = "CSV") -> File:
    """Detections as a line each: class, score, box."""
    return File(label, "csv", lambda: to_csv(found()))


def data(value: Callable[[], Any], label: str = "JSON") -> File:
    """Anything that JSON can say."""
    return File(label, "json", lambda: json.dumps(value(), indent=1))


def text(label: str, kind: str, make: Callable[[], bytes | str]) -> File:
    """A file that is ready-made; `kind` is its name's end."""
    return File(label, kind, make)


def gif(
    frames: Callable[[], Sequence[np.ndarray]], label: str = "GIF", seconds: float = LONGEST_FILM
) -> File:
    """Frames as an animation: one a second, or as many as it takes to be over in `seconds`."""
    return _film(label, "gif", as_gif, frames, seconds)


def mp4(
    frames: Callable[[], Sequence[np.ndarray]], label: str = "MP4", seconds: float = LONGEST_FILM
) -> File:
    """Frames as a film, as fast as `gif`."""
    return _film(label, "mp4", as_mp4, frames, seconds)


def _film(
    label: str,
    kind: str,
    encode: Callable[[Sequence[np.ndarray], float], bytes],
    frames: Callable[[], Sequence[np.ndarray]],
    seconds: float,
) -> File:
    def make() -> bytes:
        pictures = frames()
        return encode(pictures, frames_per_second(len(pictures), seconds))

    return File(label, kind, make)


def frames_per_second(count: int, seconds: float = LONGEST_FILM) -> float:
    """One a second, or as many as it takes for `count` frames to be over in `seconds`."""
    return max(1.0, count / seconds)


def stem(name: str, part: str = "") -> str:
    """The name of a file without its end: after a picture, the open page and a part of it."""
    words = (name.rsplit(".", 1)[0], open_page().replace("_", "-"), part)
    return "-".join(re.sub(r"[^\w.×-]+", "-", word).strip("-") for word in words if word)


def offer(name: str, *files: File, part: str = "", place: Any = None, width: Any = "content") -> None:
    """A row of buttons, or buttons within `place`; `name` is the picture's."""
    row = st.container(horizontal=True, gap="small") if place is None else place
    for label, kind, make in files:
        key = "-".join(filter(None, (open_page(), "download", part, label)))
        row.download_button(label, make, f"{stem(name, part)}.{kind}", MIME[kind], key=key, width=width)
