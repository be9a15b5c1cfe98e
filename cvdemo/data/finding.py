"""Pictures among the files of a data set: found by the names in annotations, and their sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from cvdemo.data.archive import Archive
from cvdemo.data.suffixes import PICTURES
from cvdemo.errors import DataError, PictureError

HEADER_BYTES = 2**19  # of a picture file: enough to read its size


def size_in(archive: Archive, path: str) -> tuple[int, int]:
    """Width and height of a picture of the archive; PictureError or DataError where it cannot be read."""
    from cvdemo.data.pictures import picture_size  # late: scores alone need no Pillow

    return picture_size(archive.read(path, HEADER_BYTES), name=PurePosixPath(path).name)


def known_size(archive: Archive, path: str) -> tuple[int, int]:
    """Width and height of a picture of the archive, (0, 0) where it cannot be read."""
    try:
        return size_in(archive, path)
    except (PictureError, DataError):
        return 0, 0


def stated_size(width: object, height: object) -> tuple[int, int]:
    """Width and height as annotations state them; 0 for what is missing or no size in pixels."""

    def side(value: object) -> int:
        return int(value) if isinstance(value, int | float) and 0 < value < 2**31 else 0

    return side(width), side(height)


class PictureFinder:
    """Pictures by name: the whole path, else the file name, with or without suffix and letter case."""

    def __init__(self, archive: Archive, keep: Sequence[str] | None = None) -> None:
        self._by_name: dict[str, str] = {}
        paths = archive.paths(*PICTURES) if keep is None else list(keep)
        for path in reversed(paths):
            for name in _names(path):
                self._by_name[name] = path

    def __call__(self, name: str, folder: str = "") -> str:
        """The path of a picture, "" where it is not there; one below a folder of that name is preferred."""
        path = name.replace("\\", "/").lower()
        pure = PurePosixPath(path)
        below = (f"{folder}/{path}".lower(), f"{folder}/{pure.name}".lower()) if folder else ()
        names = (*below, path, pure.name, pure.stem)
        return next((self._by_name[n] for n in names if n in self._by_name), "")


def _names(path: str) -> Iterator[str]:
    """All ways to name a path: its last parts, with and without suffix."""
    pure = PurePosixPath(path.lower())
    for k in range(len(pure.parts)):
        tail = PurePosixPath(*pure.parts[k:])
        yield str(tail)
        yield str(tail.with_suffix(""))
