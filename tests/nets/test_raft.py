"""RAFT: torchvision's flow with torchvision's weights, correlations by brute force, pictures of any size."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torchvision

from cvdemo.errors import CheckpointError
from cvdemo.nets.raft import RAFT, RAFTConfig, all_pairs, cell_places, convex_upsample, sequence_loss
from cvdemo.nets.raft_encoder import EncoderConfig
from cvdemo.nets.raft_paper import raft_large_paper, raft_small_paper, torchvision_names

PAPERS = {"raft_small": (raft_small_paper, 990_162, 3), "raft_large": (raft_large_paper, 5_257_536, 2)}
TINY = RAFTConfig(
    EncoderConfig((8, 8, 8, 8, 16), (2, 2, 2, 1)), EncoderConfig((8, 8, 8, 8, 24), (2, 2, 2, 1), "batch"),
    levels=2, radius=2, correlation=(16,), flow=(8, 8), motion=16, hidden=12, head=16, mask=16, updates=3,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("name", PAPERS)
def test_torchvisions_weights_give_torchvisions_flow(name: str) -> None:
    build, parameters, updates = PAPERS[name]
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


def test_weights_of_another_model_are_refused() -> None:
    with pytest.raises(CheckpointError, match=r"'conv1\.weight' is not among RAFT's weights"):
        torchvision_names({"conv1.weight": torch.zeros(1)})


def test_the_pyramid_holds_the_dot_products_of_all_pairs_of_cells() -> None:
    one, two = torch.randn(2, 2, 5, 4, 6)
    pyramid = all_pairs(one, two, 2)
    for n, y, x, v, u in ((0, 0, 0, 0, 0), (1, 3, 5, 2, 1), (1, 1, 2, 3, 5)):
        expected = (one[n, :, y, x] * two[n, :, v, u]).sum() / 5**0.5
        torch.testing.assert_close(pyramid.levels[0].view(2, 4, 6, 4, 6)[n, y, x, v, u], expected)
    coarse = pyramid.levels[1].view(2, 4, 6, 2, 3)[1, 2, 3, 1, 2]
    torch.testing.assert_close(coarse, pyramid.levels[0].view(2, 4, 6, 4, 6)[1, 2, 3, 2:4, 4:6].mean())


def test_a_lookup_at_whole_cells_reads_the_pyramid() -> None:
    one, two = torch.randn(2, 1, 5, 4, 6)
    pyramid = all_pairs(one, two, 1)
    places = cell_places(one) + torch.tensor([1.0, -1.0])[:, None, None]  # one to the right, one up
    found = pyramid.lookup(places, 1)  # [1, 9, 4, 6]
    whole = pyramid.levels[0].view(4, 6, 4, 6)
    for y, x in ((2, 3), (0, 0), (3, 5)):
        for k, (dx, dy) in enumerate((a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)):
            u, v = x + 1 + dx, y - 1 + dy
            expected = whole[y, x, v, u] if 0 <= v < 4 and 0 <= u < 6 else torch.tensor(0.0)
            torch.testing.assert_close(found[0, k, y, x], expected, atol=1e-5, rtol=1e-5)


def test_convex_upsampling_weighs_the_cells_around() -> None:
    flow, logits = torch.randn(1, 2, 3, 4), torch.full((1, 9 * 16, 3, 4), -50.0)
    logits.view(1, 9, 16, 3, 4)[:, 4] = 50  # all weight on the cell itself
    fine = convex_upsample(flow, logits, 4)
    torch.testing.assert_close(fine, flow.repeat_interleave(4, 2).repeat_interleave(4, 3))
    logits = torch.randn(1, 9 * 16, 3, 4)
    fine = convex_upsample(flow, logits, 4)
    weights = logits.view(9, 4, 4, 3, 4)[:, 1, 2, 1, 2].softmax(0)  # of row 1, column 2 in cell (1, 2)
    expected = (weights * flow[0, :, 0:3, 1:4].flatten(1)).sum(1)
    torch.testing.assert_close(fine[0, :, 4 * 1 + 1, 4 * 2 + 2], expected)


@pytest.mark.parametrize("size", [(1, 1), (17, 40), (64, 8)])
def test_pictures_of_any_size_are_padded_and_cut_again(size: tuple[int, int]) -> None:
    trace = RAFT(TINY).eval()(*torch.rand(2, 2, 3, *size))
    assert len(trace.flows) == len(trace.coarse) == 3
    assert all(flow.shape == (2, 2, *size) and flow.isfinite().all() for flow in trace.flows)
    assert trace.flow is trace.flows[-1]
    cells = [max(-(-side // 8), 2) for side in size]
    assert trace.coarse[-1].shape[-2:] == tuple(cells)
    assert len(trace.correlation.levels[0]) == 2 * cells[0] * cells[1]


def test_more_updates_go_on_from_fewer() -> None:
    net, pictures = RAFT(TINY).eval(), torch.rand(2, 1, 3, 32, 32)
    few, many = net(*pictures, updates=2), net(*pictures, updates=4)
    for a, b in zip(few.flows, many.flows, strict=False):
        torch.testing.assert_close(a, b)


def test_sequence_loss_by_hand() -> None:
    trace = RAFT(TINY).eval()(*torch.rand(2, 2, 3, 16, 16))
    target, known = torch.randn(2, 2, 16, 16), torch.rand(2, 16, 16) < 0.7
    found = sequence_loss(trace, target, known)
    expected = 0.0
    for k, flow in enumerate(trace.flows):
        distance = np.abs((flow - target).detach().numpy()).sum(axis=1)
        expected += 0.8 ** (2 - k) * distance[known.numpy()].mean()
    np.testing.assert_allclose(found.item(), expected, rtol=1e-5)
    target[~known[:, None].expand_as(target)] = 1e6
    torch.testing.assert_close(sequence_loss(trace, target, known), found)
