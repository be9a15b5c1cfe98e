"""`cvdemo pose` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from pycocotools.coco import COCO

from cvdemo import zoo
from cvdemo.cli import main
from cvdemo.data.pictures import read_picture, sample, to_png
from cvdemo.ops.keypoints import KEYPOINT_NAMES


def pose(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["pose", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("astronaut", "cat"):
        (photos / f"{name}.png").write_bytes(to_png(sample(name)))
    return photos


def test_json_is_coco_s_keypoint_form_and_what_the_model_finds(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "drawn"
    done = pose(folder, "--json", tmp_path / "people.json", "--out", out)
    assert done.exit_code == 0, done.output
    astronaut, cat = done.stdout.splitlines()
    assert astronaut.startswith("astronaut.png: 1 (person 0.") and cat == "cat.png: 0"
    coco = COCO(tmp_path / "people.json")
    (category,) = coco.cats.values()
    assert category["name"] == "person" and category["keypoints"] == list(KEYPOINT_NAMES)
    assert [16, 14] in category["skeleton"] and len(category["skeleton"]) == 19
    (person,) = coco.anns.values()
    found = zoo.load("movenet-lightning")(sample("astronaut"), score=0.3)
    np.testing.assert_allclose(
        np.reshape(person["keypoints"], (17, 3)), found.data["keypoints"][0], atol=0.011
    )
    assert person["num_keypoints"] == 17
    drawn = read_picture(out / "astronaut.jpg")
    assert (np.abs(drawn.astype(int) - sample("astronaut")) > 60).sum() > 500


def test_the_drawn_world_s_people_have_the_name_only(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(to_png(sample("cat")))
    file = tmp_path / "people.json"
    assert pose(tmp_path / "cat.png", "--model", "keypoint-rcnn", "--json", file).exit_code == 0
    assert [c["name"] for c in json.loads(file.read_text())["categories"]] == ["person"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "ssd-mobilenet-v2"], "does not find keypoints: `cvdemo models --task pose`"),
        (["--model", "movenet-lightnig"], "did you mean movenet-lightning"),
        (["--json", "none/people.json"], "cannot write 'people.json'"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(folder: Path, options: list[str], message: str) -> None:
    done = pose(folder / "cat.png", *options)
    assert done.exit_code == 1
    assert message in done.stderr and len(done.stderr.splitlines()) == 1
