"""The board of segmentation with neighbouring frames: the stack, each net's map, what neighbours add."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.label_maps import top_classes
from cvdemo.data.pictures import to_jpeg
from cvdemo.draw.stacks import beside, enlarged, gain_chart
from cvdemo.labs.stacked import frames
from cvdemo.labs.stacked.frames import FRAMES, MOST, Scene, Seen
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.downloads import offer, png
from cvdemo.ui.page import picture_beside, texts
from cvdemo.ui.segmentation import Answer, Segmented, masks, scored
from cvdemo.world.vocabulary import SEMANTIC

PAGE = "stacked"
TIMES = 4  # each pixel of the nets' frames is shown as so many
NOISY = "in rain or snow, with much noise"


@cached
def _drawn(scene: Scene) -> Seen:
    return frames.draw(scene)


@cached
def _answer(key: str, scene: Scene, _seen: Seen) -> Answer:
    maps, labels, milliseconds = frames.segment(key, _seen.stack)
    return Answer(enlarged(labels, TIMES), top_classes(maps), milliseconds)


def choose_scene() -> Scene:
    """Draws seed, dice, frame, noise and weather."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    seed = widgets.number_input(
        "clip", "Seed", 0, 99_999, 3, place=row, width=130, on_change=state.leave_picture
    )
    row.button(":material/casino:", help="Draw another clip", on_click=_another, key="clip-dice")
    frame = widgets.slider("frame", "Frame", 1, FRAMES, FRAMES // 2, on_change=state.leave_picture) - 1
    noise = widgets.slider(
        "noise", "Noise", 0.0, 12.0, 12.0, 1.0, on_change=state.leave_picture,
        help="Largest standard deviation, in hundredths of the full range: another in every frame",
    )  # fmt: skip
    weather = widgets.toggle("weather", "Rain, snow or fog", True, on_change=state.leave_picture)
    return Scene(int(seed), frame, noise, weather)


def _another() -> None:
    state.leave_picture()
    state.put({"clip": random.randrange(100_000)})


def show_frames() -> None:
    """Controls left; the frame under each net's map, and the stack below it."""
    if not frames.frame_nets():
        st.info(texts(PAGE)["no frame nets"])
        return
    left, right = picture_beside([1, 3.4], gap="medium")
    with left:
        scene = choose_scene()
    with right:
        seen = _drawn(scene)
        picture = enlarged(seen.stack.middle, TIMES)
        labels = enlarged(seen.truth.semantic, TIMES)
        chosen = Chosen(f"frames:{scene}", scene.name, picture, 0.0, replace(seen.truth, semantic=labels))
        with st.spinner("The nets look on …", show_time=True):
            found = [_segmented(key, scene, seen, labels) for key in frames.frame_nets()]
        masks(chosen, found, key="frames-masks")
        row = beside([enlarged(frame, 2) for frame in seen.stack.frames], MOST)
        said = f"What the net of {MOST} frames sees; that of one sees its middle."
        st.image(to_jpeg(row), caption=said, alt=f"{scene.name}: {MOST} frames in a row")
        offer(scene.name, png(lambda: row, "Stack as PNG"))


def _segmented(key: str, scene: Scene, seen: Seen, truth: NDArray[np.uint8]) -> Segmented:
    answer = _answer(key, scene, seen)
    score = scored(key, f"frames:{scene}", len(SEMANTIC), answer.labels, truth)
    return Segmented(zoo.spec(key), tuple(SEMANTIC), answer, score)


def frame_figures() -> None:
    """What each number of frames reaches on held-out frames."""
    found = frames.held_out()
    if not found:
        return
    st.markdown("#### What each neighbour adds to segmentation, on held-out frames")
    chart = gain_chart(list(found), {NOISY: list(found.values())}, {NOISY: "#0072B2"}, "mIoU")
    st.plotly_chart(chart, config={"displayModeBar": False}, key="frame-gains", width="stretch")
    st.caption(texts(PAGE)["held out frames"])
