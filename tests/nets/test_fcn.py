"""FCN: convolutions that are the classifier, upsampling that is bilinear, scores that add up."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.models import vgg16

from cvdemo.nets.fcn import (
    FCN,
    FCNConfig,
    FixedUpsampling,
    convolutionalized,
    fcn8s,
    fcn8s_vgg16,
    fcn16s,
    fcn32s,
    learned_upsampling,
)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def same_on_every_window(classifier: nn.Sequential, shape: tuple[int, int, int]) -> None:
    channels, h, w = shape
    dense = convolutionalized(classifier, shape)
    x = torch.randn(2, channels, h + 3, w + 2, dtype=torch.double)
    found = dense(x)
    assert found.shape[-2:] == (4, 3)
    for i in range(4):
        for j in range(3):
            window = classifier(x[..., i : i + h, j : j + w])
            torch.testing.assert_close(found[..., i, j], window)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_fc_is_conv(channels: int, h: int, w: int, bias: bool) -> None:
    layers = [
        nn.Flatten(), nn.Linear(channels * h * w, 5, bias=bias), nn.ReLU(), nn.Dropout(), nn.Linear(5, 3),
    ]  # fmt: skip
    same_on_every_window(nn.Sequential(*layers).double().eval(), (channels, h, w))


def test_pooled_fc_is_conv() -> None:
    layers = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 4)).double()
    same_on_every_window(layers, (6, 3, 5))


def test_vggs_own_classifier_is_conv() -> None:
    classifier = vgg16(weights=None).classifier.eval()
    x = torch.randn(1, 512, 7, 7)
    with torch.no_grad():
        dense = convolutionalized(classifier, (512, 7, 7))
        torch.testing.assert_close(dense(x)[..., 0, 0], classifier(x.flatten(1)), atol=1e-5, rtol=1e-4)
    assert dense[0].weight.data_ptr() == classifier[0].weight.data_ptr()  # the very same weights


def test_a_layer_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="cannot make a convolution of LayerNorm"):
        convolutionalized(nn.Sequential(nn.Flatten(), nn.LayerNorm(4)), (1, 2, 2))


@pytest.mark.parametrize("factor", [2, 8, 16, 32])
def test_transposed_convolutions_begin_as_bilinear_upsampling(factor: int) -> None:
    x = torch.randn(2, 3, 5, 6)
    wanted = nn.functional.interpolate(x, scale_factor=factor, mode="bilinear")
    inside = (..., slice(factor, -factor), slice(factor, -factor))
    for up in (learned_upsampling(3, factor), FixedUpsampling(factor)):
        found = up(x)
        assert found.shape == wanted.shape
        torch.testing.assert_close(found[inside], wanted[inside])
    torch.testing.assert_close(FixedUpsampling(factor)(x), learned_upsampling(3, factor)(x))


def test_a_finer_net_begins_as_the_coarser_one() -> None:
    coarse, fine = fcn32s().eval(), fcn16s().eval()
    lacking, odd = fine.load_state_dict(coarse.state_dict(), strict=False)
    assert not odd
    assert set(lacking) == {"up.16.weight", "score.16.weight", "score.16.bias"}
    picture = torch.rand(1, 3, 160, 192)
    before, after = coarse(picture).logits, fine(picture).logits
    inside = (..., slice(32, -32), slice(32, -32))  # twice bilinear is not once, but nearly
    assert (before - after)[inside].abs().mean() < 0.1 * before.std()


def test_scores_can_be_left_out() -> None:
    net, picture = fcn8s().eval(), torch.rand(1, 3, 64, 64)
    for score in net.score.values():
        nn.init.normal_(score.weight)
    cut = net(picture, ablate=(8,))
    torch.testing.assert_close(cut.fused[2], net.up["8"](cut.fused[1]))
    torch.testing.assert_close(cut.fused[1], net(picture).fused[1])
    assert not torch.allclose(cut.logits, net(picture).logits)


@pytest.mark.parametrize("finest", [8, 16, 32])
def test_the_trace_adds_up(finest: int) -> None:
    net = FCN(FCNConfig(finest=finest)).eval()
    trace = net(torch.rand(1, 3, 70, 90))
    strides = [s for s in (32, 16, 8) if s >= finest]
    assert [m.shape[-2:] for m in trace.scores] == [(96 // s, 96 // s) for s in strides]
    torch.testing.assert_close(trace.fused[0], trace.scores[0])
    for up, before, own, after in zip(
        net.up.values(), trace.fused[:-1], trace.scores[1:], trace.fused[1:], strict=True
    ):
        torch.testing.assert_close(up(before) + own, after)
    torch.testing.assert_close(net.last(trace.fused[-1])[..., :70, :90], trace.logits)


def test_the_papers_own_size() -> None:
    """134 million weights (arXiv:1411.4038, table 1): VGG-16's layers but the last, and the scores'."""
    with torch.device("meta"):
        net = fcn8s_vgg16()
        assert net(torch.rand(1, 3, 70, 90)).logits.shape == (1, 21, 70, 90)
    vgg = 138_357_544 - (4096 * 1000 + 1000)  # torchvision's figure, less the last layer
    scores = sum(c * 21 + 21 for c in (4096, 512, 256))
    learned = 2 * 21 * 21 * 4 * 4
    assert sum(p.numel() for p in net.parameters()) == vgg + scores + learned
    assert round((vgg + scores + learned) / 1e6) == 134
