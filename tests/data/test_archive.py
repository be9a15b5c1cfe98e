"""Files and ZIP archives of visitors: nested, junk, bombs, paths that lead out, locked and damaged ones."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from cvdemo.data import archive
from cvdemo.data.archive import open_files, open_path
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


def test_a_folder_is_read_as_its_archive(tmp_path: Path) -> None:
    files = {"a/b/1.txt": b"one", "a/2.txt": b"two", "a/.DS_Store": b"x"}
    for name, content in files.items():
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(content)
    (tmp_path / "secret.txt").write_bytes(b"secret")
    (tmp_path / "set" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "set.zip").write_bytes(packed(files))
    folder, archive_ = open_path(tmp_path / "set"), open_path(tmp_path / "set.zip")
    assert folder.paths() == archive_.paths() == ["a/2.txt", "a/b/1.txt"]
    for path in folder.paths():
        assert folder.read(path) == archive_.read(path)
        assert folder.read(path, 2) == archive_.read(path, 2) == folder.read(path)[:2]
    with pytest.raises(DataError, match="there is no such file or folder"):
        open_path(tmp_path / "gone")


def old_zip(name: str, codec: str) -> bytes:
    """A ZIP whose entry's name stands in a code page, without the flag of UTF-8."""
    raw = name.encode(codec)
    marker = "x" * len(raw)
    return packed({f"{marker}.txt": b"x"}).replace(marker.encode(), raw)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("\u043a\u043e\u0442 1", "cp866"), ("\u732b\u7684\u7167\u7247", "gbk"), ("\u043a\u043e\u0442", "utf-8"),
     ("\u732b", "utf-8")],
)  # fmt: skip
def test_names_of_old_archives_are_read_in_their_code_page(name: str, codec: str) -> None:
    assert open_files([("set.zip", old_zip(name, codec))]).paths() == [f"{name}.txt"]
