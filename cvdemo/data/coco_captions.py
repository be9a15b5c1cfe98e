"""Captions of pictures in COCO's JSON, by picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cvdemo.data.json_files import JsonSource, Named, kind, objects, read_json
from cvdemo.errors import DataError


class CaptionedFile(NamedTuple):
    """A picture's file name and its captions, one or more, as people wrote them."""

    name: str
    captions: tuple[str, ...]


def read_captions(source: JsonSource) -> dict[int, CaptionedFile]:
    """The pictures of COCO's caption annotations by id, in the order of the file.

    Raises DataError, one sentence, for a file without pictures or captions, for entries that are no captions
    and for a picture that has none.
    """
    truth = read_json(source, "captions")
    images = _rows(truth, "images", ("id", "file_name"))
    said: dict[Any, list[str]] = {row["id"]: [] for row in images}
    for k, row in enumerate(_rows(truth, "annotations", ("image_id", "caption"))):
        if row["image_id"] not in said:
            wrong = f"annotations[{k}]: image_id {row['image_id']!r} is of none of the {len(images)} images"
            raise DataError(f"{truth.file}: {wrong}")
        if not isinstance(row["caption"], str):
            raise DataError(f"{truth.file}: annotations[{k}]: a caption is text, not {kind(row['caption'])}")
        if text := row["caption"].strip():
            said[row["image_id"]].append(text)
    without = [str(row["file_name"]) for row in images if not said[row["id"]]]
    if without:
        count = f"{len(without)} of {len(images)} pictures"
        raise DataError(f"{truth.file}: {count} have no caption, such as '{without[0]}'")
    return {row["id"]: CaptionedFile(str(row["file_name"]), tuple(said[row["id"]])) for row in images}


def _rows(truth: Named, key: str, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """One of the lists of the file, each entry with the fields; DataError otherwise."""
    if not isinstance(truth.data, Mapping):
        raise DataError(
            f"{truth.file}: must be an object with 'images' and 'annotations', it is {kind(truth.data)}"
        )
    rows = truth.data.get(key)
    if not isinstance(rows, list) or not rows:
        state = "is empty" if rows == [] else "must be a list"
        raise DataError(f"{truth.file}: field '{key}' {state}: there are no captions to compare with")
    for k, row in enumerate(objects(rows, truth.file, lambda i: f"{key}[{i}]")):
        if missing := [field for field in fields if field not in row]:
            raise DataError(f"{truth.file}: {key}[{k}] has no '{missing[0]}': is this a file of captions?")
    return rows
