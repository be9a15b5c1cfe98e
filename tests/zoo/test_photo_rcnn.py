"""R-CNN's idea on a photo: the steps one by one, and a cat that is found."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from cvdemo import zoo
from cvdemo.data.pictures import sample
from cvdemo.ops.warp import warp_regions
from cvdemo.zoo.photo_rcnn import BEST, CONTEXT, CROP, PhotoRCNN


@pytest.fixture(scope="module")
def model() -> PhotoRCNN:
    return cast(PhotoRCNN, zoo.load("rcnn-imagenet"))


def test_a_cat_is_found_where_it_is(model: PhotoRCNN) -> None:
    photo = sample("cat")
    regions = model.regions(photo, 8)
    assert regions.shape == (8, 4)
    assert (regions >= 0).all() and (regions <= [photo.shape[1], photo.shape[0]] * 2).all()
    probabilities = model.probabilities(warp_regions(photo, regions, size=CROP, context=CONTEXT))
    assert probabilities.shape == (8, 1000)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-3)
    raw = model.detections(model.classify(regions, probabilities), photo.shape[:2], 0.0)
    assert len(raw) <= 8 * BEST
    assert "cat" in str(raw.data["class_name"][0])


def test_no_regions_and_a_single_pixel(model: PhotoRCNN) -> None:
    assert model.regions(np.zeros((40, 50, 3), np.uint8), 0).shape == (0, 4)
    assert model.probabilities(np.zeros((0, CROP, CROP, 3), np.uint8)).shape == (0, 1000)
    assert len(model.classify(np.zeros((0, 4)), np.zeros((0, 1000))).boxes) == 0
    assert len(model.raw(np.zeros((1, 1, 3), np.uint8))) <= BEST
