"""Label maps as pictures: the classes' colours, overlays, errors."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.draw.class_palette import as_seen
from cvdemo.draw.segmentation import WRONG, class_colours, error_map, overlay_labels, paint_labels
from cvdemo.errors import DataError
from cvdemo.world.vocabulary import COLOURS, SEMANTIC
from cvdemo.zoo.labels import labels

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


@pytest.mark.parametrize(("name", "least"), [("camvid", 20), ("cityscapes", 20), ("voc", 20), ("ade20k", 6)])
def test_classes_of_photos_have_colours_apart(name: str, least: float) -> None:
    names = list(labels(name).values())
    colours = class_colours(names)
    assert (class_colours(names) == colours).all()
    seen = as_seen(np.vstack([colours, WRONG]).astype(float))[0]
    distance = np.linalg.norm(seen[:, None] - seen, axis=-1)
    np.fill_diagonal(distance, np.inf)
    assert distance.min() > least


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [("pavement", "sidewalk"), ("tree", "vegetation"), ("pedestrian", "person"), ("car", "car")],
)
def test_a_thing_has_one_colour_in_all_data_sets(mine: str, theirs: str) -> None:
    streets, cities = (list(labels(name).values()) for name in ("camvid", "cityscapes"))
    a, b = class_colours(streets)[streets.index(mine)], class_colours(cities)[cities.index(theirs)]
    assert np.array_equal(a, b)
