"""RefineNet: sizes, its parts against plain torch, the paper's configuration."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision.models import resnet101

from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.refinenet import (
    ChainedPooling,
    RefineNet,
    RefineNetConfig,
    ResidualUnit,
    refinenet,
    refinenet_paper,
    refinenet_sharp,
)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("size", [(160, 192), (1, 1), (37, 61), (64, 31)])
def test_every_pixel_is_answered(size: tuple[int, int]) -> None:
    trace = refinenet().eval()(torch.rand(1, 3, *size))
    high, wide = (-(-s // 32) * 32 for s in size)
    assert trace.logits.shape == (1, 14, *size)
    for stage, channels, stride in zip(trace.stages, (64, 64, 48, 32), (32, 16, 8, 4), strict=True):
        assert {m.shape for m in stage} == {(1, channels, high // stride, wide // stride)}


@pytest.mark.parametrize("build", [refinenet, refinenet_sharp])
def test_every_parameter_learns(build) -> None:
    net = build().train()
    net(torch.rand(2, 3, 96, 96)).logits.square().mean().backward()
    assert [n for n, p in net.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_chained_pooling_adds_every_link() -> None:
    chain = ChainedPooling(3, 2, normalise=False)
    x = torch.randn(2, 3, 9, 11)
    first = chain.convs[0](nn.MaxPool2d(5, 1, 2)(x.relu()))
    second = chain.convs[1](nn.MaxPool2d(5, 1, 2)(first))
    torch.testing.assert_close(chain(x), x.relu() + first + second)


def test_a_residual_unit_without_weights_changes_nothing() -> None:
    unit, x = ResidualUnit(3, normalise=False), torch.randn(1, 3, 6, 5)
    torch.testing.assert_close(unit(x), x + unit.conv2(unit.conv1(x.relu()).relu()))
    nn.init.zeros_(unit.conv2.weight)
    nn.init.zeros_(unit.conv2.bias)
    assert torch.equal(unit(x), x)


def test_a_block_fuses_both_paths_at_the_finer_size() -> None:
    backbone = BackboneConfig((8,) * 5, (1,) * 4)
    net = RefineNet(RefineNetConfig(channels=(6, 5, 4, 3), backbone=backbone)).eval()
    trace = net(torch.rand(1, 3, 64, 96))
    block, coarse = net.blocks[1], trace.stages[0].output
    fine = block.fuse(block.adapt(block.reduce(trace.encoder[3])))
    below = block.fuse_coarse(block.adapt_coarse(coarse))
    torch.testing.assert_close(trace.stages[1].fused, fine + nn.Upsample((4, 6), mode="bilinear")(below))


def test_the_papers_parameters() -> None:
    """ResNet-101, 512 channels in the coarsest block and 256 in three.

    Comparisons of later nets give RefineNet-101 118.1 M; the table they quote was not found.
    """

    def conv(inputs: int, outputs: int) -> int:
        return 9 * inputs * outputs + outputs

    with torch.device("meta"):
        body = sum(p.numel() for n, p in resnet101().named_parameters() if not n.startswith("fc"))
        count = sum(p.numel() for p in refinenet_paper().parameters())
    own = 4 + 4 + 2  # two residual units, the chain of pools, the last residual unit
    blocks = conv(2048, 512) + own * conv(512, 512)
    for inputs, coarse in ((1024, 512), (512, 256), (256, 256)):
        blocks += conv(inputs, 256) + (own + 1) * conv(256, 256)
        blocks += 4 * conv(coarse, coarse) + conv(coarse, 256)
    assert count == body + blocks + 4 * conv(256, 256) + conv(256, 21)
    assert round(count / 1e6) == 118


def test_the_papers_configuration_runs() -> None:
    trace = refinenet_paper(layers=50).eval()(torch.rand(1, 3, 33, 47))
    assert trace.logits.shape == (1, 21, 33, 47)
    assert [s.output.shape[1] for s in trace.stages] == [512, 256, 256, 256]
