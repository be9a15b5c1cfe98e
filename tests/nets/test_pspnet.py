"""PSPNet: sizes, the pyramid against plain averages, levels cut, the paper's configuration."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision.models import resnet50

from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.pspnet import (
    PSPNet,
    PSPNetConfig,
    PyramidPooling,
    pspnet,
    pspnet_nopyramid,
    pspnet_paper,
    pspnet_sharp,
)

TINY = BackboneConfig((8, 8, 8, 8, 16), (1, 1, 1, 1), output_stride=8)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("size", [(160, 192), (1, 1), (37, 61), (64, 31)])
def test_every_pixel_is_answered(size: tuple[int, int]) -> None:
    trace = pspnet().eval()(torch.rand(1, 3, *size))
    assert trace.logits.shape == (1, 14, *size)
    assert [p.shape for p in trace.pooled] == [(1, 32, b, b) for b in (1, 2, 3, 6)]
    assert trace.head.shape[-2:] == tuple(-(-s // 8) for s in size)
    assert trace.aux == ()


@pytest.mark.parametrize("build", [pspnet, pspnet_sharp, pspnet_nopyramid])
def test_every_parameter_learns(build) -> None:
    net = build().train()
    trace = net(torch.rand(2, 3, 96, 96))
    (trace.logits.square().mean() + trace.aux[0].square().mean()).backward()
    assert [n for n, p in net.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_the_pyramid_pools_as_torch_does() -> None:
    pyramid = PyramidPooling(12, (1, 2, 3, 6)).eval()
    x = torch.randn(2, 12, 13, 17)
    pooled, fused = pyramid(x)
    wanted = [x]
    for bins, level, found in zip((1, 2, 3, 6), pyramid.levels, pooled, strict=True):
        torch.testing.assert_close(found, level(nn.AdaptiveAvgPool2d(bins)(x)))
        wanted.append(nn.Upsample((13, 17), mode="bilinear")(found))
    torch.testing.assert_close(fused, torch.cat(wanted, dim=1))


def test_a_bin_is_the_average_of_its_cells() -> None:
    pyramid = PyramidPooling(4, (2,)).eval()
    nn.init.eye_(pyramid.levels[0][0].weight.data[:, :, 0, 0])
    x = torch.rand(1, 4, 6, 10)
    (pooled,), _ = pyramid(x)
    quarters = [x[..., a : a + 3, b : b + 5].mean(dim=(2, 3)) for a in (0, 3) for b in (0, 5)]
    scale = (1 + 1e-5) ** -0.5  # of the fresh batch normalisation
    torch.testing.assert_close(pooled.flatten(2), scale * torch.stack(quarters, dim=-1))


@pytest.mark.parametrize("cut", [(), (1,), (2, 6), (1, 2, 3, 6)])
def test_cut_levels_are_silent_and_the_others_are_not(cut: tuple[int, ...]) -> None:
    net, x = PSPNet(PSPNetConfig(backbone=TINY)).eval(), torch.rand(1, 3, 48, 64)
    for weight in (p for p in net.parameters() if p.ndim > 1):
        torch.nn.init.normal_(weight, std=0.1)  # what begins at zero brings nothing yet
    net, x = net.double(), x.double()  # a level's share is far above their rounding
    whole, trace = net(x), net(x, ablate=cut)
    for bins, pooled, before in zip((1, 2, 3, 6), trace.pooled, whole.pooled, strict=True):
        torch.testing.assert_close(pooled, torch.zeros_like(before) if bins in cut else before)
    change = float((trace.logits - whole.logits).detach().abs().max())
    assert (change > 1e-9) == bool(cut)


@pytest.mark.parametrize("levels", [(), (1,), (1, 2, 3, 6)])
def test_a_net_can_be_built_without_levels_or_auxiliary_loss(levels: tuple[int, ...]) -> None:
    trace = PSPNet(PSPNetConfig(levels=levels, auxiliary=0, backbone=TINY)).train()(torch.rand(2, 3, 32, 64))
    assert trace.logits.shape == (2, 14, 32, 64)
    assert len(trace.pooled) == len(levels)
    assert trace.aux == ()


def test_the_papers_parameters() -> None:
    """ResNet; 1 x 1 to a quarter of its channels, four times; the head; the auxiliary head."""
    with torch.device("meta"):
        body = sum(p.numel() for n, p in resnet50().named_parameters() if not n.startswith("fc"))
        small, large = (sum(p.numel() for p in pspnet_paper(layers=n).parameters()) for n in (50, 101))
    pyramid = 4 * (2048 * 512 + 2 * 512)
    head = (9 * 4096 * 512 + 2 * 512) + (512 * 21 + 21)
    auxiliary = (9 * 1024 * 256 + 2 * 256) + (256 * 21 + 21)
    assert small == body + pyramid + head + auxiliary
    assert large - small == 17 * (1024 * 256 + 9 * 256 * 256 + 256 * 1024 + 2 * (256 + 256 + 1024))
    trace = pspnet_paper().eval()(torch.rand(1, 3, 33, 47))
    assert trace.logits.shape == (1, 21, 33, 47)
