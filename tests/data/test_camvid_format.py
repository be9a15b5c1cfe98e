"""CamVid as a data set: SegNet's layout and the authors' own, by hand, written and read again."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cvdemo.data.archive import open_path
from cvdemo.data.camvid import NAMES
from cvdemo.data.formats import camvid, cannot_hold, guess, read_dataset, write_dataset
from tests.data.random_dataset import assert_same, random_dataset


def picture(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), values)


def test_segnet_s_layout_with_index_maps(tmp_path: Path) -> None:
    values = np.full((4, 6), 11, np.uint8)
    values[0], values[1] = 8, 0
    picture(tmp_path / "test" / "a.png", np.zeros((4, 6, 3), np.uint8))
    picture(tmp_path / "testannot" / "a.png", values)
    picture(tmp_path / "val" / "b.png", np.zeros((4, 6, 3), np.uint8))
    assert guess(open_path(tmp_path)) == "camvid"
    found = read_dataset(tmp_path)
    assert found.names == ["test/a", "val/b"]
    assert found.splits == ["test", "val"]
    assert found.categories == list(NAMES)
    semantic = found.semantic_map(0)
    assert semantic is not None
    assert [(semantic == v).sum() for v in (0, 8, 255)] == [6, 6, 12]
    assert found.semantic_map(1) is None


def test_the_authors_layout_with_colours(tmp_path: Path) -> None:
    (tmp_path / "label_colors.txt").write_text("64 0 128\t\tCar\n0 0 0 Void\n10 20 30 猫 und Hund\nodd\n")
    values = np.zeros((4, 6, 3), np.uint8)
    values[0], values[1] = (128, 0, 64), (30, 20, 10)  # blue, green, red
    picture(tmp_path / "701_StillsRaw_full" / "a.png", values)
    picture(tmp_path / "LabeledApproved_full" / "a_L.png", values)
    found = read_dataset(tmp_path)
    assert found.format == "CamVid"
    assert found.names == ["a"]
    assert found.files == ["701_StillsRaw_full/a.png"]
    assert found.categories == ["Car", "猫 und Hund"]
    semantic = found.semantic_map(0)
    assert semantic is not None
    assert [(semantic == v).sum() for v in (0, 1, 255)] == [6, 6, 12]


@pytest.mark.parametrize("seed", range(2))
def test_what_is_written_is_read_again(tmp_path: Path, seed: int) -> None:
    before = random_dataset(tmp_path / "a", seed, camvid.HOLDS)
    assert cannot_hold(before, "camvid") == []
    write_dataset(before, tmp_path / "b", "camvid")
    assert guess(open_path(tmp_path / "b")) == "camvid"
    after = read_dataset(tmp_path / "b")
    assert after.problems == []
    assert_same(before, after, camvid.HOLDS)


def test_what_is_wrong_is_left_out_and_said(tmp_path: Path) -> None:
    picture(tmp_path / "train" / "a.png", np.zeros((4, 6, 3), np.uint8))
    (tmp_path / "trainannot").mkdir()
    (tmp_path / "trainannot" / "a.png").write_bytes(b"")
    (tmp_path / "train.txt").write_text("/../../etc/x.png /../../etc/y.png\n\\gone\\b.png c\nnonsense\n")
    found = read_dataset(tmp_path)
    assert found.names == ["train/a", "train/x", "train/b"]
    assert found.files == ["train/a.png", "", ""]
    assert found.problems == ["trainannot/a.png: is not a label map that can be read; left out"]


def test_published_fixture(formats: Path) -> None:
    assert guess(open_path(formats / "camvid_dataset")) == "camvid"
    found = read_dataset(formats / "camvid_dataset")
    assert {s: found.splits.count(s) for s in ("train", "val", "test")} == {"train": 1, "val": 1, "test": 2}
    assert len(found.semantic) == 4
    values = found.semantic_map(found.names.index("test/0001TP_008550"))
    assert values is not None
    assert (values != 255).all()
