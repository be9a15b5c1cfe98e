"""A new net is one file and one entry: everything else finds it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cvdemo import zoo
from cvdemo.cli import main
from cvdemo.train.recipes import Recipe, Scenes, recipe, recipes
from cvdemo.train.stream import DataWorkers
from cvdemo.train.task import task_of
from cvdemo.zoo import catalogue
from cvdemo.zoo.entries import AFTER_LIGHT_SSD, AFTER_SSD, ENTRIES, build_net, entries
from cvdemo.zoo.entry import Entry
from cvdemo.zoo.readme import nets_table
from cvdemo.zoo.spec import Chart, Task
from cvdemo.zoo.weights import read_card

SOURCE = """
from typing import NamedTuple

from torch import Tensor, nn

from cvdemo.nets.ssd import SSD


class Trace(NamedTuple):
    logits: Tensor


class OneLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 14, 1)

    def forward(self, pictures):
        return Trace(self.layer(pictures))

    def ablations(self):
        return {"everything": 1}


class Detector(SSD):
    pass
"""
QUICK = {"steps": 2, "batch": 2, "data": Scenes(pool=4, fresh=2, objects=(3,))}
SEGMENTER = Entry(
    "one-layer", "One layer", "0000.00001", "made_up:OneLayer",
    Recipe("one-layer", "cvdemo.train.segmenter:SegmenterTask:one-layer", **QUICK),  # type: ignore[arg-type]
    Task.SEGMENT, "cvdemo.zoo.drawn:TraceSegmenter", "drawn-semantic",
    differences=("There is no paper.",),
)  # fmt: skip
DETECTOR = Entry(
    "made-up", "Made up", "0000.00002", "made_up:Detector",
    Recipe("made-up", "cvdemo.train.ssd:SSDTask:made-up", **QUICK),  # type: ignore[arg-type]
    Task.DETECT, "cvdemo.zoo.drawn:DrawnDetector", "drawn-things",
    chart=Chart("one stage", "#123456", 9), differences=("There is no paper.",),
)  # fmt: skip
MADE_UP = [SEGMENTER, DETECTOR]


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file and the two entries, an empty weights folder, and a test of two scenes."""
    from cvdemo.cli import train
    from cvdemo.train import finish

    (tmp_path / "made_up.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    weights = tmp_path / "weights"
    weights.mkdir()
    monkeypatch.setattr("cvdemo.zoo.weights.weights_folder", lambda: weights)
    monkeypatch.setattr("cvdemo.cli.train.weights_folder", lambda: weights)
    monkeypatch.setattr(finish.finish, "__kwdefaults__", {"n": 2, "progress": iter})
    monkeypatch.setattr(train, "CURVE", 1)
    monkeypatch.setattr(train, "CURVE_ITEMS", 1)
    monkeypatch.setattr("cvdemo.train.loop.DataWorkers", lambda count, kept: DataWorkers(0, kept))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with catalogue.registered(SEGMENTER), catalogue.registered(DETECTOR):
        yield weights
    zoo.CACHE.clear()
    sys.modules.pop("made_up", None)


def cvdemo(*arguments: object) -> str:
    done = CliRunner().invoke(main, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("entry", MADE_UP, ids=lambda e: e.key)
def test_one_entry_is_found_by_the_catalogue_and_the_recipes(made_up: Path, entry: Entry) -> None:
    assert zoo.spec(entry.key).title == f"{entry.title} (drawn world)"
    assert entry in entries(entry.task)  # type: ignore[arg-type]
    assert entry.key not in [m.key for m in zoo.models()]  # it has no weights yet
    assert recipe(entry.key) is entry.recipe is recipes()[entry.key]
    assert type(task_of(entry.recipe).build()) is type(build_net(entry.key))


@pytest.mark.parametrize("entry", MADE_UP, ids=lambda e: e.key)
def test_one_entry_is_enough_to_train_and_to_evaluate(made_up: Path, entry: Entry) -> None:
    cvdemo("train", entry.key, "--device", "cpu")
    card = json.loads((made_up / f"{entry.key}.json").read_text())
    assert card["differences"] == list(entry.differs)
    assert card["differences"][0] == "There is no paper." and "steps of" in card["differences"][1]
    assert entry.key in [m.key for m in zoo.models(entry.task)]
    assert f"| `{entry.key}` |" in nets_table(made_up)
    assert entry.key in cvdemo("models")
    numbers = cvdemo("evaluate", entry.key, "--data", "world:test", "--n", 2, "--device", "cpu")
    assert card["metric"] in numbers


def test_the_charts_find_it(made_up: Path) -> None:
    from cvdemo.labs.tradeoffs.draw import colour
    from cvdemo.labs.tradeoffs.experiment import drawn_points

    cvdemo("train", "made-up", "--device", "cpu")
    assert catalogue.compared() == ["made-up"]
    (point,) = drawn_points(None)
    assert (point.key, point.title, point.kind) == ("made-up", "Made up", "one stage")
    assert colour("made-up") == "#123456"


def test_the_decoders_page_finds_its_ablations(made_up: Path) -> None:
    from cvdemo.nets.inside import ablations

    assert ablations(build_net("one-layer")) == {"everything": 1}
    assert ablations(build_net("made-up")) == {}


def test_nothing_stays_behind() -> None:
    with catalogue.registered(DETECTOR):
        assert "made-up" in ENTRIES
    assert "made-up" not in ENTRIES and "made-up" not in catalogue.CATALOGUE
    assert "made-up" not in recipes()


def test_every_entry_says_how_it_differs() -> None:
    for one in ENTRIES.values():
        assert one.key == one.recipe.key
        assert not one.task or one.differences
        assert all(text.endswith(".") for text in one.differences)


def test_what_a_backbone_has_learnt_before_is_true() -> None:
    for one in ENTRIES.values():
        before = one.recipe.start
        while before and before not in ("ssd-plus", "ssd-light", "backbone", "backbone-light"):
            before = ENTRIES[before].recipe.start
        said = {AFTER_SSD: "ssd-plus", AFTER_LIGHT_SSD: "ssd-light"}
        for text, key in said.items():
            if text in one.differences:
                assert before == key and f"{ENTRIES[key].recipe.steps:,} steps" in text, one.key


def test_cards_say_how_their_nets_differ() -> None:
    for one in ENTRIES.values():
        if one.task and (card := read_card(one.key)):
            assert card["differences"][: len(one.differences)] == list(one.differences), one.key


def test_entries_are_read_without_torch() -> None:
    import subprocess

    code = "import sys; from cvdemo.train.recipes import recipes; recipes(); print('torch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
