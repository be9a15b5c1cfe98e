"""The four detectors of regions with untrained nets: shapes, limits, and that parts make the whole."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch

from cvdemo import zoo
from cvdemo.ops.regions import selective_search
from cvdemo.world import draw, named
from cvdemo.world import scene as world_scene
from cvdemo.zoo.drawn_regions import RCNNDetector, RegionDetector
from cvdemo.zoo.entries import entry
from cvdemo.zoo.region_stages import (
    class_maps,
    head_seconds,
    median_seconds,
    multiply_adds,
    objectness,
    region_votes,
    roi_features,
    votes_by_maps,
)
from cvdemo.zoo.weights import has_weights

KEYS = ("rcnn", "fast-rcnn", "faster-rcnn", "rfcn", "fast-rcnn-plus", "faster-rcnn-plus", "rfcn-plus")


@pytest.fixture(scope="module")
def family() -> dict[str, RegionDetector]:
    torch.manual_seed(0)
    return {key: cast(RegionDetector, entry(key).model(entry(key).build(), "cpu")) for key in KEYS}


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    blocks = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)  # few segments: a quick search
    return blocks.repeat(12, axis=0).repeat(13, axis=1)[:60, :90]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("most", [0, 1, 7])
def test_as_many_regions_as_asked_for(
    family: dict[str, RegionDetector], picture: np.ndarray, key: str, most: int
) -> None:
    run_stages = family[key].run_stages(picture, most=most)
    assert run_stages.working.shape == (128, 192, 3)
    assert run_stages.regions.shape == (most, 4)
    assert (run_stages.regions >= 0).all() and (run_stages.regions <= [192, 128] * 2).all()
    assert run_stages.trace.scores().shape == (1, most, 8)
    assert run_stages.trace.boxes().shape == (1, most, 8, 4)
    assert (
        len(run_stages.raw.boxes) == len(run_stages.raw.scores) == len(run_stages.raw.class_ids) <= 8 * most
    )
    stages = {"proposals", "features", "head"} | ({"warp"} if key == "rcnn" else set())
    assert set(run_stages.seconds) == stages and min(run_stages.seconds.values()) >= 0


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 70), (70, 1), (37, 81)])
def test_boxes_of_odd_pictures_are_inside(
    family: dict[str, RegionDetector], key: str, shape: tuple[int, int]
) -> None:
    one = family[key]
    one.proposals = 5
    found = one.raw(np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8))
    one.proposals = None
    assert (found.xyxy >= 0).all() and (found.xyxy <= [shape[1], shape[0]] * 2).all()


@pytest.mark.parametrize("key", KEYS)
def test_a_picture_begun_once_gives_what_a_fresh_one_gives(
    family: dict[str, RegionDetector], picture: np.ndarray, key: str
) -> None:
    one = family[key]
    prepared = one.prepare(picture)
    for most in (9, 3):
        once, fresh = one.finish(prepared, most=most), one.run_stages(picture, most=most)
        np.testing.assert_array_equal(once.regions, fresh.regions)
        torch.testing.assert_close(once.trace.scores(), fresh.trace.scores())
        torch.testing.assert_close(once.trace.boxes(), fresh.trace.boxes())


def test_fewer_regions_are_the_first_of_more(family: dict[str, RegionDetector], picture: np.ndarray) -> None:
    for one in family.values():
        prepared = one.prepare(picture)
        few, many = one.finish(prepared, most=4), one.finish(prepared, most=12)
        np.testing.assert_array_equal(few.regions, many.regions[:4])


def test_cut_by_cut_is_all_at_once(family: dict[str, RegionDetector], picture: np.ndarray) -> None:
    one = family["rcnn"]
    assert isinstance(one, RCNNDetector)
    prepared = one.prepare(picture)
    cuts = [one.cut(prepared, first, last) for first, last in ((0, 4), (4, 5), (5, 11))]
    parts, whole = one.classify_features(prepared, cuts), one.finish(prepared, most=11)
    np.testing.assert_array_equal(parts.regions, whole.regions)
    torch.testing.assert_close(parts.trace.margins, whole.trace.margins, atol=1e-4, rtol=1e-4)
    assert parts.seconds["features"] >= sum(cut.seconds["features"] for cut in cuts) * 0.999


def test_a_search_is_taken_over(
    family: dict[str, RegionDetector], picture: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = family["rcnn"].prepare(picture)
    assert first.ranked is not None
    np.testing.assert_array_equal(first.ranked, selective_search(first.working, most=100_000).boxes)
    monkeypatch.setattr("cvdemo.zoo.drawn_regions.selective_search", None)
    second = family["fast-rcnn"].prepare(picture, after=first)
    assert second.ranked is first.ranked
    assert second.seconds["proposals"] == first.seconds["proposals"]


@pytest.mark.parametrize("key", KEYS)
def test_multiply_adds_are_the_formulas(
    family: dict[str, RegionDetector], picture: np.ndarray, key: str
) -> None:
    cost = multiply_adds(family[key], family[key].prepare(picture))
    heads = {"fast-rcnn", "faster-rcnn", "fast-rcnn-plus", "faster-rcnn-plus"}
    channels = 64 if key.endswith("-plus") else 128
    each = channels * 7 * 7 * 128 + 128 * 128 + 128 * 9 + 128 * 36
    assert cost.each == {"rfcn": 0, "rfcn-plus": 0}.get(key, each if key in heads else cost.each)
    assert (cost.once == 0) == (key == "rcnn")
    assert cost.of(3) == cost.once + 3 * cost.each
    assert cost.of(10) > 0


def test_objectness_is_the_best_anchor_of_a_pixel(
    family: dict[str, RegionDetector], picture: np.ndarray
) -> None:
    one = family["faster-rcnn"]
    prepared = one.prepare(picture)
    assert prepared.rpn is not None
    best = objectness(one, prepared)
    assert best.shape == (128, 192)
    (rows, columns, anchors) = prepared.rpn.shapes[0]
    finest = prepared.rpn.objectness[0][0].sigmoid().view(rows, columns, anchors).amax(2).numpy()
    assert (best[::4, ::4] >= finest[:32, :48] - 1e-6).all()
    assert best.max() == pytest.approx(max(float(s.sigmoid().max()) for s in prepared.rpn.objectness))


@pytest.mark.parametrize("plus", ["", "-plus"])
def test_pooled_and_votes_are_what_the_head_saw(
    family: dict[str, RegionDetector], picture: np.ndarray, plus: str
) -> None:
    fast, rfcn = family[f"fast-rcnn{plus}"], family[f"rfcn{plus}"]
    run_stages = fast.run_stages(picture, most=5)
    cut = roi_features(fast, run_stages, 2)
    np.testing.assert_array_equal(cut.cells, run_stages.trace.head.pooled[2].numpy())
    assert cut.features.shape[1] * cut.stride == 128
    run_stages = rfcn.run_stages(picture, most=5)
    said = region_votes(rfcn, run_stages, run_stages.regions[3])
    np.testing.assert_allclose(said.bins, run_stages.trace.head.bins[3].numpy(), atol=1e-5)
    np.testing.assert_allclose(said.logits, said.bins.mean(axis=(1, 2)), atol=1e-5)
    assert said.probabilities().sum() == pytest.approx(1)
    np.testing.assert_array_equal(
        class_maps(run_stages, 0), run_stages.trace.head.score_maps[0, 9:18].view(3, 3, 32, 48)
    )
    assert votes_by_maps(rfcn) and not votes_by_maps(fast)


@pytest.mark.parametrize("key", KEYS)
def test_times_of_heads(family: dict[str, RegionDetector], picture: np.ndarray, key: str) -> None:
    one = family[key]
    seconds = head_seconds(one, one.prepare(picture), np.array([[0, 0, 9, 9], [3, 3, 40, 30]]))
    assert set(seconds) == ({"warp", "features", "head"} if key == "rcnn" else {"head"})


def test_the_median_of_each_stage_and_no_more_runs_than_patience_allows() -> None:
    told = iter([{"a": 0.3, "b": 0.1}, {"a": 0.1, "b": 0.2}, {"a": 0.2, "b": 0.5}])
    assert median_seconds(lambda: next(told), runs=3) == {"a": 0.2, "b": 0.2}
    slow = iter([{"a": 5.0}])
    assert median_seconds(lambda: next(slow), runs=3) == {"a": 5.0}


@pytest.mark.parametrize("key", [key for key in ("rfcn", "rfcn-plus") if has_weights(key)])
def test_a_region_moved_by_half_its_width_loses_the_vote(key: str) -> None:
    rfcn = cast(RegionDetector, zoo.load(key, "cpu"))
    scene, truth = draw(world_scene(7, split="test", difficulty=named("normal")), 384, 288)
    run_stages = rfcn.run_stages(scene, most=10)
    known = truth.detections()
    largest = int(np.prod(known.xyxy[:, 2:] - known.xyxy[:, :2], axis=1).argmax())
    box, own = known.xyxy[largest] / 2, 1 + int(cast(np.ndarray, known.class_id)[largest])
    half = (box[2] - box[0]) / 2
    at_rest, moved = (
        region_votes(rfcn, run_stages, box + np.array([shift, 0, shift, 0])).probabilities()[own]
        for shift in (0.0, half)
    )
    assert at_rest > 0.7 and moved < 0.3
