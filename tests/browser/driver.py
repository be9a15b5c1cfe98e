"""What several tests of the browser do with a page."""

from __future__ import annotations

from typing import Any

# Nothing changed for 300 ms; what plays by itself is waited for no longer than 5 s.
_QUIET = """() => new Promise((done) => {
  let changed = performance.now();
  const began = changed, news = new MutationObserver(() => { changed = performance.now(); });
  news.observe(document.body, { childList: true, subtree: true });
  (function look() {
    const now = performance.now();
    if (now - changed < 300 && now - began < 5000) return setTimeout(look, 30);
    news.disconnect();
    done();
  })();
})"""


def sidebar_link(page: Any, title: str) -> Any:
    """The sidebar's first link to the page of this title; the text of its icon stands in the link too."""
    return page.locator("[data-testid=stSidebarNav] a").filter(has=page.get_by_text(title, exact=True)).first


def settled(page: Any, last: str | None = "The code that did it") -> None:
    """Waits until the opened page stands: its last part is there, its keys are heard, its run is over.

    A key or a click before that is lost on a slow machine; a visitor would see that nothing happens.
    """
    if last:
        page.get_by_text(last).wait_for()
    page.locator(".present .back svg").wait_for(state="attached")
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.evaluate(_QUIET)
