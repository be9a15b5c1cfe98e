"""The board of the Stacked frames page: the stack, its motion, the first layer, what each neighbour adds."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import world
from cvdemo.data.pictures import to_jpeg
from cvdemo.draw.flow import bright, flow_colours, wheel_picture
from cvdemo.draw.stacks import beside, enlarged, filter_rows, gain_chart, response_grid
from cvdemo.labs.stacked.controls import Choice
from cvdemo.labs.stacked.experiment import (
    Filters,
    Stacked,
    first_layer,
    fringes,
    gains,
    look,
    motion_before,
    responses,
    stack_ending,
)
from cvdemo.ops.clip_flow import LARGEST_ERROR
from cvdemo.ui.cache import cached
from cvdemo.ui.downloads import offer, png
from cvdemo.ui.page import texts
from cvdemo.world import ACTIVITIES
from cvdemo.world.activities.names import partner

MOST = 4.0  # pixels of motion that have the full colour
SHOWN = 8  # filters
PLAIN = {"displayModeBar": False}
ALL, PAIRS, OTHERS = "all", "pairs", "others"
COLOURS = {ALL: "#0072B2", PAIRS: "#D55E00", OTHERS: "#009E73"}


@cached
def _looked(clip: world.ActivityClip) -> Stacked:
    return look(clip)


@cached
def _first_layer(length: int) -> Filters:
    return first_layer(length)


@cached
def _responses(identity: str, _stack: NDArray[np.uint8]) -> NDArray[np.float32]:
    return responses(_stack)


def looked(clip: world.ActivityClip) -> Stacked:
    """The clip as the nets see it; they run once for each clip."""
    with st.spinner("The nets look on …", show_time=True):
        return _looked(clip)


def show_stack(clip: world.ActivityClip, seen: Stacked, choice: Choice) -> None:
    """The frames of the stack, the same in one picture, the last motion in it, and its error."""
    stack = stack_ending(seen.frames, choice.moment, choice.length)
    about = texts("stacked")
    row = beside([enlarged(frame, 2) for frame in stack], len(stack))
    said = f"{len(stack)} frames as {3 * len(stack)} channels of one picture"
    st.image(to_jpeg(row), caption=said, alt=f"{clip.name}: {len(stack)} frames in a row")
    left, middle, right = st.columns(3, gap="medium")
    with left:
        st.image(to_jpeg(enlarged(fringes(stack), 5)), width="stretch", alt=f"{clip.name}: coloured fringes")
        st.caption(about["fringes"])
    motion = motion_before(seen, choice.moment)
    with middle:
        colours = to_jpeg(enlarged(flow_colours(motion[..., :2], MOST), 5))
        st.image(colours, width="stretch", alt=f"{clip.name}: motion as colours")
        st.caption(about["flow"])
        st.image(wheel_picture(90), alt="Colour wheel of directions")
    with right:
        error = to_jpeg(enlarged(bright(motion[..., 2], LARGEST_ERROR), 5))
        st.image(error, width="stretch", alt=f"{clip.name}: what the flow leaves unexplained")
        st.caption(about["error"])
    offer(clip.name, png(lambda: row, "Stack as PNG"), png(lambda: fringes(stack), "Fringes as PNG"))


def show_first_layer(clip: world.ActivityClip, seen: Stacked, choice: Choice) -> None:
    """The filters of the first layer in time, those that see most motion first, and what they answer here."""
    filters = _first_layer(choice.length)
    order = filters.order[:SHOWN]
    stack = stack_ending(seen.frames, choice.moment, choice.length)
    maps = _responses(f"{clip.name} {choice}", stack)[order]
    about = texts("stacked")
    st.markdown("#### The first layer")
    left, right = st.columns([1, 1.3], gap="medium")
    with left:
        st.image(filter_rows(filters.weights[order], 14), alt=f"{len(order)} filters of the first layer")
        shares = ", ".join(f"{100 * filters.moving[k]:.0f} %" for k in order)
        st.caption(f"{about['filters']} From top to bottom: {shares}.")
    with right:
        st.image(to_jpeg(response_grid(maps, 4, 3)), width="stretch", alt=f"Responses of {len(maps)} filters")
        st.caption(about["responses"])


def show_answers(clip: world.ActivityClip, seen: Stacked, choice: Choice) -> None:
    """What nets of each number of frames say of the stack that ends here, and of all stacks up to it."""
    about = texts("stacked")
    other = partner(clip.activity)
    names = [clip.activity, *([other] if other else [])]
    st.markdown("#### What each neighbour adds, here")
    rows: dict[str, list[str]] = {"frames": [str(n) for n in seen.said]}
    for title, said in (("this stack", seen.said), ("all stacks so far", seen.so_far)):
        for name in names:
            k = ACTIVITIES.index(name)
            rows[f"{title}: {name}"] = [f"{float(p[choice.moment, k]):.2f}" for p in said.values()]
    st.table(rows, hide_index=True)
    st.caption(about["answers"])


def held_out_figures() -> None:
    """What each number of frames reaches on held-out clips."""
    found = gains()
    if len(found) < 2:
        return
    st.markdown("#### What each neighbour adds, on held-out clips")
    series = {
        ALL: [g.accuracy for g in found],
        PAIRS: [g.pairs for g in found],
        OTHERS: [g.alone for g in found],
    }
    chart = gain_chart([g.length for g in found], series, COLOURS, "accuracy")
    st.plotly_chart(chart, config=PLAIN, key="gains", width="stretch")
    st.caption(texts("stacked")["held out"])
