"""Nothing that a visitor sees needs an emoji font: icons are SVG or of Streamlit's own font."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from streamlit.material_icon_names import ALL_MATERIAL_ICONS

from cvdemo.ui.component import WEB
from cvdemo.ui.pages import PAGES

ROOT = Path(__file__).resolve().parents[2]
SHOWN = ("cvdemo/ui/**/*", "cvdemo/labs/**/*", "pages/*", "assets/texts/**/*", "app.py")
EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u26ff\u2700-\u2712\u2718-\u27bf\u2b00-\u2bff\u21ba\u25a6\ufe0f]"
)
ICON = re.compile(r":material/(\w+):")


def sources() -> list[Path]:
    files = chain.from_iterable(ROOT.glob(pattern) for pattern in SHOWN)
    return [f for f in files if f.suffix in (".py", ".js", ".html", ".css", ".md", ".yaml")]


def test_no_source_has_an_emoji() -> None:
    found = {f"{f.relative_to(ROOT)}": EMOJI.findall(f.read_text("utf-8")) for f in sources()}
    assert {name: signs for name, signs in found.items() if signs} == {}


def test_every_named_icon_is_in_streamlit_s_font() -> None:
    named = {name for f in sources() for name in ICON.findall(f.read_text("utf-8"))}
    assert named | {page.icon for page in PAGES} <= set(ALL_MATERIAL_ICONS)
    assert len({page.icon for page in PAGES}) == len(PAGES)


def test_scripts_use_icons_that_there_are() -> None:
    there = set(re.findall(r"^  (\w+): '", (WEB / "lib" / "icons.js").read_text("utf-8"), re.M))
    for script in (f for f in sources() if f.suffix == ".js"):
        text = script.read_text("utf-8")
        used = set(re.findall(r"\bicon\('(\w+)'\)", text))
        assert used <= there, script.name
        assert not used or "lib/icons" in text, script.name
