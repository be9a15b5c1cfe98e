"""Every segmenter of the table: pictures of any size, gradients to every weight, weights that come back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from cvdemo import zoo
from cvdemo.errors import ModelNotAvailableError, UnknownModelError
from cvdemo.nets.losses import AUXILIARY, segmentation_loss, trace_loss
from cvdemo.zoo import loader, weights
from cvdemo.zoo.entries import build_net, entries
from cvdemo.zoo.model import Segmenter

KEYS = [one.key for one in entries(zoo.Task.SEGMENT)]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("key", KEYS)
def test_any_size(key: str) -> None:
    net = build_net(key).eval()
    for size in [(1, 1), (37, 61), (7, 90)]:
        trace = net(torch.rand(2, 3, *size))
        assert trace.logits.shape == (2, 14, *size)
        assert trace.logits.isfinite().all()
        assert not getattr(trace, "aux", ())


@pytest.mark.parametrize("key", KEYS)
def test_gradients_reach_every_weight(key: str) -> None:
    net = build_net(key).train()
    with torch.no_grad():
        for p in net.parameters():  # some begin at zero and would hold gradients back
            p.add_(0.01 * torch.randn_like(p))
    trace_loss(net(torch.rand(2, 3, 64, 96)), torch.randint(0, 14, (2, 64, 96))).backward()
    none = [n for n, p in net.named_parameters() if p.grad is None or not p.grad.any()]
    assert none == []


@pytest.mark.parametrize("key", KEYS)
def test_weights_of_a_short_run_come_back_through_the_zoo(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "weights_folder", lambda: tmp_path)
    entry = zoo.spec(key)
    with pytest.raises(ModelNotAvailableError, match=rf"'{key}\.safetensors' is not there: `cvdemo train"):
        loader.build(entry, "cpu")
    assert key not in [m.key for m in zoo.models()]
    net = build_net(key)
    net.train()(torch.rand(2, 3, 64, 64))  # moves what normalisation remembers
    weights.write_weights(net, key, tmp_path / f"{key}.safetensors")
    assert key in [m.key for m in zoo.models()]
    model = loader.build(entry, "cpu")
    assert isinstance(model, Segmenter)
    picture = np.random.default_rng(0).integers(0, 256, (160, 192, 3), np.uint8)
    x = torch.from_numpy(picture).permute(2, 0, 1)[None] / 255
    wanted = net.eval()(x).logits[0].softmax(0).detach().numpy()
    np.testing.assert_allclose(model.segmentation(picture).probabilities, wanted, atol=0.05)


def test_auxiliary_heads_weigh_less() -> None:
    class Trace:
        logits = torch.randn(2, 5, 8, 6)
        aux = (torch.randn(2, 5, 8, 6), torch.zeros(2, 5, 4, 3))

    labels = torch.randint(0, 5, (2, 8, 6))
    own, first = segmentation_loss(Trace.logits, labels), segmentation_loss(Trace.aux[0], labels)
    flat = segmentation_loss(torch.zeros(2, 5, 8, 6), labels)
    torch.testing.assert_close(trace_loss(Trace(), labels), own + AUXILIARY * (first + flat))


def test_unknown_segmenter() -> None:
    with pytest.raises(UnknownModelError, match="no net is called 'unett': did you mean unet"):
        build_net("unett")
