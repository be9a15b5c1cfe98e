"""What axe-core finds serious or critical on every page, light and dark: `make axe`.

`python -m tests.browser.axe [PAGE ...]` opens the pages, by default all, and prints each fault with the
places where it is; it leaves with their number.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import click
from axe_playwright_python.sync_playwright import Axe

from cvdemo.bench.ui import browser, start, wait_until_healthy
from cvdemo.ui.pages import PAGES
from tests.browser.conftest import VIEW
from tests.browser.driver import settled

THEMES = ("light", "dark")
SERIOUS = ("serious", "critical")
FADED = 1000  # milliseconds: a run fades what it has not drawn yet


class Fault(NamedTuple):
    """A rule of axe-core that a page breaks, its impact, what it asks for, and the places."""

    rule: str
    impact: str
    help: str
    places: tuple[str, ...]


def faults(page: Any) -> list[Fault]:
    """The serious and critical faults of what a page shows now."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        Fault(one["id"], one["impact"], one["help"], tuple(_place(node) for node in one["nodes"]))
        for one in found
        if one["impact"] in SERIOUS
    ]


def _place(node: dict[str, Any]) -> str:
    """The node's HTML, and why it is a fault."""
    why = " ".join(str(node.get("failureSummary", "")).split())
    return f"{node['html'][:200]} <- {why[:300]}"


def open_page(page: Any, address: str, key: str) -> None:
    """A page as it opens, down to its last part."""
    page.goto(f"{address}/{'' if key == 'home' else key}")
    page.locator("h1").first.wait_for()
    settled(page, None if key in ("home", "lecture") else "The code that did it")
    page.wait_for_timeout(FADED)


def main(keys: Sequence[str]) -> int:
    """Print the faults of pages; how many there are."""
    count = 0
    with browser() as chromium, start() as address:
        wait_until_healthy(address)
        for theme in THEMES:
            page = chromium.new_context(viewport=VIEW, color_scheme=theme).new_page()
            page.set_default_timeout(120_000)
            for key in keys or ["home", *(one.key for one in PAGES)]:
                open_page(page, address, key)
                found = faults(page)
                count += len(found)
                click.echo(f"{key} {theme}: {len(found)}")
                for fault in found:
                    click.echo(f"  {fault.impact} {fault.rule}: {fault.help}, {len(fault.places)} places")
                    for place in fault.places[:3]:
                        click.echo("    " + place)
    return count


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
