"""MSRC's folder: lists, label maps, and what is said of a folder that lacks something."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cvdemo.data import msrc
from cvdemo.errors import DataError
from cvdemo.zoo.evaluate_maps import msrc_maps, open_maps


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in ("photos", "classes"):
        (tmp_path / part).mkdir()
    labels = np.array([[0, 1, 23], [2, 2, 0]], np.uint8)
    for name in ("a", "b"):
        Image.new("RGB", (3, 2), (9, 90, 200)).save(tmp_path / "photos" / f"{name}.jpg")
        Image.fromarray(labels).save(tmp_path / "classes" / f"{name}.png")
    (tmp_path / "test.txt").write_text("a\nb\n")
    return tmp_path


def test_void_and_classes(folder: Path) -> None:
    data = msrc_maps(folder)
    picture, labels = data.pictures[1]()
    assert picture.shape == (2, 3, 3)
    assert labels.tolist() == [[255, 0, 22], [1, 1, 255]]
    assert data.names[22] == "boat" and set(data.rare) == {"horse", "mountain"}
    assert len(open_maps(f"msrc:{folder}", 1).pictures) == 1


def test_what_is_missing_is_named(folder: Path) -> None:
    with pytest.raises(DataError, match=r"has no list 'val\.txt': give MSRC's folder as msrc:DIR"):
        msrc.pairs(folder, "val")
    (folder / "val.txt").write_text("")
    with pytest.raises(DataError, match="lacks 0 of 0 files of val"):
        msrc.pairs(folder, "val")
    (folder / "classes" / "b.png").unlink()
    with pytest.raises(DataError, match=r"lacks 1 of 4 files of test, such as 'b\.png'"):
        msrc.pairs(folder)


def test_maps_that_are_none(folder: Path) -> None:
    path = folder / "classes" / "a.png"
    Image.fromarray(np.full((2, 3), 24, np.uint8)).save(path)
    with pytest.raises(DataError, match=r"'a\.png' has class 24, but MSRC has 23"):
        msrc.read_map(path)
    Image.new("RGB", (3, 2)).save(path)
    with pytest.raises(DataError, match="not a label map"):
        msrc.read_map(path)
    path.write_bytes(b"no picture")
    with pytest.raises(DataError, match="not a label map"):
        msrc.read_map(path)


def test_the_form_is_said() -> None:
    with pytest.raises(DataError, match="camvid:DIR or msrc:DIR"):
        open_maps("msrc:", None)
