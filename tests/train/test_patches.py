"""The patch classifier's lessons: windows where they say they are, a loss that falls, scores of middles."""

from __future__ import annotations

import numpy as np
import torch

from cvdemo.nets.patch_classifier import STRIDE, WINDOW, PatchClassifier
from cvdemo.ops.windows import window_counts
from cvdemo.train.patch_classifier import MIDDLE, WINDOWS, PatchTask, cut_windows, middles
from cvdemo.train.scenes import Sample, draw_sample


def numbered(height: int = 60, width: int = 70) -> Sample:
    """A sample whose pixels tell where they are."""
    rows, columns = np.mgrid[:height, :width].astype(np.uint8)
    picture = np.stack([rows, columns, rows], axis=2)
    semantic = ((rows // 16 + columns // 16) % 14).astype(np.uint8)
    return Sample(picture, semantic, *(np.zeros(0) for _ in range(3)))  # type: ignore[arg-type]


def test_a_windows_class_is_that_of_its_middle_pixel() -> None:
    sample = numbered()
    windows, classes = cut_windows(sample, np.random.default_rng(0))
    assert windows.shape == (WINDOWS, WINDOW, WINDOW, 3) and classes.shape == (WINDOWS,)
    row, column = windows[:, MIDDLE, MIDDLE, 0], windows[:, MIDDLE, MIDDLE, 1]
    np.testing.assert_array_equal(classes, sample.semantic[row, column])
    assert row.min() >= MIDDLE and row.max() <= 60 - WINDOW + MIDDLE


def test_middles_stand_where_the_windows_do() -> None:
    sample = numbered()
    found = middles(sample.semantic)
    assert found.shape == window_counts((60, 70), WINDOW, STRIDE)
    np.testing.assert_array_equal(found[2], sample.semantic[MIDDLE + 2 * STRIDE, MIDDLE : 70 - 15 : STRIDE])


def test_a_few_steps_bring_the_loss_down_and_the_score_is_counted() -> None:
    torch.manual_seed(0)
    task, net = PatchTask("patches"), PatchClassifier()
    batch = [draw_sample(seed) for seed in range(2)]
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    losses = []
    for step in range(12):
        loss = task.loss(net, batch, np.random.default_rng(step), torch.device("cpu"))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-3:]) < 0.6 * np.mean(losses[:2])
    numbers = task.measure(net, split="val", n=2, device="cpu")
    assert 0 <= numbers["mIoU"] <= numbers["pixel_accuracy"] <= 1
    assert numbers["n"] == 2 and len(numbers["per_class"]) == 14
