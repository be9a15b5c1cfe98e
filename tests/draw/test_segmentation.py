"""Label maps as pictures: the classes' colours, overlays, errors."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.draw.segmentation import WRONG, class_colours, error_map, overlay_labels, paint_labels
from cvdemo.errors import DataError
from cvdemo.world.vocabulary import COLOURS, SEMANTIC

RNG = np.random.default_rng(0)


def test_colours_are_the_worlds_and_distinct_from_the_mark_of_an_error() -> None:
    colours = class_colours(SEMANTIC)
    assert [tuple(c) for c in colours.tolist()] == [COLOURS[name] for name in SEMANTIC]
    assert np.abs(colours.astype(int) - WRONG).sum(axis=1).min() > 100
    assert class_colours(["bicycle", "pole"]).shape == (2, 3)
    assert class_colours([]).shape == (0, 3)


def test_overlay_runs_from_the_picture_to_the_painted_map() -> None:
    picture = RNG.integers(0, 256, (30, 40, 3), dtype=np.uint8)
    labels = RNG.integers(0, 14, (30, 40), dtype=np.uint8)
    assert np.array_equal(overlay_labels(picture, labels, SEMANTIC, opacity=0), picture)
    painted = paint_labels(labels, SEMANTIC)
    assert np.array_equal(overlay_labels(picture, labels, SEMANTIC, opacity=1), painted)
    assert tuple(painted[3, 5]) == COLOURS[SEMANTIC[labels[3, 5]]]


def test_the_error_map_marks_wrong_pixels_and_no_others() -> None:
    picture = RNG.integers(0, 256, (30, 40, 3), dtype=np.uint8)
    labels = RNG.integers(0, 3, (30, 40), dtype=np.uint8)
    truth = RNG.integers(0, 3, (30, 40), dtype=np.uint8)
    marked = (error_map(picture, labels, truth) == WRONG).all(axis=2)
    assert np.array_equal(marked, labels != truth)


def test_maps_of_another_size_and_labels_without_a_name_are_refused() -> None:
    picture = np.zeros((30, 40, 3), np.uint8)
    with pytest.raises(DataError, match="40 x 30 pixels, the label map 30 x 40"):
        overlay_labels(picture, np.zeros((40, 30), np.uint8), SEMANTIC)
    with pytest.raises(DataError, match="label 14, but there are 14"):
        paint_labels(np.full((2, 2), 14, np.uint8), SEMANTIC)
