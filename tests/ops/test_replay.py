"""A replay ends where the operation ends, and its pairs add up to it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torchvision.ops import batched_nms, nms

from cvdemo.errors import DataError
from cvdemo.ops.fusion import weighted_boxes_fusion
from cvdemo.ops.iou import box_iou
from cvdemo.ops.nms import diou_nms, soft_nms
from cvdemo.ops.replay import SURVIVORS, Method, replay


def some(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 200, (n, 2))
    boxes = np.hstack([corner, corner + rng.uniform(20, 120, (n, 2))])
    return boxes, rng.random(n).round(2), rng.integers(0, 3, n)


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.9, 1.0])
def test_greedy_keeps_what_torchvision_keeps(threshold: float) -> None:
    boxes, scores, classes = some(150)
    tensors = torch.from_numpy(boxes), torch.from_numpy(scores)
    across = replay(boxes, scores, None, Method.GREEDY, iou_threshold=threshold)
    assert sorted(across.kept) == sorted(nms(*tensors, threshold).tolist())
    within = replay(boxes, scores, classes, Method.GREEDY, iou_threshold=threshold)
    expected = batched_nms(*tensors, torch.from_numpy(classes), threshold)
    assert sorted(within.kept) == sorted(expected.tolist())


@pytest.mark.parametrize("method", [m for m in Method if m is not Method.FUSION])
def test_every_box_is_kept_or_falls_once(method: Method) -> None:
    boxes, scores, classes = some(200, 1)
    played = replay(boxes, scores, classes, method, iou_threshold=0.4, score_threshold=0.05)
    passed = np.flatnonzero(scores >= 0.05) if "soft" in method else np.arange(200)
    fell = played.other[played.suppressed]
    assert sorted([*played.kept, *fell]) == passed.tolist()
    assert played.offsets[-1] == len(played.other) and len(played.offsets) == len(played) + 1


def test_pairs_carry_the_iou_and_few_that_are_spared() -> None:
    boxes, scores, _ = some(120, 2)
    played = replay(boxes, scores, None, Method.GREEDY, iou_threshold=0.5)
    for step in range(len(played)):
        rows = slice(played.offsets[step], played.offsets[step + 1])
        ious = box_iou(boxes[[played.current[step]]], boxes[played.other[rows]])[0]
        assert np.allclose(played.overlap[rows], ious, atol=1e-12)
        assert np.array_equal(played.suppressed[rows], played.overlap[rows] > 0.5)
        assert (~played.suppressed[rows]).sum() <= SURVIVORS


def test_soft_and_distance_end_as_the_operations() -> None:
    boxes, scores, classes = some(150, 3)
    soft = replay(boxes, scores, classes, Method.GAUSSIAN, sigma=0.5, score_threshold=0.1)
    kept, left = soft_nms(boxes, scores, classes, sigma=0.5, score_threshold=0.1)
    assert np.array_equal(soft.kept, kept) and np.allclose(soft.kept_scores, left)
    linear = replay(boxes, scores, None, Method.LINEAR, iou_threshold=0.3, score_threshold=0.1)
    assert np.array_equal(
        linear.kept, soft_nms(boxes, scores, method="linear", iou_threshold=0.3, score_threshold=0.1)[0]
    )
    far = replay(boxes, scores, None, Method.DISTANCE, iou_threshold=0.3)
    assert np.array_equal(far.kept, diou_nms(boxes, scores, 0.3))


def test_scores_after_every_step_lead_to_the_final_ones() -> None:
    boxes, scores, _ = some(80, 4)
    soft = replay(boxes, scores, None, Method.GAUSSIAN, score_threshold=0.05)
    now = scores.copy()
    for step in range(len(soft)):
        rows = slice(soft.offsets[step], soft.offsets[step + 1])
        now[soft.other[rows]] = soft.after[rows]
    assert np.allclose(now[soft.kept], soft.kept_scores)


def test_fusion_ends_as_the_operation() -> None:
    boxes, scores, classes = some(150, 5)
    played = replay(boxes, scores, classes, Method.FUSION, iou_threshold=0.5)
    fused = weighted_boxes_fusion(boxes, scores, classes, iou_threshold=0.5)
    assert np.allclose(np.sort(played.kept_scores), np.sort(fused.scores))
    assert np.allclose(
        played.kept_boxes[np.lexsort(played.kept_boxes.T)], fused.boxes[np.lexsort(fused.boxes.T)]
    )


@pytest.mark.parametrize("method", list(Method))
def test_edges(method: Method) -> None:
    nothing = replay(np.zeros((0, 4)), [], [], method)
    assert len(nothing) == 0 and len(nothing.kept) == 0 and nothing.kept_boxes.shape == (0, 4)
    one = replay([[0, 0, 5, 5]], [0.5], None, method)
    assert one.kept.tolist() == [0] and len(one) == 1
    same = replay([[0, 0, 5, 5]] * 4, [0.5] * 4, None, method, iou_threshold=0.5, score_threshold=0.2)
    assert same.kept.tolist()[0] == 0
    assert len(same.kept) == 1 or method is Method.GAUSSIAN
    with pytest.raises(DataError):
        replay([[0, 0, np.nan, 5]], [0.5], None, method)
