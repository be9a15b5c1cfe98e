"""`cvdemo convert` and `cvdemo inspect` on small data sets."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pycocotools.coco import COCO

from cvdemo.cli import main
from cvdemo.data.formats import read_dataset, write_dataset
from cvdemo.world.as_dataset import drawn_dataset


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four drawn scenes as COCO JSON."""
    folder = tmp_path_factory.mktemp("sets") / "coco"
    write_dataset(drawn_dataset(4, width=160, height=120), folder, "coco")
    return folder


def test_what_is_lost_is_said_before_anything_is_written(coco: Path, tmp_path: Path) -> None:
    done = run("convert", coco, tmp_path / "yolo", "--to", "yolo")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert any(line.startswith("lost: ") and "captions" in line for line in lines[:-1])
    assert lines[-1].startswith("4 images and ")
    there, back = read_dataset(coco), read_dataset(tmp_path / "yolo", "yolo")
    assert len(back) == len(there)
    assert len(back.objects) == len(there.objects)


def test_a_zip_file_is_written_and_read(coco: Path, tmp_path: Path) -> None:
    packed = tmp_path / "voc.zip"
    assert run("convert", coco, packed, "--to", "voc").exit_code == 0
    assert any(name.endswith(".xml") for name in zipfile.ZipFile(packed).namelist())
    assert run("convert", packed, tmp_path / "back", "--to", "coco", "--from", "voc").exit_code == 0
    found = COCO(next((tmp_path / "back" / "annotations").glob("instances_*.json")))
    assert len(found.imgs) == 4


def test_nothing_is_overwritten(coco: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = run("convert", coco, tmp_path, "--to", "yolo")
    assert done.exit_code == 1
    assert "is there already" in done.output
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_without_a_data_set_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "note.txt").write_text("hello")
    for args in (
        ("convert", tmp_path / "in", tmp_path / "out", "--to", "coco"),
        ("inspect", tmp_path / "in"),
    ):
        done = run(*args)
        assert done.exit_code == 1
        assert done.output.startswith("Error: ")
        assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


def test_inspect_prints_and_writes_the_same_counts(coco: Path, tmp_path: Path) -> None:
    done = run("inspect", coco, "--json", tmp_path / "counts.json")
    assert done.exit_code == 0, done.output
    counts = json.loads((tmp_path / "counts.json").read_text())
    truth = COCO(next((coco / "annotations").glob("instances_*.json")))
    assert counts["images"] == len(truth.imgs) == 4
    assert counts["objects"] == len(truth.anns)
    for row in truth.cats.values():
        assert counts["by_class"][row["name"]]["objects"] == len(truth.getAnnIds(catIds=[row["id"]]))
    assert f"objects         {counts['objects']}" in done.output
    assert counts["odd"]["unused"]["count"] == sum(
        counts["by_class"][name]["objects"] == 0 for name in counts["by_class"]
    )


def test_inspect_names_what_is_odd(tmp_path: Path) -> None:
    content = {
        "images": [{"id": k, "file_name": f"{k}.png", "width": 100, "height": 80} for k in (1, 2)],
        "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
        "annotations": [
            {"id": k, "image_id": 1, "category_id": 1, "bbox": box}
            for k, box in enumerate([[90, 10, 30, 20], [5, 5, 0, 10], [1, 1, 9, 9], [1, 1, 9, 9]], 1)
        ],
    }
    (tmp_path / "instances_all.json").write_text(json.dumps(content))
    done = run("inspect", tmp_path)
    expected = (
        "1 boxes reach beyond", "1 boxes have no width", "1 objects are there twice",
        "1 images have no annotation", "2 pictures are not", "1 classes are never used",
    )  # fmt: skip
    for text in expected:
        assert f"odd: {text}" in done.output, done.output
