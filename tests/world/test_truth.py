"""The truth is that of the picture: boxes, masks, semantic map, order, at every size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import supervision as sv

from cvdemo import world
from cvdemo.world.vocabulary import FIRST_THING
from tests.world.help import loose, only, scenes

MANY = scenes(60, objects=8, occlusion=0.7)


def extents(mask: np.ndarray) -> tuple[int, int, int, int]:
    """The box of a mask by looking at every pixel."""
    ys, xs = np.nonzero(mask)
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


@pytest.mark.parametrize("size", [(192, 160), (333, 250)])
def test_boxes_are_the_masks_extents(size: tuple[int, int]) -> None:
    for scene in MANY[:30]:
        truth = world.truth(scene, *size)
        for mask, box in zip(truth.masks, truth.boxes, strict=True):
            assert extents(mask) == tuple(box)


def test_semantic_map_is_masks_and_stuff_and_nothing_else() -> None:
    for scene in MANY:
        truth = world.truth(scene, 192, 160)
        things = np.zeros_like(truth.semantic)
        for mask, k in zip(truth.masks, truth.classes, strict=True):
            assert not (things[mask]).any(), "two things own a pixel"
            things[mask] = FIRST_THING + k
        assert np.array_equal(np.where(truth.instances > 0, truth.semantic, 0), things)
        stuff = truth.semantic[truth.instances == 0]
        assert (stuff < FIRST_THING).all()
        present = {world.SEMANTIC[k] for k in np.unique(stuff)}
        other = "snow" if scene.land.cover == "grass" else "grass"
        assert other not in present
        assert ("road" in present) <= (scene.land.road is not None)
        assert ("water" in present) <= (scene.land.water is not None)


def test_stuff_is_where_the_picture_shows_it() -> None:
    """In plain daylight what is called sky is blue and grass green, by the picture's own pixels."""
    for scene in scenes(20, lighting=0, weather=0, noise=0):
        picture, truth = world.draw(scene, 192, 160)
        for name, strong, weak in (("grass", 1, 2), ("tree", 1, 2)):
            pixels = picture[truth.semantic == world.SEMANTIC.index(name)].astype(int)
            if scene.land.cover == "grass" and name == "grass" and len(pixels) > 500:
                assert np.mean(pixels[:, strong] > pixels[:, weak]) > 0.95
        sky = picture[truth.semantic == world.SEMANTIC.index("sky")].astype(int)
        assert np.mean(sky[:, 2] >= sky[:, 0] - 40) > 0.9


def test_a_mask_is_where_the_picture_changes_when_its_thing_is_taken_away() -> None:
    shares = []
    for scene in scenes(40, noise=0, objects=5, lighting=0, weather=0):
        bare = loose(scene)
        if not bare.things:
            continue
        picture, truth = world.draw(bare, 192, 160)
        last = len(bare.things) - 1
        without = world.render(only(bare, range(last)), 192, 160)
        row = np.flatnonzero(truth.ids == last)
        changed = np.abs(picture.astype(int) - without).max(axis=2) > 10
        inside = truth.masks[row[0]]
        shares.append(changed[inside].mean())
        above = changed[: max(0, int(truth.boxes[row[0], 1]) - 3)]
        assert not above.any(), "something changed above the thing"
    assert min(shares) > 0.35  # a grey car on a grey road
    assert np.mean(shares) > 0.9


def test_nearer_things_cover_farther_ones_exactly() -> None:
    """The visible mask of each thing is its mask alone less the masks of all that are drawn after it."""
    for scene in MANY[:30]:
        bare = loose(scene)
        truth = world.truth(bare, 192, 160)
        left = np.ones((160, 192), dtype=bool)
        for k in reversed(range(len(bare.things))):
            alone = world.truth(only(bare, [k]), 192, 160)
            whole = alone.masks[0] if len(alone) else np.zeros_like(left)
            assert np.array_equal(truth.instances == k + 1, whole & left)
            row = np.flatnonzero(truth.ids == k)
            if len(row):
                assert truth.visible[row[0]] == pytest.approx((whole & left).sum() / whole.sum(), abs=0.06)
            left &= ~whole


def test_full_boxes_are_those_of_the_thing_alone() -> None:
    for scene in MANY[:40]:
        truth = world.truth(scene, 320, 240)
        for row, k in enumerate(truth.ids):
            thing = scene.things[k]
            if thing.place == "arms" or thing.action == "holding a teddy bear":
                continue
            alone = world.truth(only(scene, [k]), 320, 240)
            inside = np.clip(truth.full_boxes[row], 0, [320, 240, 320, 240])
            assert np.abs(inside - alone.boxes[0]).max() <= 1.6
            assert (truth.boxes[row, :2] >= truth.full_boxes[row, :2] - 1.5).all()
            assert (truth.boxes[row, 2:] <= truth.full_boxes[row, 2:] + 1.5).all()


def test_full_boxes_go_on_beyond_the_picture() -> None:
    scene = only(next(s for s in MANY if s.things and s.things[0].kind != "kite"), [0])
    pushed = replace(scene, things=(replace(scene.things[0], x=0.62),))
    truth = world.truth(pushed, 192, 160)
    middle = world.truth(replace(scene, things=(replace(scene.things[0], x=0.0),)), 192, 160)
    assert truth.full_boxes[0, 2] > 192 >= truth.boxes[0, 2]
    wide = truth.full_boxes[0, 2] - truth.full_boxes[0, 0]
    assert wide == pytest.approx(middle.full_boxes[0, 2] - middle.full_boxes[0, 0], abs=1.0)


def test_truth_agrees_at_two_sizes() -> None:
    for scene in MANY[:15]:
        small, large = world.truth(scene, 240, 180), world.truth(scene, 960, 720)
        both = [k for k in small.ids if k in large.ids]
        rows = [
            (int(np.flatnonzero(small.ids == k)[0]), int(np.flatnonzero(large.ids == k)[0])) for k in both
        ]
        assert len(both) >= len(large) - 1
        for a, b in rows:
            assert np.abs(small.full_boxes[a] * 4 - large.full_boxes[b]).max() <= 6
            assert np.abs(small.keypoints[a, :, :2] * 4 - large.keypoints[b, :, :2]).max() < 0.1
            if not small.difficult[a]:
                assert np.abs(small.boxes[a] * 4 - large.boxes[b]).max() <= 14
        assert np.mean(small.semantic == large.semantic[2::4, 2::4]) > 0.975


def test_things_that_cannot_be_seen_are_not_known() -> None:
    scene = only(next(s for s in MANY if s.things), [0])
    gone = replace(scene, things=(replace(scene.things[0], x=5.0),))
    truth = world.truth(gone, 192, 160)
    assert len(truth) == 0
    assert truth.boxes.shape == (0, 4)
    assert truth.masks.shape == (0, 160, 192)
    assert truth.detections().is_empty()
    assert "only" in world.write_captions(truth)[0]


def test_difficult_are_the_small_and_the_covered() -> None:
    found = [world.truth(s, 192, 160) for s in scenes(120, objects=12, occlusion=0.9, smallest=0.06)]
    hard = [t.boxes[k] for t in found for k in range(len(t)) if t.difficult[k]]
    areas = [t.masks[k].sum() / t.masks[k].size for t in found for k in range(len(t)) if not t.difficult[k]]
    assert len(hard) > 3
    assert min(areas) >= 6e-4


def test_detections_hold_what_the_truth_holds() -> None:
    for scene in MANY[:20]:
        truth = world.truth(scene, 192, 160)
        found = truth.detections(difficult=True)
        assert isinstance(found, sv.Detections)
        assert np.array_equal(found.xyxy, truth.boxes)
        assert found.mask is not None
        assert np.array_equal(found.mask.any(axis=0), truth.instances > 0)
        assert list(found.data["class_name"]) == [scene.things[k].kind for k in truth.ids]
        assert len(truth.detections()) == int((~truth.difficult).sum())
        assert len(found[found.class_id == 0]) == int((truth.classes == 0).sum())


def test_code_maps_leave_no_pixel_out_at_odd_sizes() -> None:
    for size in ((33, 41), (64, 32), (1024, 400), (101, 100)):
        truth = world.truth(world.scene(4), *size)
        assert truth.semantic.shape == size[::-1]
        assert truth.semantic.max() < len(world.SEMANTIC)
