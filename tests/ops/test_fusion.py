"""Weighted Boxes Fusion against its definition."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.errors import DataError
from cvdemo.ops.fusion import weighted_boxes_fusion, weighted_boxes_fusion_steps
from cvdemo.ops.iou import box_iou


def fusion_double(boxes, scores, classes, threshold: float, models: int) -> list[tuple]:
    """Section 3 of arXiv:1910.13302, word by word: (box, score, class) by descending score."""
    lists: list[list[int]] = []
    fused: list[np.ndarray] = []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        ious = [
            box_iou(boxes[[i]], f[None])[0, 0] if classes[members[0]] == classes[i] else 0.0
            for f, members in zip(fused, lists, strict=True)
        ]
        best = int(np.argmax(ious)) if ious else -1
        if best >= 0 and ious[best] > threshold:
            lists[best].append(i)
        else:
            best = len(lists)
            lists.append([i])
            fused.append(boxes[i])
        total = sum(scores[j] for j in lists[best])
        fused[best] = sum(scores[j] * boxes[j] for j in lists[best]) / total
    rows = [
        (f, np.mean([scores[j] for j in m]) * min(len(m), models) / models, classes[m[0]])
        for f, m in zip(fused, lists, strict=True)
    ]
    return sorted(rows, key=lambda row: -row[1])


@pytest.mark.parametrize("models", [1, 3])
@pytest.mark.parametrize("threshold", [0.3, 0.55])
def test_is_the_papers(models: int, threshold: float) -> None:
    rng = np.random.default_rng(3)
    corners = rng.uniform(0, 60, (150, 2))
    boxes = np.hstack([corners, corners + rng.uniform(10, 40, (150, 2))])
    scores, classes = rng.random(150), rng.integers(0, 2, 150)
    found = weighted_boxes_fusion(boxes, scores, classes, iou_threshold=threshold, models=models)
    expected = fusion_double(boxes, scores, classes, threshold, models)
    assert 10 < len(expected) < 140
    np.testing.assert_allclose(found.boxes, [row[0] for row in expected], atol=1e-9)
    np.testing.assert_allclose(found.scores, [row[1] for row in expected], atol=1e-12)
    assert found.class_ids.tolist() == [row[2] for row in expected]
    assert sorted(i for members in found.members for i in members) == list(range(150))


def test_two_boxes_by_hand() -> None:
    boxes = [[0, 0, 10, 10], [2, 0, 12, 10]]
    found = weighted_boxes_fusion(boxes, [0.9, 0.6], iou_threshold=0.5, models=3)
    np.testing.assert_allclose(found.boxes, [[0.8, 0, 10.8, 10]])  # 0.6 / 1.5 of 2 pixels
    np.testing.assert_allclose(found.scores, [0.75 * 2 / 3])
    assert found.members == ((0, 1),)


def test_last_steps_give_the_fused_boxes() -> None:
    rng = np.random.default_rng(4)
    corners = rng.uniform(0, 30, (40, 2))
    boxes, scores = np.hstack([corners, corners + 20]), rng.random(40)
    steps = list(weighted_boxes_fusion_steps(boxes, scores))
    assert [s.current for s in steps] == np.argsort(-scores).tolist()
    last = {s.cluster: s for s in steps}
    found = weighted_boxes_fusion(boxes, scores)
    assert {s.members for s in last.values()} == set(found.members)
    by_members = dict(zip(found.members, found.boxes, strict=True))
    for step in last.values():
        np.testing.assert_array_equal(step.box, by_members[step.members])


def test_nothing_in_nothing_out_and_bad_input_refused() -> None:
    found = weighted_boxes_fusion([], [])
    assert found.boxes.shape == (0, 4)
    assert found.members == ()
    with pytest.raises(DataError, match="negative size"):
        weighted_boxes_fusion([[3, 0, 1, 1]], [1.0])
    with pytest.raises(DataError, match="models must be 1 or more"):
        weighted_boxes_fusion([], [], models=0)
