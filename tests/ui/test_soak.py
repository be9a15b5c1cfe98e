"""A very short soak: everything that visitors do is done, and nothing of it fails."""

from __future__ import annotations

import random

import pytest

from cvdemo.bench import soak
from cvdemo.ui.pages import PAGES


def test_visitors_do_everything_and_nobody_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [page for page in PAGES if page.key in ("iou", "detect", "upsampling")]
    monkeypatch.setattr(soak, "PAGES", pages)
    monkeypatch.setattr(soak, "UPLOADS", ("detect",))
    monkeypatch.setattr(soak, "SETTLE", 0.0)
    monkeypatch.setattr(soak, "_crowd", one_of_each)
    found = soak.run(1, 1, rounds=2)
    assert not found["exceptions"] and not found["dropped"] and not found["faults"]
    assert found["seconds"]["open"]["n"] == 2 and found["seconds"]["upload"]["n"] == 2
    assert found["memory_before"]["MB"] > 100 and 0.5 < found["ratio"] < 2
    assert len(found["memory_after"]) == 2 and 0.5 < found["ratio_of_rounds"] < 2


async def one_of_each(address: str, visitors: int, seconds: float, seed: int, told: soak.Told) -> None:
    """A visitor who does everything that there is, and vanishes."""
    rng = random.Random(seed)
    visitor = soak.Visitor(address, "detect")
    told.times["open"].append(await visitor.open())
    for what in ("move", "turn", "upload", "broken"):
        took = await soak._do(what, visitor, rng)
        assert took is not None
        told.times[what].append(took)
    told.errors.update(visitor.errors)
    await soak._go(visitor, vanishes=True)
