"""Bad truth and results in COCO's JSON: what is refused, what is left out, and what the sentence says."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from cvdemo.data.coco import read_coco
from cvdemo.errors import DataError

TRUTH: dict[str, Any] = {
    "images": [{"id": 1, "width": 640, "height": 480}, {"id": 2, "width": 640, "height": 480}],
    "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20], "area": 300, "iscrowd": 0},
        {"id": 2, "image_id": 2, "category_id": 2, "bbox": [10, 10, 20, 20]},
    ],
}
RESULTS: list[dict[str, Any]] = [
    {"image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20], "score": 0.9},
    {"image_id": 2, "category_id": 2, "bbox": [10, 10, 20, 20], "score": 0.8},
    {"image_id": 2, "category_id": 1, "bbox": [15, 10, 20, 20], "score": 0.7},
]


def changed(rows: Any, at: int, **fields: Any) -> Any:
    """A copy of the rows with fields of one changed; a value of `del` removes it."""
    rows = copy.deepcopy(rows)
    for key, value in fields.items():
        if value is del_:
            del rows[at][key]
        else:
            rows[at][key] = value
    return rows


del_ = object()


def test_columns_hold_what_the_files_say() -> None:
    data = read_coco(TRUTH, RESULTS)
    assert data.problems == ()
    assert data.image_ids == (1, 2)
    assert data.category_names == ("cat", "dog")
    assert data.truth.boxes.tolist() == [[10, 10, 30, 30]] * 2
    assert data.truth.area.tolist() == [300, 400]  # its own, or the box's
    assert data.results.category.tolist() == [0, 1, 0]
    assert data.results.score.tolist() == [0.9, 0.8, 0.7]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"score": float("nan")}, "results: entry 1, field 'score': nan is not finite"),
        ({"score": "0.8"}, "results: entry 1, field 'score': '0.8' is not a number"),
        ({"score": None}, "results: entry 1, field 'score': None is not a number"),
        ({"score": 10**400}, "results: entry 1, field 'score': 1000"),
        ({"score": del_}, "results: entry 1, field 'score': is missing"),
        (
            {"bbox": [1, 1, -5, 5]},
            r"results: entry 1, field 'bbox': \[1.0, 1.0, -5.0, 5.0\] has a negative width",
        ),
        ({"bbox": [1, float("inf"), 5, 5]}, "results: entry 1, field 'bbox': .* is not finite"),
        ({"bbox": [1, 2, 3]}, r"results: entry 1, field 'bbox': \[1, 2, 3\] is not a list of 4 numbers"),
        ({"bbox": {"x": 1}}, "results: entry 1, field 'bbox': .* is not a list of 4 numbers"),
        ({"bbox": del_}, "results: entry 1, field 'bbox': is missing"),
        ({"image_id": del_}, "results: entry 1, field 'image_id': is missing"),
        ({"image_id": [2]}, r"results: entry 1, field 'image_id': \[2\] is not an id"),
        ({"category_id": None}, "results: entry 1, field 'category_id': None is not an id"),
    ],
)
def test_entries_that_cannot_be_scored_are_refused_or_left_out(fields: dict, message: str) -> None:
    bad = changed(RESULTS, 1, **fields)
    with pytest.raises(DataError, match=message):
        read_coco(TRUTH, bad)
    data = read_coco(TRUTH, bad, skip_bad=True)
    assert data.results.entry.tolist() == [0, 2]
    assert data.results.score.tolist() == [0.9, 0.7]
    assert len(data.problems) == 1
    assert "left out" in str(data.problems[0])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"bbox": [1, 1, 5, -5]}, r"truth: annotations\[1\], field 'bbox': .* negative width or height"),
        ({"area": float("nan")}, r"truth: annotations\[1\], field 'area': nan is not finite"),
        ({"area": -1}, r"truth: annotations\[1\], field 'area': -1 is negative"),
        ({"iscrowd": 2}, r"truth: annotations\[1\], field 'iscrowd': 2 is neither 0 nor 1"),
        ({"bbox": del_}, r"truth: annotations\[1\], field 'bbox': is missing"),
    ],
)
def test_truth_that_cannot_be_scored_is_refused_or_left_out(fields: dict, message: str) -> None:
    bad = {**TRUTH, "annotations": changed(TRUTH["annotations"], 1, **fields)}
    with pytest.raises(DataError, match=message):
        read_coco(bad, RESULTS)
    assert read_coco(bad, RESULTS, skip_bad=True).truth.entry.tolist() == [0]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"image_id": 7}, "results: entry 1, field 'image_id': 7: truth has no such image; left out"),
        ({"image_id": "2"}, "results: entry 1, field 'image_id': '2': truth has no such image; left out"),
        (
            {"category_id": 9},
            "results: entry 1, field 'category_id': 9: truth has no such category; left out",
        ),
    ],
)
def test_results_for_what_the_truth_does_not_have_are_left_out(fields: dict, message: str) -> None:
    data = read_coco(TRUTH, changed(RESULTS, 1, **fields))
    assert [str(problem) for problem in data.problems] == [message]
    assert data.results.entry.tolist() == [0, 2]


def test_entries_alike_are_counted_in_one_sentence() -> None:
    rows = changed(changed(RESULTS, 0, image_id=7), 2, image_id=8)
    (problem,) = read_coco(TRUTH, rows).problems
    assert str(problem).endswith("left out (2 entries are like this)")


def test_truth_of_an_image_that_is_not_listed_is_left_out() -> None:
    bad = {**TRUTH, "annotations": changed(TRUTH["annotations"], 0, image_id=5)}
    data = read_coco(bad, RESULTS)
    assert [str(p) for p in data.problems] == [
        "truth: annotations[0], field 'image_id': 5: the file has no such image; left out"
    ]


def test_results_of_which_none_fits_are_refused() -> None:
    rows = [{**row, "image_id": row["image_id"] + 100} for row in RESULTS]
    with pytest.raises(DataError, match=r"101: truth has no such image.*3 entries.*nothing remains"):
        read_coco(TRUTH, rows)


def test_boxes_outside_are_kept_and_mentioned() -> None:
    data = read_coco(TRUTH, changed(RESULTS, 1, bbox=[700, 10, 20, 20]))
    assert len(data.results) == 3
    assert "results: entry 1, field 'bbox'" in str(data.problems[0])
    assert "reaches beyond its image of 640 x 480 pixels; scored as it is" in str(data.problems[0])
    assert read_coco(TRUTH, changed(RESULTS, 1, bbox=[620, 460, 20.5, 20.5])).problems == ()


def test_no_results_are_results() -> None:
    data = read_coco(TRUTH, [])
    assert len(data.results) == 0
    assert data.results.boxes.shape == (0, 4)
    assert "no detections" in str(data.problems[0])


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        (
            [],
            "truth: the truth must be an object with 'images', 'annotations' and 'categories'.* a list",
        ),
        (RESULTS, "truth: the truth must be an object"),
        ({"a": 1}, "truth: field 'images': must be a list, the file has 'a'"),
        ({**TRUTH, "images": {"1": {}}}, "truth: field 'images': must be a list"),
        ({**TRUTH, "annotations": []}, "truth: field 'annotations': is empty, so there is nothing to score"),
        ({**TRUTH, "images": []}, "truth: field 'images': is empty"),
        ({**TRUTH, "annotations": [1]}, r"truth: annotations\[0\]: must be an object, it is 1"),
        ({**TRUTH, "images": [{"id": 1}] * 2}, r"truth: images\[1\], field 'id': 1 is given twice"),
        ({**TRUTH, "categories": [{"name": "cat"}]}, r"truth: categories\[0\], field 'id': is missing"),
    ],
)
def test_truth_of_another_shape_is_refused(truth: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_coco(truth, RESULTS)


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ({"boxes": []}, "results: the results must be a list of detections.*an object with the keys 'boxes'"),
        ("[]", "cannot be read"),
        ([1], "results: entry 0: must be an object, it is 1"),
        ([[1, 2]], "results: entry 0: must be an object, it is a list"),
    ],
)
def test_results_of_another_shape_are_refused(results: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_coco(TRUTH, results)


def test_a_whole_coco_object_serves_as_results() -> None:
    assert len(read_coco(TRUTH, {"annotations": RESULTS}).results) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"images": [}', "mine.json: line 1, column 13: not JSON"),
        (b"\xff\xfe\x00", "mine.json: not JSON"),
        (b"[" * 100_000, "mine.json: not JSON"),
        (None, "mine.json: cannot be read: No such file"),
    ],
)
def test_files_that_are_no_json_are_named(tmp_path: Path, text: bytes | None, message: str) -> None:
    path = tmp_path / "mine.json"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(DataError, match=message):
        read_coco(path, RESULTS)


def test_files_are_named_in_messages(tmp_path: Path) -> None:
    truth, results = tmp_path / "val.json", tmp_path / "mine.json"
    truth.write_text(json.dumps(TRUTH))
    results.write_text(json.dumps(changed(RESULTS, 1, image_id=7)))
    data = read_coco(str(truth), results)
    assert str(data.problems[0]).startswith(
        "mine.json: entry 1, field 'image_id': 7: val.json has no such image"
    )
    results.write_text(json.dumps(changed(RESULTS, 2, score=float("nan"))))
    with pytest.raises(DataError, match=r"^mine\.json: entry 2, field 'score': nan is not finite"):
        read_coco(truth, results)


SQUARE = [[10.0, 10.0, 30.0, 10.0, 30.0, 30.0, 10.0, 30.0]]


@pytest.mark.parametrize(
    ("segmentation", "message"),
    [
        (del_, "is missing"),
        ([[1, 2, 3, 4]], "at least three x y pairs"),
        ([[1, 2, 3, 4, 5, float("nan")]], "of finite numbers"),
        ([], "has no polygon"),
        ("abc", "is neither a list of polygons nor an object"),
        ({"size": [480, 640]}, "is neither a list of polygons nor an object"),
        ({"size": [10, 10], "counts": [100]}, "its size is 10 x 10, the image's 640 x 480"),
        ({"size": [480], "counts": [5]}, "'size' is not a list of height and width"),
        ({"size": 480, "counts": [5]}, "'size' is not a list of height and width"),
        ({"size": [480, "b"], "counts": [5]}, "something else than height and width"),
        ({"size": [480, 640], "counts": [5, 5]}, "do not add up to the image"),
        ({"size": [480, 640], "counts": "zzz\x7f"}, "no run-length code"),
        ({"size": [480, 640], "counts": ""}, "no run-length code"),
        ({"size": [480, 640], "counts": "0" + "o" * 5 + "5"}, "run beyond the image"),
    ],
)
def test_masks_that_are_none_are_refused(segmentation: Any, message: str) -> None:
    good = [{**row, "segmentation": SQUARE} for row in TRUTH["annotations"]]
    data = read_coco({**TRUTH, "annotations": good}, [{**r, "segmentation": SQUARE} for r in RESULTS], "segm")
    assert data.results.masks is not None
    assert len(data.results.masks) == 3
    bad = changed(good, 1, segmentation=segmentation)
    with pytest.raises(DataError, match=rf"annotations\[1\], field 'segmentation': .*{message}"):
        read_coco({**TRUTH, "annotations": bad}, RESULTS, "segm")


def test_hundreds_of_masks_are_measured() -> None:
    """pycocotools 2.0.11 cannot take the area of 256 masks together."""
    rows = [{**RESULTS[0], "segmentation": SQUARE}] * 300
    for row in rows:
        row.pop("bbox", None)
    good = [{**row, "segmentation": SQUARE} for row in TRUTH["annotations"]]
    data = read_coco({**TRUTH, "annotations": good}, rows, "segm")
    assert set(data.results.area.tolist()) == {400.0}
    assert data.results.boxes[299].tolist() == [10, 10, 30, 30]


def test_keypoints_of_another_number_are_refused() -> None:
    people = [{**row, "keypoints": [5.0, 5.0, 2.0] * 17, "num_keypoints": 17} for row in TRUTH["annotations"]]
    with pytest.raises(
        DataError, match=r"results: entry 0, field 'keypoints': .* is not a list of 51 numbers"
    ):
        read_coco({**TRUTH, "annotations": people}, [{**RESULTS[0], "keypoints": [1, 2, 3]}], "keypoints")


def test_two_hundred_thousand_detections_are_read() -> None:
    rows = [{**RESULTS[i % 3], "score": i / 200_000} for i in range(200_000)]
    assert len(read_coco(TRUTH, rows).results) == 200_000


@pytest.mark.parametrize(
    "part", [[70, 70, 71, 71], [1, 2], [], [1.0, 2, 3, 4, 5, float("nan")], [1, 2, 3, 4, 5]]
)
def test_the_rest_of_a_mask_with_a_bad_part_is_scored_and_said(part: list[float]) -> None:
    good = [{**row, "segmentation": SQUARE} for row in TRUTH["annotations"]]
    odd = changed(good, 0, segmentation=[*SQUARE, part])
    results = [{**r, "segmentation": SQUARE} for r in RESULTS]
    data = read_coco({**TRUTH, "annotations": odd}, results, "segm")
    expected = read_coco({**TRUTH, "annotations": good}, results, "segm")
    assert data.truth.masks == expected.truth.masks
    assert "1 of the mask's parts is no polygon of three points or more; the rest is scored" in str(
        data.problems[0]
    )
    assert expected.problems == ()


def test_null_is_as_good_as_missing() -> None:
    rows = changed(TRUTH["annotations"], 0, area=None, iscrowd=None)
    data = read_coco({**TRUTH, "annotations": rows}, RESULTS)
    assert (data.truth.area.tolist(), data.truth.crowd.tolist()) == ([400.0, 400.0], [False, False])


@pytest.mark.parametrize("side", ["truth", "results"])
def test_boxes_that_look_relative_are_said(side: str) -> None:
    rows = {"truth": TRUTH["annotations"], "results": RESULTS}[side]
    small = [{**row, "bbox": [0.1, 0.1, 0.5, 0.5]} for row in rows]
    truth, results = ({**TRUTH, "annotations": small}, RESULTS) if side == "truth" else (TRUTH, small)
    (problem,) = read_coco(truth, results).problems
    assert "as in fractions of the image; scored as pixels" in str(problem)
