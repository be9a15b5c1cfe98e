"""Nets that segment a frame among its neighbours: shapes, scores, and stacks of another length."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo import world, zoo
from cvdemo.errors import DataError, PictureError
from cvdemo.labs.stacked.frames import Scene, draw, frame_nets, held_out, segment
from cvdemo.metrics.segmentation import SegmentationScores
from cvdemo.zoo.evaluate_frames import drawn_stacks, evaluate_frames
from cvdemo.zoo.evaluators import open_data
from cvdemo.zoo.frame_stack import FrameSegmenter


def test_scores_are_those_of_the_middle_frames() -> None:
    model = zoo.load("unet-frames-3")
    assert isinstance(model, FrameSegmenter) and model.frames == 3
    noisy = world.named("normal", weather=1.0, noise=12.0)
    numbers = evaluate_frames(model, drawn_stacks("test", 2, noisy))
    scores = SegmentationScores(len(world.SEMANTIC))
    for seed in range(2):
        stack = world.frame_stack(seed, frames=3, split="test", difficulty=noisy)
        found = model(stack.frames)
        assert found.shape == (160, 192) and found.dtype == np.uint8
        scores.add(stack.semantic, found)
    assert numbers["mIoU"] == scores.mean_iou() > 0.5 and numbers["n"] == 2


def test_other_stacks_and_other_data_are_refused() -> None:
    model = zoo.load("unet-frames-3")
    assert isinstance(model, FrameSegmenter)
    with pytest.raises(PictureError, match="sees 3 frames, not 2"):
        model.segmentation(np.zeros((2, 40, 40, 3), np.uint8))
    thin = np.zeros((3, 1, 300, 3), np.uint8)  # is padded, and the answer is cut
    assert model(thin).shape == (1, 300)
    with pytest.raises(DataError, match="world-frames:SPLIT"):
        open_data(zoo.spec("unet-frames-3"), "camvid:somewhere", 1)


def test_the_page_s_scene_and_figures() -> None:
    seen = draw(Scene(12, 24, 12.0, True))
    assert seen.stack.frames.shape == (3, 160, 192, 3) and (seen.truth.semantic == seen.stack.semantic).all()
    for key in frame_nets():
        maps, labels, milliseconds = segment(key, seen.stack)
        assert maps.shape == (14, 160, 192) and labels.shape == (160, 192) and milliseconds > 0
    assert all(0.5 < v < 1 for v in held_out().values())
