"""The README's figures are those of the cards, its pages those of the table of pages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cvdemo.ui.pages import PAGES

ROOT = Path(__file__).resolve().parents[1]
CARDS = sorted((ROOT / "assets" / "weights").glob("*.json"))


@pytest.mark.parametrize("path", CARDS, ids=lambda p: p.stem)
def test_every_net_has_a_row_with_its_card_s_figures(path: Path) -> None:
    card = json.loads(path.read_text("utf-8"))
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    row = next((line for line in lines if line.startswith(f"| `{card['net']}` |")), "")
    figure = card["metrics"][card["metric"]]
    assert f"{card['metric']} {figure:.3f}" in row
    assert f"{card['params'] / 1e6:.2f} M" in row


def test_the_list_of_pages_is_the_table_of_pages() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    listed = text.split("## What is there")[1].split("Every page has")[0]
    assert re.findall(r"^\| \*\*(.+?)\*\* \|", listed, re.M) == [page.title for page in PAGES]
