"""`cvdemo detect` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import supervision as sv
from click.testing import CliRunner, Result
from pycocotools.coco import COCO

from cvdemo import zoo
from cvdemo.cli import main
from cvdemo.data.detections_json import to_csv
from cvdemo.data.pictures import read_picture, sample, to_png


def detect(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["detect", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("cat", "coffee"):
        (photos / f"{name}.png").write_bytes(to_png(sample(name)))
    (photos / "notes.txt").write_text("no picture")
    return photos


def test_a_line_per_photo_of_a_folder(folder: Path) -> None:
    done = detect(folder)
    assert done.exit_code == 0, done.output
    cat, coffee = done.stdout.splitlines()
    assert cat.startswith("cat.png: 1 (cat 0.9")
    assert "cup 0.9" in coffee


def test_a_sentence_by_a_grammar(folder: Path) -> None:
    cat, said, coffee, other = detect(folder, "--sentence").stdout.splitlines()
    assert cat.startswith("cat.png: 1") and said.startswith("  A cat.")
    assert coffee.startswith("coffee.png: ") and "cup" in other


def test_json_is_what_coco_tools_read_and_what_the_model_says(folder: Path, tmp_path: Path) -> None:
    assert detect(folder, "--json", tmp_path / "found.json").exit_code == 0
    coco = COCO(tmp_path / "found.json")
    assert [image["file_name"] for image in coco.imgs.values()] == ["cat.png", "coffee.png"]
    found = zoo.load("ssd-mobilenet-v2")(sample("coffee"))
    written = coco.loadAnns(coco.getAnnIds(imgIds=[2]))
    corners = sv.xywh_to_xyxy(np.array([a["bbox"] for a in written]))
    np.testing.assert_allclose(corners, found.xyxy, atol=0.011)
    names = [coco.cats[a["category_id"]]["name"] for a in written]
    assert names == found.data["class_name"].tolist()


def test_pictures_with_boxes_by_names_of_their_own(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert detect(folder / "cat.png", folder / "cat.png", "--out", out).exit_code == 0
    assert sorted(p.name for p in out.iterdir()) == ["cat-2.jpg", "cat.jpg"]
    drawn = read_picture(out / "cat.jpg")
    assert drawn.shape == sample("cat").shape
    assert (np.abs(drawn.astype(int) - sample("cat")) > 60).sum() > 500


def test_one_bad_photo_is_named_and_the_rest_goes_on(folder: Path, tmp_path: Path) -> None:
    (folder / "broken.jpg").write_bytes(b"")
    done = detect(folder / "none.png", folder, "--json", tmp_path / "found.json")
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 2
    missing, broken = done.stderr.splitlines()
    assert missing.startswith("Error: cannot read 'none.png'")
    assert broken.startswith("Error: cannot read 'broken.jpg'")
    assert len(json.loads((tmp_path / "found.json").read_text())["images"]) == 2


def test_classes_scores_and_limits(folder: Path) -> None:
    coffee = folder / "coffee.png"
    assert "(cup 0.9" in detect(coffee, "--classes", "Cup,dog").stdout
    assert detect(coffee, "--score", 1).stdout == "coffee.png: 0\n"
    assert detect(coffee, "--score", 0.05, "--max-detections", 2).stdout.startswith("coffee.png: 2 ")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--classes", "cta"], "no class is called 'cta': did you mean cat"),
        (["--model", "ssd-mobilnet"], "did you mean"),
        (["--model", "efficientnet-lite0"], "EfficientNet-Lite0 does not detect objects"),
        (["--device", "tpu"], "device 'tpu' is unknown"),
        (["--json", "none/found.json"], "cannot write 'found.json'"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(folder: Path, options: list[str], message: str) -> None:
    done = detect(folder / "cat.png", *options)
    assert done.exit_code == 1
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_csv() -> None:
    assert to_csv(sv.Detections.empty()) == "class,score,x1,y1,x2,y2\n"
    one = sv.Detections(np.array([[1, 2, 3.5, 4]]), None, np.array([0.5]), np.array([1]))
    one.data["class_name"] = np.array(["a, b"])
    assert to_csv(one).splitlines()[1] == '"a, b",0.50000,1.00,2.00,3.50,4.00'
