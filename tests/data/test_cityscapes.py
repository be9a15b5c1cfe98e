"""Cityscapes: against torchvision's reader and table, by hand, written and read again, and what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from torchvision.datasets import Cityscapes

from cvdemo.data.archive import open_path
from cvdemo.data.formats import cannot_hold, cityscapes, guess, read_dataset, write_dataset
from tests.data.random_dataset import assert_same, random_dataset

CLASSES = ("person", "car", "road", "polegroup", "traffic light", "bicycle")
KINDS = cityscapes.HOLDS


def made(folder: Path, texts: dict[str, object], maps: dict[str, np.ndarray]) -> Path:
    for split, stems in {
        "train": ["a_000000_000001", "a_000000_000002"],
        "test": ["b_000000_000003"],
    }.items():
        for stem in stems:
            place = folder / "leftImg8bit" / split / stem[0]
            place.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(place / f"{stem}_leftImg8bit.png"), np.zeros((20, 30, 3), np.uint8))
    place = folder / "gtFine" / "train" / "a"
    place.mkdir(parents=True)
    for name, content in texts.items():
        (place / name).write_text(content if isinstance(content, str) else json.dumps(content))
    for name, values in maps.items():
        cv2.imwrite(str(place / name), values)
    return folder


def polygons(*rows: tuple[object, list[list[float]]], **more: object) -> dict[str, object]:
    objects = [{"label": label, "polygon": points} for label, points in rows]
    return {"imgWidth": 30, "imgHeight": 20, "objects": objects} | more


SQUARE = [[2, 2], [8, 2], [8, 8], [2, 8]]


def test_the_table_is_torchvision_s_and_19_classes_are_trained() -> None:
    theirs = [(c.name, c.id, c.train_id, c.category, c.has_instances) for c in Cityscapes.classes]
    ours = [tuple(label) for label in cityscapes.LABELS]
    assert ours[:-1] == theirs[:-1]  # torchvision: the license plate has instances; labels.py: ignored
    assert sorted(label.train_id for label in cityscapes.LABELS if 0 <= label.train_id < 255) == list(
        range(19)
    )


def test_polygons_and_maps_are_read(tmp_path: Path) -> None:
    labels = np.full((20, 30), 7, np.uint8)
    labels[:3] = 0
    instances = np.full((20, 30), 7, np.uint16)
    instances[5:9, 5:9], instances[10:12, 3:20] = 26001, 26
    first = polygons(("car", SQUARE), ("cargroup", SQUARE), ("猫", SQUARE), ("polegroup", SQUARE))
    root = made(
        tmp_path,
        {"a_000000_000001_gtFine_polygons.json": first},
        {"a_000000_000001_gtFine_labelIds.png": labels, "a_000000_000002_gtFine_instanceIds.png": instances},
    )
    found = read_dataset(root)
    assert found.format == "Cityscapes"
    assert found.names == ["train/a_000000_000001", "train/a_000000_000002", "test/b_000000_000003"]
    assert all(found.files)
    names = [found.categories[c] for c in found.objects.category]
    assert names == ["car", "car", "猫", "polegroup", "car"]
    assert found.objects.crowd.tolist() == [False, True, False, False, False]
    assert found.objects.boxes.tolist() == [[2, 2, 8, 8]] * 4 + [[5, 5, 9, 9]]
    first_map, second_map = found.semantic_map(0), found.semantic_map(1)
    assert first_map is not None
    assert second_map is not None
    assert set(np.unique(first_map)) == {255, found.categories.index("road")}
    assert (second_map == found.categories.index("car")).sum() == 16 + 34
    assert found.semantic_map(2) is None
    assert found.parents["car"] == "vehicle"
    assert found.problems == []


def test_train_ids_are_read_where_there_are_no_label_ids(tmp_path: Path) -> None:
    trained = np.full((20, 30), 255, np.uint8)
    trained[0] = 13
    found = read_dataset(made(tmp_path, {}, {"a_000000_000001_gtFine_labelTrainIds.png": trained}))
    values = found.semantic_map(0)
    assert values is not None
    assert (values == found.categories.index("car")).sum() == 30
    assert (values == 255).sum() == 570


def test_a_written_set_is_torchvision_s(tmp_path: Path) -> None:
    before = random_dataset(tmp_path / "a", 1, KINDS, categories=CLASSES, splits=("train", "val", "test"))
    write_dataset(before, tmp_path / "b", "cityscapes")
    for split in {*before.splits}:
        theirs = Cityscapes(str(tmp_path / "b"), split, target_type=["polygon", "semantic", "instance"])
        assert len(theirs) == before.splits.count(split)
        for k in range(len(theirs)):
            picture, (polygon, semantic, instance) = theirs[k]
            stem = Path(theirs.images[k]).name.removesuffix("_leftImg8bit.png")
            i = before.names.index(f"{split}/{stem}")
            np.testing.assert_array_equal(np.asarray(picture), before.picture(i))
            rows = before.rows_of(i)
            assert len({o["id"] for o in polygon["objects"]}) == len(rows)
            ids = [cityscapes.BY_NAME[name].id for name in before.categories]
            wanted = before.semantic_map(i)
            assert wanted is not None
            np.testing.assert_array_equal(
                np.asarray(semantic), np.array([*ids, *[0] * (256 - len(ids))])[wanted]
            )
            singles = [
                n
                for n in rows
                if cityscapes.BY_NAME[before.categories[before.objects.category[n]]].has_instances
            ]
            singles = [n for n in singles if not before.objects.crowd[n]]
            assert len([v for v in np.unique(np.asarray(instance)) if v >= 1000]) <= len(singles)
            if singles and singles[-1] == rows[-1]:  # nothing lies over the last object
                last = before.mask(int(singles[-1]))
                assert last is not None
                assert len(np.unique(np.asarray(instance)[last])) == 1


@pytest.mark.parametrize("seed", range(2))
def test_what_is_written_is_read_again(tmp_path: Path, seed: int) -> None:
    before = random_dataset(tmp_path / "a", seed, KINDS, categories=CLASSES)
    assert cannot_hold(before, "cityscapes") == []
    write_dataset(before, tmp_path / "b", "cityscapes")
    assert guess(open_path(tmp_path / "b")) == "cityscapes"
    after = read_dataset(tmp_path / "b")
    assert after.problems == []
    assert_same(before, after, KINDS)
    write_dataset(after, tmp_path / "c", "coco")
    write_dataset(read_dataset(tmp_path / "c"), tmp_path / "d", "cityscapes")
    assert_same(before, read_dataset(tmp_path / "d"), KINDS - {"semantic"})


def test_what_has_no_place_is_said(tmp_path: Path) -> None:
    before = random_dataset(tmp_path / "a", 3, {"boxes", "semantic"})
    lost = cannot_hold(before, "cityscapes")
    assert lost[0] == f"{len(before.objects)} objects without a mask"
    assert lost[1].startswith("in label maps the classes that Cityscapes has not: дикая собака, 猫")


def test_what_is_wrong_is_left_out_and_said(tmp_path: Path) -> None:
    odd = polygons(
        ("car", SQUARE), (None, SQUARE), ("car", [[1, 1], [2, 2]]), ("car", [["x", 1], [2, 2], [3, 3]])
    )
    odd["objects"] += ["nonsense", {"label": "car", "polygon": SQUARE, "deleted": 1}]  # type: ignore[operator]
    root = made(
        tmp_path,
        {
            "a_000000_000001_gtFine_polygons.json": odd,
            "a_000000_000002_gtFine_polygons.json": '{"objects": [{"label": "car", "poly',
            "a_000000_000004_gtFine_polygons.json": "",
            "a_000000_000005_gtFine_polygons.json": "[1]",
        },
        {},
    )
    (root / "gtFine/train/a/a_000000_000006_gtFine_instanceIds.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    found = read_dataset(root)
    assert len(found.objects) == 1
    assert len(found) == 6
    text = "\n".join(found.problems)
    for part in (
        "objects[1]: has no label or no polygon of three points; left out (4 are like this)",
        "a_000000_000002_gtFine_polygons.json: not JSON",
        "a_000000_000004_gtFine_polygons.json: not JSON",
        "a_000000_000005_gtFine_polygons.json: has no list 'objects'; left out",
        "a_000000_000006_gtFine_instanceIds.png: a label map is damaged",
    ):
        assert part in text


def test_published_fixture(formats: Path) -> None:
    found = read_dataset(formats / "cityscapes_dataset" / "dataset")
    assert len(found) == 4
    theirs = {
        split: Cityscapes(str(formats / "cityscapes_dataset" / "dataset"), split, target_type="instance")
        for split in ("train", "val", "test")
    }
    assert {s: found.splits.count(s) for s in theirs} == {s: len(t) for s, t in theirs.items()}
    for split, data in theirs.items():
        for k in range(len(data)):
            stem = Path(data.images[k]).name.removesuffix("_leftImg8bit.png")
            own = found.semantic_map(found.names.index(f"{split}/{stem}"))
            assert own is not None
            ids = np.asarray(data[k][1])
            for value in np.unique(ids):
                label = next(label for label in cityscapes.LABELS if label.id == value)
                assert (own[ids == value] == found.categories.index(label.name)).all()
