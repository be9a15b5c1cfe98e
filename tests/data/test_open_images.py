"""Open Images: its CSV files by hand, written and read again, and what is wrong in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cvdemo.data.archive import open_path
from cvdemo.data.formats import cannot_hold, guess, open_images, read_dataset, write_dataset
from tests.data.random_dataset import assert_same, random_dataset

FLAGS = "IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"
LABELS = "ImageID,Source,LabelName,Confidence"
HEADER = f"{LABELS},XMin,XMax,YMin,YMax,{FLAGS}"
FILES = {
    "annotations/oidv6-train-annotations-bbox.csv": f"""{HEADER}
a,xclick,/m/1,1,0.2,0.4,0.5,0.9,1,0,0,-1,-1
a,xclick,/m/2,1,0,1,0,1,-1,-1,1,-1,-1
""",
    "annotations/validation-annotations-bbox.csv": f"{HEADER}\nb,activemil,/m/9,0.7,0,0.5,0,0.5,0,0,0,0,0\n",
    "annotations/train-annotations-object-segmentation.csv": (
        "MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks\n"
        "a_m1_0123abcd.png,a,/m/1,0123abcd,0.200000,0.400000,0.500000,0.900000,0.8,\n"
        "../../etc/passwd,a,/m/2,ffffffff,0,1,0,1,0.8,\n"
    ),
    "annotations/train-annotations-human-imagelabels.csv": (
        "ImageID,Source,LabelName,Confidence\na,verification,/m/1,1\na,verification,/m/2,0\na,machine,/m/9,0.6\n"
    ),
    "annotations/oidv6-train-annotations-vrd.csv": (
        "ImageID,LabelName1,LabelName2,XMin1,XMax1,YMin1,YMax1,XMin2,XMax2,YMin2,YMax2,RelationshipLabel\n"
        "a,/m/1,/m/2,0.2,0.4,0.5,0.9,0,1,0,1,inside_of\n"
    ),
    "annotations/class-descriptions-boxable.csv": '/m/1,"猫, cat"\n/m/2,Дом\n',
    "annotations/hierarchy.json": (
        '{"LabelName": "/m/0", "Subcategory":'
        ' [{"LabelName": "/m/2", "Subcategory": [{"LabelName": "/m/1"}]}]}'
    ),
}  # fmt: skip


def made(folder: Path, files: dict[str, Any]) -> Path:
    for name, split in (("a", "train"), ("b", "validation"), ("c", "test")):
        (folder / "images" / split).mkdir(parents=True)
        cv2.imwrite(str(folder / "images" / split / f"{name}.jpg"), np.zeros((10, 20, 3), np.uint8))
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def flags(rng: np.random.Generator) -> dict[str, Any]:
    names = ("occluded", "truncated", "depiction", "inside")
    return {name: bool(rng.random() < 0.5) for name in names if rng.random() < 0.7}


def test_files_are_read_together(tmp_path: Path) -> None:
    mask = np.zeros((5, 10), np.uint8)  # of half the image's size
    mask[2:4, 2:4] = 255
    png = cv2.imencode(".png", mask)[1].tobytes()
    found = read_dataset(made(tmp_path, FILES | {"masks/a_m1_0123abcd.png": png}))
    assert found.format == "Open Images"
    assert found.names == ["train/a", "val/b", "test/c"]
    assert found.splits == ["train", "val", "test"]
    o = found.objects
    assert [found.categories[c] for c in o.category] == ["猫, cat", "Дом", "/m/9"]
    np.testing.assert_allclose(o.boxes, [[4, 5, 8, 9], [0, 0, 20, 10], [0, 0, 10, 5]])
    assert o.attributes == [
        {"occluded": True, "truncated": False},
        {},
        {"occluded": False, "truncated": False, "depiction": False, "inside": False},
    ]
    assert o.crowd.tolist() == [False, True, False]
    assert np.isnan(o.score[:2]).all()
    assert o.score[2] == 0.7
    own = found.mask(0)
    assert own is not None
    assert own.sum() == 16
    assert own[4:8, 4:8].all()
    assert [(found.categories[c], i) for i, c in found.labels] == [("猫, cat", 0), ("/m/9", 0)]
    assert {found.categories[c]: v for (_, c), v in found.confidences.items()} == {"Дом": 0, "/m/9": 0.6}
    assert found.relations == [(0, "inside_of", 1)]
    assert found.parents == {"Дом": "/m/0", "猫, cat": "Дом"}
    assert found.problems == [
        "train-annotations-object-segmentation.csv line 3: its mask is not among the files; the box is kept"
    ]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_written_is_read_again(tmp_path: Path, seed: int) -> None:
    kinds = open_images.HOLDS
    before = random_dataset(tmp_path / "a", seed, kinds, attributes=flags)
    assert cannot_hold(before, "open-images") == []
    write_dataset(before, tmp_path / "b", "open-images")
    assert guess(open_path(tmp_path / "b")) == "open-images"
    after = read_dataset(tmp_path / "b")
    assert after.problems == []
    assert_same(before, after, kinds)
    write_dataset(after, tmp_path / "c", "coco")
    write_dataset(read_dataset(tmp_path / "c"), tmp_path / "d", "open-images")
    assert_same(before, read_dataset(tmp_path / "d"), kinds - {"relations", "labels", "confidences"})


def test_what_has_no_place_is_said(tmp_path: Path) -> None:
    before = random_dataset(
        tmp_path / "a", 1, {"boxes", "attributes"}, attributes=lambda rng: {"pose": "left"}
    )
    assert cannot_hold(before, "open-images") == ["attributes of objects: pose"]


def test_what_is_wrong_is_left_out_and_said(tmp_path: Path) -> None:
    rows = [
        "a,xclick,/m/1,1,0.2,0.4,0.5,0.9,1,0,0,0,0", "a,xclick,/m/1,1,0.4,0.2,0.5,0.9,1,0,0,0,0",
        "a,xclick,/m/1,1,x,nan,0.5,0.9,1,0,0,0,0", "a,xclick", "gone,xclick,/m/1,1,0,1,0,1,0,0,0,0,0",
        "../../x,xclick,/m/1,1,0,1,0,1,0,0,0,0,0",
    ]  # fmt: skip
    files = {
        "a/train-annotations-bbox.csv": "\n".join([HEADER, *rows]),
        "a/empty-bbox.csv": "",
        "a/other.csv": "name,age\nx,3\n",
        "a/image_ids.csv": "ImageID,Subset\na,../../../up\n",
        "a/test-imagelabels.csv": f"{LABELS}\nc,machine,/m/1,nan\nc,machine,/m/1,7\n",
        "a/hierarchy.json": '{"LabelName": "/m/0", "Subcat',
        "a/images.meta": b"\xff\xfe\x00",
        "a/train-annotations-vrd.csv": b'ImageID,RelationshipLabel\n\x00\x00,"open',
    }
    found = read_dataset(made(tmp_path, files))
    assert len(found.objects) == 1
    assert not any(".." in text for text in (*found.names, *found.splits))
    text = "\n".join(found.problems)
    for part in (
        "train-annotations-bbox.csv line 3: has no box of four numbers; left out (",
        "train-annotations-bbox.csv line 5: has fewer fields than the first line; left out",
        "the size of its image is not known, for the picture is missing; left out (2 are like this)",
        "test-imagelabels.csv line 2: its confidence is no number of 0..1; left out (2 are like this)",
        "not JSON",
    ):
        assert part in text
    write_dataset(found, tmp_path / "again", "open-images")
    assert all(path.is_relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*"))


def test_ten_thousand_classes(tmp_path: Path) -> None:
    names = "".join(f"/m/{i},класс {i}\n" for i in range(10_000))
    boxes = "".join(f"a,x,/m/{i},1,0,1,0,1,0,0,0,0,0\n" for i in range(10_000))
    files = {"class-descriptions.csv": names, "train-annotations-bbox.csv": f"{HEADER}\n{boxes}"}
    found = read_dataset(made(tmp_path, files))
    assert len(found.categories) == len(found.objects) == 10_000
    assert found.categories[9_999] == "класс 9999"


def test_published_fixture(formats: Path) -> None:
    found = read_dataset(formats / "open_images_dataset" / "v6")
    assert dict(zip(found.names, found.splits, strict=True)) == {
        "train/a": "train", "train/b": "train", "test/c": "test", "val/d": "val",
    }  # fmt: skip
    o = found.objects
    assert [found.names[i] for i in o.image] == ["train/b", "test/c"]
    np.testing.assert_allclose(o.boxes[0], [1.6, 0.6, 8, 1.0])  # of 8 x 2 pixels, by images.meta
    width, height = found.size(found.names.index("test/c"))
    np.testing.assert_allclose(o.boxes[1], [0.7 * width, 0, 0.8 * width, 0.5 * height])
    assert o.crowd.tolist() == [False, True]
    mask = cv2.imread(str(formats / "open_images_dataset/v6/masks/train/b_m0_01234567.png"), -1)
    np.testing.assert_array_equal(found.mask(0), mask > 0)
    assert len(found.labels) == 3
    assert list(found.confidences.values()) == [0]
    assert found.parents == {"Generic label #0": "/m/x", "Generic label #1": "Generic label #0"}
