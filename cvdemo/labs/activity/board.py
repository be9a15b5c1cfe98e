"""The board of the Activity page: the clip with every way's answers over time, numbers, held-out figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.activities import confusion_chart, told_apart
from cvdemo.labs.activity.experiment import Answer, Shown, answers_csv, held_out
from cvdemo.ui import widgets
from cvdemo.ui.component import component, packed
from cvdemo.ui.downloads import gif, offer, text
from cvdemo.ui.page import texts
from cvdemo.world import ACTIVITIES

COLUMNS = 4  # of the film's tiles
LONGEST = 320  # pixels of a frame's longer side in the browser
PLAIN = {"displayModeBar": False}
SHARE = st.column_config.NumberColumn(format="%.3f", width=60)

_lab = component("activity/lab")


def show(shown: Shown, said: Sequence[Answer], names: Mapping[int, str]) -> None:
    """The player with the answers over time."""
    frames = small(shown.frames)
    seconds = max(float(shown.times[-1]), 0.125)
    fields = {
        "identity": shown.identity,
        "columns": COLUMNS,
        "size": [frames.shape[2], frames.shape[1]],
        "times": shown.times.tolist(),
        "perSecond": min(30.0, (len(shown.times) - 1) / seconds),
        "names": [names[k] for k in range(len(names))],
        "truth": None if shown.label is None else names[shown.label],
        "classes": told_apart([a.probabilities for a in said], names, shown.label),
        "ways": [_way(answer, shown) for answer in said],
        "alt": f"{shown.name}: {len(frames)} frames, and what {len(said)} ways say after each of them",
    }
    values = np.stack([answer.probabilities for answer in said]).astype("<f4")
    _lab(data=packed(fields, {"film": to_jpeg(film(frames)), "probabilities": values}), key="activity-lab")


def numbers(shown: Shown, said: Sequence[Answer], names: Mapping[int, str]) -> None:
    """A table of what every way says in the end."""
    st.table(_numbers(shown, said, names), hide_index=True)
    st.caption(texts("activity")["numbers"])


def small(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Frames [T, H, W, 3] with at most 320 pixels on the longer side."""
    return np.stack([fit(frame, LONGEST) for frame in frames])


def film(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Frames [T, h, w, 3] as tiles of one picture, four beside one another, black where there are no more."""
    count, height, width, _ = frames.shape
    rows = -(-count // COLUMNS)
    tiles = np.zeros((rows * COLUMNS, height, width, 3), np.uint8)
    tiles[:count] = frames
    grid = tiles.reshape(rows, COLUMNS, height, width, 3).swapaxes(1, 2)
    return grid.reshape(rows * height, COLUMNS * width, 3)


def _way(answer: Answer, shown: Shown) -> dict[str, Any]:
    right = answer.right_from(shown.label)
    if shown.label is None:
        verdict = ""
    elif right is None:
        verdict = "wrong in the end"
    else:
        verdict = f"right from {shown.times[right]:.2f} s on"
    return {"title": answer.title, "verdict": verdict, "right": right}


def _numbers(shown: Shown, said: Sequence[Answer], names: Mapping[int, str]) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {
        "": [],
        "says in the end": [],
        "probability": [],
        "right from": [],
        "time": [],
    }
    for answer in said:
        right = answer.right_from(shown.label)
        rows[""].append(answer.title)
        rows["says in the end"].append(names[answer.said])
        rows["probability"].append(f"{answer.probabilities[-1].max():.2f}")
        rows["right from"].append("–" if right is None else f"{shown.times[right]:.2f} s")
        rows["time"].append(f"{answer.milliseconds:.0f} ms")
    return rows


def downloads(shown: Shown, said: Sequence[Answer], names: Mapping[int, str]) -> None:
    """The clip as it is shown, and all probabilities."""
    rate = max(float(shown.times[-1]), 1.0)
    offer(
        shown.name,
        gif(lambda: list(small(shown.frames)), seconds=rate),
        text("Probabilities as CSV", "csv", lambda: answers_csv(shown, said, names)),
    )


def held_out_figures() -> None:
    """The figures of the drawn world's nets on clips that no training has seen, and what one confuses."""
    lines = held_out()
    if not lines:
        return
    st.markdown("#### On held-out clips")
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        st.dataframe(
            [
                {
                    "net": line.title, "all": line.accuracy, "pairs": line.pairs, "others": line.alone,
                    "ms a second": line.milliseconds, "parameters": f"{line.params / 1e6:.2f} M",
                }
                for line in lines
            ],
            hide_index=True,
            column_config={
                "net": st.column_config.TextColumn(width=140),
                **dict.fromkeys(("all", "pairs", "others"), SHARE),
                "ms a second": st.column_config.NumberColumn(width=90),
                "parameters": st.column_config.TextColumn(width=85),
            },
        )  # fmt: skip
        st.caption(texts("activity")["held out"])
    with right:
        titles = {line.key: line.title for line in lines}
        first = "lrcn" if "lrcn" in titles else lines[0].key
        key = widgets.selectbox(
            "confused", "What is taken for what", list(titles), first, format_func=titles.__getitem__
        )
        line = next(line for line in lines if line.key == key)
        chart = confusion_chart(line.confusion, ACTIVITIES)
        st.plotly_chart(chart, config=PLAIN, key="confusion", width="stretch")
