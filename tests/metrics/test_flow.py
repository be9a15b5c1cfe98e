"""End-point error and KITTI's outliers, against a loop over pixels."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from cvdemo.metrics.flow import FlowScore, end_point_error, flow_numbers, psnr, score_flow


def by_hand(flow: np.ndarray, truth: np.ndarray, hidden: np.ndarray) -> tuple[float, float, float]:
    errors, occluded, outliers = [], [], 0
    for y in range(flow.shape[0]):
        for x in range(flow.shape[1]):
            (u, v), (tu, tv) = flow[y, x], truth[y, x]
            if math.isnan(tu) or math.isnan(tv):
                continue
            error = math.hypot(u - tu, v - tv)
            errors.append(error)
            occluded += [error] if hidden[y, x] else []
            outliers += error > 3 and error / math.hypot(tu, tv) > 0.05
    return sum(errors) / len(errors), sum(occluded) / len(occluded), outliers / len(errors)


def test_the_numbers_are_those_of_a_loop_over_all_pixels_of_all_pairs() -> None:
    rng = np.random.default_rng(0)
    scores, rows = [], []
    for size in ((9, 14), (20, 6)):
        truth = (rng.normal(size=(*size, 2)) * 60).astype(np.float32)
        flow = truth + (rng.normal(size=(*size, 2)) * 3).astype(np.float32)
        truth[rng.random(size) < 0.2] = np.nan
        hidden = rng.random(size) < 0.3
        scores.append(score_flow(flow, truth, hidden))
        rows.append([a.reshape(1, -1, *a.shape[2:]) for a in (flow, truth, hidden)])
    every = [np.concatenate(parts, axis=1) for parts in zip(*rows, strict=True)]
    numbers = flow_numbers(scores)
    assert list(numbers.values()) == pytest.approx(by_hand(*every), rel=1e-5)
    assert 0.05 < numbers["Fl_all"] < 0.9


def test_a_long_motion_may_miss_more() -> None:
    truth = np.array([[[100, 0], [30, 0], [0, 0]]], np.float32)
    score = score_flow(truth + np.float32([0, 4]), truth)
    assert score.outliers == 2  # 4 px are 4 % of 100


def test_a_flow_that_is_not_finite_is_an_outlier_and_no_number() -> None:
    truth = np.zeros((2, 2, 2), np.float32)
    flow = truth.copy()
    flow[0, 0] = np.nan
    assert np.isnan(end_point_error(flow, truth)[0, 0])
    assert score_flow(flow, truth).outliers == 1


def test_nothing_gives_no_numbers() -> None:
    assert flow_numbers([FlowScore(0, 0.0, 0, 0, 0.0)]) == flow_numbers([]) == {}
    assert set(flow_numbers([FlowScore(4, 2.0, 1, 0, 0.0)])) == {"EPE", "Fl_all"}


def test_psnr_is_opencvs() -> None:
    first, second = np.random.default_rng(1).integers(0, 256, (2, 9, 14, 3)).astype(np.uint8)
    assert psnr(first, second) == pytest.approx(cv2.PSNR(first, second), rel=1e-9)
    assert psnr(first, first) == math.inf
