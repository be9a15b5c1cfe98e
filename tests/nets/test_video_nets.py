"""Nets of whole videos: an answer after each frame from the frames so far, and what their order is worth."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.c3d import C3D, C3DConfig
from cvdemo.nets.early_fusion import EarlyFusion, EarlyFusionConfig, differences, over_frames
from cvdemo.nets.feature_average import FeatureAverage
from cvdemo.nets.frame_average import FrameAverage, combined
from cvdemo.nets.frame_features import PART, STEM, ClipConfig, inflated, running_mean, windows
from cvdemo.nets.lrcn import LRCN, LRCNConfig
from cvdemo.nets.two_stream import TwoStream, TwoStreamConfig
from cvdemo.ops.clip_flow import LARGEST_ERROR

SMALL = ClipConfig(classes=5, features=12, squeeze=4, backbone=BackboneConfig((8, 8, 8, 8), (1, 1, 1)))
FRAMES = 6


class WithMotion(nn.Module):
    """Two streams, the motion made of the frames themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.net = TwoStream(TwoStreamConfig(3, SMALL))

    def forward(self, clips: Tensor) -> object:
        return self.net(clips, 20 * (clips[:, 1:] - clips[:, :-1]))


NETS: dict[str, Callable[[], nn.Module]] = {
    "frame average": lambda: FrameAverage(SMALL),
    "feature average": lambda: FeatureAverage(SMALL),
    "early fusion": lambda: EarlyFusion(EarlyFusionConfig(3, SMALL)),
    "two streams": WithMotion,
    "LSTM": lambda: LRCN(LRCNConfig("lstm", 10, SMALL)),
    "GRU": lambda: LRCN(LRCNConfig("gru", 10, SMALL)),
    "3-D": lambda: C3D(C3DConfig(classes=5, frames=8, channels=(4, 4, 4, 4, 4), features=12)),
}
NO_ORDER = ("frame average", "feature average")


@pytest.fixture(scope="module")
def clips() -> Tensor:
    return torch.rand(2, FRAMES, 3, 96, 96, generator=torch.Generator().manual_seed(0))


@pytest.fixture(params=NETS, scope="module")
def net(request: pytest.FixtureRequest) -> tuple[str, nn.Module]:
    torch.manual_seed(1)
    return request.param, NETS[request.param]().eval()


def test_a_probability_after_every_frame(net: tuple[str, nn.Module], clips: Tensor) -> None:
    for count in (1, FRAMES):
        found = net[1](clips[:, :count]).probabilities
        assert found.shape == (2, count, 5)
        torch.testing.assert_close(found.sum(-1), torch.ones(2, count))


def test_no_net_looks_ahead(net: tuple[str, nn.Module], clips: Tensor) -> None:
    other = torch.cat([clips[:, :4], 1 - clips[:, 4:]], 1)
    a, b = (net[1](c).probabilities for c in (clips, other))
    torch.testing.assert_close(a[:, :4], b[:, :4])
    assert not torch.allclose(a[:, 4:], b[:, 4:], atol=1e-5)


def test_order_counts_for_all_but_averages(net: tuple[str, nn.Module], clips: Tensor) -> None:
    name, one = net
    forwards, backwards = (one(c).probabilities[:, -1] for c in (clips, clips.flip(1)))
    assert torch.allclose(forwards, backwards, atol=1e-5) == (name in NO_ORDER)


@pytest.mark.parametrize("name", ["early fusion", "3-D"])
def test_some_frames_are_as_in_the_whole(name: str, clips: Tensor) -> None:
    torch.manual_seed(1)
    net = NETS[name]().eval()
    some = torch.tensor([1, 4])
    torch.testing.assert_close(net(clips, frames=some).logits, net(clips).logits[:, some])


def test_a_long_video_goes_through_in_parts() -> None:
    net = FrameAverage(SMALL).eval()
    long = torch.rand(1, PART + 3, 3, 96, 96)
    parts = torch.cat([net(long[:, :PART]).logits, net(long[:, PART:]).logits], 1)
    torch.testing.assert_close(net(long).logits, parts)


FROZEN: dict[str, Callable[[], nn.Module]] = {
    "frame average": lambda: FrameAverage(SMALL, "nothing"),
    "feature average": lambda: FeatureAverage(SMALL, "nothing"),
    "LSTM": lambda: LRCN(LRCNConfig("lstm", 10, SMALL), "nothing"),
    "GRU": lambda: LRCN(LRCNConfig("gru", 10, SMALL), "nothing"),
}


@pytest.mark.parametrize("name", FROZEN)
def test_a_frozen_backbone_stays_as_it_is(name: str, clips: Tensor) -> None:
    net = FROZEN[name]().train()
    before = {k: v.clone() for k, v in net.backbone.state_dict().items()}
    net(clips).logits.sum().backward()
    assert all(torch.equal(v, before[k]) for k, v in net.backbone.state_dict().items())
    assert all(p.grad is None for p in net.backbone.parameters()) and net.linear.weight.grad is not None
    assert net.shared_weights() == {"backbone.": ("ssd-plus", "backbone.")}
    torch.testing.assert_close(net.eval().tell(net.see(clips)).logits, net(clips).logits)


@pytest.mark.parametrize("build", [FrameAverage, FeatureAverage, LRCN])
def test_end_to_end_the_weights_learn_and_the_statistics_stay(
    build: Callable[[], nn.Module], clips: Tensor
) -> None:
    net = build().train()
    before = {k: v.clone() for k, v in net.backbone.named_buffers()}
    net(clips).logits.sum().backward()
    assert all(torch.equal(v, before[k]) for k, v in net.backbone.named_buffers())
    assert all(p.grad is not None for p in net.backbone.parameters())
    assert net.shared_weights() == {}


def test_ways_of_combining_frames() -> None:
    logits = torch.log(torch.tensor([[[0.6, 0.4, 1e-9], [0.1, 0.2, 0.7], [0.5, 0.4, 0.1]]]))
    mean, most, vote = (combined(logits, way)[0] for way in ("mean", "max", "vote"))
    torch.testing.assert_close(mean[-1], torch.tensor([0.4, 1 / 3, 0.8 / 3]))
    torch.testing.assert_close(most[-1], torch.tensor([0.6, 0.4, 0.7]) / 1.7)
    torch.testing.assert_close(vote, torch.tensor([[1.0, 0, 0], [0.5, 0, 0.5], [2 / 3, 0, 1 / 3]]))


def test_running_mean_and_windows() -> None:
    x = torch.rand(2, 5, 3)
    torch.testing.assert_close(running_mean(x), torch.stack([x[:, : k + 1].mean(1) for k in range(5)], 1))
    frames = torch.arange(5.0).view(1, 5, 1, 1, 1).expand(1, 5, 2, 1, 1)
    stacks = windows(frames, 3)[0, :, ::2, 0, 0]
    assert stacks.tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4]]
    assert torch.equal(
        windows(frames, 3, torch.tensor([4]))[0, 0, :, 0, 0], torch.tensor([2.0, 2, 3, 3, 4, 4])
    )
    assert windows(frames, 3, torch.tensor([3, 4]), 2)[0, :, ::2, 0, 0].tolist() == [[0, 1, 3], [0, 2, 4]]


def test_a_stack_begins_as_the_net_of_its_last_frame(clips: Tensor) -> None:
    single = FrameAverage(SMALL).eval()
    stacked = EarlyFusion(EarlyFusionConfig(5, SMALL, filters=12)).eval()
    state = stacked.from_start(single.state_dict())
    stacked.load_state_dict(state)
    torch.testing.assert_close(stacked(clips).logits, single(clips).logits, atol=1e-4, rtol=1e-4)
    assert state[STEM].shape == (12, 15, 3, 3)
    assert not state[STEM][:8, 3:].any() and state[STEM][8:, 3:].abs().min() > 0  # new ones see motion


def test_filters_over_differences_are_filters_over_frames() -> None:
    stacks, weights = torch.rand(2, 9, 6, 6), torch.rand(4, 9, 3, 3)
    seen = differences(stacks)
    assert torch.equal(seen[:, :3], stacks[:, 6:])
    seen[:, 3:] -= 0.5
    torch.testing.assert_close(
        nn.functional.conv2d(seen, weights), nn.functional.conv2d(stacks, over_frames(weights))
    )


def test_the_temporal_stream_sees_motion_and_its_error_between_0_and_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = TwoStream(TwoStreamConfig(2, SMALL)).eval()
    see, seen = net.see, []

    def watched(stacks: Tensor) -> Tensor:
        seen.append(stacks)
        return see(stacks)

    monkeypatch.setattr(net, "see", watched)
    motions = torch.zeros(1, 2, 3, 96, 96)
    motions[0, 1, :, 5, 7] = torch.tensor([4.0, -99.0, LARGEST_ERROR / 2])
    net.temporal(motions)
    stacks = seen[0][0]  # [3, 2 * 3, 96, 96]
    assert torch.equal(stacks[0], torch.full_like(stacks[0], 0.5))  # nothing has moved yet
    assert stacks[2, :, 5, 7].tolist() == pytest.approx([0.5, 0.5, 0.5, 0.75, 0, 0.75])


def test_two_streams_begin_with_the_net_of_frames(clips: Tensor) -> None:
    single, both = FrameAverage(SMALL).eval(), TwoStream(TwoStreamConfig(3, SMALL, filters=12)).eval()
    state = both.from_start(single.state_dict())
    assert state[STEM].shape == (12, 9, 3, 3) and state[STEM][8:].abs().min() > 0  # new ones see motion
    both.load_state_dict(state, strict=False)
    trace = both(clips, torch.zeros(2, FRAMES - 1, 3, 96, 96))
    torch.testing.assert_close(trace.spatial.logits, single(clips).logits)
    torch.testing.assert_close(trace.probabilities, sum(trace.streams) / 2)
    few = TwoStream(TwoStreamConfig(3, SMALL, filters=8)).eval()
    few.load_state_dict({**both.state_dict(), **few.from_start(single.state_dict())}, strict=False)
    motion = torch.rand(2, FRAMES - 1, 3, 96, 96)
    torch.testing.assert_close(
        both(clips, motion).logits, few(clips, motion).logits
    )  # they count nothing yet
    grey = inflated(single.state_dict(), 2)[STEM]
    torch.testing.assert_close(grey.sum(1), single.state_dict()[STEM].sum(1))
