"""Data sets as exporters lay them out: folder and ZIP, with the files that are no labels."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from cvdemo.bench import files
from cvdemo.data.archive import Archive, open_path
from cvdemo.errors import DataError
from cvdemo.metrics import evaluate, load
from cvdemo.metrics.given import read_given
from cvdemo.metrics.readers import guess_format

LABEL = "1 0.5 0.5 0.25 0.5\n"
FOUND = "1 0.5 0.5 0.25 0.5 0.9\n"
README = "Street signs - v3 2024-01-01\n==========\nProvided by someone\nLicense: CC BY 4.0\n"
YAML = "train: ../train/images\nnc: 2\nnames: ['car', 'bus']\n"

LAYOUTS = {
    "roboflow": {
        "README.dataset.txt": README, "README.roboflow.txt": "Street signs\n", "data.yaml": YAML,
        "train/labels/a_jpg.rf.1.txt": LABEL, "train/images/a_jpg.rf.1.jpg": b"",
    },
    "cvat yolo": {
        "obj.names": "car\nbus\n", "obj.data": "classes = 2\nnames = data/obj.names\n",
        "train.txt": "data/obj_train_data/a.jpg\n",
        "obj_train_data/a.txt": LABEL, "obj_train_data/a.jpg": b"",
    },
    "cvat ultralytics": {
        "data.yaml": "names:\n  0: car\n  1: bus\npath: ./\ntrain: train.txt\n",
        "train.txt": "data/images/train/a.jpg\n", "labels/train/a.txt": LABEL, "images/train/a.jpg": b"",
    },
    "label studio": {
        "classes.txt": "car\nbus\n", "notes.json": '{"categories": [{"id": 0, "name": "car"}], "info": {}}',
        "labels/a.txt": LABEL, "images/a.jpg": b"",
    },
    "labelimg": {"classes.txt": "car\nbus\n", "a.txt": LABEL, "a.jpg": b""},
    "junk of systems": {
        "__MACOSX/labels/._a.txt": "x", ".DS_Store": "x", "labels/a.txt": LABEL, "images/a.jpg": b"",
        "data.yaml": YAML, "LICENSE.txt": "MIT License\n", "requirements.txt": "ultralytics==8.0\n",
    },
    "an empty line in the names": {"classes.txt": "\nbus\n\n", "labels/a.txt": LABEL, "images/a.jpg": b""},
}  # fmt: skip


def laid_out(folder: Path, files: dict[str, str | bytes]) -> Path:
    picture = io.BytesIO()
    Image.new("RGB", (80, 40)).save(picture, "JPEG")
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else picture.getvalue())
    return folder


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_read_with_names_and_sizes(tmp_path: Path, name: str, packed: bool) -> None:
    truth = laid_out(tmp_path / "truth", LAYOUTS[name])
    label = next(p for p in truth.rglob("*.txt") if p.read_text() == LABEL)
    found = laid_out(tmp_path / "found", {label.name: FOUND})
    if packed:
        truth, found = (Path(shutil.make_archive(str(p), "zip", p)) for p in (truth, found))
    data = load(truth, found)
    assert [data.category_names[c] for c in data.truth.category] == ["bus"]
    assert data.image_sizes.tolist() == [[80, 40]]
    assert data.truth.boxes.tolist() == [[30, 10, 50, 30]]
    assert evaluate(truth, found)["AP"] == 1


@pytest.mark.parametrize("name", ["roboflow", "cvat ultralytics", "label studio"])
def test_the_labels_folder_alone_finds_what_lies_beside_it(tmp_path: Path, name: str) -> None:
    truth = laid_out(tmp_path / "truth", LAYOUTS[name])
    label = next(p for p in truth.rglob("*.txt") if p.read_text() == LABEL)
    data = load(label.parent, laid_out(tmp_path / "found", {label.name: FOUND}), format="yolo")
    assert [data.category_names[c] for c in data.truth.category] == ["bus"]
    assert data.image_sizes.tolist() == [[80, 40]]


def test_a_label_may_have_the_name_of_a_side_file(tmp_path: Path) -> None:
    truth = laid_out(tmp_path / "truth", {"test.txt": LABEL, "classes.txt": "car\nbus\n"})
    assert load(truth, laid_out(tmp_path / "found", {"test.txt": FOUND})).image_ids == ("test",)


def test_a_class_without_a_name_is_called_by_its_number_and_said(tmp_path: Path) -> None:
    truth = laid_out(tmp_path / "truth", {"labels/a.txt": LABEL, "images/a.jpg": b"", "classes.txt": "car\n"})
    data = load(truth, laid_out(tmp_path / "found", {"a.txt": FOUND}))
    assert data.category_names == ("car", "1")
    assert "class 1 is named by its number" in str(data.problems[0])


def test_results_are_found_in_the_truth_s_archive(tmp_path: Path) -> None:
    both = laid_out(tmp_path / "both", {**LAYOUTS["label studio"], "results/a.txt": FOUND})
    data = read_given(open_path(both), Archive())
    assert (len(data.truth), len(data.results), data.category_names) == (1, 1, ("car", "bus"))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.json": '{"info": {}, "images": [], "annotations": []}'}, "coco"),
        ({"notes.json": '{"categories": []}', "a.txt": LABEL}, "yolo"),
        ({"a.xml": "<annotation/>", "README.txt": "x"}, "voc"),
        ({"project.xml": "<project/>", "a.txt": "dog 1 2 30 40\n"}, "odm"),
        ({"README.txt": "0 things\n", "a.txt": "wild dog 1 2 30 40\n"}, "odm"),
    ],
)
def test_the_format_is_guessed_by_content(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    assert guess_format(open_path(laid_out(tmp_path / "set", dict(files)))) == expected


def test_a_damaged_file_of_an_archive_costs_only_itself(tmp_path: Path) -> None:
    parts = {
        "README.txt": README,
        "labels/a.txt": LABEL,
        "labels/b.txt": LABEL * 2,
        "labels/c.txt": LABEL * 3,
    }
    packed = tmp_path / "set.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    data = packed.read_bytes().replace(LABEL.encode() * 2, b"9" + (LABEL * 2)[1:].encode(), 1)
    packed.write_bytes(data.replace(README.encode(), README.encode()[::-1], 1))
    found = laid_out(tmp_path / "found", {"a.txt": FOUND})
    with pytest.raises(DataError, match=r"b.txt.*cannot be unpacked"):
        load(packed, found)
    data = load(packed, found, skip_bad=True)
    assert len(data.truth) == 4
    assert any("b.txt" in str(problem) for problem in data.problems)


def test_no_damaged_file_raises_anything_but_our_sentence() -> None:
    rows = files.run(25)
    assert [row.failures for row in rows] == [{}] * len(rows)
    assert {row.kind for row in rows if row.refused == 0} <= {"yaml", "png"}
