"""Simulated proposals: the same for a seed, on the picture, around the truth."""

from __future__ import annotations

import numpy as np

from cvdemo import world
from cvdemo.ops.iou import box_iou
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.proposals import simulated_proposals


def test_they_lie_around_every_true_object() -> None:
    truth = world.truth(world.scene(7, split="test"), 640, 480)
    first, again = simulated_proposals(truth), simulated_proposals(truth)
    assert np.array_equal(first.xyxy, again.xyxy) and np.array_equal(first.confidence, again.confidence)
    assert not np.array_equal(first.xyxy[0], simulated_proposals(truth, seed=1).xyxy[0])
    assert (first.xyxy >= 0).all() and (first.xyxy <= [640, 480, 640, 480]).all()
    assert (np.diff(first.confidence) <= 0).all()
    assert (box_iou(first.xyxy, truth.boxes).max(axis=0) > 0.5).all()


def test_an_empty_scene_has_none() -> None:
    truth = world.truth(world.scene(7, split="test", difficulty=Difficulty(objects=0)), 320, 240)
    assert len(simulated_proposals(truth)) == 0
