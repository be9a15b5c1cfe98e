"""The bench of training: what is extrapolated, and from what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cvdemo.assets import asset
from cvdemo.bench import training as bench
from cvdemo.cli.bench.training import command
from cvdemo.errors import CvdemoError, UnknownModelError
from cvdemo.train.recipes import Recipe, Scenes, recipes


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Recipe:
    monkeypatch.setattr(bench, "BATCHES", 2)
    monkeypatch.setattr(bench, "EPOCHS", 2)
    data = Scenes(pool=32, fresh=8, objects=(3,))
    one = Recipe("unet-short", "cvdemo.train.segmenter:SegmenterTask:unet", steps=20, batch=2, data=data)
    monkeypatch.setattr(bench, "recipe", lambda key: one)
    monkeypatch.setattr(bench, "recipes", lambda: {"unet-short": one})
    return one


def test_a_net_costs_what_is_drawn_learnt_and_scored(small: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {"draw": 3.0, "step": 6.0, 4: 10.0, 20: 42.0}  # scoring: 2 s, and 2 s for each
    drawn, stepped, scored = [], [], []
    monkeypatch.setattr(Scenes, "draw", lambda self, seed: drawn.append(seed))
    monkeypatch.setattr(bench, "take_step", lambda run, batch: stepped.append(len(batch)))

    def measure(self: object, net: object, *, split: str, n: int, device: str) -> None:
        scored.append((split, n))

    monkeypatch.setattr("cvdemo.train.segmenter.SegmenterTask.measure", measure)

    def core_seconds(work):  # type: ignore[no-untyped-def]
        counts = len(drawn), len(stepped), len(scored)
        work()
        if len(drawn) > counts[0]:
            return seconds["draw"]
        return seconds["step"] if len(stepped) > counts[1] else seconds[scored[-1][1]]

    monkeypatch.setattr(bench, "_core_seconds", core_seconds)
    cost = bench.cost(small)
    assert scored == [("val", 4), ("val", 4), ("val", 20)] and stepped == [2] * 4
    # An epoch is 16 steps: 20 steps go through the pool and through 8 fresh ones.
    assert (cost.samples, cost.steps, cost.items) == (40, 20, 900 + 1000)
    assert (cost.drawing, cost.learning, cost.scoring) == (2, 2, pytest.approx(2 * 1900 / 60))
    assert cost.minutes == pytest.approx(4 + 2 * 1900 / 60)


def test_the_sum_is_over_all_nets(small: Recipe) -> None:
    heard: list[bench.Cost] = []
    found = bench.run(report=heard.append)
    assert [one.key for one in heard] == ["unet-short"] and heard[0].sample > 0 and heard[0].step > 0
    assert found["core-hours"] == round(heard[0].minutes / 60, 2)
    assert sum(found[bench.NETS]["unet-short"].values()) == pytest.approx(heard[0].minutes, abs=0.02)
    twice = bench.summed([heard[0], heard[0]])
    assert twice["hours on 2 cores, both busy"] == found["core-hours"]


def test_every_net_has_been_timed() -> None:
    measured = json.loads(asset("benchmarks", "training.json").read_text())
    assert set(measured[bench.NETS]) == set(recipes())
    total = sum(sum(parts.values()) for parts in measured[bench.NETS].values())
    assert measured["core-hours"] == pytest.approx(total / 60, abs=0.02)


def test_a_file_of_some_nets_alone_is_not_written(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["unet", "--out", str(tmp_path / "some.json")])
    assert isinstance(done.exception, CvdemoError) and not list(tmp_path.iterdir())


def test_a_net_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(UnknownModelError, match="did you mean unet"):
        bench.run(["unett"])
