"""The flow page's board: one view of every method beside the others, its key, and the files."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from cvdemo.data.flo import to_flo
from cvdemo.data.pictures import to_jpeg, to_png
from cvdemo.draw.flow import flow_colours, wheel_picture
from cvdemo.labs.flow import results
from cvdemo.labs.flow.draw import COARSE, Display, Panel, coarse, longest, panels
from cvdemo.labs.flow.experiment import MethodKnobs, Pair, Run, held_out, numbers
from cvdemo.ui.component import component, packed
from cvdemo.ui.downloads import File, offer, text
from cvdemo.ui.page import texts
from cvdemo.zoo.spec import ModelSpec

PAGE = "flow"

_board = component("flow/board")


def show(
    pair: Pair, runs: Sequence[Run], specs: Sequence[ModelSpec], knobs: MethodKnobs, display: Display
) -> None:
    """The view of the truth and of all methods, and what its colours mean."""
    for name in results.pair_warnings(pair.identity, pair):
        st.warning(texts(PAGE)[f"pair: {name}"], icon=":material/warning:")
    checks = results.check(pair, runs, specs, knobs) if display.view == "there and back" else []
    found = panels(pair, runs, checks, display)
    height, width = pair.first.shape[:2]
    fields = {
        "panels": [_listed(panel) for panel in found],
        "swipe": display.view == "warped",
        "width": width,
        "height": height,
        "coarse": COARSE,
        "alt": f"{display.view} of the motion in {pair.name}",
        "hint": texts(PAGE)["swipe" if display.view == "warped" else "point"],
    }
    parts: dict[str, bytes | np.ndarray] = {}
    for k, panel in enumerate(found):
        parts |= {f"picture{k}": to_jpeg(panel.picture), f"flow{k}": coarse(panel.flow)}
        if panel.under is not None:
            parts[f"under{k}"] = to_jpeg(panel.under)
    _board(data=packed(fields, parts), key="flow-board")
    _key(pair, runs, display)


def _listed(panel: Panel) -> dict[str, str]:
    """What the browser is told of a panel; the same pictures have the same identity."""
    under = b"" if panel.under is None else panel.under.tobytes()
    return {
        "title": panel.title,
        "text": panel.text,
        "identity": str(zlib.crc32(panel.picture.tobytes())),
        "underIdentity": str(zlib.crc32(under)),
    }


def _key(pair: Pair, runs: Sequence[Run], display: Display) -> None:
    """What the view's colours mean: the wheel, or a sentence."""
    if display.view not in ("arrows", "colours"):
        st.caption(texts(PAGE)[display.view])
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image(_wheel(), width=84, alt="Colour wheel of directions")
        full = display.full or longest(pair, runs)
        scale = f" Full colour is {full:.3g} pixels." if display.view == "colours" else ""
        st.caption(texts(PAGE)[display.view] + scale)


def _wheel() -> bytes:
    return to_png(wheel_picture(168))


def downloads(pair: Pair, runs: Sequence[Run], display: Display) -> None:
    """Each method's flow as .flo and as PNG of the wheel's colours, and the numbers of all."""
    full = display.full or longest(pair, runs)
    files: list[File] = []
    for run in runs:
        files += [
            text(f"{run.title}: .flo", "flo", lambda run=run: to_flo(run.flow)),  # type: ignore[misc]
            text(f"{run.title}: PNG", "png", lambda run=run: to_png(flow_colours(run.flow, full))),  # type: ignore[misc]
        ]
    offer(pair.name, *files, text("Numbers as CSV", "csv", lambda: _csv(pair, runs)))


def _csv(pair: Pair, runs: Sequence[Run]) -> str:
    rows: list[Mapping[str, Any]] = [
        {"method": run.key, **numbers(run.flow, pair), "ms": round(run.milliseconds, 2)} for run in runs
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def held_out_figures() -> None:
    """All methods on pairs that no training has seen."""
    if rows := held_out():
        st.markdown("#### On held-out pairs")
        st.dataframe(rows, hide_index=True)
        st.caption(texts(PAGE)["held out"])
