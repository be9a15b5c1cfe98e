"""`cvdemo flow` and `cvdemo evaluate` of flow as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cvdemo import world, zoo
from cvdemo.cli import main
from cvdemo.data.flo import read_flo, to_flo
from cvdemo.data.pictures import read_picture, to_png
from cvdemo.draw.flow import flow_colours


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    pair = world.flow_pair(8, split="test")
    for k, picture in enumerate((pair.first, pair.second)):
        (folder / f"08-{k}.png").write_bytes(to_png(picture))
    (folder / "08.flo").write_bytes(to_flo(pair.flow))
    (folder / "small.png").write_bytes(to_png(pair.first[:50]))
    return folder


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def test_a_flow_is_written_exactly_and_as_colours(folder: Path, tmp_path: Path) -> None:
    one, two = folder / "08-0.png", folder / "08-1.png"
    for name in ("a.flo", "a.png"):
        done = call("flow", one, two, "--method", "farneback", "--out", tmp_path / name)
        assert done.exit_code == 0, done.output
        assert "Farnebäck:" in done.output and "pixels on average" in done.output
    flow = zoo.load("farneback").flow(read_picture(one), read_picture(two)).flow  # type: ignore[attr-defined]
    np.testing.assert_array_equal(read_flo(tmp_path / "a.flo"), flow)
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png"), flow_colours(flow))


def test_the_method_need_not_be_said(folder: Path) -> None:
    done = call("flow", folder / "08-0.png", folder / "08-1.png")
    assert done.exit_code == 0 and zoo.spec(zoo.first_model(zoo.Task.FLOW)).title in done.output


def test_what_cannot_be_is_said_in_one_sentence(folder: Path, tmp_path: Path) -> None:
    one, two = folder / "08-0.png", folder / "08-1.png"
    for done, message in [
        (call("flow", one, folder / "small.png"), "two pictures of one size"),
        (call("flow", one, folder / "08.flo"), "08.flo"),
        (call("flow", one, two, "--method", "diss"), "did you mean dis"),
        (call("flow", one, two, "--method", "unet"), "gives no flow"),
        (call("flow", one, two, "--out", tmp_path / "a.gif"), "is written as .png or .flo"),
        (call("evaluate", "dis", "--data", "flow:nowhere"), "has no .flo files"),
    ]:
        assert done.exit_code == 1, done.output
        assert message in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_folder_of_pairs_and_drawn_pairs_are_scored(folder: Path, tmp_path: Path) -> None:
    numbers = {}
    for data in (f"flow:{folder}", "world-flow:test"):
        done = call("evaluate", "dis", "--data", data, "--n", 1, "--json", tmp_path / "numbers.json")
        assert done.exit_code == 0, done.output
        numbers[data] = json.loads((tmp_path / "numbers.json").read_text())
    assert list(numbers["world-flow:test"]) == ["EPE", "EPE_occluded", "Fl_all", "n", "ms"]
    assert list(numbers[f"flow:{folder}"]) == ["EPE", "Fl_all", "n", "ms"]
    assert numbers[f"flow:{folder}"]["EPE"] < 5
