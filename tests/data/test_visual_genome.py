"""Visual Genome: its JSON lists by hand, written and read again, and what is wrong in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cvdemo.data.archive import open_path
from cvdemo.data.formats import cannot_hold, guess, read_dataset, visual_genome, write_dataset
from tests.data.random_dataset import assert_same, random_dataset

MAN = {"object_id": 5, "x": 1, "y": 2, "w": 3, "h": 4, "names": ["man", "person"], "synsets": ["man.n.01"]}
HORSE = {"object_id": 6, "x": 0, "y": 1, "w": 8, "h": 6, "name": "馬", "synsets": []}
IMAGES = [
    {"image_id": 1, "url": "https://example.org/x/VG_100K_2/1.jpg", "width": 20, "height": 10},
    {"image_id": 7, "url": "https://example.org/x/VG_100K/7.jpg", "width": 20, "height": 10},
]
FILES: dict[str, Any] = {
    "image_data.json": IMAGES,
    "objects.json": [{"image_id": 1, "objects": [MAN]}, {"image_id": 7, "objects": []}],
    "attributes.json": [{"image_id": 1, "attributes": [{**MAN, "attributes": ["tall", "smiling"]}]}],
    "relationships.json": [
        {"image_id": 1, "relationships": [{"predicate": "rides", "subject": MAN, "object": HORSE}]}
    ],
    "region_descriptions.json": [
        {"id": 7, "regions": [{"x": 1, "y": 1, "width": 5, "height": 2, "phrase": "a 猫 asleep"}]}
    ],
}  # fmt: skip


def made(folder: Path, files: dict[str, Any]) -> Path:
    for name in ("VG_100K_2/1.jpg", "VG_100K/7.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), np.zeros((10, 20, 3), np.uint8))
    for name, content in files.items():
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def words(rng: np.random.Generator) -> dict[str, Any]:
    return {"attributes": ["красный", "wet"]} if rng.random() < 0.5 else {"names": ["one", "two"]}


def test_files_are_read_together(tmp_path: Path) -> None:
    found = read_dataset(made(tmp_path, FILES))
    assert found.format == "Visual Genome"
    assert found.names == ["1", "7"]
    assert found.files == ["VG_100K_2/1.jpg", "VG_100K/7.jpg"]
    assert [found.categories[c] for c in found.objects.category] == ["man", "馬"]
    assert found.objects.boxes.tolist() == [[1, 2, 4, 6], [0, 1, 8, 7]]
    assert found.objects.attributes[0] == {
        "names": ["person"], "synsets": ["man.n.01"], "attributes": ["tall", "smiling"],
    }  # fmt: skip
    assert found.relations == [(0, "rides", 1)]
    assert found.regions == [(1, (1, 1, 6, 3), "a 猫 asleep")]
    assert found.problems == []


@pytest.mark.parametrize("seed", range(3))
def test_what_is_written_is_read_again(tmp_path: Path, seed: int) -> None:
    kinds = visual_genome.HOLDS
    before = random_dataset(tmp_path / "a", seed, kinds, attributes=words)
    assert cannot_hold(before, "visual-genome") == []
    write_dataset(before, tmp_path / "b", "visual-genome")
    assert guess(open_path(tmp_path / "b")) == "visual-genome"
    after = read_dataset(tmp_path / "b")
    assert after.problems == []
    assert_same(before, after, kinds)
    write_dataset(after, tmp_path / "c", "coco")
    write_dataset(read_dataset(tmp_path / "c"), tmp_path / "d", "visual-genome")
    assert_same(before, read_dataset(tmp_path / "d"), kinds - {"relations"})


def test_a_file_cut_short_gives_what_comes_before(tmp_path: Path) -> None:
    objects = [{"image_id": i, "objects": [{**MAN, "object_id": i}]} for i in range(1, 50)]
    text = json.dumps(objects)
    found = read_dataset(made(tmp_path, FILES | {"objects.json": text[: len(text) // 2]}))
    assert 20 < sum(found.categories[c] == "man" for c in found.objects.category) < 30
    assert len(found.problems) == 1
    assert found.problems[0].startswith("objects.json: not JSON of this format (")


def test_what_is_wrong_is_left_out_and_said(tmp_path: Path) -> None:
    odd = [None, {**MAN, "object_id": 1, "x": "1"}, {**MAN, "object_id": 2, "names": []}, {**MAN, "w": -1}]
    files = FILES | {
        "image_data.json": [*IMAGES, {"url": 5}, "x", {"image_id": 9, "url": "../../../etc/passwd"}],
        "objects.json": [
            {"image_id": 1, "objects": [*odd, MAN]}, {"image_id": "../up", "objects": []}, {"objects": 1},
        ],
        "attributes.json": "",
        "relationships.json": [{"image_id": 1, "relationships": [{"subject": MAN, "object": HORSE}, 5]}],
        "region_descriptions.json": '{"id": 1}',
    }  # fmt: skip
    found = read_dataset(made(tmp_path, files))
    text = "\n".join(found.problems)
    for part in (
        "image_data.json: has an image without an id; left out",
        "image_data.json: has an entry that is no object; left out",
        "objects.json image 1 objects[0]: has no box, name or phrase of the right form; left out (",
        "objects.json: has an image without id or 'objects'; left out",
        "attributes.json: not JSON of this format (no list of images); the rest is left out (2 are",
    ):
        assert part in text
    assert found.objects.boxes[0].tolist() == [1, 2, 4, 6]
    write_dataset(found, tmp_path / "again", "visual-genome")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*files, "VG_100K", "VG_100K_2", "again"]
    )
    assert len(read_dataset(tmp_path / "again")) == len(found)
