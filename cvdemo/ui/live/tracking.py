"""Tracks of a camera's objects, frame by frame as they come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo.draw.colours import HEX
from cvdemo.ops.detections import confidence
from cvdemo.ops.tracking import TRACKERS, FrameBoxes, Life
from cvdemo.ui import state
from cvdemo.ui.live.predictors import Answer, DetectionPredictor, Picture, Predictor, answer_of
from cvdemo.video.tracked import TrackingKnobs


class TrackingPredictor:
    """Boxes of a detector with the numbers of their tracks; one for one camera, whose tracks it keeps.

    Of `knobs` count what a tracker uses. A box is shown once its track is confirmed, and only where a
    detection was found: nothing is filled or smoothed, for that needs later frames.
    """

    def __init__(self, detector: DetectionPredictor, knobs: TrackingKnobs) -> None:
        least = min(knobs.score, knobs.low) if knobs.tracker == "bytetrack" else knobs.score
        self._detector = replace(detector, score=least)
        steps, _ = TRACKERS[knobs.tracker]
        self._frame = FrameBoxes(np.zeros((0, 4)), np.zeros(0))
        self._steps = steps(self._frames(), knobs.settings())

    def _frames(self) -> Iterator[FrameBoxes]:
        while True:
            yield self._frame

    def __call__(self, picture: Picture) -> Answer:
        """As of the detector, in the colours of tracks; `tracks` are their numbers."""
        found, milliseconds = self._detector.find(picture)
        self._frame = FrameBoxes(found.xyxy.astype(np.float64), confidence(found))
        views = next(self._steps).tracks
        shown = [v for v in views if v.life is Life.CONFIRMED and v.detection is not None]
        rows = np.array([v.detection for v in shown], dtype=int)
        answer = answer_of(cast(sv.Detections, found[rows]), self._detector.mask, milliseconds)
        numbers = [v.id for v in shown]
        names = [f"{name} #{number}" for name, number in zip(answer["names"], numbers, strict=True)]
        return {**answer, "tracks": numbers, "names": names, "colours": [HEX[n % len(HEX)] for n in numbers]}


def tracked(detector: DetectionPredictor, knobs: TrackingKnobs) -> Predictor:
    """The detector with a tracker behind it, the same as long as neither changes; alone for "none"."""
    if knobs.tracker == "none":
        return detector
    place = state.key("tracking")
    kept = st.session_state.get(place)
    if kept is None or kept[0] != (detector, knobs):
        kept = st.session_state[place] = ((detector, knobs), TrackingPredictor(detector, knobs))
    predictor: TrackingPredictor = kept[1]
    return predictor
