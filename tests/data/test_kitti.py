"""KITTI: against torchvision's reader, by hand, written and read again, and what is wrong in its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from torchvision.datasets import Kitti

from cvdemo.data.archive import open_path
from cvdemo.data.formats import cannot_hold, guess, kitti, read_dataset, write_dataset
from tests.data.random_dataset import assert_same, random_dataset

KINDS = kitti.HOLDS - {"semantic", "crowd"}
LINES = """\
Car 0.88 3 -0.69 0.00 192.37 402.31 374.00 1.60 1.57 3.23 -2.70 1.74 3.68 -1.29
DontCare -1 -1 -10 10.5 20 30 40 -1 -1 -1 -1000 -1000 -1000 -10
Дом 0 0 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10 0.75
"""


def made(folder: Path, texts: dict[str, str | bytes]) -> Path:
    for part in ("training/image_2", "training/label_2", "testing/image_2"):
        (folder / part).mkdir(parents=True)
    for path in ("training/image_2/000000.png", "training/image_2/000001.png", "testing/image_2/000000.png"):
        cv2.imwrite(str(folder / path), np.zeros((400, 500, 3), np.uint8))
    for name, text in texts.items():
        (folder / "training" / "label_2" / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def three_d(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "truncated": round(float(rng.random()), 2),
        "occluded": int(rng.integers(0, 4)),
        "alpha": round(float(rng.uniform(-3, 3)), 2),
        "dimensions": rng.uniform(1, 4, 3).round(2).tolist(),
        "location": rng.uniform(-40, 40, 3).round(2).tolist(),
        "rotation_y": round(float(rng.uniform(-3, 3)), 2),
    }


def test_lines_are_read(tmp_path: Path) -> None:
    found = read_dataset(made(tmp_path, {"000000.txt": LINES, "000001.txt": ""}))
    assert found.format == "KITTI"
    assert found.names == ["train/000000", "train/000001", "test/000000"]
    assert found.splits == ["train", "train", "test"]
    o = found.objects
    assert [found.categories[c] for c in o.category] == ["Car", "DontCare", "Дом"]
    assert o.boxes.tolist() == [[0, 192.37, 402.31, 374], [10.5, 20, 30, 40], [1, 2, 3, 4]]
    assert o.crowd.tolist() == [False, True, False]
    assert o.score[2] == 0.75
    assert o.attributes[0]["location"] == [-2.7, 1.74, 3.68]
    assert o.attributes[1] == {}
    assert o.attributes[2] == {"truncated": 0, "occluded": 0}


def test_a_written_set_is_torchvision_s(tmp_path: Path) -> None:
    before = random_dataset(
        tmp_path / "a", 2, KINDS - {"splits", "scores"}, categories=["Car", "Дом"], attributes=three_d
    )
    write_dataset(before, tmp_path / "Kitti" / "raw", "kitti")
    theirs = Kitti(str(tmp_path))
    assert len(theirs) == len(before)
    o = before.objects
    names = {f"{name}.png": i for i, name in enumerate(before.names)}
    for k, path in enumerate(theirs.images):
        if Path(path).name.count(".") > 1:  # torchvision cuts names at the first dot
            continue
        i = names[Path(path).name]
        picture, rows = theirs[k]
        np.testing.assert_array_equal(np.asarray(picture), before.picture(i))
        wanted = before.rows_of(i)
        assert [row["type"] for row in rows] == [before.categories[c] for c in o.category[wanted]]
        np.testing.assert_allclose(
            [r["bbox"] for r in rows], o.boxes[wanted].reshape(-1, 4).tolist(), atol=1e-5
        )
        for row, n in zip(rows, wanted, strict=True):
            assert {key: row[key] for key in kitti.UNKNOWN} == o.attributes[n]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_written_is_read_again(tmp_path: Path, seed: int) -> None:
    before = random_dataset(tmp_path / "a", seed, KINDS, categories=["Car", "猫", "قطة"], attributes=three_d)
    assert cannot_hold(before, "kitti") == []
    write_dataset(before, tmp_path / "b", "kitti")
    assert guess(open_path(tmp_path / "b")) == "kitti"
    after = read_dataset(tmp_path / "b")
    assert after.problems == []
    assert_same(before, after, KINDS)
    write_dataset(after, tmp_path / "c", "coco")
    write_dataset(read_dataset(tmp_path / "c"), tmp_path / "d", "kitti")
    assert_same(before, read_dataset(tmp_path / "d"), KINDS)


def test_semantic_maps_are_written_in_cityscapes_values(tmp_path: Path) -> None:
    kinds = {"semantic", "splits"}
    before = random_dataset(tmp_path / "a", 1, kinds, categories=["car", "road", "traffic light"])
    assert cannot_hold(before, "kitti") == []
    write_dataset(before, tmp_path / "b", "kitti")
    assert guess(open_path(tmp_path / "b")) == "kitti"
    assert_same(before, read_dataset(tmp_path / "b"), kinds)


def test_what_has_no_place_is_said(tmp_path: Path) -> None:
    before = random_dataset(
        tmp_path / "a", 3, {"boxes", "crowd", "attributes", "masks"}, attributes=lambda rng: {"colour": "red"}
    )
    before.objects.crowd[:] = True
    lost = cannot_hold(before, "kitti")
    assert "masks of objects" in lost
    assert "attributes of objects: colour" in lost
    assert "which objects are crowds, but for those of class DontCare" in lost
    assert any(text.startswith("spaces in names of classes, which become _: дикая собака") for text in lost)


def test_instance_maps_are_objects_and_semantic_maps(tmp_path: Path) -> None:
    root = tmp_path / "training"
    for part in ("image_2", "instance"):
        (root / part).mkdir(parents=True)
    values = np.full((10, 20), 7 * 256, np.uint16)
    values[2:5, 3:9], values[6:8, 1:3], values[0], values[9, 0] = 26 * 256 + 1, 26 * 256 + 2, 0, 99 * 256 + 1
    cv2.imwrite(str(root / "instance" / "1_10.png"), values)
    cv2.imwrite(str(root / "image_2" / "1_10.png"), np.zeros((10, 20, 3), np.uint8))
    found = read_dataset(tmp_path)
    assert found.objects.boxes.tolist() == [[3, 2, 9, 5], [1, 6, 3, 8]]
    semantic = found.semantic_map(0)
    assert semantic is not None
    assert (semantic == found.categories.index("car")).sum() == 18 + 4
    assert (semantic == 255).sum() == 21
    assert found.problems == ["1_10.png: has instances of classes that are not in the table; left out"]


def test_what_is_wrong_is_left_out_and_said(tmp_path: Path) -> None:
    first = LINES.splitlines()[0]
    bad = [
        first,
        "Car 1 2",
        first + " 1 2",
        first.replace("192.37", "nan"),
        first.replace("374.00", "3"),
        "x",
    ]
    root = made(tmp_path, {"000000.txt": "\n".join(bad), "000001.txt": b"\xff\xfe\x00"})
    found = read_dataset(root)
    assert len(found.objects) == 1
    text = "\n".join(found.problems)
    assert "000000.txt line 2: is not a type with 14 numbers, or 15 with a score; left out (4 are" in text
    assert "000000.txt line 5: its box ends before it begins; left out" in text
    assert "000001.txt: is not text in UTF-8" in text


def test_other_sets_are_not_claimed(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    (tmp_path / "semantic").mkdir()
    cv2.imwrite(str(tmp_path / "semantic" / "a.png"), np.zeros((9, 9), np.uint8))
    assert not kitti.fits(open_path(tmp_path))


def test_published_fixtures(formats: Path) -> None:
    found = read_dataset(formats / "kitti_dataset" / "kitti_detection")
    assert found.names == ["train/000030_10", "train/000030_11"]
    assert [found.categories[c] for c in found.objects.category] == ["Truck", "Van", "Van", "Van", "Van"]
    assert found.objects.boxes[0].tolist() == [0, 1, 2, 3]
    maps = read_dataset(formats / "kitti_dataset" / "kitti_segmentation")
    assert sorted(maps.categories[c] for c in maps.objects.category) == ["train", "truck", "truck", "wall"]
    assert len(maps.semantic) == 2
