"""`cvdemo world` from the shell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from cvdemo import world
from cvdemo.cli import main


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(w) for w in words])
    return result.exit_code, result.output


def test_show_writes_the_scene_and_says_what_is_in_it(tmp_path: Path) -> None:
    out = tmp_path / "scene.png"
    code, said = run("world", "show", "--seed", 7, "--split", "test", "--out", out, "--size", "240x180")
    picture, truth = world.draw(world.scene(7, split="test"), 240, 180)
    assert code == 0, said
    assert np.array_equal(np.array(Image.open(out)), picture)
    assert world.write_captions(truth)[0] in said
    assert all(region.text in said for region in world.describe_regions(truth))


def test_layers_and_knobs_change_the_picture(tmp_path: Path) -> None:
    plain, layered, noisy = (tmp_path / f"{k}.png" for k in "abc")
    run("world", "show", "--seed", 7, "--out", plain, "--size", "240x180")
    run(
        "world",
        "show",
        "--seed",
        7,
        "--out",
        layered,
        "--size",
        "240x180",
        "--layer",
        "semantic",
        "--layer",
        "boxes",
    )
    run("world", "show", "--seed", 7, "--out", noisy, "--size", "240x180", "--knob", "noise=12")
    pictures = [np.array(Image.open(p)).astype(int) for p in (plain, layered, noisy)]
    assert np.abs(pictures[0] - pictures[1]).mean() > 5
    assert np.abs(pictures[0] - pictures[2]).mean() > 0.5


def test_sheet_and_export(tmp_path: Path) -> None:
    code, said = run(
        "world", "sheet", "--out", tmp_path / "s.jpg", "--n", 3, "--columns", 3, "--size", "96x72"
    )
    assert code == 0, said
    assert Image.open(tmp_path / "s.jpg").size[0] > 3 * 96
    code, said = run(
        "world", "export", "--out", tmp_path / "set", "--n", 2, "--size", "96x72", "--split", "val"
    )
    assert code == 0, said
    assert len(json.loads((tmp_path / "set/annotations/instances_val.json").read_text())["images"]) == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--size", "big"], "WIDTHxHEIGHT"),
        (["--size", "9x9"], "cannot draw"),
        (["--split", "dev"], "no split named"),
        (["--layer", "depth"], "no layer named"),
        (["--knob", "noise=much"], "NAME=NUMBER"),
        (["--knob", "noise=99"], "out of range"),
        (["--knob", "fog=1"], "no knob named"),
        (["--difficulty", "brutal"], "no difficulty named"),
        (["--seed", "-3"], "seed"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, words: list[str], expected: str) -> None:
    code, said = run("world", "show", "--out", tmp_path / "x.png", *words)
    assert code == 1
    assert expected in said
    assert "Traceback" not in said
    assert not (tmp_path / "x.png").exists()


def test_a_picture_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    for name in ("nowhere/x.png", "x.unknown"):
        code, said = run("world", "show", "--out", tmp_path / name, "--size", "96x72")
        assert code == 1
        assert "cannot write" in said


def test_bench_gives_figures() -> None:
    code, said = run("bench", "world", "--n", 3, "--rounds", 1)
    assert code == 0, said
    assert "scenes_per_s_median" in said


def test_drawing_needs_neither_torch_nor_streamlit() -> None:
    program = (
        "import sys; from cvdemo import world; world.draw(world.scene(1), 96, 72)\n"
        "print(sorted({'torch', 'streamlit'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
