"""`cvdemo activity` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cvdemo import world, zoo
from cvdemo.cli import main
from cvdemo.video.write import Mp4Writer
from cvdemo.zoo import loader
from cvdemo.zoo.entries import entry


@pytest.fixture(scope="module")
def mp4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "wave.mp4"
    clip = world.activity_clip(0, split="test", activity="wave", frames=12)
    with Mp4Writer(path, clip.fps) as writer:
        for k, picture in enumerate(clip.pictures(128, 96)):
            writer.add(picture, clip.time(k))
    return path


@pytest.fixture(autouse=True)
def _untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The net as it is built: what it says does not matter here."""
    own = entry("frame-average")
    monkeypatch.setattr("cvdemo.cli.activity.load_model", lambda key, device: own.model(own.build(), "cpu"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["activity", *map(str, arguments), "--model", "frame-average"])


def test_it_names_activities_and_writes_all_probabilities(mp4: Path, tmp_path: Path) -> None:
    done = run(mp4, "--json", tmp_path / "said.json", "--top", 3)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith("wave.mp4: 12 frames, ")
    assert lines[-1].startswith("most probable: ") and len(lines) == 5
    assert "drawn world only" in done.stderr
    said = json.loads((tmp_path / "said.json").read_text())
    assert said["activities"] == list(world.ACTIVITIES)
    assert np.allclose(np.sum(said["probabilities"], axis=1), 1, atol=1e-3)
    assert np.allclose(np.diff(said["times"]), 1 / 8, atol=2e-3)


def test_only_the_beginning(mp4: Path) -> None:
    done = run(mp4, "--seconds", 0.5)
    assert done.exit_code == 0 and "5 frames" in done.output


def test_what_cannot_be_is_said_in_one_sentence(
    mp4: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    assert "not a video that we know" in run(tmp_path / "text.mp4").output
    monkeypatch.setattr("cvdemo.cli.activity.load_model", lambda key, device: loader.load("unet", "cpu"))
    done = run(mp4)
    assert done.exit_code == 1 and "U-Net" in done.output and "knows no activities" in done.output
    assert zoo.spec("lrcn").task is zoo.Task.VIDEO
