"""The hall loads the default model of every task before the first visitor comes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cvdemo import zoo
from cvdemo.bench.ui import start, wait_until_healthy
from cvdemo.cli.app import command
from cvdemo.ui import hall
from cvdemo.ui.visitor import Visitor


def test_all_default_models_are_loaded_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(zoo, "load", loaded.append)
    monkeypatch.setattr(hall.gc, "freeze", lambda: None)

    async def start() -> None:
        async with hall._lifespan(None):  # type: ignore[arg-type]
            assert set(loaded) == set(zoo.first_models())

    asyncio.run(start())
    assert {"ssd-mobilenet-v2", "unet", "faster-rcnn-plus", "efficientnet-lite0", "movenet-lightning"} <= set(
        loaded
    )


def test_its_settings_are_those_beside_the_app_wherever_it_starts(tmp_path: Path) -> None:
    script = (
        "import cvdemo.ui.hall; from streamlit import config;"
        "print(config.get_option('browser.gatherUsageStats'), config.get_option('runner.postScriptGC'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )  # fmt: skip
    assert done.stdout.split() == ["False", "False"]


def test_the_shell_serves_it_to_all_and_compresses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    monkeypatch.delenv("OMP_NUM_THREADS")
    monkeypatch.setattr("uvicorn.run", lambda app, **options: asked.update(options, app=app))
    assert CliRunner().invoke(command, ["--hall", "--port", "9000"]).exit_code == 0
    assert asked == {
        "app": "cvdemo.ui.hall:app", "host": "0.0.0.0", "port": 9000, "ws_per_message_deflate": False,
    }  # fmt: skip
    assert os.environ["OMP_NUM_THREADS"] == "1"


def test_all_who_come_first_and_at_once_by_a_deep_link_get_the_page_within_the_app() -> None:
    """Streamlit runs the page's file alone for the first of them, as for an app of its older way."""

    async def come(address: str) -> list[Visitor]:
        visitors = [Visitor(address, "iou") for _ in range(6)]
        await asyncio.gather(*(visitor.open() for visitor in visitors))
        await asyncio.sleep(1)  # the run that started over
        for visitor in visitors:
            await visitor.close()
        return visitors

    with start() as address:
        wait_until_healthy(address)
        visitors = asyncio.run(come(address))
    for visitor in visitors:
        assert ":material/podcasts: Follow a lecture" in visitor.folds and not visitor.errors
