"""DeepLab v1, v3 and v3+: sizes, ASPP against torchvision's, the papers' configurations."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision.models.segmentation import deeplabv3 as torchvisions
from torchvision.models.segmentation import deeplabv3_resnet50, deeplabv3_resnet101

from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.deeplab import (
    ASPP,
    DeepLab,
    DeepLabConfig,
    DeepLabV2,
    DeepLabV2Config,
    deeplabv1,
    deeplabv1_paper,
    deeplabv2,
    deeplabv2_paper,
    deeplabv3,
    deeplabv3_paper,
    deeplabv3plus,
    deeplabv3plus_paper,
    deeplabv3plus_sharp,
)

SIZES = [(160, 192), (1, 1), (37, 61), (64, 31)]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def parameters(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


@pytest.mark.parametrize("size", SIZES)
def test_v1_answers_every_pixel(size: tuple[int, int]) -> None:
    trace = deeplabv1().eval()(torch.rand(1, 3, *size))
    assert trace.logits.shape == (1, 14, *size)
    assert trace.scores.shape[-2:] == tuple(-(-s // 8) for s in size)


@pytest.mark.parametrize("size", SIZES)
def test_v3_answers_every_pixel_and_shows_its_branches(size: tuple[int, int]) -> None:
    trace = deeplabv3().eval()(torch.rand(1, 3, *size))
    cells = tuple(-(-s // 8) for s in size)
    assert trace.logits.shape == (1, 14, *size)
    assert [b.shape for b in trace.branches] == [(1, 48, *cells)] * 5  # 1 x 1, three rates, the image
    assert trace.low_level is None
    assert trace.decoder.shape == trace.context.shape == (1, 48, *cells)


@pytest.mark.parametrize("size", SIZES)
def test_v3plus_decodes_at_stride_4(size: tuple[int, int]) -> None:
    trace = deeplabv3plus().eval()(torch.rand(1, 3, *size))
    high, wide = (-(-s // 16) * 16 for s in size)
    assert trace.logits.shape == (1, 14, *size)
    assert trace.context.shape == (1, 48, high // 16, wide // 16)
    assert trace.low_level.shape == (1, 24, high // 4, wide // 4)
    assert trace.decoder.shape == (1, 48, high // 4, wide // 4)


@pytest.mark.parametrize("size", SIZES)
def test_v2_adds_the_scores_of_its_rates(size: tuple[int, int]) -> None:
    trace = deeplabv2().eval()(torch.rand(1, 3, *size))
    assert trace.logits.shape == (1, 14, *size)
    assert len(trace.branches) == 4
    torch.testing.assert_close(trace.scores, sum(trace.branches))
    assert trace.scores.shape[-2:] == tuple(-(-s // 8) for s in size)


def test_a_branch_of_v2_is_v1_of_its_rate() -> None:
    one = DeepLabV2(DeepLabV2Config(width=128, rates=(6,))).eval()
    other = deeplabv1().eval()
    names = {"branches.0.0": "fc6", "branches.0.2": "fc7", "branches.0.4": "fc8"}
    state = one.state_dict()
    for new, old in names.items():
        state = {name.replace(new, old): value for name, value in state.items()}
    other.load_state_dict(state)
    x = torch.rand(1, 3, 48, 64)
    torch.testing.assert_close(one(x).logits, other(x).logits)


def test_v2s_parameters_on_vgg_16() -> None:
    """Four times fc6 of 3 x 3, fc7 and fc8, where v1 has them once."""
    with torch.device("meta"):
        one, four = parameters(deeplabv1_paper()), parameters(deeplabv2_paper())
    head = (9 * 512 * 1024 + 1024) + (1024 * 1024 + 1024) + (1024 * 21 + 21)
    assert four - one == 3 * head


@pytest.mark.parametrize("build", [deeplabv2, deeplabv3, deeplabv3plus])
def test_cut_branches_are_silent_and_the_others_are_not(build) -> None:
    net, x = build().eval().double(), torch.rand(1, 3, 48, 64).double()
    for weight in (p for p in net.parameters() if p.ndim > 1):
        torch.nn.init.normal_(weight, std=0.05)
    whole = net(x)
    assert len(net.ablations()) == len(whole.branches)
    for name, k in net.ablations().items():
        trace = net(x, ablate=(k,))
        for other, (found, before) in enumerate(zip(trace.branches, whole.branches, strict=True)):
            torch.testing.assert_close(found, torch.zeros_like(before) if other == k else before)
        assert float((trace.logits - whole.logits).detach().abs().max()) > 0, name


def test_a_sharp_end_works_at_stride_2() -> None:
    plain, sharp = deeplabv3plus(), deeplabv3plus_sharp()
    names = {n.split(".")[0] for n in sharp.state_dict()} ^ {n.split(".")[0] for n in plain.state_dict()}
    assert names == {"sharpen", "classify"}
    assert sharp.eval()(torch.rand(1, 3, 37, 61)).logits.shape == (1, 14, 37, 61)


@pytest.mark.parametrize("build", [deeplabv1, deeplabv2, deeplabv3, deeplabv3plus, deeplabv3plus_sharp])
def test_every_parameter_learns(build) -> None:
    net = build().train()
    net(torch.rand(2, 3, 96, 96)).logits.square().mean().backward()
    assert [n for n, p in net.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_aspp_equals_torchvisions() -> None:
    theirs, ours = torchvisions.ASPP(24, (2, 5, 9), 16), ASPP(24, 16, (2, 5, 9), 0.5)
    state = {name: torch.rand_like(value.float()) + 0.1 for name, value in theirs.state_dict().items()}
    theirs.load_state_dict(state)
    ours.load_state_dict(dict(zip(ours.state_dict(), state.values(), strict=True)))
    x = torch.randn(2, 24, 11, 14)
    branches, context = ours.eval()(x)
    torch.testing.assert_close(context, theirs.eval()(x))
    for branch, conv in zip(branches, theirs.convs, strict=True):
        torch.testing.assert_close(branch, conv(x))


def test_a_branch_sees_only_its_rate() -> None:
    """The branch of rate r answers a lone pixel at the nine places that are 0 or r cells off."""
    aspp = ASPP(1, 1, (3,), 0.0).eval()
    nn.init.ones_(aspp.branches[1][0].weight)
    x = torch.zeros(1, 1, 15, 15)
    x[..., 7, 7] = 1
    branches, _ = aspp(x)
    seen = {tuple(place) for place in branches[1][0, 0].nonzero().tolist()}
    assert seen == {(7 + dy, 7 + dx) for dy in (-3, 0, 3) for dx in (-3, 0, 3)}


def test_an_auxiliary_head_speaks_while_training_only() -> None:
    net = DeepLab(DeepLabConfig(auxiliary=8, backbone=BackboneConfig((8,) * 5, (1,) * 4, output_stride=8)))
    x = torch.rand(2, 3, 37, 61)
    assert [a.shape for a in net.train()(x).aux] == [(2, 14, 37, 61)]
    assert net.eval()(x).aux == ()


def test_v1_has_the_papers_parameters() -> None:
    """20.5 M: VGG-16's convolutions, then 3 x 3 x 512 x 1024, 1024 x 1024 and 1024 x 21, with biases."""
    net = deeplabv1_paper()
    convolutions = 14_714_688  # torchvision's vgg16().features
    hidden = (9 * 512 * 1024 + 1024) + (1024 * 1024 + 1024) + (1024 * 21 + 21)
    assert parameters(net) == convolutions + hidden
    assert f"{parameters(net) / 1e6:.1f}" == "20.5"
    trace = net.eval()(torch.rand(1, 3, 50, 70))
    assert trace.logits.shape == (1, 21, 50, 70)
    assert trace.scores.shape[-2:] == (7, 9)


@pytest.mark.parametrize("auxiliary", [False, True])
def test_v3_equals_torchvisions_on_resnet_50(auxiliary: bool) -> None:
    """The same parameters in the same order, and with the same values the same answer."""
    ours = deeplabv3_paper(auxiliary=auxiliary).eval()
    theirs = deeplabv3_resnet50(weights=None, weights_backbone=None, num_classes=21, aux_loss=auxiliary)
    assert parameters(ours) == parameters(theirs)
    copied = dict(zip(ours.state_dict(), theirs.eval().state_dict().values(), strict=True))
    ours.load_state_dict(copied)
    x = torch.rand(1, 3, 64, 48)
    with torch.inference_mode():
        torch.testing.assert_close(ours(x).logits, theirs(x)["out"], rtol=1e-4, atol=1e-5)


def test_v3_has_torchvisions_parameters_on_resnet_101() -> None:
    with torch.device("meta"):
        theirs = deeplabv3_resnet101(weights=None, weights_backbone=None, num_classes=21, aux_loss=True)
        assert parameters(deeplabv3_paper(layers=101, auxiliary=True)) == parameters(theirs) == 60_996_202


def test_v3plus_is_v3_and_a_decoder() -> None:
    """48 low-level channels, a 3 x 3 convolution on 256 + 48 of them in place of v3's on 256, one more."""
    with torch.device("meta"):
        more = parameters(deeplabv3plus_paper()) - parameters(deeplabv3_paper(layers=101))
    assert more == (256 * 48 + 2 * 48) + 9 * 48 * 256 + (9 * 256 * 256 + 2 * 256)
    trace = deeplabv3plus_paper(layers=50).eval()(torch.rand(1, 3, 33, 47))
    assert trace.logits.shape == (1, 21, 33, 47)
