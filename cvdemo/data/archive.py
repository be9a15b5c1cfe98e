"""Uploaded files, single or in ZIP archives: accessed by path, read lazily, with limits on their size."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from cvdemo.errors import DataError

MAX_FILES = 60_000
MAX_BYTES = 2 * 2**30  # of all unpacked files together
MAX_FILE_BYTES = 512 * 2**20
MAX_RATIO = 200  # of unpacked to packed size of a large file; text files of boxes reach about 20
RATIO_FROM = 2**20  # unpacked bytes from which the ratio is checked
JUNK = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini"}


class Archive:
    """Files by path; `notes` has one sentence per file that was left out."""

    def __init__(self) -> None:
        self._read: dict[str, Callable[[], bytes]] = {}
        self.notes: list[str] = []

    def __len__(self) -> int:
        return len(self._read)

    def paths(self, *suffixes: str) -> list[str]:
        """The sorted paths with one of the suffixes, such as ".json"; all paths without suffixes."""
        return sorted(p for p in self._read if not suffixes or PurePosixPath(p).suffix.lower() in suffixes)

    def read(self, path: str) -> bytes:
        """The content of a file; DataError if it is damaged."""
        return self._read[path]()

    def part(self, keep: Callable[[str], bool]) -> Archive:
        """The files whose path satisfies `keep`."""
        found = Archive()
        found._read = {path: read for path, read in self._read.items() if keep(path)}
        return found

    def add(self, path: str, read: Callable[[], bytes]) -> None:
        """Add a file; a second file of the same path goes into a folder `again`."""
        while path in self._read:
            path = f"again/{path}"
        self._read[path] = read


def open_files(uploads: Sequence[tuple[str, bytes]]) -> Archive:
    """The uploaded (name, content) files, with ZIP archives replaced by their files.

    Nothing is written to disk. Files of operating systems are skipped; links, paths that lead out of the
    archive, and archives within archives are left out with a note. Raises DataError for an archive that is
    damaged, locked by a password, or too large when unpacked.
    """
    found = Archive()
    for name, content in uploads:
        if zipfile.is_zipfile(io.BytesIO(content)):
            _take(found, name, content)
        elif PurePosixPath(name).suffix.lower() == ".zip":
            raise DataError(f"{name}: is no ZIP archive, or it is cut short: pack it again")
        else:
            found.add(PurePosixPath(name).name or "file", partial(bytes, content))
    return found


def write_flat(archive: Archive, paths: Iterable[str], folder: Path, *, limit: int | None = None) -> Path:
    """Write files, or their first `limit` bytes, into a new folder without subfolders; returns the folder.

    Raises DataError for two files of the same name.
    """
    folder.mkdir(parents=True)
    first: dict[str, str] = {}
    for path in paths:
        name = PurePosixPath(path).name
        if name in first:
            raise DataError(f"two files are called {name} ({first[name]}, {path}): give one folder of them")
        first[name] = path
        (folder / name).write_bytes(archive.read(path)[:limit])
    return folder


def _take(found: Archive, name: str, content: bytes) -> None:
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
        entries = [entry for entry in packed.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OSError) as error:
        raise DataError(f"{name}: the archive is damaged ({error}): pack it again") from error
    _check(name, entries)
    for entry in entries:
        path = entry.filename.replace("\\", "/")
        parts = PurePosixPath(path).parts
        if not parts or any(part.lower() in JUNK or part.startswith("._") for part in parts):
            continue
        if path.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in path:
            found.notes.append(f"{name}: '{path[:60]}' leads out of the archive; left out")
        elif stat.S_ISLNK(entry.external_attr >> 16):
            found.notes.append(f"{name}: '{path[:60]}' is a link; left out")
        elif PurePosixPath(path).suffix.lower() == ".zip":
            found.notes.append(f"{name}: '{path[:60]}' is an archive within the archive; left out")
        else:
            found.add(str(PurePosixPath(path)), partial(_unpacked, packed, entry, name))


def _check(name: str, entries: list[zipfile.ZipInfo]) -> None:
    """Raise DataError if the archive, by its own directory, exceeds a limit when unpacked."""
    if len(entries) > MAX_FILES:
        raise DataError(f"{name}: has {len(entries)} files, at most {MAX_FILES}")
    if (size := sum(entry.file_size for entry in entries)) > MAX_BYTES:
        raise DataError(f"{name}: unpacks to {size / 2**30:.1f} GiB, at most {MAX_BYTES / 2**30:.0f}")
    for entry in entries:
        if entry.flag_bits & 1:
            raise DataError(f"{name}: is locked by a password: pack it without")
        if entry.file_size > MAX_FILE_BYTES:
            size, most = entry.file_size // 2**20, MAX_FILE_BYTES // 2**20
            raise DataError(f"{name}: '{entry.filename[:60]}' unpacks to {size} MiB, at most {most}")
        if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise DataError(
                f"{name}: '{entry.filename[:60]}' unpacks to more than {MAX_RATIO} times its size: "
                "it looks like an archive made to fill the memory"
            )


def _unpacked(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    """The content of an entry; zipfile reads no more than the size that `_check` has seen."""
    try:
        return packed.read(entry)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise DataError(f"{name}: '{entry.filename[:60]}' cannot be unpacked ({error})") from error
