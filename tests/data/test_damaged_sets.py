"""Every format's own files cut short, emptied, overwritten and mixed: no exception but ours comes out."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cvdemo.data.archive import open_path
from cvdemo.data.dataset import Builder, MapFile
from cvdemo.data.formats import FORMATS, format_module, read_dataset, write_dataset
from cvdemo.errors import DataError, PictureError
from tests.data.random_dataset import assert_same, random_dataset

CLASSES = ("person", "car", "road", "bicycle")
KINDS = (
    "boxes", "masks", "crowd", "scores", "captions", "regions", "relations", "labels", "confidences",
    "semantic", "splits",
)  # fmt: skip
ROUNDS = 12


def written(folder: Path, key: str) -> Path:
    source = random_dataset(folder / "source", 4, KINDS, categories=CLASSES, names=("a", "猫", "c d"))
    write_dataset(source, folder / "set", key)
    return folder / "set"


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    kind = rng.integers(5)
    at = int(rng.integers(len(data) + 1))
    if kind == 0:
        return b""
    if kind == 1:
        return data[:at]
    if kind == 2:
        return data[:at] + rng.bytes(20) + data[at:]
    if kind == 3:
        digits = b"0123456789"
        return bytes(digits[rng.integers(10)] if c in digits and rng.random() < 0.3 else c for c in data)
    words = (b"null", b"-1", b"1e999", b"[]", b"{}", b'"x"', b"NaN", b"../../x", b"99999999999")
    pieces = data.split(b",")
    for _ in range(3):
        pieces[rng.integers(len(pieces))] = words[rng.integers(len(words))]
    return b",".join(pieces)


def used(folder: Path, key: str) -> None:
    """Read a set, all of its pictures and masks, and write it again in two formats."""
    dataset = read_dataset(folder, key)
    for i in range(len(dataset)):
        for ask in (dataset.picture, dataset.semantic_map):
            try:
                ask(i)
            except (DataError, PictureError) as error:
                assert "\n" not in str(error)
    for row in range(len(dataset.objects)):
        dataset.mask(row)
    for to in (key, "open-images"):
        target = folder.parent / f"again-{to}"
        shutil.rmtree(target, ignore_errors=True)
        write_dataset(dataset, target, to)


@pytest.mark.parametrize("key", FORMATS)
def test_only_our_exceptions_come_out(tmp_path: Path, key: str) -> None:
    folder = written(tmp_path, key)
    rng = np.random.default_rng(7)
    files = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    for _ in range(ROUNDS):
        path = files[rng.integers(len(files))]
        content = path.read_bytes()
        path.write_bytes(damaged(content, rng))
        try:
            used(folder, key)
        except DataError as error:
            assert "\n" not in str(error)
        path.write_bytes(content)
    assert {p.name for p in tmp_path.iterdir()} <= {"source", "set", f"again-{key}", "again-open-images"}


@pytest.mark.parametrize("key", FORMATS)
def test_an_archive_is_read_as_its_folder(tmp_path: Path, key: str) -> None:
    folder = written(tmp_path, key)
    top = "" if key == "labelme" else "top/"  # its images are named by their folders
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, f"{top}{path.relative_to(folder)}")
    first, second = read_dataset(folder, key), read_dataset(tmp_path / "set.zip")
    assert first.format == second.format
    assert_same(first, second, format_module(key).HOLDS)


def test_masks_of_another_size_and_maps_of_many_classes(tmp_path: Path) -> None:
    before = random_dataset(tmp_path / "a", 1, {"semantic"}, names=("a",))
    builder = Builder("made", before.archive, [str(i) for i in range(300)])
    image = builder.image("a", "a.png", before.size(0))
    builder.object(image, 0, (0, 0, 5, 5), mask={"size": [5, 5], "counts": [0, 25]})
    builder.extra["semantic"] = {image: MapFile("maps/a.tif", {i: 290 + i for i in range(9)})}
    dataset = builder.build()
    assert dataset.mask(0) is None
    with pytest.raises(DataError, match="maps hold 255 classes"):
        dataset.semantic_map(0)
    for key in ("cityscapes", "kitti", "camvid", "open-images"):
        write_dataset(dataset, tmp_path / key, key)
    assert open_path(tmp_path / "cityscapes").paths(".json")
