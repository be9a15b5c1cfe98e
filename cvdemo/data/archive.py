"""Files of a folder, of ZIP archives or uploaded: accessed by path, read lazily, of limited size."""

from __future__ import annotations

import io
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
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
        self._read: dict[str, Callable[[int], bytes]] = {}
        self.notes: list[str] = []
        self.nbytes = 0  # of uploads that are held in memory

    def __len__(self) -> int:
        return len(self._read)

    def paths(self, *suffixes: str) -> list[str]:
        """The sorted paths with one of the suffixes, such as ".json"; all paths without suffixes."""
        return sorted(p for p in self._read if not suffixes or PurePosixPath(p).suffix.lower() in suffixes)

    def read(self, path: str, most: int = -1) -> bytes:
        """The content of a file, or its first `most` bytes; DataError if it is damaged."""
        return self._read[path](most)

    def part(self, keep: Callable[[str], bool]) -> Archive:
        """The files whose path satisfies `keep`."""
        found = Archive()
        found._read = {path: read for path, read in self._read.items() if keep(path)}
        return found

    def add(self, path: str, read: Callable[[int], bytes]) -> None:
        """Add a file by what reads its first n bytes (-1: all); a second one of a path goes into `again`."""
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
        found.nbytes += len(content)
        if zipfile.is_zipfile(io.BytesIO(content)):
            _take(found, name, content)
        elif PurePosixPath(name).suffix.lower() == ".zip":
            raise DataError(f"{name}: is no ZIP archive, or it is cut short: pack it again")
        else:
            found.add(PurePosixPath(name).name or "file", partial(_first, content))
    return found


def open_path(path: str | Path) -> Archive:
    """The files of a folder and of its folders, or of a ZIP file; DataError for anything else.

    Links that lead out of the folder are left out.
    """
    path = Path(path)
    if path.is_file():
        try:
            return open_files([(path.name, path.read_bytes())])
        except OSError as error:
            raise DataError(f"{path.name}: cannot be read: {error.strerror or error}") from error
    if not path.is_dir():
        raise DataError(f"{path.name}: there is no such file or folder")
    found = Archive()
    add_folder(found, path)
    return found


def add_folder(found: Archive, folder: Path, prefix: str = "") -> None:
    """Add the files of a folder and of its folders, their paths behind a prefix."""
    root = folder.resolve()
    for number, file in enumerate(sorted(p for p in folder.rglob("*") if p.is_file())):
        if number == MAX_FILES:
            found.notes.append(f"{folder.name}: the first {MAX_FILES} files are read")
            return
        if not _is_junk(file.relative_to(folder).parts) and file.resolve().is_relative_to(root):
            found.add(prefix + file.relative_to(folder).as_posix(), partial(read_file, file))


def read_file(file: Path, most: int = -1) -> bytes:
    """The content of a file, or its first `most` bytes; DataError if it cannot be read."""
    try:
        if most < 0 and file.stat().st_size > MAX_FILE_BYTES:
            raise DataError(f"{file.name}: is larger than {MAX_FILE_BYTES // 2**20} MiB")
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise DataError(f"{file.name}: cannot be read: {error.strerror or error}") from error


def _first(content: bytes, most: int) -> bytes:
    return content if most < 0 else content[:most]


def _is_junk(parts: Sequence[str]) -> bool:
    return any(part.lower() in JUNK or part.startswith("._") for part in parts)


def _take(found: Archive, name: str, content: bytes) -> None:
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
        entries = [entry for entry in packed.infolist() if not entry.is_dir()]
    except Exception as error:  # zipfile raises whatever a broken directory makes it trip over
        raise DataError(f"{name}: the archive is damaged ({error}): pack it again") from error
    _check(name, entries)
    for entry, path in zip(entries, entry_names(entries), strict=True):
        parts = PurePosixPath(path).parts
        if not parts or _is_junk(parts):
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


def entry_names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The paths of a ZIP archive's entries, with "/" between the parts.

    Old tools write names in their system's code page and do not say which: where not all are UTF-8, CP866
    is tried (it decodes other bytes to frames and blocks, which no name has), then GBK.
    """
    raw = [entry.filename.encode("cp437") for entry in entries if _is_unlabelled(entry)]
    codec = next((codec for codec in ("utf-8", "cp866", "gbk") if all(_fits(r, codec) for r in raw)), "cp437")
    names = (
        entry.filename.encode("cp437").decode(codec) if _is_unlabelled(entry) else entry.filename
        for entry in entries
    )  # fmt: skip
    return [name.replace("\\", "/") for name in names]


def _is_unlabelled(entry: zipfile.ZipInfo) -> bool:
    """Whether the entry's name has other than ASCII letters and no flag that says UTF-8."""
    return not entry.flag_bits & 0x800 and not entry.filename.isascii() and not _extra_name(entry)


def _extra_name(entry: zipfile.ZipInfo) -> bool:
    """Whether zipfile has taken the name from Info-ZIP's Unicode field."""
    try:
        entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return True
    return False


def _fits(raw: bytes, codec: str) -> bool:
    try:
        return all(c.isascii() or unicodedata.category(c)[0] in "LMN" for c in raw.decode(codec))
    except UnicodeDecodeError:
        return False


def _unpacked(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, most: int) -> bytes:
    """The content of an entry; zipfile reads no more than the size that `_check` has seen."""
    try:
        with packed.open(entry) as opened:
            return opened.read(most)
    except Exception as error:  # unpackers raise whatever a broken file makes them trip over
        raise DataError(f"{name}: '{entry.filename[:60]}' cannot be unpacked ({error})") from error
