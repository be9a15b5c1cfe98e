"""The README's table of nets is the one that their cards make, its pages those of the table of pages."""

from __future__ import annotations

import re
from pathlib import Path

from cvdemo.ui.pages import PAGES
from cvdemo.zoo.readme import HEADING, nets_table

ROOT = Path(__file__).resolve().parents[1]


def test_the_list_of_pages_is_the_table_of_pages() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    listed = text.split("## What is there")[1].split("Every page has")[0]
    assert re.findall(r"^\| \*\*(.+?)\*\* \|", listed, re.M) == [page.title for page in PAGES]


def test_the_table_of_nets_is_made_from_the_cards() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    start = text.index(HEADING[0])
    table = text[start : text.index("\n\n", start)]
    assert table == nets_table(), "`cvdemo models --readme` prints the table"


def test_every_net_has_a_row() -> None:
    weights = (ROOT / "assets" / "weights").glob("*.safetensors")
    rows = nets_table().splitlines()
    assert {path.stem for path in weights} == {row.split("`")[1] for row in rows[2:]}
