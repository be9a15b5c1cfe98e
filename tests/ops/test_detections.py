"""From raw detections to those that stay."""

from __future__ import annotations

import numpy as np
import pytest
import supervision as sv
import torch
from torchvision.ops import batched_nms

from cvdemo.ops.detections import confidence, scaled, select


def raw(n: int = 300, *, seed: int = 0) -> sv.Detections:
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 200, (n, 2))
    boxes = np.hstack([corner, corner + rng.uniform(20, 120, (n, 2))]).astype(np.float32)
    scores = rng.uniform(0, 1, n).astype(np.float32)
    return sv.Detections(xyxy=boxes, confidence=scores, class_id=rng.integers(0, 4, n))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("iou", [0.2, 0.5, 0.8])
def test_as_torchvision_does(seed: int, iou: float) -> None:
    every = raw(seed=seed)
    rows = np.flatnonzero(every.confidence >= 0.3)
    tensors = (torch.from_numpy(a[rows]) for a in (every.xyxy, every.confidence, every.class_id))
    theirs = rows[batched_nms(*tensors, iou).numpy()]
    found = select(every, score=0.3, iou=iou, max_detections=1000)
    np.testing.assert_array_equal(found.data["raw_index"], theirs)
    np.testing.assert_array_equal(found.xyxy, every.xyxy[theirs])


def test_only_the_classes_asked_for() -> None:
    every = raw()
    assert set(select(every, score=0, classes={1, 3}).class_id) == {1, 3}
    assert len(select(every, score=0, classes=[])) == 0


def test_the_best_stay_within_the_limit() -> None:
    every = raw()
    found = select(every, score=0, iou=1, max_detections=7)
    np.testing.assert_array_equal(found.confidence, np.sort(every.confidence)[::-1][:7])


def test_iou_of_one_drops_nothing_not_even_an_equal_box() -> None:
    one = raw(1)
    twice = sv.Detections.merge([one, one])
    assert len(select(twice, score=0, iou=1)) == 2
    assert len(select(twice, score=0, iou=0.99)) == 1


def test_a_score_at_the_threshold_stays() -> None:
    every = raw(1)
    assert len(select(every, score=float(every.confidence[0]))) == 1


def test_nothing_stays_nothing() -> None:
    nothing = sv.Detections(np.zeros((0, 4), np.float32), None, np.zeros(0, np.float32), np.zeros(0, int))
    assert len(select(nothing)) == len(select(raw(), score=1.0)) == 0
    assert confidence(sv.Detections.empty()).shape == (0,)
    assert len(select(sv.Detections.empty())) == 0


def test_scaled_to_another_size_of_the_picture() -> None:
    every = raw(5)
    found = scaled(every, (480, 640), (240, 1280))
    np.testing.assert_allclose(found.xyxy, every.xyxy * [2, 0.5, 2, 0.5], rtol=1e-6)
    assert found.xyxy.dtype == every.xyxy.dtype
    np.testing.assert_array_equal(found.class_id, every.class_id)
    np.testing.assert_allclose(scaled(found, (240, 1280), (480, 640)).xyxy, every.xyxy, rtol=1e-6)
