"""The mAP of dense captions against its definition, followed region by region."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.errors import DataError
from cvdemo.metrics.dense_captions import DenseCaptionScores, TrueRegions, matched, merged
from cvdemo.metrics.meteor import meteor

WORDS = ("a", "red", "brown", "dog", "cat", "running", "on", "grass")


def captions(rng: np.random.Generator, n: int) -> list[str]:
    return [" ".join(rng.choice(WORDS, rng.integers(1, 6))) for _ in range(n)]


def boxes(rng: np.random.Generator, n: int) -> np.ndarray:
    corners = rng.uniform(0, 60, (n, 2))
    return np.hstack([corners, corners + rng.uniform(8, 40, (n, 2))])


def picture(seed: int) -> tuple:
    rng = np.random.default_rng(seed)
    truth = boxes(rng, 5)
    truth = np.vstack([truth, truth[:2] + rng.uniform(-2, 2, (2, 4))])  # two of them nearly twice
    near = truth[rng.integers(0, 7, 9)] + rng.normal(0, 4, (9, 4))
    near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 1)
    said = captions(rng, 7)
    return (
        np.vstack([near, boxes(rng, 3)]),
        rng.permutation(12) / 12 + seed / 1000,
        [said[k] for k in rng.integers(0, 7, 9)] + captions(rng, 3),
        truth,
        said,
    )


def iou(a: np.ndarray, b: np.ndarray) -> float:
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    inter = max(0, wide) * max(0, high)
    return inter / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter)


def by_definition(pictures: list[tuple]) -> np.ndarray:
    """AP at each pair of thresholds, as DenseCap's authors go through the regions."""
    records, positives = [], 0
    for found, scores, said, true_boxes, references in pictures:
        truth = merged(true_boxes, references)
        positives += len(truth.boxes)
        used = set()
        for k in sorted(range(len(found)), key=lambda k: -scores[k]):
            overlaps = [iou(found[k], box) for box in truth.boxes]
            j = int(np.argmax(overlaps))
            ok = overlaps[j] > 0 and j not in used
            used.add(j if overlaps[j] > 0 else -1)
            records.append((scores[k], overlaps[j], meteor(said[k], truth.references[j]), ok))
    records.sort(key=lambda record: -record[0])
    table = np.zeros((5, 6))
    for row, least_iou in enumerate((0.3, 0.4, 0.5, 0.6, 0.7)):
        for column, least in enumerate((0, 0.05, 0.1, 0.15, 0.2, 0.25)):
            true = np.cumsum([ok and o >= least_iou and m > least for _, o, m, ok in records])
            recall, precision = true / positives, true / np.arange(1, len(true) + 1)
            levels = [precision[recall >= t].max(initial=0) for t in np.linspace(0, 1, 101)]
            table[row, column] = np.mean(levels)
    return table


def test_the_table_by_definition() -> None:
    pictures = [picture(seed) for seed in range(25)]
    scores = DenseCaptionScores()
    for one in pictures:
        scores.add(*one)
    table = scores.table()
    np.testing.assert_allclose(table, by_definition(pictures), atol=1e-12)
    assert scores.mean_ap() == pytest.approx(table.mean()) and 0.05 < table.mean() < 0.9
    assert (np.diff(table, axis=0) <= 0).all() and (np.diff(table, axis=1) <= 0).all()
    assert (scores.localization_ap() >= table[:, 0] - 1e-12).all()


def test_the_truth_itself_is_perfect() -> None:
    scores = DenseCaptionScores()
    rng = np.random.default_rng(0)
    for _ in range(3):
        at = np.array([[0, 0, 10, 10], [30, 0, 50, 9], [0, 40, 9, 55.0]])
        said = captions(rng, 3)
        scores.add(at, [0.3, 0.9, 0.5], said, at, said)
    assert scores.mean_ap() == 1


def test_true_boxes_on_top_of_each_other_are_one() -> None:
    at = np.array([[0, 0, 10, 10], [40, 0, 50, 10], [0, 0, 10, 12], [0, 0, 10, 8], [90, 90, 90, 90.0]])
    found = merged(at, ["a dog", "a cat", "a brown dog", "dog", "nothing"])
    assert found.references == (("a dog", "a brown dog", "dog"), ("a cat",), ("nothing",))
    np.testing.assert_allclose(found.boxes, [[0, 0, 10, 10], [40, 0, 50, 10], [90, 90, 90, 90]])
    assert len(merged(np.zeros((0, 4)), []).boxes) == 0


def test_each_region_is_told_what_it_is_held_against() -> None:
    truth = TrueRegions(np.array([[0, 0, 10, 10], [40, 0, 50, 10.0]]), (("a dog",), ("a cat",)))
    found = matched(
        [[0, 0, 10, 9], [0, 0, 10, 10], [60, 60, 70, 70], [40, 0, 50, 5]],
        [0.5, 0.9, 0.8, 0.1],
        ["a dog", "a cat", "a dog", "a cat"],
        truth,
    )
    assert [m.truth for m in found] == [0, 0, -1, 1]
    assert [m.first for m in found] == [False, True, False, True]
    assert [round(m.iou, 3) for m in found] == [0.9, 1.0, 0.0, 0.5]
    assert [m.meteor == 1 for m in found] == [True, False, False, True]
    assert matched([[0, 0, 1, 1]], [0.5], ["a dog"], merged([], []))[0].truth == -1
    assert matched([], [], [], truth) == []


def test_what_cannot_be_scored_is_said() -> None:
    scores = DenseCaptionScores()
    scores.add([[0, 0, 1, 1]], [0.5], ["a dog"], [], [])
    with pytest.raises(DataError, match="no captioned region"):
        scores.mean_ap()
    scores.add([], [], [], [[0, 0, 1, 1]], ["a dog"])
    scores.matches.clear()
    assert scores.mean_ap() == 0
    with pytest.raises(DataError, match="2 regions have 1 captions"):
        scores.add([[0, 0, 1, 1], [0, 0, 2, 2]], [0.5, 0.4], ["a dog"], [[0, 0, 1, 1]], ["a dog"])
    with pytest.raises(DataError, match="1 true regions have 2 captions"):
        scores.add([], [], [], [[0, 0, 1, 1]], ["a dog", "a cat"])
