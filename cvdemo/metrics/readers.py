"""Truth and results from files: COCO's JSON, or folders and ZIP files in COCO, VOC, YOLO or text format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from cvdemo.data.annotations import EvalSet, IouType
from cvdemo.data.archive import Archive, open_path
from cvdemo.data.coco import build, read_coco
from cvdemo.data.json_files import JsonSource, Named
from cvdemo.data.layouts import (
    NAME_FILES,
    YAML,
    first_line,
    is_annotation_xml,
    is_coco,
    is_fraction,
    is_results,
    json_content,
    label_files,
)
from cvdemo.data.odm import read_odm
from cvdemo.data.problems import Report
from cvdemo.data.suffixes import PICTURES
from cvdemo.data.voc import read_voc
from cvdemo.data.yolo import read_yolo
from cvdemo.errors import DataError

Format: TypeAlias = Literal["coco", "voc", "yolo", "odm"]
Source: TypeAlias = JsonSource | Archive

TRUTH_FOLDERS = {"gt", "gts", "groundtruth", "groundtruths", "ground-truth", "truth", "labels", "annotations"}
RESULT_FOLDERS = {"detections", "detection-results", "results", "predictions", "preds", "dets", "found"}


def load(
    truth: Source,
    results: Source,
    iou_type: IouType = "bbox",
    *,
    format: Format | None = None,
    skip_bad: bool = False,
) -> EvalSet:
    """The evaluation set of truth and results, with `problems`, one sentence per entry left out or warning.

    Each is a COCO object, a JSON file, a folder, a ZIP file or an open archive; the format is guessed unless
    it is given: "coco", "voc", "yolo" or "odm" (Object-Detection-Metrics). VOC and odm hold boxes only, yolo
    also polygons ("segm"). If `results` is an empty archive, they are searched for in the truth's: a folder
    of their own, or the JSON file that is a list. A file that cannot be read is a DataError that names it.
    """
    if format in (None, "coco") and _is_json(truth) and _is_json(results):
        assert not isinstance(truth, Archive) and not isinstance(results, Archive)
        return read_coco(truth, results, iou_type, skip_bad=skip_bad)
    return _from_files(truth, results, iou_type, format or format_of(truth), skip_bad=skip_bad)


def format_of(truth: Source) -> Format:
    """The format of the truth: COCO for objects and JSON files, else what its files look like."""
    if isinstance(truth, Archive):
        return guess_format(truth)
    return "coco" if _is_json(truth) else guess_format(open_path(_path(truth)))


def guess_format(truth: Archive) -> Format:
    """The format of the truth, by what its files begin with; side files of exporters are passed over."""
    if any(is_coco(truth, path) or is_results(truth, path) for path in truth.paths(".json")):
        return "coco"
    if any(is_annotation_xml(truth, path) for path in truth.paths(".xml")):
        return "voc"
    for path in label_files(truth):
        if fields := first_line(truth, path).split():
            return "yolo" if fields[0].isdigit() and all(map(is_fraction, fields[1:])) else "odm"
    others: dict[str, Format] = {".json": "coco", ".xml": "voc"}
    for suffix, other in others.items():
        if truth.paths(suffix):
            return other  # whose reader says what is wrong with it
    raise DataError("the truth has no COCO JSON, VOC XML, YOLO or text files: give one of these, or a ZIP")


def _is_json(source: Source) -> bool:
    """Whether this is a decoded object, or a file that is no ZIP archive."""
    if isinstance(source, Archive):
        return False
    if not isinstance(source, str | Path):
        return True
    return not Path(source).is_dir() and Path(source).suffix.lower() != ".zip"


def _path(source: Source) -> str | Path:
    if not isinstance(source, str | Path):
        raise DataError("truth and results of this format are files: give paths")
    return source


def _from_files(
    truth: Source, results: Source, iou_type: IouType, format: Format, *, skip_bad: bool
) -> EvalSet:
    if iou_type != "bbox" and format != "coco" and (format, iou_type) != ("yolo", "segm"):
        raise DataError(f"{format} holds boxes only: iou_type must be bbox, not {iou_type!r}")
    there = truth if isinstance(truth, Archive) else _path(truth)
    found = results if isinstance(results, Archive) else _path(results)
    if isinstance(there, Archive) and isinstance(found, Archive) and not len(found):
        there, found = _split(there, format)
    if format == "coco":
        return build(
            _coco_file(there, "truth"), _coco_file(found, "results"), iou_type, Report(skip_bad=skip_bad)
        )
    if format == "yolo":
        return read_yolo(there, found, iou_type, skip_bad=skip_bad)
    if format == "voc":
        return read_voc(there, found, skip_bad=skip_bad)
    if format == "odm":
        return read_odm(there, found, skip_bad=skip_bad)
    raise DataError(f"format is one of coco, voc, yolo, odm, not {format!r}")


def _split(both: Archive, format: Format) -> tuple[Archive, Archive]:
    """Split one archive into truth and results."""
    if format == "coco":
        lists = {p for p in both.paths(".json") if is_results(both, p)}
        return both.part(lambda p: p not in lists), both.part(lambda p: p in lists)

    def among(folders: set[str]) -> set[str]:
        return {p for p in both.paths() if {part.lower() for part in PurePosixPath(p).parts[:-1]} & folders}

    found = among(RESULT_FOLDERS)
    if not found:
        raise DataError("no results: give them as files of their own, or in a folder named 'results'")
    there = among(TRUTH_FOLDERS) - found or set(both.paths()) - found
    shared = set(both.paths(*PICTURES, *YAML)) | {
        p for p in both.paths() if PurePosixPath(p).name in NAME_FILES
    }
    return both.part(lambda p: p in there | shared), both.part(lambda p: p in found - shared)


def _coco_file(source: str | Path | Archive, what: str) -> Named:
    """The JSON file among some files; of several, the one that truth or results begin like."""
    archive = source if isinstance(source, Archive) else open_path(source)
    paths = archive.paths(".json")
    if len(paths) > 1:
        begins = is_results if what == "results" else is_coco
        paths = [path for path in paths if begins(archive, path)]
    if len(paths) > 1 and what == "truth":
        paths = [path for path in paths if _has_annotations(json_content(archive, path))]
    if len(paths) != 1:
        expected = "an object with 'annotations'" if what == "truth" else "a list of detections"
        raise DataError(f"the {what} must be one JSON file, {expected}: {len(paths) or 'none'} found")
    return Named(json_content(archive, paths[0]), PurePosixPath(paths[0]).name)


def _has_annotations(content: object) -> bool:
    return isinstance(content, Mapping) and "annotations" in content
