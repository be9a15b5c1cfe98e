"""`cvdemo instances` as a user calls it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from pycocotools.coco import COCO

from cvdemo import zoo
from cvdemo.cli import main
from cvdemo.data.pictures import read_picture, sample, to_png
from cvdemo.ops.detections import masks_of


def instances(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["instances", *map(str, arguments)])


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    path.write_bytes(to_png(sample("cat")))
    return path


def test_json_has_the_masks_that_the_model_gives(cat: Path, tmp_path: Path) -> None:
    done = instances(cat, "--json", tmp_path / "found.json", "--out", tmp_path / "drawn")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("cat.png: 1 (cat 0.9")
    coco = COCO(tmp_path / "found.json")
    (row,) = coco.loadAnns(coco.getAnnIds())
    masks = masks_of(zoo.load(zoo.first_model(zoo.Task.INSTANCES))(sample("cat")))
    assert masks is not None
    np.testing.assert_array_equal(coco.annToMask(row), next(masks.each()))
    assert row["area"] == masks.areas()[0] > 1000
    changed = (np.abs(read_picture(tmp_path / "drawn" / "cat.jpg").astype(int) - sample("cat")) > 30).any(-1)
    assert changed[next(masks.each())].mean() > 0.5


def test_the_mask_threshold_counts(cat: Path, tmp_path: Path) -> None:
    areas = []
    for threshold in (0.01, 0.5, 0.99):
        instances(cat, "--mask-threshold", threshold, "--json", tmp_path / "found.json")
        coco = COCO(tmp_path / "found.json")
        areas.append(coco.loadAnns(coco.getAnnIds())[0]["area"])
    assert areas[0] > areas[1] > areas[2] > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "ssd-mobilenet-v2"], "SSD MobileNetV2 does not give a mask for each object"),
        (["--classes", "cta"], "no class is called 'cta': did you mean cat"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(cat: Path, options: list[str], message: str) -> None:
    done = instances(cat, *options)
    assert done.exit_code == 1
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
