"""Nets of optical flow as estimators: torchvision's from a file, those of the drawn world as shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision

from cvdemo import world, zoo
from cvdemo.errors import PictureError
from cvdemo.zoo import loader, torchvision_flow
from cvdemo.zoo.catalogue_hub import TORCHVISION
from cvdemo.zoo.flow import FlowEstimator
from cvdemo.zoo.flow_entries import FLOW_ENTRIES
from cvdemo.zoo.spec import ModelSpec, Task
from cvdemo.zoo.weights import has_weights, read_card

HUB = [spec for spec in TORCHVISION if spec.task is Task.FLOW]
SHIPPED = [entry.key for entry in FLOW_ENTRIES if has_weights(entry.key)]


def small_raft(folder: Path) -> tuple[FlowEstimator, torch.nn.Module]:
    """`raft_small` with random weights, as the loader makes it of their file, and torchvision's own."""
    torch.manual_seed(0)
    net = torchvision.models.get_model("raft_small", weights=None).eval()
    torch.save(net.state_dict(), folder / "weights.pth")
    found: Any = loader.build(replace(HUB[0], weights=str(folder / "weights.pth")), "cpu")
    return found, net


def test_torchvisions_raft_gives_the_flow_of_every_update(tmp_path: Path) -> None:
    model, net = small_raft(tmp_path)
    first, second = np.random.default_rng(0).integers(0, 256, (2, 130, 141, 3), dtype=np.uint8)
    found = model.flow(first, second)
    pictures = torch.from_numpy(np.stack([first, second])).permute(0, 3, 1, 2) / 127.5 - 1
    padded = torch.nn.functional.pad(pictures, (0, 3, 0, 6), mode="replicate")
    with torch.inference_mode():
        expected = [flow[0, :, :130, :141].permute(1, 2, 0).numpy() for flow in net(padded[:1], padded[1:])]
    assert len(found.iterations) == len(expected) == 12
    for a, b in zip(found.iterations, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
    np.testing.assert_array_equal(found.flow, found.iterations[-1])


def test_torchvisions_raft_takes_small_and_large_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torchvision_flow, "LONGEST", 160)
    model, _ = small_raft(tmp_path)
    for size, seen in (((20, 30), (20, 30)), ((240, 320), (120, 160))):
        first, second = np.random.default_rng(0).integers(0, 256, (2, *size, 3), dtype=np.uint8)
        found = model.flow(first, second)
        assert found.flow.shape == (*size, 2) and np.isfinite(found.flow).all()
        assert found.iterations[-1].shape == (*seen, 2)
        twice = np.mean(found.iterations[-1], axis=(0, 1))
        np.testing.assert_allclose(found.flow.mean((0, 1)), twice, atol=0.05)  # in the picture's pixels
    with pytest.raises(PictureError, match="the second 30 x 20"):
        model.flow(first, second[:20, :30])


@pytest.mark.parametrize("spec", HUB, ids=lambda spec: spec.key)
def test_the_hub_says_what_raft_is(spec: ModelSpec) -> None:
    assert spec.published is not None and spec.published.lower_is_better
    assert zoo.labels(spec.labels) == {}
    better = zoo.better_elsewhere(replace(HUB[0], published=replace(spec.published, value=9.0)))
    assert better is not None and better.key == "raft-large"  # less of an error is better


@pytest.mark.parametrize("key", SHIPPED)
def test_shipped_weights_and_their_card(key: str) -> None:
    card = read_card(key)
    assert card is not None
    assert card["net"] == key and card["metric"] == "EPE"
    assert card["metrics"]["n"] == 200
    assert abs(card["rounding"]["after"] - card["rounding"]["before"]) < 0.01
    published = zoo.spec(key).published
    assert published is not None and published.lower_is_better
    assert published.value == round(card["metrics"]["EPE"], 2)


@pytest.mark.parametrize("key", SHIPPED)
def test_shipped_nets_find_motion_and_stillness(key: str) -> None:
    model: Any = zoo.load(key, "cpu")
    errors, still = [], []
    for seed in (3, 8):
        pair = world.flow_pair(seed, split="val")
        found = model.flow(pair.first, pair.second)
        assert len(found.iterations) > 3
        errors.append(np.linalg.norm(found.flow - pair.flow, axis=2).mean())
        still.append(np.linalg.norm(pair.flow, axis=2).mean())
        nothing = model.flow(pair.first, pair.first)
        assert np.linalg.norm(nothing.flow, axis=2).mean() < 0.1
    assert np.mean(errors) < 0.6 * np.mean(still)
    odd = model.flow(pair.first[:83, :101], pair.second[:83, :101])
    assert odd.flow.shape == (83, 101, 2)
    if key == "raft":
        np.testing.assert_array_equal(found.iterations[-1], found.flow)
