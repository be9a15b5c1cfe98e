"""`cvdemo train`, `evaluate` and `segment` as a user calls them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result

from cvdemo import zoo
from cvdemo.cli import main
from cvdemo.data.pictures import to_png
from cvdemo.errors import CvdemoError
from cvdemo.train import finish
from cvdemo.train.recipes import Recipe, Scenes, recipe, recipes
from cvdemo.train.stream import DataWorkers
from cvdemo.zoo.coco_scores import NUMBERS
from cvdemo.zoo.entries import ENTRIES
from cvdemo.zoo.loader import CACHE
from cvdemo.zoo.weights import weights_folder


def cvdemo(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Recipes of two steps, two test scenes, and a cache folder of the test's own."""
    from cvdemo.cli import train

    for key, one in list(ENTRIES.items()):
        few: dict[str, Any] = (
            {"objects": (3,), "proposals": 0, "people": 0} if isinstance(one.recipe.data, Scenes) else {}
        )
        data = replace(one.recipe.data, pool=4, fresh=2, **few)
        quick = replace(one.recipe, steps=2, batch=2, data=data)
        monkeypatch.setitem(ENTRIES, key, replace(one, recipe=quick))
    monkeypatch.setattr(finish.finish, "__kwdefaults__", {"n": 2, "progress": iter})
    monkeypatch.setattr(train, "CURVE", 1)
    monkeypatch.setattr(train, "CURVE_ITEMS", 1)
    monkeypatch.setattr("cvdemo.train.loop.DataWorkers", lambda count, kept: DataWorkers(0, kept))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def one_of_each() -> dict[str, Recipe]:
    """The first recipe of each way of training, and those that it starts from; all in the table's order."""
    every = recipes()
    ways: dict[str, str] = {}
    for key, one in every.items():
        ways.setdefault(one.task.rpartition(":")[0] if one.task.count(":") > 1 else one.task, key)
    needed = set(ways.values())
    for key in reversed(every):
        if key in needed and every[key].start:
            needed.add(every[key].start)
    return {key: one for key, one in every.items() if key in needed}


def test_all_is_built_from_nothing(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = one_of_each()
    assert len(chosen) > 20 and set(chosen) <= set(ENTRIES)
    monkeypatch.setattr("cvdemo.cli.train.recipes", lambda: chosen)
    order: list[str] = []

    def at_once(nets: list[Recipe], work: Any, jobs: int) -> Iterator[tuple[Recipe, Path]]:
        assert jobs == 2
        for one in nets:
            order.append(one.key)
            yield one, work(one)

    monkeypatch.setattr("cvdemo.train.at_once.train_at_once", at_once)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    done = cvdemo("train", "all", "--out", short / "out", "--device", "cpu")
    assert done.exit_code == 0, done.output
    assert order == list(chosen)
    assert f"{len(chosen)} nets; " in done.output and "core-hours as timed" in done.output
    assert {p.name for p in (short / "out").iterdir()} == {
        f"{key}.{kind}" for key in chosen for kind in ("safetensors", "json")
    }
    card = json.loads((short / "out" / "ssd-plus.json").read_text())
    assert card["command"] == "cvdemo train ssd-plus"
    assert card["start"] == "backbone"
    assert list(card["metrics"]) == [*NUMBERS, "n", "ms_per_image"]
    assert list((short / "cache" / "cvdemo" / "train").iterdir()) == []


def test_what_is_trained_is_not_scored_again(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {key: one for key, one in recipes().items() if key in ("backbone", "ssd-plus")}
    monkeypatch.setattr("cvdemo.cli.train.recipes", lambda: chosen)
    write, broken = finish.write_weights, ["ssd-plus"]

    def stopped_once(net: Any, key: str, *rest: Any, **named: Any) -> None:
        if broken == [key]:
            broken.clear()
            raise CvdemoError("the power is gone")
        write(net, key, *rest, **named)

    monkeypatch.setattr(finish, "write_weights", stopped_once)
    command = ("train", "all", "--out", short / "out", "--device", "cpu", "--jobs", 1)
    assert cvdemo(*command).exit_code == 1
    again = cvdemo(*command)
    assert again.exit_code == 0, again.output
    assert "ssd-plus: goes on from step 2" in again.output and "backbone:" not in again.output
    assert {path.stem for path in (short / "out").iterdir()} == set(chosen)


def test_a_net_brings_what_it_starts_from(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cvdemo.cli.train.weights_folder", lambda: short / "none")
    done = cvdemo("train", "ssd", "--out", short / "out", "--minutes", 0.001, "--device", "cpu")
    assert done.exit_code == 0, done.output
    assert (short / "out" / "backbone.json").is_file()
    assert (
        json.loads((short / "out" / "ssd.json").read_text())["command"] == "cvdemo train ssd --minutes 0.001"
    )


def test_an_interrupted_run_says_how_to_go_on(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cvdemo.cli import train

    report = train._report

    def ctrl_c(bar, run, loss) -> None:
        report(bar, run, loss)
        run.stop = run.step == 1

    monkeypatch.setattr(train, "_report", ctrl_c)
    stopped = cvdemo("train", "backbone", "--out", short / "out", "--device", "cpu")
    assert stopped.exit_code == 1
    assert "Error: backbone: stopped at step 1; the same command goes on from there" in stopped.stderr
    again = cvdemo("train", "backbone", "--out", short / "out", "--device", "cpu")
    assert again.exit_code == 0, again.output
    assert "goes on from step 1" in again.stdout


def test_other_steps_are_told_to_the_card_alone(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = short / "shipped"
    folder.mkdir()
    shutil.copy(weights_folder() / f"{recipe('unet').start}.safetensors", folder)
    for module in ("zoo.weights", "cli.train"):
        monkeypatch.setattr(f"cvdemo.{module}.weights_folder", lambda: folder)
    assert cvdemo("train", "unet", "--device", "cpu").exit_code == 0
    weights, card = ((folder / f"unet.{kind}").read_bytes() for kind in ("safetensors", "json"))

    done = cvdemo("train", "unet", "--steps", 3, "--device", "cpu")
    assert done.exit_code == 0, done.output
    told = json.loads((folder / "unet.json").read_bytes())
    more = told.pop("longer")
    assert told == json.loads(card) and (folder / "unet.safetensors").read_bytes() == weights
    assert more["steps"] == 3 and more["command"] == "cvdemo train unet --steps 3"
    assert set(more["metrics"]) == set(told["metrics"])

    done = cvdemo("train", "unet", "--steps", 3, "--out", short / "own", "--device", "cpu")
    assert done.exit_code == 0 and json.loads((short / "own" / "unet.json").read_text())["steps"] == 3
    assert "longer" not in json.loads((short / "own" / "unet.json").read_text())


def test_steps_are_those_of_one_net(short: Path) -> None:
    assert "of one net's schedule" in cvdemo("train", "all", "--steps", 3).stderr
    assert "of one net's schedule" in cvdemo("train", "unet", "--steps", 3, "--minutes", 1).stderr
    assert "1 steps are fewer than unet's own 2" in cvdemo("train", "unet", "--steps", 1).stderr
    assert "are unet's own schedule" in cvdemo("train", "unet", "--steps", 2).stderr
    assert cvdemo("train", "unet", "--steps", 0).exit_code == 2


def test_what_cannot_be_trained(short: Path) -> None:
    assert "did you mean unet" in cvdemo("train", "unett").stderr
    assert cvdemo("train", "unet", "--minutes", 0).exit_code == 2
    assert "device 'abacus' is unknown" in cvdemo("train", "unet", "--device", "abacus").stderr


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The drawn nets with random weights, in a cache of the test's own."""
    torch.manual_seed(0)
    monkeypatch.setattr("cvdemo.zoo.drawn.load_weights", lambda net, key: None)
    monkeypatch.setattr(CACHE, "_models", type(CACHE._models)())


@pytest.mark.usefixtures("untrained")
def test_evaluate_on_scenes(tmp_path: Path) -> None:
    file = tmp_path / "n.json"
    done = cvdemo("evaluate", "unet", "--data", "world:test", "--n", 2, "--device", "cpu", "--json", file)
    assert done.exit_code == 0, done.output
    numbers = json.loads(file.read_text())
    assert list(numbers) == [
        "mIoU", "pixel_accuracy", "class_accuracy", "boundary_F1", "per_class", "n", "ms_per_image",
    ]  # fmt: skip
    done = cvdemo("evaluate", "ssd", "--data", "world:test", "--n", 2, "--device", "cpu", "--json", file)
    assert done.exit_code == 0, done.output
    assert list(json.loads(file.read_text())) == [*NUMBERS, "n", "ms_per_image"]


@pytest.mark.usefixtures("untrained")
def test_what_cannot_be_evaluated() -> None:
    for key, data, message in [
        ("ssd", "world:tset", "no split named 'tset'"),
        ("ssd", "camvid:here", "CamVid and MSRC have label maps and no boxes"),
        ("unet", "coco:a:b", "write it as world:SPLIT, camvid:DIR or msrc:DIR"),
        ("unet", "camvid:/nowhere", "has no frames in 'test'"),
        ("efficientnet-lite0", "world:test", "does not detect objects, segment, write captions or give flow"),
    ]:
        done = cvdemo("evaluate", key, "--data", data, "--n", 1, "--device", "cpu")
        assert done.exit_code == 1
        assert message in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.usefixtures("untrained")
def test_segment_a_picture(tmp_path: Path) -> None:
    photo, out = tmp_path / "a.png", tmp_path / "map.png"
    photo.write_bytes(to_png(np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)))
    done = cvdemo("segment", photo, "--out", out, "--device", "cpu")
    assert done.exit_code == 0, done.output
    shares = [float(line.split()[-2]) for line in done.stdout.splitlines()]
    assert sum(shares) == pytest.approx(100, abs=0.1)
    from PIL import Image

    with Image.open(out) as image:
        assert (image.mode, image.size) == ("P", (70, 50))
        model = zoo.load(zoo.first_model(zoo.Task.SEGMENT), "cpu")
        np.testing.assert_array_equal(np.asarray(image), model(np.asarray(Image.open(photo))))
    assert "does not segment" in cvdemo("segment", photo, "--model", "ssd").stderr
    assert "cannot" in cvdemo("segment", tmp_path / "none.png").stderr
