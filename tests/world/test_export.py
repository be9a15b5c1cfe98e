"""What is exported is read back by pycocotools and supervision as what it was."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import supervision as sv
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.world.export import export, run_lengths

COUNT, SIZE = 12, (240, 180)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drawn")
    return export(path, split="test", count=COUNT, width=SIZE[0], height=SIZE[1])


@pytest.fixture(scope="module")
def truths() -> list[world.Truth]:
    return [world.truth(world.scene(k, split="test"), *SIZE) for k in range(COUNT)]


def test_run_lengths_are_pycocotools_own() -> None:
    rng = np.random.default_rng(1)
    for mask in (rng.random((13, 7)) > 0.5, np.zeros((4, 5), bool), np.ones((4, 5), bool)):
        runs = run_lengths(mask)
        assert np.array_equal(coco_mask.decode(coco_mask.frPyObjects(runs, *mask.shape)), mask)
        assert runs["counts"] == _slow_runs(mask)


def _slow_runs(mask: np.ndarray) -> list[int]:
    counts, value = [0], False
    for pixel in mask.T.ravel():
        if pixel != value:
            counts.append(0)
            value = pixel
        counts[-1] += 1
    return counts


def test_pycocotools_reads_instances_back(folder: Path, truths: list[world.Truth]) -> None:
    coco = COCO(folder / "annotations" / "instances_test.json")
    assert sorted(coco.getImgIds()) == list(range(COUNT))
    assert [c["name"] for c in coco.loadCats(sorted(coco.getCatIds()))] == list(world.THINGS)
    for seed, truth in enumerate(truths):
        entries = coco.loadAnns(coco.getAnnIds([seed]))
        assert len(entries) == len(truth)
        for row, entry in enumerate(entries):
            assert np.array_equal(coco.annToMask(entry).astype(bool), truth.masks[row])
            x, y, w, h = entry["bbox"]
            assert np.allclose((x, y, x + w, y + h), truth.boxes[row])
            assert entry["area"] == truth.masks[row].sum()
            assert entry["category_id"] == truth.classes[row] + 1
            assert entry["iscrowd"] == truth.difficult[row]


def test_truth_scored_against_the_export_is_perfect_and_shifted_truth_is_not(
    folder: Path, truths: list[world.Truth]
) -> None:
    coco = COCO(folder / "annotations" / "instances_test.json")

    def score(shift: float) -> float:
        results = []
        for seed, truth in enumerate(truths):
            found = truth.detections()
            for box, k in zip(found.xyxy, found.class_id if found.class_id is not None else [], strict=True):
                x1, y1, x2, y2 = (float(v) for v in box)
                w, h = x2 - x1, y2 - y1
                entry = {
                    "image_id": seed,
                    "category_id": int(k) + 1,
                    "bbox": [x1 + shift * w, y1, w, h],
                    "score": 0.9,
                }
                results.append(entry)
        evaluator = COCOeval(coco, coco.loadRes(results), "bbox")
        evaluator.evaluate()
        evaluator.accumulate()
        evaluator.summarize()
        return float(evaluator.stats[0])

    assert score(0.0) == pytest.approx(1.0)
    assert score(0.2) < 0.5


def test_people_have_coco_keypoints(folder: Path, truths: list[world.Truth]) -> None:
    coco = COCO(folder / "annotations" / "person_keypoints_test.json")
    people = [(s, row) for s, t in enumerate(truths) for row in np.flatnonzero(t.classes == 0)]
    assert len(coco.anns) == len(people) > 3
    for (seed, row), entry in zip(people, coco.loadAnns(coco.getAnnIds()), strict=True):
        points = np.array(entry["keypoints"]).reshape(17, 3)
        assert entry["image_id"] == seed
        assert np.allclose(points, truths[seed].keypoints[row], atol=0.006)
        assert entry["num_keypoints"] == (points[:, 2] > 0).sum()


def test_captions_and_regions_are_those_of_the_scenes(folder: Path, truths: list[world.Truth]) -> None:
    coco = COCO(folder / "annotations" / "captions_test.json")
    for seed, truth in enumerate(truths):
        assert tuple(a["caption"] for a in coco.imgToAnns[seed]) == world.write_captions(truth)
    regions = json.loads((folder / "annotations" / "regions_test.json").read_text())["annotations"]
    assert [r["text"] for r in regions] == [r.text for t in truths for r in world.describe_regions(t)]


def test_pictures_and_semantic_maps_are_lossless(folder: Path, truths: list[world.Truth]) -> None:
    for seed, truth in enumerate(truths):
        picture = cv2.imread(str(folder / "images" / "test" / f"{seed:06d}.png"))[..., ::-1]
        assert np.array_equal(picture, world.render(truth.scene, *SIZE))
        indexed = Image.open(folder / "semantic" / "test" / f"{seed:06d}.png")
        assert np.array_equal(np.array(indexed), truth.semantic)
        assert tuple(indexed.getpalette()[:3]) == world.COLOURS["sky"]  # type: ignore[index]


def test_supervision_reads_the_set_back(folder: Path, truths: list[world.Truth]) -> None:
    data = sv.DetectionDataset.from_coco(
        images_directory_path=str(folder / "images" / "test"),
        annotations_path=str(folder / "annotations" / "instances_test.json"),
        force_masks=True,
    )
    assert len(data) == COUNT
    assert data.classes == list(world.THINGS)
    for path, _, found in data:
        truth = truths[int(Path(path).stem)]
        expected = truth.detections(difficult=True)
        order = np.lexsort(found.xyxy.T), np.lexsort(expected.xyxy.T)
        assert np.allclose(found.xyxy[order[0]], expected.xyxy[order[1]])
        if len(found) and found.mask is not None and expected.mask is not None:
            assert np.array_equal(found.mask[order[0]], expected.mask[order[1]])


def test_no_part_files_are_left(folder: Path) -> None:
    assert not [p for p in folder.rglob("*") if ".part" in p.name]


def test_what_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="coco"):
        export(tmp_path, layout="voc")
    with pytest.raises(DataError, match="0 scenes"):
        export(tmp_path, count=0)
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(DataError, match="cannot write"):
        export(blocked, count=1)


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if "semantic" in str(self):
            real(self, data[:10])
            raise OSError(28, "No space left on device")
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DataError, match="No space left"):
        export(tmp_path, count=2, width=96, height=64)
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and "semantic" in str(p)]
