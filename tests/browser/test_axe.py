"""axe-core finds no serious or critical fault; `python -m tests.browser.axe` asks it of every page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.axe import faults, open_page
from tests.browser.conftest import VIEW


@pytest.mark.parametrize(("key", "theme"), [("home", "light"), ("detect", "dark"), ("nms", "light")])
def test_a_page_has_no_serious_fault(app: str, chromium: Any, key: str, theme: str) -> None:
    page = chromium.new_context(viewport=VIEW, color_scheme=theme).new_page()
    page.set_default_timeout(60_000)
    open_page(page, app, key)
    assert faults(page) == []
    page.context.close()
