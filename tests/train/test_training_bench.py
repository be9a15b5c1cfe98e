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
    seconds = {"draw": 3.0, "read": 1.0, "step": 6.0, 4: 10.0, 20: 42.0}  # scoring: 2 s, and 2 s for each
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
        if len(stepped) > counts[1]:
            return seconds["step"]
        return seconds[scored[-1][1]] if len(scored) > counts[2] else seconds["read"]

    monkeypatch.setattr(bench, "_core_seconds", core_seconds)
    cost = bench.cost(small)
    assert scored == [("val", 4), ("val", 4), ("val", 20)] and stepped == [2] * 4
    # An epoch is 16 steps: 20 steps go through the pool and through 8 fresh ones.
    assert (cost.samples, cost.steps, cost.items) == (40, 20, 900 + 500 + 2 * 100)
    assert (cost.drawing, cost.learning, cost.scoring) == (2, 2, pytest.approx(2 * 1600 / 60))
    assert (cost.kept, cost.read) == (3, 1)
    assert cost.minutes == pytest.approx(4 + 2 * 1600 / 60)


def test_the_sum_is_over_all_nets(small: Recipe) -> None:
    heard: list[bench.Cost] = []
    found = bench.run(report=heard.append)
    assert [one.key for one in heard] == ["unet-short"] and heard[0].sample > 0 and heard[0].step > 0
    assert found["core-hours"] == round(heard[0].minutes / 60, 2)
    assert sum(found[bench.NETS]["unet-short"].values()) == pytest.approx(heard[0].minutes, abs=0.02)


def test_samples_that_nets_share_are_drawn_once() -> None:
    def cost(key: str, kind: Scenes, samples: int) -> bench.Cost:
        return bench.Cost(
            key, kind, sample=8, kept=10, read=1, samples=samples, step=2, steps=1800, item=4, items=900
        )

    few, many = cost("few", Scenes(), 360), cost("many", Scenes(), 720)
    other = cost("other", Scenes(objects=(1,)), 450)
    found = bench.summed([few, other, many])
    assert found["of them drawing"] == pytest.approx((720 * 10 + 360 * 1 + 450 * 8) / 3600, abs=0.01)
    assert (found["of them learning"], found["of them scoring"]) == (3, 3)
    assert found["core-hours"] == pytest.approx(6 + 3.1, abs=0.01)
    assert found["hours on 2 cores, both busy"] == pytest.approx(found["core-hours"] / 2, abs=0.01)
    assert bench.summed([few])["of them drawing"] == pytest.approx(360 * 8 / 3600, abs=0.01)


def test_every_net_has_been_timed() -> None:
    measured = json.loads(asset("benchmarks", "training.json").read_text())
    assert set(measured[bench.NETS]) == set(recipes())
    alone = [sum(one[part] for one in measured[bench.NETS].values()) / 60 for part in bench.PARTS]
    together = [measured[f"of them {part}"] for part in bench.PARTS]
    assert together[0] < alone[0]  # what several nets need is drawn once
    assert together[1:] == pytest.approx(alone[1:], abs=0.02)
    assert measured["core-hours"] == pytest.approx(sum(together), abs=0.02)


def test_a_file_of_some_nets_alone_is_not_written(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["unet", "--out", str(tmp_path / "some.json")])
    assert isinstance(done.exception, CvdemoError) and not list(tmp_path.iterdir())


def test_a_net_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(UnknownModelError, match="did you mean unet"):
        bench.run(["unett"])
