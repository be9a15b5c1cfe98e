"""SegNet: what pooling remembers, and that the decoder puts it back there."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from cvdemo.nets.backbone import Backbone
from cvdemo.nets.segnet import PoolingBackbone, SegNet, segnet_vgg16


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def test_the_backbones_weights_fit_and_its_maps_keep_their_size() -> None:
    strided, pooling = Backbone().eval(), PoolingBackbone().eval()
    pooling.load_state_dict(strided.state_dict())
    picture = torch.rand(1, 3, 64, 96)
    found = pooling.pooled(picture)
    assert [m.shape for m in found.maps] == [m.shape for m in strided(picture)]
    for index, stride in zip(found.indices, (2, 4, 8, 16, 32), strict=True):
        assert index.shape[-2:] == (64 // stride, 96 // stride)


def test_a_maximum_is_where_the_index_says() -> None:
    """Every 2 x 2 cells choose one of their own, and no place is chosen twice."""
    trace = SegNet().eval()(torch.rand(1, 3, 64, 96))
    for index in trace.indices:
        _, channels, h, w = index.shape
        row, column = index // (2 * w), index % (2 * w)
        torch.testing.assert_close((row // 2)[0, 0], torch.arange(h)[:, None].expand(h, w))
        torch.testing.assert_close((column // 2)[0, 0], torch.arange(w)[None].expand(h, w))
        assert len(index[0, channels - 1].unique()) == h * w


def test_unpooling_puts_values_at_the_remembered_places() -> None:
    trace = SegNet().eval()(torch.rand(2, 3, 64, 96))
    sources = [trace.encoder[-1], *trace.decoder[:-1]]
    for source, index, sparse in zip(sources, reversed(trace.indices), trace.unpooled, strict=True):
        assert sparse.shape[-2:] == tuple(2 * s for s in source.shape[-2:])
        torch.testing.assert_close(sparse.flatten(2).gather(2, index.flatten(2)), source.flatten(2))
        torch.testing.assert_close(sparse.sum(), source.sum(), rtol=1e-3, atol=1e-3)  # all else is zero
        assert (sparse != 0).sum() <= source.numel()


def test_a_pooling_can_forget() -> None:
    """The bed of nails: every value in the upper left of its four cells."""
    net, picture = SegNet().eval(), torch.rand(1, 3, 64, 96)
    trace = net(picture, ablate=(2, 32))
    for sparse, forgot in zip(trace.unpooled, (True, False, False, False, True), strict=True):
        others = sparse.clone()
        others[..., ::2, ::2] = 0
        assert bool(others.any()) != forgot
    torch.testing.assert_close(trace.unpooled[0][..., ::2, ::2], trace.encoder[-1])


def test_the_papers_own_size() -> None:
    """29.46 million as arXiv:1606.02147 counts; the decoder mirrors VGG-16's thirteen convolutions."""
    net = segnet_vgg16()
    encoder = [3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]
    convs = sum(9 * a * b + b for a, b in pairwise(encoder))
    back = [*encoder[:0:-1], 12]
    mirrored = sum(9 * a * b for a, b in pairwise(back)) + 12  # no bias under a norm
    norms = 2 * sum(encoder[1:]) + 2 * sum(back[1:-1])
    count = sum(p.numel() for p in net.parameters())
    assert count == convs + mirrored + norms
    assert count / 1e6 == pytest.approx(29.46, abs=0.03)
    trace = net.eval()(torch.rand(1, 3, 40, 33))
    assert trace.logits.shape == (1, 12, 40, 33)
