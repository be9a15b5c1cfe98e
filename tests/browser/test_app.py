"""What a visitor sees and does, in a real Chromium."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cvdemo.data.pictures import sample, to_jpeg
from tests.browser.driver import settled

COFFEE = "/detect?sample=coffee&score=0.05"


def _shown(page: Any, address: str) -> None:
    page.goto(address)
    page.locator(".frame img").wait_for()
    page.locator(".rows tbody tr").first.wait_for()
    settled(page)


def _network(page: Any) -> str:
    found = re.search(r"network (\d+) ms", page.get_by_text("(once)").first.inner_text())
    assert found
    return found[1]


def test_first_deep_link_of_a_server_goes_through_app(fresh_app: str, page: Any) -> None:
    _shown(page, fresh_app + "/detect?sample=coffee&score=0.3")
    page.get_by_role("link", name=re.compile(r"Classify$")).wait_for()
    assert page.locator(".frame img").evaluate("e => e.decode().then(() => e.naturalWidth)") > 300
    assert page.locator(".frame svg rect").count() >= 1


def test_an_uploaded_photo_is_detected(app: str, page: Any, tmp_path: Path) -> None:
    photo = tmp_path / "astronaut.jpg"
    photo.write_bytes(to_jpeg(sample("astronaut")))
    page.goto(app + "/detect?source=upload&score=0.3")
    page.locator("input[type=file]").first.set_input_files(photo)
    page.locator(".rows tbody tr", has_text="person").first.wait_for()


def test_a_broken_file_gives_one_sentence_and_the_page_lives(app: str, page: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(to_jpeg(sample("coffee"))[:200])
    page.goto(app + "/detect?source=upload")
    page.locator("input[type=file]").first.set_input_files(broken)
    alert = page.get_by_role("alert").filter(has_text="broken.jpg")
    alert.wait_for()
    assert "Traceback" not in page.inner_text("body")
    assert len(re.findall(r"\.(?:\s|$)", alert.inner_text())) == 1
    page.get_by_text("sample", exact=True).first.click()
    page.locator(".frame img").wait_for()


def test_the_threshold_changes_the_table_and_not_the_network(app: str, page: Any) -> None:
    _shown(page, app + COFFEE)
    rows, network = page.locator(".rows tbody tr").count(), _network(page)
    slider = page.get_by_role("slider", name="Score threshold")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        """n => { const all = r => [...r.querySelectorAll('*')].flatMap(
             e => [...(e.matches('.rows tbody tr') ? [e] : []), ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
           const k = all(document).length; return k > 0 && k < n; }""",
        arg=rows,
    )
    page.wait_for_timeout(500)
    assert _network(page) == network


def test_pointing_at_a_row_lights_its_box(app: str, page: Any) -> None:
    _shown(page, app + COFFEE)
    assert page.locator("rect.lit").count() == 0
    page.locator(".rows tbody tr").first.hover()
    page.locator("rect.lit").wait_for()
    assert page.locator("rect.lit").count() == 1
    box = [
        float(v)
        for v in page.locator(".rows tbody tr:hover td").nth(3).inner_text().replace(",", " ").split()
    ]
    assert float(page.locator("rect.lit").get_attribute("x")) == pytest.approx(box[0], abs=0.51)


@pytest.mark.parametrize("path", ["/", "/detect?sample=coffee&score=0.3"])
def test_nothing_scrolls_sideways(app: str, page: Any, path: str) -> None:
    page.goto(app + path)
    page.locator("h1").wait_for()
    if path != "/":
        page.locator(".frame img").wait_for()
    page.wait_for_timeout(1000)
    wide = """() => [document.documentElement, ...document.querySelectorAll('[data-testid=stMain]')]
      .every(e => e.scrollWidth <= e.clientWidth)"""
    assert page.evaluate(wide)
