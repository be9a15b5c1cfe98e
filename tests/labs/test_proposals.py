"""Proposals over a picture, the film of merges, curves of recall: what must be seen is there."""

from __future__ import annotations

import numpy as np

from cvdemo.labs.proposals.draw import (
    FINDER,
    FOUND,
    MISSED,
    NEWBORN,
    draw_merges,
    draw_proposals,
    recall_curves,
)
from cvdemo.ops.grouping import group
from cvdemo.ops.segments import describe


def shows(picture: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((picture == colour).all(axis=-1).any())


def test_found_things_are_green_and_missed_ones_red() -> None:
    picture = np.full((60, 80, 3), 128, np.uint8)
    truth = np.array([[5.0, 5, 30, 30], [40, 10, 70, 50]])
    boxes = np.array([[12.0, 11, 30, 38], [0, 0, 8, 8]])
    finders = boxes[[0, 1]]
    both = draw_proposals(picture, boxes, truth, np.array([True, False]), finders)
    assert shows(both, FOUND) and shows(both, MISSED) and shows(both, FINDER)
    none = draw_proposals(picture, boxes[:0], truth, np.array([False, False]), np.zeros((2, 4)))
    assert shows(none, MISSED) and not shows(none, FOUND)
    assert not shows(draw_proposals(picture, boxes), MISSED) and (picture == 128).all()


def test_a_frame_for_each_number_with_the_new_box() -> None:
    labels = np.repeat(np.arange(4), 10)[None].repeat(20, axis=0)
    picture = (labels[..., None] * np.array([60, 30, 10])).astype(np.uint8)
    tree = group(describe(labels, picture))
    frames = draw_merges(picture, labels, tree, [0, 2], longest=160)
    assert len(frames) == 2 and frames[0].shape == frames[1].shape and frames[0].shape[1] == 160
    assert all(shows(frame, NEWBORN) for frame in frames)
    assert not np.array_equal(frames[0], frames[1])


def test_one_segment_is_one_frame() -> None:
    labels, picture = np.zeros((6, 9), np.int64), np.full((6, 9, 3), 70, np.uint8)
    assert len(draw_merges(picture, labels, group(describe(labels, picture)), [0])) == 1


def test_curves_have_a_line_for_each_iou_and_set_of_scenes() -> None:
    line = {0.5: [0, 0.5, 1], 0.7: [0, 0, 0.5]}
    assert len(recall_curves([1, 10, 100], line, None, 0).data) == 2
    both = recall_curves([1, 10, 100], line, line, 10)
    assert len(both.data) == 4 and len(both.layout.shapes) == 1
