"""A data set in another format, as a ZIP archive, and which formats there are to write."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from cvdemo.data.dataset import Dataset
from cvdemo.data.formats import FORMATS, format_module, write_dataset

STORED = (".jpg", ".jpeg", ".png", ".webp", ".gif")
"""Suffixes of files that are packed already: they go into the archive as they are."""


def written_formats() -> list[str]:
    """Keys of the formats that are written, in alphabetical order."""
    return sorted(key for key in FORMATS if hasattr(format_module(key), "write"))


def zip_of(dataset: Dataset, key: str) -> bytes:
    """A ZIP archive of a data set with its pictures in a format; DataError where it cannot be written."""
    with tempfile.TemporaryDirectory(prefix="cvdemo-") as place:
        folder = Path(place) / "dataset"
        write_dataset(dataset, folder, key)
        return pack(folder)


def pack(folder: Path) -> bytes:
    """The files of a folder as a ZIP archive; pictures are stored as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            how = zipfile.ZIP_STORED if file.suffix.lower() in STORED else zipfile.ZIP_DEFLATED
            archive.write(file, file.relative_to(folder).as_posix(), how)
    return buffer.getvalue()
