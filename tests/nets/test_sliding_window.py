"""The window classifier: the same scores window by window and all at once, and the boxes of its pyramid."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cvdemo.nets.backbone import Backbone
from cvdemo.nets.sliding_window import (
    STRIDE,
    WINDOW,
    EveryWindow,
    SlidingWindow,
    WindowClassifier,
    WindowPyramidConfig,
    resized,
)
from cvdemo.ops.windows import slide, window_boxes, window_counts


@pytest.fixture
def net() -> WindowClassifier:
    torch.manual_seed(0)
    made = WindowClassifier().eval()
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -0.5, 0.5)
            torch.nn.init.uniform_(module.running_var, 0.5, 2)
    return made


@pytest.mark.parametrize("size", [(59, 59), (66, 67), (91, 138), (123, 75)])
@torch.inference_mode()
def test_all_windows_at_once_have_the_scores_of_each(net: WindowClassifier, size: tuple[int, int]) -> None:
    picture = torch.rand(1, 3, *size)
    found = slide(
        picture[0].numpy(), lambda w: net(torch.from_numpy(w)).logits.numpy(), window=WINDOW, stride=STRIDE
    )
    dense = EveryWindow(net)(picture).logits[0].numpy()
    assert dense.shape == (9, *window_counts(size, WINDOW, STRIDE))
    assert np.ptp(dense) > 0.01
    np.testing.assert_allclose(dense, found.scores, atol=1e-5)


@torch.inference_mode()
def test_far_from_the_edges_it_is_the_shared_backbone(net: WindowClassifier) -> None:
    """Cell j is centred on pixel 8 j + 21 without padding, on 8 j with it; each sees 21 pixels around."""
    whole = Backbone().eval()
    whole.load_state_dict(net.backbone.state_dict(), strict=False)
    picture = torch.rand(1, 3, 160, 192)
    shifted = (picture[..., 5:, 5:] - 0.5) / 0.25
    padded = whole.stages[1][0](whole.stages[0](whole.stem(shifted)))
    valid = net.backbone(picture)[..., 1:-1, 1:-1]
    rows, columns = valid.shape[-2:]
    torch.testing.assert_close(padded[..., 3 : 3 + rows, 3 : 3 + columns], valid, atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_the_pyramid_asks_every_window_of_every_level(net: WindowClassifier) -> None:
    config = WindowPyramidConfig(sides=(30, 60, 900), ratios=(1, 2))
    picture = torch.rand(1, 3, 80, 120)
    trace = SlidingWindow(net, config)(picture)
    assert [(level.side, level.ratio) for level in trace.levels] == [(30, 1), (30, 2), (60, 1), (60, 2)]
    count = sum(len(window_boxes(level, WINDOW, STRIDE)) for level in trace.levels)
    assert trace.boxes().shape == (1, count, 4)
    assert trace.scores().shape == (1, count, 8)
    level = trace.levels[1]
    small = resized(picture, level.size)
    row = sum(len(window_boxes(one, WINDOW, STRIDE)) for one in trace.levels[:1]) + 1
    alone = net(small[..., :WINDOW, STRIDE : STRIDE + WINDOW]).logits[0].softmax(0)[1:]
    torch.testing.assert_close(trace.scores()[0, row], alone, atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_a_picture_too_small_for_any_window(net: WindowClassifier) -> None:
    trace = SlidingWindow(net, WindowPyramidConfig(sides=(50,), ratios=(1,)))(torch.rand(1, 3, 16, 16))
    assert trace.boxes().shape == (1, 0, 4) and len(trace.scores()[0]) == 0
