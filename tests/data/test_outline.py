"""Polygons along pixel edges: pycocotools fills them to exactly the mask they came from."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco_mask

from cvdemo.data.outline import outlines


@pytest.mark.parametrize("seed", range(40))
def test_pycocotools_fills_outlines_to_the_same_mask(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random((20, 25)) < rng.uniform(0.3, 0.7)  # holes, parts that touch at corners
    if seed % 2:
        mask = cv2.blur(mask.astype(np.float32), (5, 5)) > 0.5
    mask[3, 3] = True
    filled = coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(outlines(mask), *mask.shape)))
    np.testing.assert_array_equal(filled, mask)


def test_a_rectangle_has_four_corners_and_a_ring_one_polygon() -> None:
    mask = np.zeros((9, 9), bool)
    assert outlines(mask) == []
    mask[2:7, 1:8] = True
    (polygon,) = outlines(mask)
    assert sorted(zip(polygon[::2], polygon[1::2], strict=True)) == [(1, 2), (1, 7), (8, 2), (8, 7)]
    mask[4, 4] = False
    assert len(outlines(mask)) == 1
