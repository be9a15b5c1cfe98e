"""NMS against torchvision, its steps against itself, Soft-NMS and DIoU-NMS against their definitions."""

from __future__ import annotations

import subprocess
import sys
from collections import deque

import numpy as np
import pytest
import torch
import torchvision.ops as peer
from hypothesis import given, settings
from hypothesis import strategies as st

from cvdemo.errors import DataError
from cvdemo.ops.iou import box_iou, distance_box_iou
from cvdemo.ops.nms import (
    batched_nms,
    diou_nms,
    diou_nms_steps,
    nms,
    nms_steps,
    soft_nms,
    soft_nms_steps,
)


def crowd(n: int, seed: int, dtype: type = np.float32) -> tuple[np.ndarray, np.ndarray]:
    """Boxes around n / 8 centres."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 300, (max(1, n // 8), 2))[rng.integers(0, max(1, n // 8), n)]
    centres, sides = centres + rng.normal(0, 6, (n, 2)), rng.uniform(10, 60, (n, 2))
    return np.hstack([centres - sides / 2, centres + sides / 2]).astype(dtype), rng.random(n).astype(dtype)


def torch_nms(boxes: np.ndarray, scores: np.ndarray, threshold: float) -> list[int]:
    return peer.nms(torch.from_numpy(boxes), torch.from_numpy(scores), threshold).tolist()


@pytest.mark.parametrize("sparse", [0.0, np.inf], ids=["in blocks", "by a sweep"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [0, 1, 2, 63, 64, 65, 200, 3000])
def test_equals_torchvision_on_random_boxes(
    n: int, dtype: type, sparse: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cvdemo.ops.nms.SPARSE", sparse)
    boxes, scores = crowd(n, n, dtype)
    for threshold in (0.0, 0.1, 0.3, 0.5, 0.7, 0.95, 1.0):
        kept = nms(boxes, scores, threshold)
        assert kept.dtype == np.int64
        assert kept.tolist() == torch_nms(boxes, scores, threshold)


@pytest.mark.parametrize("sparse", [0.0, np.inf], ids=["in blocks", "by a sweep"])
@given(
    corners=st.lists(st.tuples(*[st.integers(0, 6)] * 4), max_size=40), seed=st.integers(0, 99),
    threshold=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_equals_torchvision_on_boxes_that_touch_repeat_and_are_empty(
    sparse: float, corners: list[tuple[int, ...]], seed: int, threshold: float
) -> None:
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in corners], np.float32).reshape(-1, 4)
    scores = np.random.default_rng(seed).permutation(len(boxes)).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cvdemo.ops.nms.SPARSE", sparse)
        assert nms(boxes, scores, threshold).tolist() == torch_nms(boxes, scores, threshold)


def test_equals_torchvision_where_most_boxes_stay() -> None:
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 1000, (2500, 2))
    boxes = np.hstack([corners, corners + rng.uniform(5, 40, (2500, 2))]).astype(np.float32)
    scores = rng.random(2500, dtype=np.float32)
    kept = nms(boxes, scores, 0.4)
    assert len(kept) > 1500
    assert kept.tolist() == torch_nms(boxes, scores, 0.4)


small_boxes = st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(0, 4)] * 2).map(
    lambda t: (t[0], t[1], t[0] + t[2], t[1] + t[3])
)
rows = st.lists(st.tuples(small_boxes, st.sampled_from([0.2, 0.5, 0.9])), max_size=40)
thresholds = st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.3, 1 / 3, 0.5, 0.6, 2 / 3, 0.7, 1.0])


@settings(max_examples=150, deadline=None)
@given(rows, thresholds, st.sampled_from([np.float32, np.float64]))
def test_ties_of_score_and_overlaps_at_the_threshold_fall_as_in_torchvision(rows, threshold, dtype) -> None:
    boxes = np.array([box for box, _ in rows], dtype=dtype).reshape(-1, 4)
    scores = np.array([score for _, score in rows], dtype=dtype)
    expected = torch_nms(boxes, scores, threshold)
    assert nms(boxes, scores, threshold).tolist() == expected
    steps = list(nms_steps(boxes, scores, threshold))
    assert [step.current for step in steps] == expected


@settings(max_examples=60, deadline=None)
@given(rows, thresholds, st.randoms(use_true_random=False))
def test_batched_equals_torchvision_and_the_steps(rows, threshold, random) -> None:
    boxes = np.array([box for box, _ in rows], dtype=np.float32).reshape(-1, 4)
    order = list(range(len(rows)))
    random.shuffle(order)
    scores = np.array(order, dtype=np.float32)  # without ties: torchvision's order of ties is by chance here
    classes = np.array([random.randrange(3) for _ in rows], dtype=np.int64)
    tensors = (torch.from_numpy(boxes), torch.from_numpy(scores), torch.from_numpy(classes))
    expected = peer.batched_nms(*tensors, threshold).tolist()
    assert batched_nms(boxes, scores, classes, threshold).tolist() == expected
    assert [step.current for step in nms_steps(boxes, scores, threshold, classes)] == expected


def test_batched_equals_torchvision_on_many_boxes() -> None:
    boxes, scores = crowd(4000, 7, np.float64)
    classes = np.random.default_rng(8).integers(0, 12, 4000)
    tensors = (torch.from_numpy(boxes), torch.from_numpy(scores), torch.from_numpy(classes))
    expected = peer.batched_nms(*tensors, 0.5).tolist()
    assert batched_nms(boxes, scores, classes, 0.5).tolist() == expected
    assert expected != torch_nms(boxes, scores, 0.5)


@pytest.mark.parametrize("threshold", [0.2, 0.6])
def test_steps_account_for_every_box_once(threshold: float) -> None:
    boxes, scores = crowd(120, 9)
    ious = box_iou(boxes, boxes)
    gone: set[int] = set()
    last = None
    for number, step in enumerate(nms_steps(boxes, scores, threshold), 1):
        assert step.score == scores[step.current]
        assert step.kept[-1] == step.current
        assert len(step.kept) == number
        np.testing.assert_allclose(step.overlaps, ious[step.current, step.overlapping], atol=1e-6)
        assert (step.overlaps[~step.is_suppressed] <= threshold + 1e-6).all()
        assert (step.deciding > threshold).all()
        assert not gone & {step.current, *step.suppressed.tolist()}
        gone |= {step.current, *step.suppressed.tolist()}
        assert gone | set(step.remaining.tolist()) == set(range(120))
        assert (np.diff(scores[step.remaining]) <= 0).all()
        last = step
    assert last is not None
    assert len(last.remaining) == 0
    np.testing.assert_array_equal(last.kept, nms(boxes, scores, threshold))


def soft_double(boxes, scores, method, iou_threshold, sigma, floor) -> list[tuple[int, float]]:
    """Figure 2 of arXiv:1704.04503, word by word."""
    alive = {i: float(s) for i, s in enumerate(scores) if s >= floor}
    found = []
    while alive:
        m = max(alive, key=lambda i: (alive[i], -i))
        found.append((m, alive.pop(m)))
        for i in list(alive):
            iou = float(box_iou(boxes[[m]], boxes[[i]])[0, 0])
            if method == "linear" and iou > iou_threshold:
                alive[i] *= 1 - iou
            if method == "gaussian":
                alive[i] *= np.exp(-(iou**2) / sigma)
            if alive[i] < floor:
                del alive[i]
    return found


@pytest.mark.parametrize("method", ["linear", "gaussian"])
@pytest.mark.parametrize(("iou_threshold", "sigma", "floor"), [(0.3, 0.5, 0.001), (0.5, 0.1, 0.2)])
def test_soft_nms_is_the_papers(method, iou_threshold: float, sigma: float, floor: float) -> None:
    boxes, scores = crowd(90, 10, np.float64)
    options = {"iou_threshold": iou_threshold, "sigma": sigma, "score_threshold": floor}
    kept, after = soft_nms(boxes, scores, method=method, **options)
    expected = soft_double(boxes, scores, method, iou_threshold, sigma, floor)
    assert kept.tolist() == [i for i, _ in expected]
    np.testing.assert_allclose(after, [s for _, s in expected], rtol=1e-12)
    assert (np.diff(after) <= 0).all()
    steps = list(soft_nms_steps(boxes, scores, method=method, **options))
    assert [step.current for step in steps] == kept.tolist()
    assert [step.score for step in steps] == after.tolist()
    if floor == 0.2:
        assert len(kept) < (scores >= floor).sum()  # some fell


def test_soft_nms_leaves_other_classes_alone() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9.0], [1, 0, 10, 10]])
    kept, after = soft_nms(boxes, [0.9, 0.8, 0.7], [0, 1, 0])
    assert kept.tolist() == [0, 1, 2]
    assert after[1] == 0.8
    assert after[2] == pytest.approx(0.7 * np.exp(-(0.9**2) / 0.5))


def test_soft_nms_without_boxes() -> None:
    kept, after = soft_nms([], [])
    assert kept.shape == after.shape == (0,)


@pytest.mark.parametrize("threshold", [0.1, 0.4])
def test_diou_nms_is_greedy_on_diou(threshold: float) -> None:
    boxes, scores = crowd(150, 11, np.float64)
    measure = peer.distance_box_iou(torch.from_numpy(boxes), torch.from_numpy(boxes)).numpy()
    waiting, expected = np.argsort(-scores).tolist(), []
    while waiting:
        best = waiting.pop(0)
        expected.append(best)
        waiting = [i for i in waiting if measure[best, i] <= threshold]
    assert diou_nms(boxes, scores, threshold).tolist() == expected
    assert expected != nms(boxes, scores, threshold).tolist()
    last = deque(diou_nms_steps(boxes, scores, threshold), maxlen=1)[0]
    assert last.kept.tolist() == expected


def test_diou_steps_show_what_decides() -> None:
    boxes = np.array([[0, 0, 10, 10], [4, 0, 14, 10], [1, 0, 11, 10.0]])
    step = next(diou_nms_steps(boxes, [0.9, 0.8, 0.7], 0.5))
    expected = distance_box_iou(boxes[:1], boxes[step.overlapping])[0]
    np.testing.assert_allclose(step.overlaps, expected, atol=1e-12)
    assert step.suppressed.tolist() == [2]


ONE = [[0.0, 0.0, 1.0, 1.0]]


@pytest.mark.parametrize(
    ("boxes", "scores", "threshold", "message"),
    [
        ([[0, 0, float("nan"), 1]], [1.0], 0.5, r"boxes\[0\] is not finite"),
        ([[0, 0, float("inf"), 1]], [1.0], 0.5, r"boxes\[0\] is not finite"),
        (ONE, [float("nan")], 0.5, r"scores\[0\] is not finite"),
        ([[3, 0, 1, 1]], [1.0], 0.5, "negative size"),
        ([[0, 0, 1]], [1.0], 0.5, r"\[N, 4\]"),
        (ONE, [1.0, 2.0], 0.5, r"scores must be one per box, \[1\]"),
        (ONE, [1.0], float("nan"), "iou_threshold must lie in 0..1, it is nan"),
        (ONE, [1.0], 1.5, "iou_threshold must lie in 0..1, it is 1.5"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(boxes, scores, threshold, message: str) -> None:
    for call in (nms, nms_steps, diou_nms, lambda b, s, t: batched_nms(b, s, [0] * len(b), t)):
        with pytest.raises(DataError, match=message):
            call(boxes, scores, threshold)


def test_steps_refuse_before_the_first_is_asked_for() -> None:
    with pytest.raises(DataError, match="negative size"):
        soft_nms_steps([[3, 0, 1, 1]], [1.0])
    with pytest.raises(DataError, match="sigma must be above 0"):
        soft_nms_steps(ONE, [1.0], sigma=0)
    with pytest.raises(DataError, match="not 'hard'"):
        soft_nms_steps(ONE, [1.0], method="hard")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="class_ids must be integers"):
        nms_steps(ONE, [1.0], 0.5, [0.5])


def test_neither_torch_nor_streamlit_is_imported() -> None:
    code = (
        "import sys, cvdemo.ops.nms, cvdemo.ops.iou, cvdemo.ops.fusion, cvdemo.metrics, cvdemo.metrics.tide;"
        "print(*({'torch', 'torchvision', 'streamlit', 'pycocotools', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
