"""Cards: the figures beside a net's weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cvdemo.cli import main
from cvdemo.errors import ModelNotAvailableError
from cvdemo.zoo.weights import read_card, renew_card


def test_new_numbers_go_on_a_card_and_the_rest_of_it_stays(tmp_path: Path) -> None:
    (tmp_path / "unet.json").write_text(json.dumps({"net": "unet", "seed": 0, "metrics": {"mIoU": 0.1}}))
    renew_card("unet", {"mIoU": 0.2, "n": 500}, tmp_path)
    assert read_card("unet", tmp_path) == {"net": "unet", "seed": 0, "metrics": {"mIoU": 0.2, "n": 500}}
    with pytest.raises(ModelNotAvailableError, match="no card"):
        renew_card("ssd", {}, tmp_path)


@pytest.mark.parametrize("more", [["--n", "3"], ["--crf"], ["--difficulty", "hard"]])
def test_a_card_takes_no_other_figures(more: list[str]) -> None:
    done = CliRunner().invoke(main, ["evaluate", "unet", "--data", "world:test", "--card", *more])
    assert done.exit_code == 1 and "--card" in done.output
