"""`cvdemo bench nets`: who is called when, what counts, what stands on the card."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cvdemo.bench import nets
from cvdemo.cli import main
from cvdemo.errors import CvdemoError
from cvdemo.zoo.spec import Task
from cvdemo.zoo.weights import read_card, weights_folder

KEYS = ("unet", "linknet")


@pytest.fixture
def cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A weights folder of its own with two nets."""
    for key in KEYS:
        for suffix in ("json", "safetensors"):
            shutil.copy(weights_folder() / f"{key}.{suffix}", tmp_path)
    monkeypatch.setattr("cvdemo.zoo.weights.weights_folder", lambda: tmp_path)
    return tmp_path


def test_nets_are_called_in_turn_and_the_first_round_does_not_count(
    cards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[object] = []
    times = {"unet": iter([99.0, 4.0, 9.0, 5.0]), "linknet": iter([99.0, 1.0, 2.0, 3.0])}
    monkeypatch.setattr("cvdemo.zoo.load", lambda key, device: key)
    monkeypatch.setattr(nets, "open_data", lambda spec, data, n, difficulty: called.append((data, n)))

    def score(model: str, data: object) -> dict[str, float]:
        called.append(model)
        return {"mIoU": 0.5, "ms_per_image": next(times[model])}

    monkeypatch.setattr(nets, "score", score)
    assert nets.run(KEYS, rounds=3, n=7) == {"unet": 5.0, "linknet": 2.0}
    assert called[1::2] == [*KEYS] * 4 and set(called[::2]) == {("world:test", 7)}


def test_a_time_replaces_the_one_on_the_card_and_nothing_else(cards: Path) -> None:
    before = json.loads((cards / "unet.json").read_text())
    nets.put_on_card("unet", 12.3456)
    after = json.loads((cards / "unet.json").read_text())
    assert after["metrics"].pop("ms_per_image") == 12.35
    before["metrics"].pop("ms_per_image")
    assert after == before


def test_a_net_that_is_not_there_is_named() -> None:
    with pytest.raises(CvdemoError, match="is called 'unknown'"):
        nets.run(["unknown"])


def test_every_task_with_drawn_nets_can_be_timed() -> None:
    for task in Task:
        for key in nets.timed(task):
            card = read_card(key)
            assert card is not None and nets._time(card["metrics"]) in nets.TIMES
    done = CliRunner().invoke(main, ["bench", "nets", "--task", "frames", "--n", "1", "--rounds", "1"])
    assert done.exit_code == 0 and "unet-frames-3" in done.output
