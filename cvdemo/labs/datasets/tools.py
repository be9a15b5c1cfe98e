"""A model on a data set, and the data set in another format."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, cast

import numpy as np
import streamlit as st

from cvdemo import zoo
from cvdemo.data.convert import written_formats, zip_of
from cvdemo.data.formats import cannot_hold, format_module
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.data.subset import subset
from cvdemo.draw.matches import draw_errors
from cvdemo.errors import PictureError
from cvdemo.labs.datasets.board import THUMB, grid
from cvdemo.labs.datasets.experiment import Opened
from cvdemo.labs.datasets.scoring import (
    ImageErrors,
    ModelScore,
    Rows,
    detect_one,
    known_classes,
    score_images,
)
from cvdemo.labs.datasets.sources import escaped
from cvdemo.ui import widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.downloads import File, data, offer
from cvdemo.ui.models import choose_model, ready
from cvdemo.ui.page import texts
from cvdemo.zoo.model import Detector

MOST_SCORED = 500  # images on which a model runs here
MOST_WRITTEN = 1000  # images of an archive that is made here
WORST = 12
RUNNING = "datasets-running"
TURN, PAUSE = 1.0, 0.3  # seconds that a model runs at a time, and until the browser asks for more


def show_model(opened: Opened, images: Sequence[int]) -> None:
    """A detector on the first of the chosen images: COCO's numbers and the worst images first."""
    dataset = opened.dataset
    there = [image for image in images if dataset.files[image]]
    if not there or "boxes" not in dataset.kinds():
        st.info("A detector is scored on pictures whose objects have boxes: there are none here.")
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        entry = choose_model(zoo.Task.DETECT, None, first=_likely(opened))
        most = min(len(there), MOST_SCORED)
        n = widgets.slider("scored", "Pictures", 1, most, min(24, most), width=220) if most > 1 else 1
        least = widgets.slider("score", "Score threshold", 0.05, 0.95, 0.5, 0.05, width=180)
        st.button(":material/play_arrow: Run", on_click=_run, key="run", type="primary")
    if not ready(entry):
        return
    if st.session_state.get(RUNNING):
        st.fragment(_advance, run_every=PAUSE)(opened, entry.key, there[:n])
    rows, done = _so_far(opened, entry.key, there[:n])
    if not done:
        st.info(f"Press Run: {entry.title} goes over {n} pictures here.")
        return
    model = cast(Detector, zoo.load(entry.key))
    _show_score(opened, score_images(model, dataset, done, rows, least=least), len(done))


def _likely(opened: Opened) -> str:
    """The detector that needs no download and knows most of the data set's classes; the first of equals."""
    best, most = "", 0
    for entry in zoo.models(zoo.Task.DETECT):
        if entry.offline and not entry.prompt:
            known = len(known_classes(opened.dataset, zoo.labels(entry.labels)))
            if known > most:
                best, most = entry.key, known
    return best


def _run() -> None:
    st.session_state[RUNNING] = True


def _stop() -> None:
    st.session_state[RUNNING] = False


class Detected(NamedTuple):
    """A model's results of one image in COCO's form; not `readable` where its picture is damaged."""

    rows: Rows
    readable: bool


@cached
def _detected(key: str, identity: str, image: int, _opened: Opened) -> Detected:
    try:
        return Detected(detect_one(cast(Detector, zoo.load(key)), _opened.dataset, image), True)
    except PictureError:
        return Detected([], False)


def _advance(opened: Opened, key: str, images: Sequence[int]) -> None:
    """Run the model for a second on images that it has not seen; the browser asks for the next second.

    So a click on Stop is answered, and what was found so far stays.
    """
    left = [image for image in images if _detected.peek(key, opened.identity, image, opened) is None]
    row = st.container(horizontal=True, vertical_alignment="center")
    row.button(":material/stop: Stop", on_click=_stop, key="stop")
    seen = len(images) - len(left)
    text = f"{zoo.spec(key).title} on {zoo.default_device().upper()}: {seen} of {len(images)} …"
    row.progress(seen / len(images), text)
    start = time.monotonic()
    while left and st.session_state.get(RUNNING) and time.monotonic() - start < TURN:
        _detected(key, opened.identity, left.pop(0), opened)
    if not left:
        st.session_state[RUNNING] = False
    if not st.session_state.get(RUNNING):
        st.rerun()


def _so_far(opened: Opened, key: str, images: Sequence[int]) -> tuple[Rows, list[int]]:
    """The results of the images that the model has seen, and these images."""
    found = {image: _detected.peek(key, opened.identity, image, opened) for image in images}
    there = {image: one for image, one in found.items() if one is not None and one.readable}
    return [row for one in there.values() for row in one.rows], list(there)


def _show_score(opened: Opened, found: ModelScore, n: int) -> None:
    """COCO's numbers, AP of each class, and the worst images."""
    numbers = {name: value for name, value in found.numbers.items() if value >= 0}
    with st.container(horizontal=True, gap="large"):
        for name in ("AP", "AP50", "AP75", "APs", "APm", "APl"):
            if name in numbers:
                st.metric(name, f"{numbers[name]:.3f}", width="content")
    unknown = f" It does not know {_some(found.unknown)}: not counted." if found.unknown else ""
    about = f"{n} pictures, {len(found.per_class)} classes with truth, as `cvdemo evaluate` scores."
    st.caption(about + unknown)
    st.markdown(texts("datasets")["worst first"])
    worst = {one.image: one for one in found.images[:WORST]}
    captions = [f"{one.right} right, {one.wrong} false, {one.missed} missed" for one in worst.values()]
    grid(opened, list(worst), lambda image: _errors_jpeg(opened, worst[image]), captions)
    with st.expander("AP of each class"):
        table = sorted(found.per_class.items(), key=lambda item: item[1])
        st.dataframe([{"class": name, "AP": round(ap, 4)} for name, ap in table], hide_index=True)
    offer("scores", data(lambda: {**numbers, "n": n, "AP_by_class": found.per_class}), part="model")


def _some(names: Sequence[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return escaped(", ".join(names[:most])) + more


def _errors_jpeg(opened: Opened, errors: ImageErrors) -> bytes:
    """The picture with right detections green, false ones red, and missed objects dashed."""
    full = opened.dataset.picture(errors.image)
    small = fit(full, THUMB)
    scale = small.shape[1] / full.shape[1]
    found = replace(errors.found, xyxy=errors.found.xyxy * np.float32(scale))
    return to_jpeg(draw_errors(small, found, errors.is_right, errors.missed_boxes * scale))


def show_convert(opened: Opened, images: Sequence[int]) -> None:
    """The data set, or the images that the filters leave, as a ZIP file of another format."""
    dataset = opened.dataset
    key = widgets.selectbox(
        "to", "To", written_formats(), "coco", format_func=lambda k: format_module(k).TITLE, width=320
    )
    is_all = len(images) == len(dataset)
    part = dataset if is_all else subset(dataset, images)
    title = format_module(key).TITLE
    if lost := cannot_hold(part, key):
        listed = "\n".join(f"- {text}" for text in lost)
        st.warning(f"{title} has no place for:\n{listed}", icon=":material/warning:")
    else:
        st.success(f"{title} can hold every kind of annotation that is here.")
    st.markdown(
        f"{'All' if is_all else 'The filtered'} **{len(part)} images** with {len(part.objects)} objects."
    )
    if not len(part) or len(part) > MOST_WRITTEN:
        st.info(
            f"Between 1 and {MOST_WRITTEN} images are converted here: filter them, or run "
            f"`cvdemo convert IN OUT --to {key}` in a shell."
        )
        return
    offer(opened.title, File(f"ZIP ({title})", "zip", lambda: zip_of(part, key)), part=key)
