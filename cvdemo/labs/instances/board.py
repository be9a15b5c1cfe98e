"""The board of the Instances page: one model's masks on the picture, tables, scores, files."""

from __future__ import annotations

import zlib
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.detections_json import class_names
from cvdemo.data.pictures import fit
from cvdemo.draw.colours import HEX
from cvdemo.labs.instances.controls import InstanceKnobs, keep_picked, picked_object
from cvdemo.labs.instances.experiment import (
    LEAST_THRESHOLD,
    InstanceScores,
    cut_out,
    find_instances,
    score_instances,
)
from cvdemo.ops.detections import masks_of
from cvdemo.ops.masks import trim_mask
from cvdemo.ui import state
from cvdemo.ui.boxes import LONGEST, raw_boxes
from cvdemo.ui.cache import cached
from cvdemo.ui.component import component, packed
from cvdemo.ui.downloads import coco, offer, png, table
from cvdemo.ui.models import raw_detections
from cvdemo.ui.page import texts
from cvdemo.world.reading import Truth

LIMIT = 100  # detections of a picture that are shown

_board = component("instances/board")


@cached
def _scores(identity: str, score: float, mask: float, iou: float, _found: sv.Detections, _truth: Truth) -> (
    InstanceScores
):  # fmt: skip
    return score_instances(_found, _truth)


class InstanceBoard:
    """One model's instances of one picture; `name` tells its board from the other one's."""

    def __init__(self, entry: zoo.ModelSpec, chosen: Chosen, name: str) -> None:
        self.entry, self.chosen, self.name = entry, chosen, name
        self.identity = f"{entry.key} {chosen.identity}"
        self.raw = raw_detections(entry, chosen)

    def send(self) -> None:
        """Raw detections, masks and truth for the browser; to stand outside of what a slider runs again."""
        picture, truth = self.chosen.picture, self.chosen.truth
        height, width = fit(picture, LONGEST).shape[:2]
        scale = np.array([width / picture.shape[1], height / picture.shape[0]] * 2)
        masks, shapes, boxes = packed_masks(self.raw)
        more = {
            "width": width,
            "height": height,
            "scale": scale.tolist(),
            "palette": HEX,
            "file": f"{self.chosen.name.rsplit('.', 1)[0]}-instances.png",
        }
        parts: dict[str, bytes | np.ndarray] = {
            "masks": masks, "maskShapes": shapes, "maskBoxes": boxes * scale,
        }  # fmt: skip
        if truth is not None:
            parts["truth"] = zlib.compress(truth.instances.tobytes(), 1)
        raw_boxes(
            picture, self.raw, key=self.name, identity=self.identity, nms=self.entry.nms,
            options={"classes": None, "max_detections": LIMIT}, more=more, more_parts=parts,
        )  # fmt: skip

    def show(self, knobs: InstanceKnobs) -> None:
        """Scores where the truth is known, and the board; all that runs when a slider moves."""
        iou = knobs.iou if self.entry.nms else 1.0
        self.found = find_instances(self.raw, score=knobs.score, iou=iou, mask=knobs.mask, limit=LIMIT)
        raw_index = np.asarray(self.found.data["raw_index"])
        place = self._object_name()
        self.picked = picked_object(place, raw_index, of=self.chosen.identity)
        scores = None
        if (truth := self.chosen.truth) is not None:
            scores = _scores(self.identity, knobs.score, knobs.mask, iou, self.found, truth)
            st.markdown(f"Boxes: {scores.boxes.score.text()}  \nMasks: {scores.masks.score.text()}")
        fields = {
            **knobs._asdict(),
            "key": self.name,
            "raw": self.identity,
            "cuts": {name: cut._asdict() for name, cut in knobs.cuts().items()},
            "object": None if self.picked is None else int(raw_index[self.picked]),
            "stamp": f"{state.stamp()} {self.chosen.identity}",
            "of": self.chosen.identity,
            "marks": None if truth is None or scores is None else _marks(scores, raw_index, truth),
            "alt": f"{self.chosen.name}: {len(self.found)} masks of {self.entry.title}",
            "none": texts("instances")["nothing"],
        }
        key = f"board-{self.name}"
        kept = partial(keep_picked, key, place, self.chosen.identity)
        _board(data=packed(fields, {}), key=key, on_picked_change=kept)

    def downloads(self, *, second: bool) -> None:
        """What ran, and files of what is shown when a button is pressed."""
        milliseconds = self.raw.metadata["milliseconds"]
        st.caption(
            f"**{self.entry.title}** on {zoo.default_device().upper()} · network {milliseconds:.0f} ms (once)"
        )
        picture = self.chosen.picture
        files = [coco(lambda: self.found, "COCO JSON with RLE"), table(lambda: self.found)]
        if self.picked is not None:
            row = self.picked
            label = f"Cut-out of {class_names(self.found)[row]} (PNG)"
            files.append(png(lambda: cut_out(picture, self.found, row), label))
        offer(self.chosen.name, *files, part=self.entry.key + ("-second" if second else ""))

    def _object_name(self) -> str:
        return "object" if self.name == "first" else f"object-{self.name}"


def packed_masks(raw: sv.Detections) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All masks in one row of float32, their rows and columns [N, 2], and the boxes [N, 4] under them.

    Cells that no mask threshold of the page can show are left out: a mask over a whole picture is mostly 0.
    """
    masks = masks_of(raw)
    if masks is None or not len(masks):
        return np.zeros(0, "<f4"), np.zeros((0, 2), "<i4"), np.zeros((0, 4))
    pairs = zip(masks.masks, masks.boxes, strict=True)
    parts, boxes = zip(*(trim_mask(mask, box, LEAST_THRESHOLD) for mask, box in pairs), strict=True)
    shapes = np.array([part.shape for part in parts], "<i4")
    return np.concatenate([part.ravel() for part in parts]).astype("<f4"), shapes, np.array(boxes)


def _marks(scores: InstanceScores, raw_index: np.ndarray, truth: Truth) -> dict[str, Any]:
    """For each raw detection "right", "false" or "" and its mask IoU; the missed objects in the map."""
    found = scores.masks
    rows = zip(raw_index.tolist(), found.objects.tolist(), found.ignored, found.ious.tolist(), strict=True)
    verdicts = {row: ("" if ignored else "right" if own >= 0 else "false", iou)
                for row, own, ignored, iou in rows}  # fmt: skip
    return {"verdicts": verdicts, "missed": (truth.ids[found.missed] + 1).tolist()}
