"""Cards: the figures beside a net's weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cvdemo.cli import main
from cvdemo.errors import DataError, ModelNotAvailableError
from cvdemo.zoo.weights import read_card, renew_card


def test_new_numbers_go_on_a_card_and_the_rest_of_it_stays(tmp_path: Path) -> None:
    rest = {"net": "unet", "scored_on": "world:test, 500 scenes, normal"}
    (tmp_path / "unet.json").write_text(json.dumps({**rest, "metrics": {"mIoU": 0.1}}))
    renew_card("unet", "world:test", {"mIoU": 0.2, "n": 500}, tmp_path)
    assert read_card("unet", tmp_path) == {**rest, "metrics": {"mIoU": 0.2, "n": 500}}
    with pytest.raises(ModelNotAvailableError, match="no card"):
        renew_card("ssd-plus", "world:test", {}, tmp_path)
    with pytest.raises(DataError, match="not of CamVid test"):
        renew_card("unet", "CamVid test", {}, tmp_path)
    assert read_card("unet", tmp_path) == {**rest, "metrics": {"mIoU": 0.2, "n": 500}}


@pytest.mark.parametrize("more", [["--n", "3"], ["--difficulty", "hard"]])
def test_a_card_takes_no_other_figures(more: list[str]) -> None:
    done = CliRunner().invoke(main, ["evaluate", "unet", "--data", "world:test", "--card", *more])
    assert done.exit_code == 1 and "--card" in done.output


@pytest.mark.parametrize(("key", "data"), [("camvid-lite0", "world:test"), ("unet", "world:val")])
def test_a_card_is_never_given_figures_of_other_data(key: str, data: str) -> None:
    before = read_card(key)
    done = CliRunner().invoke(main, ["evaluate", key, "--data", data, "--card"])
    assert done.exit_code == 1 and "holds figures of" in done.output
    assert read_card(key) == before


@pytest.mark.parametrize("more", [[], ["--knob", "objects=2"], ["--knob", "objects=1", "--n", "3"]])
def test_a_card_says_which_scenes_it_is_of(more: list[str]) -> None:
    before = read_card("localizer")
    done = CliRunner().invoke(main, ["evaluate", "localizer", "--data", "world:test", "--card", *more])
    assert done.exit_code == 1 and "its scenes are of --knob objects=1" in done.output
    assert read_card("localizer") == before


def test_figures_of_other_scenes_stand_beside_a_cards_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = {"scored_on": "world:test, 500 scenes, normal", "metrics": {"mIoU": 0.9}}
    (tmp_path / "unet.json").write_text(json.dumps(card))
    monkeypatch.setattr("cvdemo.zoo.weights.weights_folder", lambda: tmp_path)
    monkeypatch.setattr("cvdemo.cli.evaluate._score", lambda *_, crf, **__: {"mIoU": 0.6 if crf else 0.5})
    for more in (["noise=12.0"], ["noise=12", "--crf"], ["weather=1"]):
        words = ["evaluate", "unet", "--data", "world:test", "--card", "--knob", *more]
        assert CliRunner().invoke(main, words).exit_code == 0
    assert read_card("unet", tmp_path) == {
        **card,
        "metrics_with_knobs": {
            "noise=12": {"metrics": {"mIoU": 0.5}, "metrics_with_crf": {"mIoU": 0.6}},
            "weather=1": {"metrics": {"mIoU": 0.5}},
        },
    }
