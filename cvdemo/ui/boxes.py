"""A picture whose boxes and a table whose rows light each other, and a histogram of scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import supervision as sv

from cvdemo.data.detections_json import class_names
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.colours import colour
from cvdemo.draw.detections import measures
from cvdemo.ops.detections import confidence
from cvdemo.ui.component import Parts, component, packed

LONGEST = 1280  # more than Streamlit's widest page shows

_boxes = component("boxes")
_raw = component("raw_boxes")
_histogram = component("score_histogram")


class Cut(NamedTuple):
    """A threshold: the label of its slider, and the value that detections were chosen by."""

    label: str
    value: float


def raw_boxes(
    picture: np.ndarray,
    raw: sv.Detections,
    *,
    key: str,
    identity: str,
    nms: bool,
    options: dict[str, Any],
    more: Mapping[str, Any] | None = None,
    more_parts: Parts | None = None,
) -> None:
    """Nothing to see: a picture and its raw detections, for the board of the same key to choose and draw.

    `identity` tells these detections from others, `options` are the `classes` and `max_detections` of
    `cvdemo.ops.detections.select`, `nms` says whether the model needs one. To stand outside the fragment
    that runs when a slider moves, so that it travels once. `more` fields and parts go along for boards that
    need them.
    """
    pen = measures(picture)
    class_ids = np.zeros(0, int) if raw.class_id is None else raw.class_id
    names = {int(k): (n, colour(n)) for k, n in zip(class_ids, class_names(raw), strict=True)}
    classes = options["classes"]
    fields = {
        "key": key,
        "identity": identity,
        "nms": nms,
        "classes": None if classes is None else sorted(classes),
        "limit": options["max_detections"],
        "names": names,
        "stroke": pen.line + 1,  # OpenCV's lines of 2 pixels are 3 wide
        "label": pen.label,
        **(more or {}),
    }
    parts: Parts = {
        "boxes": raw.xyxy.astype("<f4"),
        "scores": confidence(raw).astype("<f4"),
        "classIds": class_ids.astype("<i4"),
        "picture": to_jpeg(fit(picture, LONGEST)),
        **(more_parts or {}),
    }
    _raw(data=packed(fields, parts), key=f"raw-{key}")


def boxes_and_table(
    found: sv.Detections,
    size: tuple[int, int],
    *,
    key: str,
    name: str,
    raw: str,
    cuts: dict[str, Cut],
    truth: np.ndarray | None = None,
    note: str = "",
) -> None:
    """A picture with its detections over their table; pointing at one lights the other.

    `raw_boxes` of the same key brings the picture, of `size` (height, width), and the raw detections with
    the identity `raw`; `found` are those of `cvdemo.ops.detections.select`. Between two answers of Python
    the sliders of `cuts` are followed in the browser. `truth` [N, 4] are boxes in pixels of the picture to
    lay over it, dashed; `note` stands under the table.
    """
    names = ", ".join(sorted(set(class_names(found)))) or "no detections"
    fields = {
        "key": key,
        "raw": raw,
        "cuts": {k: cut._asdict() for k, cut in cuts.items()},
        "width": size[1],
        "height": size[0],
        "truth": [] if truth is None else truth.tolist(),
        "alt": f"{name}: {len(found)} boxes ({names})",
        "note": note,
        "none": "No detections: lower the score threshold, or try another picture or model.",
    }
    kept = np.asarray(found.data["raw_index"], "<i4")
    _boxes(data=packed(fields, {"kept": kept}), key=key)


def score_histogram(raw: sv.Detections, threshold: float, *, key: str) -> None:
    """How many raw detections have which score (bars on a log scale), and what the threshold cuts."""
    scores = confidence(raw)
    counts, _ = np.histogram(scores, bins=40, range=(0, 1))
    stay = int((scores >= threshold).sum())
    text = f"{stay} of {len(scores)} raw boxes pass the score threshold"
    _histogram(data={"counts": counts.tolist(), "threshold": threshold, "text": text}, key=key)
