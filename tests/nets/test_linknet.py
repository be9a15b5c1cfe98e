"""LinkNet: links that are added, blocks that double the size, and the paper's count."""

from __future__ import annotations

import pytest
import torch

from cvdemo.nets.linknet import DecoderBlock, LinkNet, LinkNetResNet18


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_decoder_block_works_on_a_quarter_of_the_channels(stride: int) -> None:
    block = DecoderBlock(16, 6, stride=stride)
    assert block(torch.rand(2, 16, 5, 3)).shape == (2, 6, 5 * stride, 3 * stride)
    convs, norms = 16 * 4 + 4 * 4 * 9 + 4 * 6, 2 * (4 + 4 + 6)
    assert sum(p.numel() for p in block.parameters()) == convs + norms


@pytest.mark.parametrize("off", [2, 4, 8, 16])
def test_links_are_added_and_can_be_cut(off: int) -> None:
    trace = LinkNet().eval()(torch.rand(1, 3, 50, 70), ablate=(off,))
    strides = (16, 8, 4, 2)
    for stride, skip, up, total in zip(strides, trace.encoder[-2::-1], trace.up, trace.decoder, strict=True):
        torch.testing.assert_close(total, up if stride == off else up + skip)


def test_the_papers_own_size() -> None:
    """11.5 million (arXiv:1707.03718): ResNet-18 less its last layer, blocks, full convolutions."""
    net = LinkNetResNet18().eval()

    def block(a: int, b: int) -> int:
        n = a // 4
        return a * n + 9 * n * n + n * b + 2 * (n + n + b)

    blocks = block(512, 256) + block(256, 128) + block(128, 64) + block(64, 64)
    full = (9 * 64 * 32 + 2 * 32) + (9 * 32 * 32 + 2 * 32) + (4 * 32 * 20 + 20)
    count = sum(p.numel() for p in net.parameters())
    assert count == 11_689_512 - (512 * 1000 + 1000) + blocks + full
    assert round(count / 1e6, 1) == 11.5
    assert net(torch.rand(1, 3, 40, 33)).logits.shape == (1, 20, 40, 33)
