"""A whole lecture by the keyboard alone: `python -m tests.browser.keyboard`.

From Home to the lecture script by Tab and Enter, then from station to station with PageDown. On every page
the first slider or choice that Tab reaches is moved by an arrow, and Escape gives the keys back.
"""

from __future__ import annotations

import re
import sys
import time
from typing import Any

import click

from cvdemo.bench.ui import browser, start, wait_until_healthy
from cvdemo.lecture.script import shipped
from cvdemo.ui.present import KEYS
from tests.browser.conftest import VIEW

MOST = 160  # presses of Tab until something is found
FOCUSED = """() => {
  let on = document.activeElement;
  while (on?.shadowRoot?.activeElement) on = on.shadowRoot.activeElement;
  if (!on || on === document.body) return '';
  const kind = on.type ?? '';
  return [on.tagName, kind, on.getAttribute('role') ?? '', on.getAttribute('aria-label') ?? '',
          on.innerText?.trim().slice(0, 40) ?? ''].join('|');
}"""
MOVED = ("|range|", "|radio|", "|slider|")


def tab_to(page: Any, *marks: str) -> str:
    """Press Tab until what has the focus says one of these; what it says, "" where Tab never gets there."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        said = str(page.evaluate(FOCUSED))
        if any(mark in said for mark in marks):
            return said
    return ""


def main() -> int:
    """Print every station with what was moved there; at how many nothing could be moved."""
    with browser() as chromium, start() as address:
        wait_until_healthy(address)
        page = chromium.new_context(viewport=VIEW).new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        page.get_by_role("link", name="Lecture script").first.wait_for()
        page.wait_for_timeout(3000)
        click.echo(f"sidebar: {tab_to(page, 'Lecture script')!r}")
        page.keyboard.press("Enter")
        page.get_by_text("Edit the script").wait_for()
        page.wait_for_timeout(1500)
        click.echo(f"start: {tab_to(page, 'Present from the first station')!r}")
        page.keyboard.press("Enter")
        script, still = shipped(KEYS), 0
        for number, station in enumerate(script, start=1):
            began = time.perf_counter()
            page.locator(".present .say").filter(has_text=station.say).wait_for()
            page.wait_for_url(re.compile(f"/{station.page}[?]"))
            page.wait_for_timeout(2000)
            moved = tab_to(page, *MOVED)
            if moved:
                page.keyboard.press("ArrowRight")
                page.keyboard.press("Escape")
            still += not moved
            click.echo(f"{number:2} {station.page:15} {moved!r:70} {time.perf_counter() - began:.1f} s")
            page.keyboard.press("PageDown")
        page.keyboard.press("Escape")
        page.locator("[data-testid=stSidebar]").wait_for()
    return still


if __name__ == "__main__":
    sys.exit(main())
