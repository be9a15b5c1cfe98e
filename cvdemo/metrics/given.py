"""Truth and results that a visitor gives: what cannot be scored is left out and said, the rest is scored."""

from __future__ import annotations

from cvdemo.data.annotations import EvalSet, IouType
from cvdemo.data.archive import Archive
from cvdemo.metrics.readers import Format, load


def read_given(
    truth: Archive, results: Archive, iou_type: IouType = "bbox", *, format: Format | None = None
) -> EvalSet:
    """The evaluation set of uploaded files as `load` reads them; `problems` says what had to be left out."""
    return load(truth, results, iou_type, format=format, skip_bad=True)
