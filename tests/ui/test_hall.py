"""The hall loads the default model of every task before the first visitor comes."""

from __future__ import annotations

import asyncio

import pytest

from cvdemo import zoo
from cvdemo.ui import hall


def test_all_default_models_are_loaded_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(zoo, "load", loaded.append)
    monkeypatch.setattr(hall.gc, "freeze", lambda: None)

    async def start() -> None:
        async with hall._lifespan(None):  # type: ignore[arg-type]
            assert set(loaded) == set(zoo.first_models())

    asyncio.run(start())
    assert {"ssd-mobilenet-v2", "unet", "faster-rcnn", "efficientnet-lite0", "movenet-lightning"} <= set(
        loaded
    )
