"""What a trace holds, and what happens to a net whose parts are cut."""

from __future__ import annotations

import pytest
import torch

from cvdemo.nets.inside import ablations, inner_maps
from cvdemo.nets.refinenet import RefineNet
from cvdemo.zoo.entries import build_net, entries
from cvdemo.zoo.spec import Task

PICTURE = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("key", [one.key for one in entries(Task.SEGMENT)])
@torch.no_grad()
def test_inner_maps_have_names_of_their_own_and_four_axes(key: str) -> None:
    trace = build_net(key).eval()(PICTURE)
    found = list(inner_maps(trace))
    assert len({name for name, _ in found}) == len(found) >= 5
    assert all(value.ndim == 4 for _, value in found)
    assert all(value is not trace.logits for _, value in found)


@torch.no_grad()
def test_indices_of_a_pooling_are_among_the_maps() -> None:
    names = [
        name for name, map_ in inner_maps(build_net("segnet").eval()(PICTURE)) if not map_.is_floating_point()
    ]
    assert names == [f"indices {k}" for k in range(1, 6)]


@torch.no_grad()
def test_traces_within_a_trace_are_gone_through() -> None:
    names = [name for name, _ in inner_maps(RefineNet().eval()(PICTURE))]
    assert "stages 1 fused" in names and "stages 4 output" in names


@pytest.mark.parametrize(
    ("key", "parts"), [("unet", 4), ("pspnet", 4), ("fcn8s", 2), ("fcn32s", 0), ("segnet", 5), ("linknet", 4)]
)
@torch.no_grad()
def test_every_cut_changes_the_answer_and_none_changes_nothing(key: str, parts: int) -> None:
    torch.manual_seed(0)
    net = build_net(key).eval()
    for weight in (p for p in net.parameters() if not p.any()):
        torch.nn.init.normal_(weight, std=0.1)  # what begins at zero brings nothing yet
    whole = net(PICTURE).logits
    assert len(ablations(net)) == parts
    if parts:
        torch.testing.assert_close(net(PICTURE, ablate=()).logits, whole)
    for value in ablations(net).values():
        assert not torch.allclose(net(PICTURE, ablate=(value,)).logits, whole)


def test_a_skip_that_is_not_there_cannot_be_cut() -> None:
    assert ablations(build_net("unet-noskip")) == {}
    assert ablations(RefineNet()) == {}
