"""What the Instances page computes: regions, areas and cut-outs, in a notebook too."""

from __future__ import annotations

import numpy as np
import supervision as sv
from scipy import ndimage

from cvdemo import zoo
from cvdemo.labs.instances.experiment import (
    areas_by_class,
    cut_out,
    find_instances,
    score_instances,
    semantic_map,
)
from cvdemo.ops.detections import MASK_BOXES, MASKS, SIZE, masks_of
from cvdemo.world import draw, named, scene


def squares(*boxes: list[float], ids: list[int], size: tuple[int, int] = (40, 60)) -> sv.Detections:
    """Detections whose masks fill their boxes, by descending score."""
    n = len(boxes)
    corners = np.array(boxes, np.float32).reshape(-1, 4)
    return sv.Detections(
        xyxy=corners,
        confidence=np.linspace(0.9, 0.6, n).astype(np.float32),
        class_id=np.array(ids, int),
        data={
            "class_name": np.array([f"class {k}" for k in ids], dtype=str),
            MASKS: np.ones((n, 28, 28), np.float32),
            MASK_BOXES: corners,
        },
        metadata={SIZE: size},
    )


def test_two_that_touch_are_one_region_and_overlaps_belong_to_the_better() -> None:
    found = squares([2, 2, 12, 12], [12, 2, 20, 12], [30, 2, 40, 12], [35, 2, 45, 12], ids=[1, 1, 1, 2])
    labels = semantic_map(found)
    assert labels[5, 37] == 2  # class 1, whose score is higher
    one, two = areas_by_class(found)
    assert (one.objects, one.regions, one.area) == (3, 2, 280)
    assert (two.objects, two.regions, two.area) == (1, 1, 50)
    for row, class_id in ((one, 1), (two, 2)):
        own = labels == 1 + class_id
        assert (row.regions, row.area) == (ndimage.label(own)[1], own.sum())


def test_a_cut_out_is_the_mask_and_nothing_else() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    found = squares([10, 5, 20, 25], ids=[0])
    alone = cut_out(picture, found, 0)
    mask = next(masks_of(found).each())  # type: ignore[union-attr]
    assert alone.shape == (20, 10, 4)
    np.testing.assert_array_equal(alone[..., :3], picture[5:25, 10:20])
    np.testing.assert_array_equal(alone[..., 3] == 255, mask[5:25, 10:20])


def test_an_object_of_one_pixel_and_one_without_a_pixel() -> None:
    picture = np.full((40, 60, 3), 7, np.uint8)
    found = squares([10, 5, 11, 6], [20.1, 20.1, 20.3, 20.3], ids=[0, 1])
    assert cut_out(picture, found, 0).tolist() == [[[7, 7, 7, 255]]]
    assert cut_out(picture, found, 1).tolist() == [[[0, 0, 0, 0]]]
    assert [row.area for row in areas_by_class(found)] == [1, 0]
    none = squares(ids=[])
    assert areas_by_class(none) == [] and not semantic_map(none).any()


def test_a_thinner_mask_costs_mask_ap_and_no_box_ap() -> None:
    picture, truth = draw(scene(3, split="test", difficulty=named("normal")), 640, 480)
    raw = zoo.load("mask-rcnn").raw(picture)  # type: ignore[attr-defined]
    usual, thin = (score_instances(find_instances(raw, mask=t), truth) for t in (0.5, 0.95))
    assert usual.masks.score.ap > thin.masks.score.ap + 0.2
    assert usual.boxes.score == thin.boxes.score
    assert usual.masks.score.ap > 0.6
