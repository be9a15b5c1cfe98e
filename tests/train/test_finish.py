"""The end of a training: what is scored, and what the card says of rounded weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cvdemo.train import finish
from cvdemo.train.loop import start
from cvdemo.train.recipes import Recipe, Scenes
from cvdemo.train.task import task_of


@pytest.mark.parametrize(("n", "scored"), [(5, [3, 5, 3]), (2, [2, 2])])
def test_rounding_is_seen_on_a_part_of_the_test_data(
    n: int, scored: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finish, "ROUNDED", 3)
    one = Recipe(
        "unet", "cvdemo.train.segmenter:SegmenterTask:unet", steps=1, batch=2, data=Scenes(pool=4, fresh=2)
    )
    run = start(one, task_of(one), device="cpu")
    asked = []

    def measure(net: object, *, split: str, n: int, device: str, progress: object) -> dict[str, float]:
        asked.append(n)
        assert split == "test"
        return {"mIoU": 0.5 if net is run.average else 0.4 + n / 100, "n": n}

    monkeypatch.setattr(run.task, "measure", measure)
    card = finish.finish(run, tmp_path, n=n)
    assert asked == scored
    few = scored[-1]
    assert card["rounding"] == {"to": "fp16", "n": few, "before": 0.5, "after": 0.4 + few / 100}
    assert card["metrics"] == {"mIoU": 0.4 + n / 100, "n": n}
    assert json.loads((tmp_path / "unet.json").read_text()) == card
