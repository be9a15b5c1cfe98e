"""Folders with one text file per image: lines of fields, identified by file and line number in messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from cvdemo.data.json_files import Named
from cvdemo.data.problems import Problem, Report
from cvdemo.errors import DataError


class TextLine(NamedTuple):
    """One line of a text file, split at white space."""

    file: Path
    number: int  # from 1
    fields: list[str]

    @property
    def label(self) -> str:
        """The line's name in messages: file and number."""
        return f"{self.file.name} line {self.number}"


class Rows:
    """The entries read from a folder so far, each with its label for messages."""

    def __init__(self, folder: Path, report: Report) -> None:
        self.folder = folder
        self.report = report
        self.entries: list[dict[str, Any]] = []
        self.labels: list[str] = []

    def add(self, entry: dict[str, Any], label: str) -> None:
        """Add an entry with its label."""
        self.entries.append(entry)
        self.labels.append(label)

    def refuse(self, label: str, text: str, field: str = "") -> None:
        """Report a line that cannot be read as an entry; DataError unless bad entries may be skipped."""
        self.report.refuse(Problem(self.folder.name, label, field, text))

    def named(self, data: Any) -> Named:
        """`data`, the entries or a COCO object of them, with the folder's name and the entries' labels."""
        return Named(data, self.folder.name, self.labels.__getitem__)


def files(folder: str | Path, *suffixes: str) -> list[Path]:
    """The files of a folder with one of the suffixes, sorted by name; DataError if it is not a folder."""
    path = Path(folder)
    if not path.is_dir():
        raise DataError(f"{path.name}: must be a folder with one {' or '.join(suffixes)} file per image")
    return sorted(file for file in path.iterdir() if file.suffix.lower() in suffixes and file.is_file())


def lines(file: Path) -> list[TextLine]:
    """The non-empty lines of a text file; DataError if it cannot be read as UTF-8."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file.name}: cannot be read as text: {error}") from error
    return [TextLine(file, n, f) for n, line in enumerate(text.splitlines(), 1) if (f := line.split())]


def number(text: str) -> float | str:
    """The text as a float, or unchanged if it is not a number, so that a later check can quote it."""
    try:
        return float(text)
    except ValueError:
        return text


def coco_truth(rows: Rows, images: list[dict[str, Any]], names: dict[Any, str]) -> Named:
    """The truth as a COCO object; `names` maps category ids to names. DataError without images or entries."""
    if not images:
        raise DataError(f"{rows.folder.name}: no files of truth in this folder")
    if not rows.entries:
        raise DataError(f"{rows.folder.name}: no objects in the truth, so there is nothing to score against")
    categories = [{"id": key, "name": name} for key, name in names.items()]
    return rows.named({"images": images, "categories": categories, "annotations": rows.entries})
