"""Segments against literal counts, the fast grouping against the paper's algorithm, the search's promises."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.ops.grouping import SIMILARITIES, group, merge_similarities, merge_steps
from cvdemo.ops.regions import FAST, QUALITY, Strategy, segment, selective_search, working_picture
from cvdemo.ops.segments import COLOUR_SPACES, describe, felzenszwalb_labels, in_colours

CHOICES = [
    SIMILARITIES,
    ("texture", "size", "fill"),
    ("colour",),
    ("texture",),
    ("size", "colour"),
    ("fill",),
]


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def scene() -> np.ndarray:
    return world.render(world.scene(3, split="val"), 192, 160)


def test_segments_are_counted_pixel_by_pixel() -> None:
    picture = noise(9, 7)
    labels = np.random.default_rng(1).permutation(np.arange(63) % 5).reshape(9, 7)
    found = describe(labels, picture)
    pairs = set()
    for k in range(5):
        rows, columns = np.nonzero(labels == k)
        assert found.sizes[k] == len(rows)
        assert found.boxes[k].tolist() == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        counts = [np.histogram(picture[labels == k][:, c], bins=25, range=(0, 256))[0] for c in range(3)]
        assert np.allclose(found.colour[k], np.concatenate(counts) / (3 * len(rows)))
    for a in (labels, labels.T):
        pairs |= {(min(p, q), max(p, q)) for row in a.tolist() for p, q in pairwise(row) if p != q}
    assert set(map(tuple, found.touching.tolist())) == pairs
    assert np.allclose(found.texture.sum(axis=1), 1)


def test_texture_tells_the_direction_of_stripes() -> None:
    """Stripes that run down have slopes to the right and to the left and none up or down."""
    stripes = np.zeros((24, 28, 3), np.uint8)  # seven bands: three rise, three fall
    stripes[:, (np.arange(28) // 4) % 2 == 1] = 200
    texture = describe(np.zeros((24, 28), np.int64), stripes).texture.reshape(3, 4, 2, 10)
    steep = texture[..., 1:].sum(axis=-1) * 24  # share of pixels in a channel and direction
    assert (steep[:, 0] > 0.3).all() and np.allclose(steep[:, 0, 0], steep[:, 0, 1])
    assert np.allclose(steep[:, 2], 0)


@pytest.mark.parametrize("names", CHOICES, ids="+".join)
@pytest.mark.parametrize("space", COLOUR_SPACES)
def test_the_fast_grouping_merges_as_the_paper_writes(scene: np.ndarray, space: str, names: tuple) -> None:
    found = segment(working_picture(scene, 96), Strategy(space, 60, names))  # type: ignore[arg-type]
    tree, steps = group(found, names), list(merge_steps(found, names))
    count = len(found)
    assert count > 10 and len(steps) == count - 1
    assert [(s.a, s.b) for s in steps] == [tuple(pair) for pair in tree.parents.tolist()]
    assert np.array_equal([s.box for s in steps], tree.boxes[count:])
    assert np.array_equal([s.size for s in steps], tree.sizes[count:])
    assert np.array_equal([s.level for s in steps], tree.levels[count:])
    assert np.allclose([s.total for s in steps], tree.similarity)
    parts = [[s.similarities[name] for name in SIMILARITIES] for s in steps]
    np.testing.assert_allclose(merge_similarities(found, tree), parts, atol=1e-12)


def test_a_merge_is_the_most_similar_pair_and_ends_with_the_whole(scene: np.ndarray) -> None:
    steps = list(merge_steps(segment(working_picture(scene, 96), Strategy())))
    assert all(step.total == pytest.approx(sum(step.similarities.values())) for step in steps)
    assert all(0 <= value <= 1 + 1e-9 for step in steps for value in step.similarities.values())
    assert steps[-1].box == (0, 0, 96, 80) and steps[-1].size == 96 * 80
    assert [step.candidates for step in steps][-1] == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 99))
def test_any_labels_end_as_one_region(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    raw = rng.integers(0, 4, (height, width))
    labels = np.unique(raw, return_inverse=True)[1].reshape(height, width)
    tree = group(describe(labels, noise(height, width, seed)))
    assert tree.sizes[-1] == height * width
    assert tree.boxes[-1].tolist() == [0, 0, width, height]
    assert len(tree.parents) == labels.max() and len(set(tree.parents.ravel().tolist())) == 2 * labels.max()


def test_proposals_differ_lie_inside_and_a_prefix_is_the_smaller_answer(scene: np.ndarray) -> None:
    found = selective_search(scene)
    assert len(np.unique(found.boxes, axis=0)) == len(found) > 200
    assert found.boxes.dtype == np.float32
    assert (found.boxes >= 0).all() and (found.boxes <= [192, 160, 192, 160]).all()
    assert (found.boxes[:, 2:] - found.boxes[:, :2]).min() >= 0.04 * 192
    assert np.array_equal(selective_search(scene, most=50).boxes, found.boxes[:50])
    assert len(selective_search(scene, most=0)) == 0


def test_a_proposal_names_its_region(scene: np.ndarray) -> None:
    found = selective_search(scene)
    trees = [group(segment(scene, strategy), strategy.similarities) for strategy in FAST]
    for box, k, region, level in zip(*found, strict=True):
        assert np.array_equal(trees[k].boxes[region], box) and trees[k].levels[region] == level


def test_a_larger_picture_has_the_boxes_of_the_small_one_enlarged() -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[100:300, 200:440] = (250, 40, 40)
    found = selective_search(picture)
    assert np.abs(found.boxes - [200, 100, 440, 300]).max(axis=1).min() <= 4


def test_recall_on_drawn_scenes_is_above_nine_tenths() -> None:
    from cvdemo.metrics.proposals import recall

    drawn = [world.draw(world.scene(seed, split="test"), 192, 160) for seed in range(12)]
    truth = [t.boxes[~t.difficult] for _, t in drawn]
    boxes = [selective_search(picture).boxes for picture, _ in drawn]
    assert recall(boxes, truth, [0.5], [1000])[0, 0] >= 0.9


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (2, 2), (3, 300), (60, 60)])
def test_one_colour_is_one_box_and_noise_no_trouble(size: tuple[int, int]) -> None:
    height, width = size
    flat = selective_search(np.full((height, width, 3), 90, np.uint8))
    assert flat.boxes.tolist() == [[0, 0, width, height]]
    assert len(selective_search(noise(height, width), strategies=QUALITY[:2])) >= 1


def test_what_cannot_be_is_one_sentence(scene: np.ndarray) -> None:
    for call in (
        lambda: selective_search(scene[..., 0]),
        lambda: selective_search(scene.astype(float)),
        lambda: selective_search(scene, strategies=()),
        lambda: selective_search(scene, most=-1),
        lambda: selective_search(scene, longest=0),
        lambda: selective_search(scene, strategies=[Strategy(similarities=())]),
        lambda: selective_search(scene, strategies=[Strategy(similarities=("shape",))]),  # type: ignore
        lambda: in_colours(scene, "cmyk"),  # type: ignore[arg-type]
        lambda: felzenszwalb_labels(scene, 0),
    ):
        with pytest.raises(DataError):
            call()
