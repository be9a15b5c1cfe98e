"""`cvdemo track` on a small video: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cvdemo import zoo
from cvdemo.cli import main
from cvdemo.data.mot import from_mot
from cvdemo.video.read import read_video
from cvdemo.video.write import write_mp4
from tests.video.made import ColourDetector, moving


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(zoo, "load", lambda key, device=None, progress=None: ColourDetector(miss=5))
    write_mp4([frame.picture for frame in moving().frames()], tmp_path / "a.mp4", 12)
    return tmp_path / "a.mp4"


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, ["track", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def test_all_files(clip: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"out.{name}" for name in ("mp4", "txt", "json", "csv")}
    out = run(
        clip, "--out", files["mp4"], "--mot", files["txt"], "--json", files["json"], "--csv", files["csv"]
    )
    assert "24 frames, 48 boxes, 2 tracks" in out and "class flips 0" in out
    assert len(list(read_video(files["mp4"]).frames())) == 24
    assert len(from_mot(files["txt"].read_text().splitlines()).ids) == 48
    assert len(json.loads(files["json"].read_text())["annotations"]) == 48
    assert files["csv"].read_text().count("\n") == 25
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4", *sorted(f.name for f in files.values())]


@pytest.mark.parametrize(("tracker", "boxes"), [("none", 44), ("sort", 48)])
def test_trackers(clip: Path, tracker: str, boxes: int) -> None:
    assert f"24 frames, {boxes} boxes" in run(clip, "--tracker", tracker)


def test_only_the_first_seconds(clip: Path) -> None:
    out = run(clip, "--seconds", 1)
    assert "13 frames" in out and "the first 1 seconds are read" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["no.mp4"], "no such file"),
        (["{clip}", "--out", "none/out.mp4"], "cannot write 'out.mp4'"),
        (["{clip}", "--mot", "none/out.txt"], "cannot write 'out.txt'"),
    ],
)
def test_one_sentence(clip: Path, arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(main, ["track", *(a.format(clip=clip) for a in arguments)])
    assert result.exit_code == 1 and says in result.output and "Traceback" not in result.output


def test_a_classifier_gives_no_boxes(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["track", str(tmp_path / "a.mp4"), "--model", "efficientnet-lite0"])
    assert result.exit_code == 1 and "gives no boxes" in result.output
