"""The pose room without Streamlit: who is whom, peaks, comparisons, and what is inside the nets."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest
import supervision as sv

from cvdemo import world, zoo
from cvdemo.data.pictures import sample
from cvdemo.labs.pose import experiment
from cvdemo.labs.pose.draw import SIDE, draw_close
from cvdemo.labs.pose.experiment import PoseTrace, compare, comparison_csv, people, pose_trace
from cvdemo.metrics.people import people_rows
from cvdemo.ops.peaks import find_peaks
from cvdemo.world.reading import Truth


@pytest.fixture(scope="module")
def truth() -> Truth:
    return world.truth(world.scene(10, split="test"), 640, 480)


def found(truth: Truth, rows: np.ndarray, move: float = 0.0) -> sv.Detections:
    points = truth.keypoints[rows].copy()
    points[..., 0] += move
    points[..., 2] = 0.9
    scores = np.linspace(0.9, 0.5, len(rows))
    return sv.Detections(truth.boxes[rows], confidence=scores, data={"keypoints": points})


def test_each_person_found_is_the_one_whose_box_fits_and_the_missed_follow(truth: Truth) -> None:
    rows = people_rows(truth)
    listed = people(found(truth, rows[[2, 0]]), truth)
    assert [p.keypoints is None for p in listed] == [False, False, True]
    for person, row in zip(listed, rows[[2, 0, 1]], strict=True):
        np.testing.assert_array_equal(person.truth, truth.keypoints[row])
        assert person.area == truth.masks[row].sum()
    assert "missed" in listed[2].title(3)
    np.testing.assert_array_equal(listed[2].points, truth.keypoints[rows[1], :, :2])
    twice = people(found(truth, rows[[0, 0]]), truth)
    assert twice[0].truth is not None and twice[1].truth is None  # each is somebody once


def test_a_comparison_counts_labelled_keypoints_only(truth: Truth) -> None:
    person = people(found(truth, people_rows(truth)), truth)[0]
    visible = np.array(person.reference)
    visible[5:, 2] = 0
    some = person._replace(truth=visible)
    result = compare(some.points + np.array([3.0, 4.0]), some, alpha=5.01 / some.size)
    np.testing.assert_allclose(result.errors[:5], 5)
    assert np.isnan(result.errors[5:]).all() and result.correct.sum() == 5
    assert result.oks == pytest.approx(np.nanmean(result.similarity[:5]))
    assert not compare(some.points + np.array([3.0, 4.1]), some, alpha=5 / some.size).correct.any()
    hidden = person._replace(truth=np.zeros((17, 3)))
    assert np.isnan(compare(person.points, hidden, 0.1).oks)


def test_peaks_of_two_bumps() -> None:
    rows, columns = np.indices((40, 40))
    bump = lambda i, j: np.exp(-((rows - i) ** 2 + (columns - j) ** 2) / 8)  # noqa: E731
    maps = np.stack([bump(10, 12) + 0.6 * bump(30, 31), bump(5, 5), np.zeros((40, 40))])
    peaks = find_peaks(maps, np.array([100.0, 50, 180, 90]))
    np.testing.assert_allclose(peaks.first[0], (100 + 12.5 * 2, 50 + 10.5))
    np.testing.assert_allclose(peaks.second[0], (100 + 31.5 * 2, 50 + 30.5))
    assert peaks.doubt[0] == pytest.approx(0.6, abs=0.01)
    assert peaks.doubt[1] < 0.01 and peaks.doubt[2] == 0


def test_movenet_s_inside_is_what_it_answers() -> None:
    model: Any = zoo.load("movenet-lightning")
    picture = sample("astronaut")
    raw = model.raw(picture)
    traced = pose_trace(model.spec, picture, raw.xyxy[0])
    np.testing.assert_allclose(traced.keypoints, raw.data["keypoints"][0], atol=0.5)
    assert traced.maps.shape == (17, 48, 48) and traced.regressed.shape == (17, 2)
    sure = traced.keypoints[:, 2] > 0.4
    assert sure.sum() >= 9
    cell = (traced.area[2] - traced.area[0]) / 48
    peaks = traced.peaks()
    far = np.abs(peaks.first - traced.keypoints[:, :2]).max(axis=1)
    assert (far[sure] < 2 * cell).all()  # offsets correct the peak by a part of a cell
    assert np.abs(traced.regressed - traced.keypoints[:, :2])[sure].max() < 6 * cell


def test_the_drawn_net_s_maps_are_probabilities_that_peak_at_the_keypoints() -> None:
    picture, truth = world.draw(world.scene(7, split="test"), 640, 480)
    row = people_rows(truth)[-1]
    traced = pose_trace(zoo.spec("keypoint-rcnn"), picture, truth.boxes[row])
    np.testing.assert_allclose(traced.maps.sum(axis=(1, 2)), 1, atol=1e-4)
    cell = (truth.boxes[row][2:] - truth.boxes[row][:2]) / traced.maps.shape[-1]
    peaks = traced.peaks()
    at = [(np.abs(p - traced.keypoints[:, :2]) / cell < 2).all(axis=1) for p in (peaks.first, peaks.second)]
    assert (at[0] | at[1]).all()  # a map with two peaks that are alike may be read either way
    assert at[0].mean() > 0.9
    assert ((traced.keypoints[:, 2] >= 0) & (traced.keypoints[:, 2] <= 1)).all()


def test_without_weights_there_are_no_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "has_weights", lambda key: False)
    traced = pose_trace(zoo.spec("keypoint-rcnn"), sample("cat"), np.array([0.0, 0, 50, 50]))
    assert traced.maps is None and traced.regressed is None and traced.peaks() is None
    assert experiment.missing_nets() == ["keypoint-rcnn", "pose-regression"] and experiment.held_out() == []


def test_errors_as_csv_and_close_views_of_any_box(truth: Truth) -> None:
    person = people(found(truth, people_rows(truth), move=2.0), truth)[0]
    traced = PoseTrace("a", "b", None, None, person.keypoints, person.points + 1.0)
    rows = list(csv.DictReader(io.StringIO(comparison_csv(person, traced, 0.1))))
    assert len(rows) == 17 and rows[0]["keypoint"] == "nose"
    assert float(rows[0]["heatmap_error"]) == pytest.approx(2, abs=1e-3)
    picture = np.zeros((480, 640, 3), np.uint8)
    for box in (person.box, np.array([10.0, 10, 10, 10]), np.array([-50.0, -90, 900, 20])):
        assert draw_close(picture, box, person.keypoints, person.truth).shape == (SIDE, SIDE, 3)
