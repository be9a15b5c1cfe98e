"""`cvdemo score` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cvdemo.cli import main
from cvdemo.metrics import evaluate

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "metrics"

TRUTH = {
    "images": [{"id": 1, "width": 100, "height": 100}],
    "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 19, 19]},
        {"id": 2, "image_id": 1, "category_id": 2, "bbox": [50, 50, 40, 40]},
    ],
}
RESULTS = [
    {"image_id": 1, "category_id": 1, "bbox": [10, 10, 9, 19], "score": 0.9},
    {"image_id": 1, "category_id": 2, "bbox": [50, 50, 40, 40], "score": 0.8},
]


def score(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["score", *map(str, arguments)])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    truth, results = tmp_path / "truth.json", tmp_path / "results.json"
    truth.write_text(json.dumps(TRUTH))
    results.write_text(json.dumps(RESULTS))
    return truth, results


def test_prints_and_writes_cocos_numbers(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = score(*files, "--json", out)
    assert done.exit_code == 0, done.output
    assert json.loads(out.read_text()) == evaluate(*files)
    assert done.stdout.splitlines()[0].split() == ["AP", "0.5000"]
    assert done.stdout.splitlines()[3].split() == ["APs", "0.0000"]
    assert done.stdout.splitlines()[5].split() == ["APl", "-"]
    assert len(done.stdout.splitlines()) == 12
    assert done.stderr == ""


def test_one_threshold_gives_three_averages_per_class(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = score(*files, "--iou", ".5", "--json", out)
    assert done.exit_code == 0, done.output
    found = json.loads(out.read_text())
    assert found["iou"] == 0.5
    assert found["AP_all_point"] == found["AP_11_point"] == found["AP_101_point"] == 0.5
    assert found["per_class"]["cat"]["AP_all_point"] == 0
    assert found["per_class"]["dog"]["AP_all_point"] == 1
    assert done.stdout.splitlines()[-1].split() == ["mean", "0.5000", "0.5000", "0.5000"]


def test_the_pixel_convention_decides_a_close_case(files: tuple[Path, Path]) -> None:
    """9 x 19 of 19 x 19 is below a half; counted in pixels it is 10 x 20 of 20 x 20."""
    done = score(*files, "--iou", ".5", "--pixel-convention", "plus-one")
    assert done.stdout.splitlines()[-1].split() == ["mean", "1.0000", "1.0000", "1.0000"]
    assert score(*files, "--pixel-convention", "plus-one").stdout.splitlines()[1].split() == [
        "AP50",
        "1.0000",
    ]


def test_what_was_left_out_is_said_beside_the_numbers(files: tuple[Path, Path]) -> None:
    files[1].write_text(json.dumps([*RESULTS, {**RESULTS[0], "image_id": 9}]))
    done = score(*files)
    assert done.exit_code == 0
    assert (
        done.stderr
        == "note: results.json: entry 2, field 'image_id': 9: truth.json has no such image; left out\n"
    )
    assert done.stdout.startswith("AP      0.5000")


def test_detections_beyond_the_limit_are_mentioned(files: tuple[Path, Path]) -> None:
    files[1].write_text(json.dumps(RESULTS * 101))
    done = score(*files)
    assert (
        "note: results.json: 2 detections beyond the best 100 of their image and class do not count"
        in done.stderr
    )


def test_bad_entries_end_it_unless_they_may_be_left_out(files: tuple[Path, Path]) -> None:
    files[1].write_text(json.dumps([*RESULTS, {**RESULTS[0], "score": float("nan")}]))
    done = score(*files)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: results.json: entry 2, field 'score': nan is not finite; ")
    assert len(done.stderr.splitlines()) == 1
    done = score(*files, "--skip-bad")
    assert done.exit_code == 0
    assert done.stderr == "note: results.json: entry 2, field 'score': nan is not finite; left out\n"


def test_missing_files_and_places_are_named(files: tuple[Path, Path], tmp_path: Path) -> None:
    done = score(tmp_path / "no.json", files[1])
    assert (done.exit_code, done.stderr) == (1, "Error: no.json: cannot be read: No such file or directory\n")
    done = score(*files, "--json", tmp_path / "no" / "out.json")
    assert (done.exit_code, done.stderr) == (1, "Error: cannot write out.json: No such file or directory\n")


@pytest.mark.parametrize("iou", ["0", "1.5", "half"])
def test_a_threshold_out_of_range_is_a_usage_error(files: tuple[Path, Path], iou: str) -> None:
    assert score(*files, "--iou", iou).exit_code == 2


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared/data/metrics beside the repository")
@pytest.mark.parametrize(("convention", "all_point"), [("plus-one", 0.2457), ("continuous", 0.2254)])
def test_object_detection_metrics_folders(tmp_path: Path, convention: str, all_point: float) -> None:
    folder, out = SHARED / "object-detection-metrics", tmp_path / "out.json"
    options = ["--format", "odm", "--iou", ".3", "--pixel-convention", convention, "--json", out]
    done = score(folder / "groundtruths", folder / "detections", *options)
    assert done.exit_code == 0, done.output
    found = json.loads(out.read_text())
    assert found["AP_all_point"] == pytest.approx(all_point, abs=5e-5)
    assert found["AP_11_point"] == pytest.approx(0.2684, abs=5e-5)
    assert list(found["per_class"]) == ["person"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared/data/metrics beside the repository")
def test_masks_and_keypoints_of_the_fixtures() -> None:
    coco, people = SHARED / "coco-100", SHARED / "coco-keypoints"
    results = coco / "instances_val2014_fakesegm100_results.json"
    done = score(coco / "instances_val2014_100.json", results, "--iou-type", "segm")
    assert done.stdout.splitlines()[0].split() == ["AP", "0.3195"]
    done = score(people / "gt_dataset.json", people / "dt_dataset.json", "--iou-type", "keypoints")
    assert [line.split()[0] for line in done.stdout.splitlines()][5:7] == ["AR", "AR50"]
    assert done.stdout.splitlines()[0].split() == ["AP", "0.5049"]
