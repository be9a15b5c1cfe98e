"""Boxes and masks of one drawn scene against its truth, held to pycocotools."""

from __future__ import annotations

import numpy as np
import pytest
import supervision as sv

from cvdemo.data.detections_json import run_lengths, to_coco
from cvdemo.metrics.scene import scene_matches, scene_score
from cvdemo.ops.detections import MASK_BOXES, MASKS, SIZE, at_mask_threshold, masks_of
from cvdemo.world import draw, named, scene
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.coco_scores import coco_numbers


@pytest.fixture(scope="module")
def truth() -> Truth:
    return draw(scene(36, split="test", difficulty=named("hard")), 320, 240)[1]


def _found(truth: Truth, rows: list[int], *, side: int = 28) -> sv.Detections:
    """Detections of some rows of the truth: its boxes, shifted a little, with ellipses as masks."""
    rng = np.random.default_rng(0)
    boxes = truth.boxes[rows] + rng.normal(0, 1.5, (len(rows), 4)).astype(np.float32)
    y, x = (np.mgrid[:side, :side] + 0.5) / side * 2 - 1
    masks = np.stack([np.clip(1.4 - x**2 - y**2 + 0.1 * k, 0, 1) for k in range(len(rows))])
    ids = truth.classes[rows]
    return sv.Detections(
        xyxy=boxes,
        confidence=np.linspace(0.9, 0.3, len(rows)).astype(np.float32),
        class_id=ids,
        data={
            "class_name": np.array([THINGS[k] for k in ids]),
            MASKS: masks.astype(np.float32),
            MASK_BOXES: boxes,
        },
        metadata={SIZE: (truth.height, truth.width)},
    )


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.9])
def test_mask_ap_is_pycocotools(truth: Truth, threshold: float) -> None:
    found = at_mask_threshold(_found(truth, list(range(len(truth)))), threshold)
    annotations = [
        {"image_id": 1, "category_id": int(k), "bbox": [0, 0, 1, 1], "iscrowd": int(hard),
         "segmentation": run_lengths(mask), "area": int(mask.sum())}
        for k, hard, mask in zip(truth.classes, truth.difficult, truth.masks, strict=True)
    ]  # fmt: skip
    known = {
        "images": [{"id": 1, "width": truth.width, "height": truth.height}],
        "categories": [{"id": k, "name": name} for k, name in enumerate(THINGS)],
        "annotations": annotations,
    }
    numbers = coco_numbers(known, to_coco(found, 1), "segm")
    own = scene_score(found, truth, "segm")
    assert (own.ap, own.ap50) == pytest.approx((numbers["mask_AP"], numbers["mask_AP50"]), abs=1e-9)


def test_a_match_names_the_object_and_what_is_left_is_missed(truth: Truth) -> None:
    asked = np.flatnonzero(~truth.difficult)
    rows = asked[:-1][::-1].tolist()  # neither in the truth's order nor all of it
    found = _found(truth, rows)
    by_box = scene_matches(found, truth)
    hit = by_box.objects >= 0
    assert hit.any() and (by_box.objects[hit] == np.array(rows)[hit]).all()
    assert (by_box.ious[hit] >= 0.5).all() and (by_box.ious[~hit] == 0).all()
    assert set(by_box.missed) == set(asked) - set(by_box.objects[hit])
    assert by_box.score.found + len(by_box.missed) == by_box.score.asked == len(asked)
    by_mask = scene_matches(found, truth, "segm")
    pasted = masks_of(found)
    assert pasted is not None
    masks = list(pasted.each())
    for row, iou in zip(by_mask.objects, by_mask.ious, strict=True):
        if row >= 0:
            k = rows.index(int(row))
            mask = masks[k]
            both = (mask & truth.masks[row]).sum() / (mask | truth.masks[row]).sum()
            assert iou == pytest.approx(both, abs=1e-9)


def test_nothing_found(truth: Truth) -> None:
    none = scene_matches(_found(truth, [0])[:0], truth, "segm")  # type: ignore[arg-type]
    assert none.score.found == none.score.false == 0
    assert len(none.objects) == 0
    assert none.missed.tolist() == np.flatnonzero(~truth.difficult).tolist()


def test_in_a_scene_without_objects_all_are_false(truth: Truth) -> None:
    _, empty = draw(scene(0, split="test", difficulty=named("easy", objects=0)), 64, 48)
    alone = scene_matches(_found(truth, [0, 1]), empty)  # type: ignore[arg-type]
    assert alone.score.text() == "0 of 0 objects found, 2 false"
    assert (alone.objects == -1).all() and not len(alone.missed)
