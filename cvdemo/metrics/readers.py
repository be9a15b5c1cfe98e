"""Reading uploaded truth and results: files or ZIP archives in COCO, VOC, YOLO or text format."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from cvdemo.data.annotations import EvalSet, IouType
from cvdemo.data.archive import Archive, write_flat
from cvdemo.data.yolo import NAME_FILES, PICTURES
from cvdemo.errors import DataError
from cvdemo.metrics.evaluation import Format, load

TRUTH_FOLDERS = {"gt", "gts", "groundtruth", "groundtruths", "ground-truth", "truth", "labels", "annotations"}
RESULT_FOLDERS = {"detections", "detection-results", "results", "predictions", "preds", "dets", "found"}
HEADER_BYTES = 2**19  # of a picture file: enough to read its size


def read_archives(
    truth: Archive, results: Archive, iou_type: IouType = "bbox", *, format: Format | None = None
) -> EvalSet:
    """The evaluation set of uploaded truth and results; the format is guessed unless it is given.

    If `results` is empty, they are searched for in the truth's archive: a folder of their own, or the JSON
    file that is a list. Entries that cannot be scored are left out and listed in `problems`; a file that
    cannot be read is a `DataError` that names it.
    """
    format = format or guess_format(truth)
    if not len(results):
        truth, results = _split(truth, format)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if format == "coco":
            there = _json_file(truth, "truth", folder / "there")
            found = _json_file(results, "results", folder / "found")
            return load(there, found, iou_type, skip_bad=True)
        suffixes = (".xml",) if format == "voc" else (".txt",)
        there = write_flat(truth, truth.paths(*suffixes, ".names"), folder / "truth")
        found = write_flat(results, results.paths(*suffixes, ".txt"), folder / "results")
        if format == "yolo":
            write_flat(truth, truth.paths(*PICTURES), folder / "images", limit=HEADER_BYTES)
        return load(there, found, iou_type, format=format, skip_bad=True)


def guess_format(truth: Archive) -> Format:
    """The format of the truth, by file suffixes and, for text files, by their first line."""
    if truth.paths(".json"):
        return "coco"
    if truth.paths(".xml"):
        return "voc"
    for path in truth.paths(".txt"):
        if PurePosixPath(path).name in NAME_FILES:
            continue
        lines = truth.read(path).decode("utf-8", "replace").split("\n")
        if fields := next((line.split() for line in lines if line.strip()), None):
            return "yolo" if fields[0].isdigit() and all(map(_is_fraction, fields[1:])) else "odm"
    raise DataError("the truth has no JSON, XML or text files: give COCO, VOC, YOLO or text files, or a ZIP")


def _is_fraction(text: str) -> bool:
    try:
        return -0.5 <= float(text) <= 1.5
    except ValueError:
        return False


def _split(both: Archive, format: Format) -> tuple[Archive, Archive]:
    """Split one archive into truth and results."""
    if format == "coco":
        lists = {p for p in both.paths(".json") if both.read(p).lstrip()[:1] == b"["}
        return both.part(lambda p: p not in lists), both.part(lambda p: p in lists)

    def among(folders: set[str]) -> set[str]:
        return {p for p in both.paths() if {part.lower() for part in PurePosixPath(p).parts[:-1]} & folders}

    found = among(RESULT_FOLDERS)
    if not found:
        raise DataError("no results: give them as files of their own, or in a folder named 'results'")
    there = among(TRUTH_FOLDERS) - found or set(both.paths()) - found
    pictures = set(both.paths(*PICTURES))
    return both.part(lambda p: p in there | pictures), both.part(lambda p: p in found - pictures)


def _json_file(archive: Archive, what: str, folder: Path) -> Path:
    """Write the JSON file of an archive to disk; of several, the one with the expected structure."""
    paths = archive.paths(".json")
    if len(paths) > 1:
        paths = [p for p in paths if _fits(archive.read(p), what)]
    if len(paths) != 1:
        expected = "an object with 'annotations'" if what == "truth" else "a list of detections"
        raise DataError(f"the {what} must be one JSON file, {expected}: {len(paths) or 'none'} found")
    return write_flat(archive, paths, folder) / PurePosixPath(paths[0]).name


def _fits(content: bytes, what: str) -> bool:
    try:
        data = json.loads(content)
    except ValueError:
        return False
    return (
        isinstance(data, list) if what == "results" else isinstance(data, Mapping) and "annotations" in data
    )
