"""What the window classifier is trained on: windows within the scene, their shares of an object."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cvdemo.nets.sliding_window import WINDOW
from cvdemo.ops.iou import box_iou
from cvdemo.train.scenes import Sample, draw_sample
from cvdemo.train.sliding_window import ANYWHERE, FITTING, NEAR, WindowTask, cut, sample_windows


def emptied(sample: Sample) -> Sample:
    return sample._replace(boxes=sample.boxes[:0], classes=sample.classes[:0], difficult=sample.difficult[:0])


@pytest.mark.parametrize("seed", [3, 5])
def test_windows_lie_in_the_scene_and_the_first_fit_a_thing(seed: int) -> None:
    sample = draw_sample(seed)
    rng = np.random.default_rng(seed)
    boxes = np.concatenate([sample_windows(sample, rng) for _ in range(40)])
    height, width = sample.picture.shape[:2]
    assert (boxes[:, :2] >= 0).all() and (boxes[:, 2:] <= [width, height]).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()
    iou = box_iou(boxes, sample.boxes).max(1).reshape(40, FITTING + NEAR + ANYWHERE)
    assert iou[:, :FITTING].mean() > 0.5 > iou[:, FITTING : FITTING + NEAR].mean() > iou[:, -ANYWHERE:].mean()


def test_shares_grow_with_the_fit() -> None:
    sample = draw_sample(3)
    target = int(np.flatnonzero(~sample.difficult)[0])
    box = sample.boxes[target].round().astype(np.int64)
    aside = (box[2] - box[0]) // 4
    off = box + np.array([aside, 0, aside, 0])
    found = cut(sample, np.stack([box, off, [0, 0, 9, 9]]))
    assert found.pictures.shape == (3, WINDOW, WINDOW, 3)
    own = found.shares[:, 1 + sample.classes[target]]
    assert own[0] > 0.9 > own[1] > 0.3
    np.testing.assert_allclose(found.shares.sum(1), 1, rtol=1e-5)
    hard = cut(sample._replace(difficult=np.ones_like(sample.difficult)), box[None])
    assert not hard.shares.any()
    np.testing.assert_array_equal(cut(emptied(sample), box[None]).shares[0], [1, *[0] * 8])


def test_a_batch_without_things_has_a_loss() -> None:
    task = WindowTask("sliding-window")
    batch = [emptied(draw_sample(3)), draw_sample(4)]
    loss = task.loss(task.build(), batch, np.random.default_rng(0), torch.device("cpu"))
    assert torch.isfinite(loss) and loss > 0
