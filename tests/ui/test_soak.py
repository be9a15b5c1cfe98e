"""A very short soak: everything that visitors do is done, and nothing of it fails."""

from __future__ import annotations

from collections import Counter

import pytest

from cvdemo.bench import soak
from cvdemo.ui.pages import PAGES


def test_visitors_do_everything_and_nobody_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [page for page in PAGES if page.key in ("iou", "detect", "upsampling")]
    done = Counter[str]()
    do = soak._do

    async def counted(what: str, visitor: soak.Visitor, rng: soak.random.Random) -> float | None:
        done[what] += 1
        return await do(what, visitor, rng)

    monkeypatch.setattr(soak, "PAGES", pages)
    monkeypatch.setattr(soak, "UPLOADS", ("detect",))
    monkeypatch.setattr(soak, "SETTLE", 0.0)
    monkeypatch.setattr(soak, "GAP", 0.1)
    monkeypatch.setattr(soak, "DOES", {"move": 2, "turn": 2, "upload": 2, "broken": 2, "vanish": 1})
    monkeypatch.setattr(soak, "_do", counted)
    found = soak.run(4, 0.15)
    assert not found["exceptions"] and not found["dropped"] and not found["faults"]
    assert {"move", "turn", "upload", "broken"} <= set(done)
    assert found["seconds"]["open"]["n"] > 4  # those who vanish are followed by others
    assert found["memory_before"]["MB"] > 100 and 0.5 < found["ratio"] < 2
