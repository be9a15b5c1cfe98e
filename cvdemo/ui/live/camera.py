"""The live camera on a page: its component, its frames' answers, and frames that come as triggers."""

from __future__ import annotations

import base64
import binascii
from functools import partial
from typing import Any

import streamlit as st

from cvdemo.data.domain import Domain
from cvdemo.draw.skeletons import LEAST_KEYPOINT, SIDE_COLOURS, side_of_limb
from cvdemo.errors import CvdemoError
from cvdemo.ops.keypoints import LIMBS, SIDES
from cvdemo.ui import state, widgets
from cvdemo.ui.component import component
from cvdemo.ui.internals import session_id
from cvdemo.ui.live.frames import MOST_BYTES
from cvdemo.ui.live.predictors import Predictor, predict
from cvdemo.ui.live.tickets import TICKETS, frame_path
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.zoo.spec import ModelSpec

WIDTHS = (192, 256, 320, 480, 640)
"""Widths in pixels that a frame can be sent in."""

COMPONENT = "live-camera"

_camera = component("live_camera")


class CameraPictures:
    """What kind of pictures a camera gives."""

    domain = Domain.PHOTOS


def choose_width() -> int:
    """The width in which frames are sent: a larger one shows more and takes longer."""
    help_text = "Frames are sent to the server this wide: a larger one shows smaller things and takes longer."
    return int(widgets.select_slider("width", "Width of frames", WIDTHS, 320, help=help_text))


def live_camera(
    entry: ModelSpec,
    predictor: Predictor,
    width: int,
    *,
    least: float = LEAST_KEYPOINT,
    opacity: float = 0.55,
) -> None:
    """The visitor's camera with the answers of `predictor` over it; to stand in a fragment with its sliders.

    `entry` is the model that looks. Frames go to the app's own route if it has one, else they come as the
    component's triggers and run this fragment. `least` is the least score of a keypoint that is drawn,
    `opacity` that of masks.
    """
    say_what_it_knows(CameraPictures(), entry)
    place = state.key(COMPONENT)
    kept = st.session_state.setdefault(place, {})
    kept["predictor"] = predictor
    data = {
        "url": frame_path(),
        "ticket": TICKETS.issue(session_id(), place, predictor),
        "width": width,
        "answer": kept.get("answer"),
        "limbs": [[a, b, SIDE_COLOURS[side_of_limb(a, b)]] for a, b in LIMBS],
        "joints": [SIDE_COLOURS[side] for side in SIDES],
        "least": least,
        "opacity": opacity,
    }
    _camera(data=data, key=COMPONENT, on_frame_change=partial(frame_came, place))


def frame_came(place: str) -> None:
    """Answer a frame that came as a trigger: in the callback, so that the run that follows has it."""
    frame = st.session_state[COMPONENT].get("frame")
    kept = st.session_state.get(place)
    if isinstance(frame, dict) and kept is not None:
        kept["answer"] = {"id": str(frame.get("id"))[:40], **_answer(kept["predictor"], frame.get("jpeg"))}


def _answer(predictor: Predictor, text: Any) -> dict[str, Any]:
    if not isinstance(text, str) or len(text) > MOST_BYTES * 4 // 3 + 4:
        return {"error": f"A frame has at most {MOST_BYTES} bytes."}
    try:
        return predict(predictor, base64.b64decode(text, validate=True))
    except (binascii.Error, CvdemoError) as error:
        return {"error": f"Not answered: {error}."}
