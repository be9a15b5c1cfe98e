"""Label maps to take away and to send: read back by the tools that they are for."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask

from cvdemo.data.label_maps import shares, to_coco_rle, to_palette_png, top_classes
from cvdemo.draw.segmentation import class_colours
from cvdemo.errors import DataError
from cvdemo.world.vocabulary import SEMANTIC

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 14, (37, 53), dtype=np.uint8)


@pytest.mark.parametrize("labels", [LABELS, np.zeros((1, 1), np.uint8), np.full((5, 9), 255, np.uint8)])
def test_the_palette_png_holds_the_labels_and_shows_the_colours(labels: np.ndarray) -> None:
    colours = class_colours(SEMANTIC)
    image = Image.open(io.BytesIO(to_palette_png(labels, colours)))
    assert image.mode == "P"
    assert np.array_equal(np.asarray(image), labels)
    if labels is LABELS:
        assert np.array_equal(np.asarray(image.convert("RGB")), colours[labels])


def test_coco_codes_decode_to_the_label_map() -> None:
    names = dict(enumerate(SEMANTIC))
    found = to_coco_rle(LABELS, names)
    back = np.full(LABELS.shape, 255, np.uint8)
    for row in found["annotations"]:
        region = mask.decode(row["segmentation"]).astype(bool)
        assert region.sum() == row["area"]
        back[region] = row["category_id"] - 1
    assert np.array_equal(back, LABELS)
    assert {c["name"] for c in found["categories"]} == set(SEMANTIC)
    assert found["images"] == [{"id": 1, "width": 53, "height": 37}]


def test_areas_add_up() -> None:
    area = shares(LABELS, 14)
    assert area.sum() == pytest.approx(1)
    assert area[3] == pytest.approx((LABELS == 3).mean())


def test_top_classes_are_those_of_the_averaged_cells() -> None:
    probabilities = RNG.random((14, 40, 64), dtype=np.float32) ** 4
    probabilities /= probabilities.sum(axis=0)
    top = top_classes(probabilities, k=3, longest=16)
    assert top.ids.shape == top.probabilities.shape == (3, 10, 16)
    cells = probabilities.reshape(14, 10, 4, 16, 4).mean(axis=(2, 4))
    assert np.array_equal(top.ids, np.argsort(-cells, axis=0)[:3])
    assert np.abs(top.probabilities / 255 - np.sort(cells, axis=0)[:-4:-1]).max() < 0.5 / 255 + 1e-6


@pytest.mark.parametrize("shape", [(2, 1, 1), (1, 5, 700), (14, 3, 4)])
def test_small_and_thin_pictures_have_top_classes(shape: tuple[int, int, int]) -> None:
    top = top_classes(np.full(shape, 1 / shape[0], np.float32))
    assert top.ids.shape[0] == min(3, shape[0])
    assert max(top.ids.shape[1:]) <= 160


def test_more_classes_than_a_byte_counts_are_refused() -> None:
    with pytest.raises(DataError, match="at most 256"):
        top_classes(np.zeros((257, 2, 2), np.float32))
