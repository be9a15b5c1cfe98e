"""RAFT: torchvision's outputs with torchvision's weights, any size, an answer that is the last update's."""

from __future__ import annotations

import pytest
import torch
import torchvision

from cvdemo.nets.raft_paper import raft_large_paper, raft_small_paper, torchvision_names

PAPERS = {
    "raft_small": (raft_small_paper, 990_162, 3),
    "raft_large": (raft_large_paper, 5_257_536, 2),
}


@pytest.mark.parametrize("name", PAPERS)
def test_torchvisions_weights_give_torchvisions_flow(name: str) -> None:
    build, parameters, updates = PAPERS[name]
    torch.manual_seed(0)
    theirs = torchvision.models.get_model(name, weights=None).eval()
    for module in theirs.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # not those of a net that has seen nothing
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    ours = build().eval()
    ours.load_state_dict(torchvision_names(theirs.state_dict()))
    assert sum(p.numel() for p in ours.parameters()) == parameters
    first, second = torch.rand(2, 1, 3, 128, 136)
    with torch.inference_mode():
        found = ours(first, second, updates=updates)
        expected = theirs(2 * first - 1, 2 * second - 1, num_flow_updates=updates)
    assert len(found.flows) == len(expected) == updates
    assert expected[-1].abs().max() > 0.5
    for a, b in zip(found.flows, expected, strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-4)
