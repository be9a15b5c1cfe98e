"""COCO, VOC, YOLO, LabelMe and MOT as data sets: against other readers, and what is wrong in the files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import supervision as sv
from PIL import Image

from cvdemo.data.archive import open_path
from cvdemo.data.dataset import Builder, Dataset
from cvdemo.data.formats import (
    FORMATS,
    cannot_hold,
    format_module,
    guess,
    read_dataset,
    write_dataset,
)
from cvdemo.data.formats.writing import voc_palette
from cvdemo.errors import DataError

WIDTH, HEIGHT = 64, 48


def made(folder: Path, suffix: str = "png") -> Dataset:
    """Three pictures in two splits; boxes, masks of one and of two parts, in two classes."""
    folder.mkdir(parents=True)
    for name in "abc":
        Image.new("RGB", (WIDTH, HEIGHT), "#345678").save(folder / f"{name}.{suffix}")
    builder = Builder("made", open_path(folder), ["cat", "дикая собака", "unused"])
    a, b, _ = (
        builder.image(f"{s}/{n}", f"{n}.{suffix}", (WIDTH, HEIGHT), s)
        for n, s in zip("abc", ["train", "train", "val"], strict=True)
    )
    builder.object(a, 0, mask=[[4.0, 4, 20, 4, 20, 24, 4, 24]])
    builder.object(a, 1, (30, 10, 60, 40))
    builder.object(b, 1, mask=[[2.0, 2, 40, 2, 40, 12, 2, 12]], difficult=True)
    return builder.build()


@pytest.mark.parametrize("key", ["coco", "voc", "yolo", "labelme"])
def test_a_written_set_is_recognised_and_read_again(tmp_path: Path, key: str) -> None:
    dataset = made(tmp_path / "made")
    write_dataset(dataset, tmp_path / key, key)
    assert guess(open_path(tmp_path / key)) == key
    again = read_dataset(tmp_path / key)
    assert again.problems == []
    assert len(again) == 3
    assert all(again.files)
    np.testing.assert_allclose(again.objects.boxes, dataset.objects.boxes, atol=0.01)
    names = [again.categories[c] for c in again.objects.category]
    assert names == ["cat", "дикая собака", "дикая собака"]
    if "splits" in format_module(key).HOLDS:
        assert again.splits == ["train", "train", "val"]
    for row in (0, 2):
        assert np.array_equal(again.mask(row), dataset.mask(row))
    assert again.objects.difficult.tolist() == ([False, False, True] if key == "voc" else [False] * 3)
    assert ("which objects are difficult" in cannot_hold(dataset, key)) == (key != "voc")


def test_coco_is_read_as_supervision_reads_it(tmp_path: Path) -> None:
    write_dataset(made(tmp_path / "made"), tmp_path / "coco", "coco")
    ours = read_dataset(tmp_path / "coco")
    theirs = sv.DetectionDataset.from_coco(
        str(tmp_path / "coco/images/train"), str(tmp_path / "coco/annotations/instances_train.json")
    )
    found = np.vstack([d.xyxy for _, _, d in theirs])
    np.testing.assert_allclose(found, ours.objects.boxes, atol=1e-4)


def test_voc_is_read_as_torchvision_reads_it(tmp_path: Path) -> None:
    from torchvision.datasets import VOCDetection

    write_dataset(made(tmp_path / "made", "jpg"), tmp_path / "VOCdevkit" / "VOC2012", "voc")
    ours = read_dataset(tmp_path / "VOCdevkit" / "VOC2012")
    theirs = VOCDetection(str(tmp_path), year="2012", image_set="train")
    rows = [o for i in range(len(theirs)) for o in theirs[i][1]["annotation"]["object"]]
    assert [r["name"] for r in rows] == [ours.categories[c] for c in ours.objects.category]
    corners = np.array([[float(r["bndbox"][k]) for k in ("xmin", "ymin", "xmax", "ymax")] for r in rows])
    np.testing.assert_allclose(corners - (1, 1, 0, 0), ours.objects.boxes)


def test_yolo_is_read_as_supervision_reads_it(tmp_path: Path) -> None:
    write_dataset(made(tmp_path / "made"), tmp_path / "yolo", "yolo")
    ours = read_dataset(tmp_path / "yolo")
    theirs = sv.DetectionDataset.from_yolo(
        str(tmp_path / "yolo/images/train"),
        str(tmp_path / "yolo/labels/train"),
        str(tmp_path / "yolo/data.yaml"),
    )
    assert theirs.classes == ours.categories
    assert sum(len(d) for _, _, d in theirs) == len(ours.objects)
    found = np.vstack([d.xyxy for _, _, d in theirs])
    np.testing.assert_allclose(found, ours.objects.boxes, atol=1.01)  # supervision rounds polygons


def test_keypoints_go_through_yolo_and_coco(tmp_path: Path) -> None:
    dataset = made(tmp_path / "made")
    points = np.array([[10, 12, 2], [14.5, 20, 1], [0, 0, 0]], float)
    dataset.objects.keypoints[0] = points
    dataset.keypoint_names = ("left", "right", "nose")
    for key in ("yolo", "coco"):
        write_dataset(dataset, tmp_path / key, key)
        again = read_dataset(tmp_path / key)
        found = again.objects.keypoints[0]
        assert found is not None
        np.testing.assert_allclose(found, points, atol=1e-4)
    assert again.keypoint_names == ("left", "right", "nose")


def test_tracks_go_through_mot(tmp_path: Path) -> None:
    dataset = made(tmp_path / "made")
    dataset.objects.track[:] = (7, 8, 7)
    write_dataset(dataset, tmp_path / "mot", "mot")
    again = read_dataset(tmp_path / "mot")
    assert again.format == "MOT Challenge"
    assert again.objects.track.tolist() == [7, 8, 7]
    np.testing.assert_allclose(again.objects.boxes, dataset.objects.boxes)
    assert all(again.files)


def test_label_maps_of_voc_give_objects_their_masks(tmp_path: Path) -> None:
    dataset = made(tmp_path / "made")
    write_dataset(dataset, tmp_path / "voc", "voc")
    classes = np.asarray(Image.open(tmp_path / "voc" / "SegmentationClass" / "a.png"))
    assert sorted(np.unique(classes)) == [0, 1]  # cat is the first behind the background
    again = read_dataset(tmp_path / "voc")
    found = again.semantic_map(0)
    assert found is not None
    assert np.array_equal(found == again.categories.index("cat"), again.mask(0))


def test_the_palette_is_the_development_kit_s() -> None:
    expected = np.zeros((256, 3), int)
    for i in range(256):
        for j in range(8):
            expected[i] |= [(i >> (3 * j + c) & 1) << (7 - j) for c in range(3)]
    assert np.array_equal(voc_palette(), expected)


COCO = {
    "images": [
        {"id": 0, "file_name": "..\\..\\b\\a.png", "width": 10, "height": 10},
        {"id": 9, "file_name": "/etc/x"},
    ],
    "categories": [{"id": 0, "name": "猫"}],
    "annotations": [
        {"id": 1, "image_id": 0, "category_id": 0, "bbox": [1, 1, 4, 4], "area": None, "iscrowd": None},
        {"id": 2, "image_id": 0, "category_id": 0, "segmentation": [[1, 2], [1, 1, 5, 1, 5, 5]]},
        {"id": 3, "image_id": 0, "category_id": 7, "bbox": [1, 1, 4, 4]},
        {"id": 4, "image_id": 5, "category_id": 0, "bbox": [1, 1, 4, 4]},
        {"id": 5, "image_id": 0, "category_id": 0, "bbox": [1, 1, -4, 4]},
        {"id": 6, "image_id": 0, "category_id": 0, "bbox": [1, 1, 4, 4], "segmentation": {"size": 3}},
        "nonsense",
    ],
}  # fmt: skip


def test_what_is_wrong_in_coco_is_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / "instances_val2017.json").write_text(json.dumps(COCO))
    Image.new("RGB", (10, 10)).save(tmp_path / "a.png")
    found = read_dataset(tmp_path)
    assert found.names == ["val2017/b/a", "val2017/etc/x"]
    assert found.files == ["a.png", ""]
    assert len(found.objects) == 3
    assert [m is not None for m in found.objects.masks] == [False, True, False]
    assert len(found.problems) == 4


@pytest.mark.parametrize("key", FORMATS)
@pytest.mark.parametrize(
    "files",
    [
        {"a.json": b"", "b.json": b"{", "c.json": b'{"images": [], "annotations": [], "shapes": []}'},
        {"a.xml": b"<annotation", "b.xml": b"<annotation><object><bndbox/></object></annotation>"},
        {"a.txt": b"\xff\xfe\x00", "b.txt": b"0 0 0", "gt/gt.txt": b"1,2,3\n", "c.csv": b'"'},
        {"a.png": b"", "SegmentationClass/a.png": b"\x89PNG", "gtFine/a_labelIds.png": b"x"},
    ],
)
def test_no_reader_raises_anything_but_one_sentence(
    tmp_path: Path, key: str, files: dict[str, bytes]
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    archive = open_path(tmp_path)
    try:
        format_module(key).fits(archive)
        found = format_module(key).read(archive)
    except DataError as error:
        assert "\n" not in str(error)
    else:
        assert all("\n" not in problem for problem in found.problems)


def test_a_folder_with_files_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with pytest.raises(DataError, match="is not empty: give a new folder"):
        write_dataset(made(tmp_path / "made"), tmp_path, "coco")
    with pytest.raises(DataError, match="no format is called 'coca': there is coco"):
        read_dataset(tmp_path, "coca")
