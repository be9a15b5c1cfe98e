"""Files and ZIP archives of visitors: nested, junk, bombs, paths that lead out, locked and damaged ones."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from cvdemo.data import archive
from cvdemo.data.archive import open_files, write_flat
from cvdemo.errors import DataError


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return buffer.getvalue()


def test_nested_folders_and_single_files_are_read_and_junk_is_passed_over() -> None:
    content = packed(
        {"a/b/1.txt": b"one", "__MACOSX/a/._1.txt": b"x", "a/.DS_Store": b"x", "a/2.txt": b"two"}
    )
    found = open_files([("set.zip", content), ("own.json", b"{}")])
    assert found.paths() == ["a/2.txt", "a/b/1.txt", "own.json"]
    assert found.read("a/b/1.txt") == b"one"
    assert found.paths(".json") == ["own.json"]
    assert found.notes == []


@pytest.mark.parametrize(
    "path", ["../out.txt", "/etc/out.txt", "C:/out.txt", "a/../../out.txt", "..\\out.txt"]
)
def test_paths_that_lead_out_are_left_out_with_a_note(path: str) -> None:
    found = open_files([("set.zip", packed({path: b"x", "in.txt": b"y"}))])
    assert found.paths() == ["in.txt"]
    assert "leads out of the archive; left out" in found.notes[0]


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(DataError, match=r"set.zip: 'zeros.json' unpacks to more than 200 times its size"):
        open_files([("set.zip", packed({"zeros.json": bytes(8 * 2**20)}))])


def test_too_many_and_too_large_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed({"a": b"12345", "b": b"12345"})
    for name, limit, message in (
        ("MAX_FILES", 1, "has 2 files, at most 1"),
        ("MAX_BYTES", 9, "unpacks to"),
        ("MAX_FILE_BYTES", 4, "'a' unpacks to"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(archive, name, limit)
            with pytest.raises(DataError, match=message):
                open_files([("set.zip", content)])


def test_damaged_and_locked_archives_give_one_sentence() -> None:
    content = packed({"a.txt": b"hello" * 100})
    with pytest.raises(DataError, match=r"set.zip: is no ZIP archive, or it is cut short"):
        open_files([("set.zip", content[: len(content) // 2])])
    flipped = bytearray(content)
    flipped[40] ^= 0xFF
    found = open_files([("set.zip", bytes(flipped))])
    with pytest.raises(DataError, match=r"set.zip: 'a.txt' cannot be unpacked"):
        found.read("a.txt")
    locked = bytearray(content)
    locked[6] |= 1
    locked[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DataError, match="locked by a password"):
        open_files([("set.zip", bytes(locked))])


def test_flat_files_of_one_name_are_refused(tmp_path: Path) -> None:
    found = open_files([("set.zip", packed({"a/1.txt": b"x", "b/1.txt": b"y", "b/2.txt": b"zz"}))])
    with pytest.raises(DataError, match=r"two files are called 1.txt \(a/1.txt, b/1.txt\)"):
        write_flat(found, found.paths(), tmp_path / "one")
    folder = write_flat(found, ["b/1.txt", "b/2.txt"], tmp_path / "two", limit=1)
    assert (folder / "2.txt").read_bytes() == b"z"
