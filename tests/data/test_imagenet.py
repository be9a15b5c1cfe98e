"""ImageNet's lists, boxes and folders: against torchvision's reader, by hand, written and read again."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from torchvision.datasets import ImageFolder

from cvdemo.data.archive import open_path
from cvdemo.data.formats import cannot_hold, guess, imagenet, imagenet_folders, read_dataset, write_dataset
from cvdemo.errors import DataError
from tests.data.random_dataset import assert_same, random_dataset

XML = """<annotation><folder>n01440764</folder><filename>n01440764_10026</filename>
<size><width>20</width><height>10</height></size>
<object><name>n01440764</name><bndbox><xmin>3</xmin><ymin>2</ymin><xmax>9</xmax><ymax>8</ymax></bndbox></object>
<object><name>n01440764</name><bndbox><xmin>x</xmin><ymin>2</ymin><xmax>9</xmax><ymax>8</ymax></bndbox></object>
</annotation>"""


def made(folder: Path, files: dict[str, str], pictures: list[str]) -> Path:
    for name in pictures:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(cv2.imencode(".png", np.zeros((10, 20, 3), np.uint8))[1].tobytes())
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def labels(dataset: object) -> list[tuple[str, str]]:
    return [(dataset.names[i], dataset.categories[c]) for i, c in dataset.labels]  # type: ignore[attr-defined]


def test_lists_are_read(tmp_path: Path) -> None:
    files = {
        "synsets.txt": "n01440764\nn02012849\nкот\nn03126707\n",
        "synset_words.txt": "n01440764 tench, Tinca tinca\nn02012849 crane\nn03126707 crane\n",
        "train.txt": "a 1.png 0\nsub/b.png 2 1\n",
        "val.txt": "../../etc/c.png 3\nd.png 9\ne.png\n",
        "README.txt": "See the paper of 2015\n",
    }
    found = read_dataset(made(tmp_path, files, ["images/a 1.png", "images/sub/b.png", "images/z.png"]))
    assert found.format == imagenet.TITLE
    assert found.categories == ["tench, Tinca tinca", "crane (n02012849)", "кот", "crane (n03126707)"]
    assert labels(found) == [
        ("train/a 1", "tench, Tinca tinca"), ("train/b", "кот"), ("train/b", "crane (n02012849)"),
        ("val/c", "crane (n03126707)"),
    ]  # fmt: skip
    assert found.files == ["images/a 1.png", "images/sub/b.png", "", "", "", "images/z.png"]
    assert found.synsets["crane (n03126707)"] == "n03126707"
    assert found.problems == ["val.txt line 2: has a class that synsets.txt does not list; left out"]


def test_boxes_of_cls_loc(tmp_path: Path) -> None:
    files = {
        "Annotations/CLS-LOC/train/n01440764/n01440764_10026.xml": XML,
        "Annotations/CLS-LOC/val/broken.xml": XML[:90],
        "LOC_synset_mapping.txt": "n01440764 tench, Tinca tinca\nn02017213 gallinule\n",
        "LOC_val_solution.csv": "ImageId,PredictionString\nval_1,n02017213 1 2 8 9 n02017213 1 2 3\n",
    }
    pictures = ["Data/CLS-LOC/train/n01440764/n01440764_10026.JPEG", "Data/CLS-LOC/val/val_1.JPEG"]
    assert guess(open_path(made(tmp_path, files, pictures))) == "imagenet"
    found = read_dataset(tmp_path)
    assert found.names == ["train/n01440764_10026", "val/val_1"]
    assert found.files == pictures
    assert found.objects.boxes.tolist() == [[2, 1, 9, 8], [0, 1, 8, 9]]
    assert labels(found) == [("train/n01440764_10026", "tench, Tinca tinca"), ("val/val_1", "gallinule")]
    assert found.synsets == {"tench, Tinca tinca": "n01440764", "gallinule": "n02017213"}
    text = "\n".join(found.problems)
    assert "n01440764_10026.xml object 1: has no name or no box of four numbers; left out (2 are" in text
    assert "broken.xml: cannot be read as XML" in text


def test_folders_are_torchvision_s(tmp_path: Path) -> None:
    before = random_dataset(tmp_path / "a", 5, {"labels", "splits"})
    assert cannot_hold(before, "imagenet-folders") == []
    write_dataset(before, tmp_path / "b", "imagenet-folders")
    for split in {*before.splits}:
        theirs = ImageFolder(str(tmp_path / "b" / split))
        wanted = {n.removeprefix(f"{split}/"): c for n, c in labels(before) if n.startswith(f"{split}/")}
        assert {Path(p).stem: theirs.classes[c] for p, c in theirs.samples} == wanted


@pytest.mark.parametrize("key", ["imagenet", "imagenet-folders"])
@pytest.mark.parametrize("seed", range(2))
def test_what_is_written_is_read_again(tmp_path: Path, seed: int, key: str) -> None:
    kinds = imagenet.HOLDS if seed else imagenet.HOLDS - {"synsets"}
    before = random_dataset(tmp_path / "a", seed, kinds)
    write_dataset(before, tmp_path / "b", key)
    assert guess(open_path(tmp_path / "b")) == key
    after = read_dataset(tmp_path / "b")
    assert after.problems == []
    assert_same(before, after, kinds - {"synsets"})
    assert after.synsets.items() <= before.synsets.items()  # folders: of classes with pictures
    assert bool(after.synsets) == bool(before.synsets)


def test_folders_of_classes_are_told_from_other_sets(tmp_path: Path) -> None:
    def fits(name: str, pictures: list[str], files: dict[str, str] | None = None) -> bool:
        return imagenet_folders.fits(open_path(made(tmp_path / name, files or {}, pictures)))

    assert fits("1", ["cat/a.png", "собака/b.png"])
    assert fits("2", ["train/cat/a.png", "val/cat/b.png", "test/c.png"])
    assert fits("3", ["x/train/train/a.png"])
    assert not fits("4", ["train/images/a.png", "val/images/a.png"])
    assert not fits("5", ["images/train/a.png", "images/val/b.png"])
    assert not fits("6", ["holiday/a.png"])
    assert not fits("7", ["cat/a.png", "dog/b.png"], {"annotations.json": "{}"})
    assert not fits("8", ["a.png"])


def test_folders_with_the_same_picture_names_and_hostile_classes(tmp_path: Path) -> None:
    found = read_dataset(made(tmp_path / "a", {}, ["train/cat/1.png", "train/dog/1.png", "test/2.png"]))
    assert labels(found) == [("train/cat/1", "cat"), ("train/dog/1", "dog")]
    assert found.splits == ["test", "train", "train"]
    found.categories[:] = ["../../up", "a/b"]
    lost = cannot_hold(found, "imagenet-folders")
    assert lost == [
        "1 images without a label",
        "signs in names of classes that folders cannot have: ../../up, a/b",
    ]
    write_dataset(found, tmp_path / "b" / "c" / "d", "imagenet-folders")
    assert sorted(p.name for p in (tmp_path / "b/c/d/train").iterdir()) == [".._.._up", "a_b"]
    assert [p.name for p in (tmp_path / "b").iterdir()] == ["c"]
    found.labels.clear()
    with pytest.raises(DataError, match="no image has a label"):
        write_dataset(found, tmp_path / "e", "imagenet-folders")


def test_published_fixture(formats: Path) -> None:
    found = read_dataset(formats / "imagenet_txt_dataset" / "basic")
    assert found.format == imagenet.TITLE
    assert labels(found) == [
        ("train/1", "label_0"),
        ("train/2", "label_5"),
        ("train/3", "label_3"),
        ("train/4", "label_5"),
    ]
    assert [bool(file) for file in found.files] == [True, True, False, False]
    assert len(found.categories) == 10
