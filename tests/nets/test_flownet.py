"""FlowNetS, and what it shares with RAFT: flows at all scales, losses by hand, a pair learnt by heart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from cvdemo.nets.flownet import FlowNetConfig, FlowNetS, multiscale_loss
from cvdemo.nets.raft import RAFT, sequence_loss
from tests.nets.test_raft import TINY

SMALL = FlowNetConfig(encoder=(8, 8, 16, 16), kernels=(7, 5, 3, 3), decoder=(16, 8, 8))


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("size", [(1, 1), (16, 48), (33, 70)])
def test_every_scale_has_a_flow_and_the_finest_is_the_answer(size: tuple[int, int]) -> None:
    trace = FlowNetS(SMALL).eval()(*torch.rand(2, 2, 3, *size))
    high, wide = (-(-side // 16) * 16 for side in size)
    assert [f.shape[2:] for f in trace.flows] == [(high // s, wide // s) for s in (16, 8, 4, 2)]
    assert [m.shape[1:] for m in trace.encoder] == [
        (c, high // s, wide // s) for c, s in zip(SMALL.encoder, (2, 4, 8, 16), strict=True)
    ]
    assert [m.shape[1:] for m in trace.decoder] == [
        (c, high // s, wide // s) for c, s in zip(SMALL.decoder, (8, 4, 2), strict=True)
    ]
    full = interpolate(trace.flows[-1], size=(high, wide), mode="bilinear", align_corners=False)
    torch.testing.assert_close(trace.flow, full[..., : size[0], : size[1]])


def test_multiscale_loss_by_hand() -> None:
    trace = FlowNetS(SMALL).eval()(*torch.rand(2, 2, 3, 32, 48))
    target, known = torch.randn(2, 2, 32, 48), torch.rand(2, 32, 48) < 0.99
    found = multiscale_loss(trace, target, known)
    expected = 0.0
    for k, flow in enumerate((trace.flow, *trace.flows[::-1])):
        side = 32 // flow.shape[2]
        cells = target.view(2, 2, 32 // side, side, 48 // side, side).mean((3, 5))
        whole = known.view(2, 32 // side, side, 48 // side, side).all(4).all(2)
        errors = np.hypot(*(flow - cells).detach().numpy().swapaxes(0, 1))
        if whole.any():
            expected += 0.5**k * errors[whole.numpy()].mean()
    np.testing.assert_allclose(found.item(), expected, rtol=1e-4)


def shifted_pair(dx: int, dy: int) -> tuple[Tensor, Tensor, Tensor]:
    """Blobs that go `dx` to the right and `dy` down, as two pictures [1, 3, 32, 48], and their flow."""
    whole = interpolate(torch.rand(1, 3, 12, 16), size=(48, 64), mode="bilinear")
    flow = torch.tensor([float(dx), float(dy)])[None, :, None, None].expand(1, 2, 32, 48)
    return whole[..., 8:40, 8:56], whole[..., 8 - dy : 40 - dy, 8 - dx : 56 - dx], flow


@pytest.mark.parametrize(
    ("net", "loss", "steps"),
    [(lambda: FlowNetS(SMALL), multiscale_loss, 60), (lambda: RAFT(TINY), sequence_loss, 60)],
    ids=["flownet", "raft"],
)
def test_a_pair_is_learnt_by_heart(net: Any, loss: Any, steps: int) -> None:
    built: nn.Module = net()
    first, second, flow = shifted_pair(3, -2)
    known = torch.ones(1, 32, 48, dtype=torch.bool)
    optimizer = torch.optim.AdamW(built.parameters(), lr=5e-3)
    values = []
    for _ in range(steps):
        value = loss(built(first, second), flow, known)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        values.append(value.item())
    assert values[-1] < 0.2 * values[0]
    error = (built(first, second).flow - flow).norm(dim=1).mean()
    assert error < 0.6  # zero flow misses by 3.6
