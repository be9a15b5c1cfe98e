"""The dense CRF against all pairs summed one by one; its steps, its lattice, its bad input."""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvdemo.errors import CvdemoError, DataError
from cvdemo.ops.crf import Kernel, dense_crf, dense_crf_steps, refine
from cvdemo.ops.crf_kernels import bilateral_filter, gaussian_filter, kernel_weights
from cvdemo.ops.lattice import permutohedral_lattice

SMOOTH, APPEARANCE = (3.0, 3.0), (5.0, 20.0, 13.0)  # weight, sxy, srgb


def softmax(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=0))
    return e / e.sum(axis=0)


def case(height: int, width: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and a picture of a few flat patches under noise."""
    rng = np.random.default_rng(seed)
    patches = np.kron(rng.integers(0, 256, (4, 4, 3)), np.ones((-(-height // 4), -(-width // 4), 1)))
    noisy = patches[:height, :width] + rng.normal(0, 8, (height, width, 3))
    return softmax(rng.normal(0, 1.5, (classes, height, width))), noisy.clip(0, 255).astype(np.uint8)


def brute_force(p: np.ndarray, picture: np.ndarray, iterations: int, mu: np.ndarray) -> np.ndarray:
    """Mean field with every pair of pixels, in float64, by the paper's formulas."""
    classes, height, width = p.shape
    at = np.array([(x, y) for y in range(height) for x in range(width)], float)
    rgb = picture.reshape(-1, 3).astype(float)
    away = ((at[:, None] - at) ** 2).sum(axis=-1)
    apart = ((rgb[:, None] - rgb) ** 2).sum(axis=-1)
    kernels = 0
    (w1, s1), (w2, s2, sr) = SMOOTH, APPEARANCE
    for weight, k in (
        (w1, np.exp(-away / (2 * s1**2))),
        (w2, np.exp(-away / (2 * s2**2) - apart / (2 * sr**2))),
    ):
        total = np.sqrt(k.sum(axis=1))
        kernels = kernels + weight * k / total[:, None] / total
    unary = -np.log(np.maximum(p, 1e-5)).reshape(classes, -1)
    q = softmax(-unary)
    for _ in range(iterations):
        q = softmax(-unary - mu @ (q @ kernels))
    return q.reshape(p.shape)


def kernels(picture: np.ndarray, **options) -> tuple[Kernel, Kernel]:
    height, width = picture.shape[:2]
    (w1, s1), (w2, s2, sr) = SMOOTH, APPEARANCE
    return (
        Kernel(w1, gaussian_filter(height, width, s1)),
        Kernel(w2, bilateral_filter(picture, s2, sr, **options)),
    )


@pytest.mark.parametrize("seed", range(3))
def test_equals_all_pairs_on_20_by_15(seed: int) -> None:
    p, picture = case(15, 20, 5, seed)
    expected = brute_force(p, picture, 10, 1 - np.eye(5))
    found = dense_crf(p, kernels(picture), iterations=10)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert (found.argmax(axis=0) != p.argmax(axis=0)).mean() > 0.1  # there was something to do


def test_any_symmetric_compatibility_equals_all_pairs() -> None:
    p, picture = case(15, 20, 4, 7)
    mu = np.random.default_rng(0).uniform(0, 1, (4, 4))
    mu = mu + mu.T
    found = dense_crf(p, kernels(picture), iterations=4, compatibility=mu)
    np.testing.assert_allclose(found, brute_force(p, picture, 4, mu), atol=1e-4)
    potts = dense_crf(p, kernels(picture), iterations=4, compatibility=1 - np.eye(4))
    np.testing.assert_allclose(potts, dense_crf(p, kernels(picture), iterations=4), atol=1e-5)


def test_a_picture_one_pixel_high() -> None:
    rng = np.random.default_rng(0)
    p = rng.random((21, 1, 4000), np.float32)
    q = dense_crf(p / p.sum(0), (Kernel(2.0, gaussian_filter(1, 4000, 3.0)),), iterations=2)
    np.testing.assert_allclose(q.sum(0), 1, atol=1e-5)


def test_more_classes_than_one_block_are_filtered_alike() -> None:
    p, picture = case(30, 40, 130, 1)
    found = dense_crf(p, kernels(picture), iterations=2)
    expected = brute_force(p, picture, 2, 1 - np.eye(130))
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_the_lattice_is_near_all_pairs() -> None:
    p, picture = case(45, 60, 6, 3)
    exact = dense_crf(p, kernels(picture, method="exact"))
    near = dense_crf(p, kernels(picture, method="lattice"))
    assert (exact.argmax(axis=0) == near.argmax(axis=0)).mean() > 0.98
    assert np.abs(exact - near).mean() < 0.01


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5), st.integers(1, 60), st.floats(0.01, 300), st.integers(0, 99))
def test_the_lattice_keeps_sums_and_order(d: int, count: int, spread: float, seed: int) -> None:
    features = np.random.default_rng(seed).normal(0, spread, (count, d)).astype(np.float32)
    lattice = permutohedral_lattice(features)
    weights = lattice.weights
    np.testing.assert_allclose(weights.sum(axis=1) ** 2, 1 / (1 + 2.0**-d), rtol=2e-3)
    assert weights.data.min() > -1e-3
    for blur in lattice.blurs:
        assert abs(blur - blur.T).max() == 0
        assert blur.sum(axis=1).max() <= 2


@pytest.mark.parametrize("d", [2, 5])
def test_a_lattice_is_nearly_a_gaussian(d: int) -> None:
    features = np.random.default_rng(0).uniform(0, 3, (400, d)).astype(np.float32)
    pairs = np.exp(-0.5 * ((features[:, None] - features) ** 2).sum(axis=-1))
    found = permutohedral_lattice(features)(np.eye(400, dtype=np.float32))
    scale = (pairs * found).sum() / (found**2).sum()
    assert np.corrcoef(found.ravel(), pairs.ravel())[0, 1] > 0.95
    assert 0.5 < scale < 2


def test_sorted_and_tabled_vertices_give_the_same_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    features = np.random.default_rng(0).normal(0, 3, (300, 5)).astype(np.float32)
    values = np.random.default_rng(1).random((300, 4), dtype=np.float32)
    tabled = permutohedral_lattice(features)(values)
    monkeypatch.setattr("cvdemo.ops.lattice.TABLE", 0)
    np.testing.assert_allclose(permutohedral_lattice(features)(values), tabled, rtol=1e-5)


def test_the_last_step_is_the_answer_and_the_free_energy_falls() -> None:
    p, picture = case(24, 32, 5, 2)
    steps = list(dense_crf_steps(p, kernels(picture), iterations=8))
    assert [s.iteration for s in steps] == list(range(9))
    np.testing.assert_array_equal(steps[-1].q, dense_crf(p, kernels(picture), iterations=8))
    np.testing.assert_allclose(steps[0].q, p, atol=1e-4)
    energies = [s.free_energy for s in steps]
    assert (np.diff(energies) < 1e-5).all()
    assert energies[-1] < energies[0] - 0.1
    for before, after in pairwise(steps):
        assert after.changed == (before.labels != after.labels).sum()
    assert steps[0].changed == 0
    assert steps[1].changed > 0


def test_the_free_energy_is_its_formula() -> None:
    p, picture = case(6, 7, 3, 4)
    step = list(dense_crf_steps(p, kernels(picture), iterations=2))[-1]
    q = step.q.reshape(3, -1).astype(float)
    one = np.eye(42, dtype=np.float32).reshape(6, 7, 42)
    pairs = sum(k.weight * k.filter(one).reshape(42, 42).astype(float) for k in kernels(picture))
    disagree = 0.5 * sum(pairs[i, j] * (1 - q[:, i] @ q[:, j]) for i in range(42) for j in range(42))
    unary = -(q * np.log(np.maximum(p, 1e-5)).reshape(3, -1)).sum()
    assert step.pairwise == pytest.approx(disagree / 42, rel=1e-4)
    assert step.unary == pytest.approx(unary / 42, rel=1e-4)
    assert step.entropy == pytest.approx(-(q * np.log(q)).sum() / 42, rel=1e-3, abs=1e-5)


def test_kernel_weights_are_what_the_filters_sum() -> None:
    _, picture = case(9, 11, 2, 5)
    spike = np.zeros((9, 11, 1), np.float32)
    spike[4, 6] = 1
    both = bilateral_filter(picture, 5, 30, normalisation="none", method="exact")(spike)[..., 0]
    near = gaussian_filter(9, 11, 2.5, normalisation="none")(spike)[..., 0]
    np.testing.assert_allclose(kernel_weights(picture, 6, 4, 5, 30), both, atol=1e-4)
    np.testing.assert_allclose(kernel_weights(picture, 6, 4, 2.5), near, atol=1e-4)


def test_refine_mends_a_blurred_border() -> None:
    truth = np.zeros((60, 80), int)
    truth[:, 37:] = 1
    picture = np.where(truth[..., None] == 1, (200, 60, 40), (40, 90, 200)).astype(np.uint8)
    coarse = np.stack([truth == k for k in range(2)]).reshape(2, 6, 10, 8, 10).mean(axis=(2, 4))
    before = refine(coarse, picture, iterations=0).argmax(axis=0)
    after = refine(coarse, picture).argmax(axis=0)
    assert after.shape == (60, 80)
    assert (after == truth).all()
    assert (before != truth).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 90), (90, 1), (50, 60)])
@pytest.mark.parametrize("widths", [(0.1, 0.1), (500.0, 500.0)])
def test_one_colour_tiny_pictures_and_widths_at_their_ends(shape, widths) -> None:
    p = softmax(np.random.default_rng(0).normal(0, 1, (3, *shape)))
    picture = np.full((*shape, 3), 128, np.uint8)
    sxy, srgb = widths
    found = dense_crf(
        p, [Kernel(3, gaussian_filter(*shape, sxy)), Kernel(10, bilateral_filter(picture, sxy, srgb))]
    )
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=0), 1, atol=1e-4)


def test_without_weight_or_iterations_nothing_changes() -> None:
    p, picture = case(12, 10, 3, 6)
    silent = [Kernel(0.0, gaussian_filter(12, 10, 3)), Kernel(0.0, bilateral_filter(picture, 9, 9))]
    np.testing.assert_allclose(dense_crf(p, silent), p, atol=1e-4)
    np.testing.assert_allclose(dense_crf(p, kernels(picture), iterations=0), p, atol=1e-4)


def test_bad_input_is_refused_in_one_sentence() -> None:
    p, picture = case(5, 6, 3, 0)
    with pytest.raises(DataError, match=r"must be \[classes, height, width\]"):
        dense_crf(p[0], kernels(picture))
    with pytest.raises(DataError, match="numbers of 0 or more"):
        dense_crf(np.full_like(p, np.nan), kernels(picture))
    with pytest.raises(DataError, match="symmetric"):
        dense_crf(p, kernels(picture), compatibility=np.triu(np.ones((3, 3))))
    with pytest.raises(DataError, match="iterations must be 0 or more"):
        dense_crf_steps(p, kernels(picture), iterations=-1)
    with pytest.raises(DataError, match="srgb must be above 0"):
        bilateral_filter(picture, 3, 0)
    with pytest.raises(DataError, match="the picture has 6 x 5 pixels"):
        dense_crf(softmax(np.zeros((3, 9, 9))), kernels(picture))
    with pytest.raises(DataError, match="too narrow"):
        permutohedral_lattice(np.array([[0] * 5, [1e5] * 5], np.float32))


def test_the_bench_without_its_peer_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from cvdemo.bench import crf as bench

    monkeypatch.setitem(sys.modules, "pydensecrf", None)
    monkeypatch.setitem(sys.modules, "pydensecrf.densecrf", None)
    with pytest.raises(CvdemoError, match="pip install pydensecrf2"):
        bench.run()
    _, picture = case(40, 60, 2, 0)
    p = bench.probabilities(picture, 13, np.random.default_rng(0))
    assert p.shape == (13, 40, 60)
    np.testing.assert_allclose(p.sum(axis=0), 1, atol=1e-5)
