"""CSV files of annotations: their header without reading the whole file, and their rows one after another."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import PurePosixPath

from cvdemo.data.archive import Archive
from cvdemo.data.layouts import HEAD
from cvdemo.errors import DataError


def csv_header(archive: Archive, path: str) -> list[str]:
    """The fields of the first line, [] where there is none that can be read."""
    try:
        text = archive.read(path, HEAD).decode("utf-8-sig", "replace")
        return [field.strip() for field in next(csv.reader(io.StringIO(text, newline="")), [])]
    except (DataError, csv.Error):
        return []


def csv_rows(archive: Archive, path: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of the rows; DataError where the file cannot be read on."""
    data = io.TextIOWrapper(io.BytesIO(archive.read(path)), "utf-8-sig", "replace", newline="")
    reader = csv.reader(data)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise DataError(f"{PurePosixPath(path).name}: line {reader.line_num}: not CSV ({error})") from error
