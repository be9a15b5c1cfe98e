"""Text files, one per image: lines of fields, identified by file and line number in messages."""

from __future__ import annotations

import codecs
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, TypeAlias

from cvdemo.data.archive import Archive, open_path
from cvdemo.data.json_files import Named
from cvdemo.data.problems import Problem, Report
from cvdemo.errors import DataError

Files: TypeAlias = str | Path | Archive
"""A folder, a ZIP file, or files that are open."""


class TextLine(NamedTuple):
    """One line of a text file, split at white space."""

    file: str
    number: int  # from 1
    fields: list[str]
    text: str

    @property
    def label(self) -> str:
        """The line's name in messages: file and number."""
        return f"{self.file} line {self.number}"


class Rows:
    """The entries read from some files so far, each with its label for messages."""

    def __init__(self, name: str, report: Report) -> None:
        self.name = name
        self.report = report
        self.entries: list[dict[str, Any]] = []
        self.labels: list[str] = []

    def add(self, entry: dict[str, Any], label: str) -> None:
        """Add an entry with its label."""
        self.entries.append(entry)
        self.labels.append(label)

    def refuse(self, label: str, text: str, field: str = "") -> None:
        """Report a line that cannot be read as an entry; DataError unless bad entries may be skipped."""
        self.report.refuse(Problem(self.name, label, field, text))

    def lines(self, archive: Archive, path: str) -> list[TextLine]:
        """The lines of a text file; one that cannot be read is refused as a line is."""
        try:
            return lines(archive, path)
        except DataError as error:
            self.refuse(PurePosixPath(path).name, str(error).partition(": ")[2])
            return []

    def named(self, data: Any) -> Named:
        """`data`, the entries or a COCO object of them, with the files' name and the entries' labels."""
        return Named(data, self.name, self.labels.__getitem__)


def opened(files: Files, name: str) -> tuple[Archive, str]:
    """The files and what messages call them: the folder's or archive's name, else the given one."""
    if isinstance(files, Archive):
        return files, name
    return open_path(files), Path(files).name


def by_stem(paths: list[str]) -> dict[str, str]:
    """Paths by file name without suffix, which names the image; DataError for two of the same name."""
    found: dict[str, str] = {}
    for path in paths:
        stem = PurePosixPath(path).stem
        if stem in found:
            where = f"{found[stem]}, {path}"
            raise DataError(
                f"two files are called {PurePosixPath(path).name} ({where}): give one folder of them"
            )
        found[stem] = path
    return found


def lines(archive: Archive, path: str) -> list[TextLine]:
    """The non-empty lines of a text file, UTF-8 or marked as UTF-16; DataError for another encoding."""
    data, name = archive.read(path), PurePosixPath(path).name
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: is not text in UTF-8 (byte {error.start}): save it as UTF-8") from error
    numbered = enumerate(text.splitlines(), 1)
    return [TextLine(name, n, fields, line) for n, line in numbered if (fields := line.split())]


def number(text: str) -> float | str:
    """The text as a float, or unchanged if it is not a number, so that a later check can quote it."""
    try:
        return float(text)
    except ValueError:
        return text


def coco_truth(rows: Rows, images: list[dict[str, Any]], names: dict[Any, str]) -> Named:
    """The truth as a COCO object; `names` maps category ids to names. DataError without images or entries."""
    if not rows.entries and rows.report.problems:
        raise DataError(f"{rows.report.problems[0]}; nothing remains to be scored")
    if not images:
        raise DataError(f"{rows.name}: no files of truth")
    if not rows.entries:
        raise DataError(f"{rows.name}: no objects in the truth, so there is nothing to score against")
    categories = [{"id": key, "name": name} for key, name in names.items()]
    return rows.named({"images": images, "categories": categories, "annotations": rows.entries})
