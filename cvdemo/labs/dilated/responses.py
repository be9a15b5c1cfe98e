"""One filter far apart: on a shrunk picture, and dilated on the whole one."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo.data.pictures import fit, to_jpeg, to_png
from cvdemo.draw.feature_maps import enlarged
from cvdemo.ops.dilated import dilated_response, edge_kernel, shrunk_response
from cvdemo.ui.source import Chosen

WIDTH = 640
DARK, LIGHT = (0, 114, 178), (213, 94, 0)  # the two signs of an edge


class Responses(NamedTuple):
    """Both maps as colours, 640 pixels wide, their sizes, the largest difference where both have a number."""

    shrunk: NDArray[np.uint8]
    dilated: NDArray[np.uint8]
    sizes: tuple[str, str]
    difference: float


def signed_colours(values: NDArray[np.float32], most: float) -> NDArray[np.uint8]:
    """Numbers [H, W] as colours [H, W, 3]: blue below 0, orange above, white for 0, full at +-`most`."""
    share = np.clip(np.abs(values) / max(most, 1e-9), 0, 1)[..., None]
    ink = np.where(values[..., None] < 0, DARK, LIGHT)
    return (248 * (1 - share) + ink * share).round().astype(np.uint8)


@st.cache_data(max_entries=64, show_spinner=False)
def responses(identity: str, rate: int, _picture: NDArray[np.uint8]) -> Responses:
    """The upright-edge filter's answers to the grey picture, its taps `rate` pixels apart both times."""
    grey = cv2.cvtColor(fit(_picture, WIDTH), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    kernel = edge_kernel()
    dense, small = dilated_response(grey, kernel, rate), shrunk_response(grey, kernel, rate)
    inside = (slice(3, -3), slice(3, -3))
    apart = np.abs(dense[::rate, ::rate] - small)[inside]
    most = float(np.percentile(np.abs(dense), 99.5))
    squares = signed_colours(small, most).repeat(rate, axis=0).repeat(rate, axis=1)
    return Responses(
        enlarged(squares[: grey.shape[0], : grey.shape[1]], WIDTH),
        enlarged(signed_colours(dense, most), WIDTH),
        (_size(small), _size(dense)),
        float(apart.max()) if apart.size else 0.0,
    )


def _size(values: NDArray[np.float32]) -> str:
    return f"{values.shape[1]} × {values.shape[0]}"


@st.fragment
def response_lab(chosen: Chosen) -> None:
    """The rate's slider and the two maps side by side."""
    rate = int(st.slider("Pixels from tap to tap", 1, 24, 8, key="apart", bind="query-params"))
    found = responses(chosen.identity, rate, chosen.picture)
    left, right = st.columns(2, gap="medium")
    left.markdown(f"**Shrink by {rate}, then filter:** {found.sizes[0]} numbers")
    left.image(to_jpeg(found.shrunk), width="stretch")
    right.markdown(f"**Filter at rate {rate}:** {found.sizes[1]} numbers")
    right.image(to_jpeg(found.dilated), width="stretch")
    st.caption(
        f"A 7 × 7 filter for upright edges; blue and orange are its two signs. Away from the border, the "
        f"left map's numbers are every {_nth(rate)} of the right one's: they differ by at most "
        f"{found.difference:.0e}. Same weights, same reach, nothing left out in between."
    )
    both = np.concatenate([found.shrunk, found.dilated], axis=1)
    st.download_button("PNG", lambda: to_png(both), f"rate-{rate}.png", "image/png", key="responses-png")


def _nth(rate: int) -> str:
    return {1: "single one", 2: "second", 3: "third"}.get(rate, f"{rate}th")
