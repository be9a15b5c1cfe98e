"""What several tests of the browser do with a page."""

from __future__ import annotations

from typing import Any


def sidebar_link(page: Any, title: str) -> Any:
    """The sidebar's first link to the page of this title; the text of its icon stands in the link too."""
    return page.locator("[data-testid=stSidebarNav] a").filter(has=page.get_by_text(title, exact=True)).first
