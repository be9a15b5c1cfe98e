"""A picture whose boxes and a table whose rows light each other, and a histogram of scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import supervision as sv

from cvdemo.data.detections_json import class_names
from cvdemo.data.pictures import fit
from cvdemo.draw.colours import colour
from cvdemo.ops.detections import confidence
from cvdemo.views.component import component, with_picture

LONGEST = 1280  # more than Streamlit's widest page shows

_boxes = component("boxes", "picture")
_histogram = component("score_histogram")


def boxes_and_table(
    annotated: np.ndarray,
    detections: sv.Detections,
    *,
    key: str,
    name: str,
    truth: np.ndarray | None = None,
    note: str = "",
) -> None:
    """An annotated picture over the table of its detections; pointing at one lights the other.

    `truth` [N, 4] are boxes in pixels of the picture to lay over it, dashed; `note` stands
    under the table.
    """
    height, width = annotated.shape[:2]
    names = class_names(detections)
    rows: list[dict[str, Any]] = [
        {"name": n, "score": float(s), "box": [float(v) for v in box], "colour": colour(n)}
        for n, s, box in zip(names, confidence(detections), detections.xyxy, strict=True)
    ]
    counts = ", ".join(sorted(set(names))) or "no detections"
    fields = {
        "width": width,
        "height": height,
        "rows": rows,
        "truth": [] if truth is None else truth.tolist(),
        "alt": f"{name}: {len(rows)} boxes ({counts})",
        "note": note,
        "none": "No detections: lower the score threshold, or try another picture or model.",
    }
    _boxes(data=with_picture(fields, fit(annotated, LONGEST)), key=key)


def score_histogram(raw: sv.Detections, threshold: float, *, key: str) -> None:
    """How many raw detections have which score (bars on a log scale), and what the threshold cuts."""
    scores = confidence(raw)
    counts, _ = np.histogram(scores, bins=40, range=(0, 1))
    stay = int((scores >= threshold).sum())
    text = f"{stay} of {len(scores)} raw boxes pass the score threshold"
    _histogram(data={"counts": counts.tolist(), "threshold": threshold, "text": text}, key=key)
