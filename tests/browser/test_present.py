"""Presenter mode: in, on, back and out by keys, the address kept; a script that outlives a reload."""

from __future__ import annotations

import re
from typing import Any

from tests.browser.driver import settled
from tests.browser.test_lib import _scripts

QUERY = re.compile(r"[?&]([^&]+)")
SIDEBAR = "[data-testid=stSidebar]"

# Notes every frame in which the mode is not to be seen.
_WATCH = """() => {
  window.flashes = [];
  const size = getComputedStyle(document.documentElement).fontSize;
  (function look() {
    const side = document.querySelector('[data-testid=stSidebar]');
    if (side && getComputedStyle(side).display !== 'none') window.flashes.push('sidebar');
    if (getComputedStyle(document.documentElement).fontSize !== size) window.flashes.push('type');
    requestAnimationFrame(look);
  })();
}"""


def test_keys_lead_in_on_back_and_out(app: str, page: Any) -> None:
    page.goto(app + "/upsampling?way=bilinear")
    settled(page)
    small = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    page.keyboard.press("p")
    page.locator(SIDEBAR).wait_for(state="hidden")
    page.wait_for_url("**/upsampling?present=1&way=bilinear")
    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") > small
    page.get_by_text("How does a small map become large?").wait_for()
    page.evaluate(_WATCH)

    page.locator("input[type=range]").first.focus()
    page.get_by_text("Keys go to the widget").wait_for()
    page.keyboard.press("PageDown")  # the slider's own
    page.keyboard.press("Escape")
    page.get_by_text("Keys go to the widget").wait_for(state="hidden")
    page.keyboard.press("PageDown")
    page.wait_for_url("**/dilated?present=1")
    page.get_by_text("How does a network see more without a smaller map?").wait_for()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(
        lambda url: "/upsampling" in url and {"present=1", "way=bilinear"} <= set(QUERY.findall(url))
    )
    page.get_by_text("How does a small map become large?").wait_for()
    assert page.evaluate("window.flashes") == []

    page.keyboard.press("Escape")
    page.locator(SIDEBAR).wait_for()
    page.wait_for_url(lambda url: "way=bilinear" in url and "present" not in url)


OWN = """
- {page: upsampling, state: {way: bilinear}, say: The first sentence., minutes: 5}
- {page: upsampling, state: {way: bilinear, factor: 4}, say: The second sentence., minutes: 5}
- {page: dilated, state: {rate1: 2}, say: The third sentence., minutes: 5}
"""


def test_a_script_of_one_s_own_leads_from_station_to_station_and_outlives_a_reload(
    app: str, page: Any
) -> None:
    page.goto(app + "/lecture")
    page.get_by_text("Edit the script").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "own.yaml", "mimeType": "text/yaml", "buffer": OWN.encode()}
    )
    page.get_by_text("Your own script:").wait_for()
    page.get_by_role("button", name="▶ 3", exact=True).click()
    page.wait_for_url("**/dilated?present=1&station=3&rate1=2")
    page.get_by_text("The third sentence.").wait_for()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/upsampling?present=1&station=1&way=bilinear")
    page.get_by_text("The first sentence.").wait_for()
    page.keyboard.press("ArrowRight")  # the same page in another state
    page.wait_for_url("**/upsampling?present=1&station=2&way=bilinear&factor=4")
    page.get_by_text("The second sentence.").wait_for()
    planned = re.compile(r"\d+:\d\d · planned 5:00 to 10:00 · ")
    page.get_by_role("timer").filter(has_text=planned).wait_for()
    zero = page.evaluate("JSON.parse(sessionStorage['cvdemo-lecture']).zero")
    page.reload()
    page.get_by_text("2 / 3").wait_for()
    page.get_by_text("The second sentence.").wait_for()
    assert page.evaluate("JSON.parse(sessionStorage['cvdemo-lecture']).zero") == zero
    page.get_by_role("button", name="Leave").click()
    page.locator(SIDEBAR).wait_for()
    page.wait_for_url(lambda url: set(QUERY.findall(url)) == {"station=2", "way=bilinear", "factor=4"})


def test_the_clock_says_how_far_one_is_from_the_plan(page: Any) -> None:
    _scripts(page, "present_clock")
    for elapsed, behind in ((30, -30), (60, 0), (119, 0), (150, 30)):
        assert page.evaluate(f"secondsBehind({elapsed}, 60, 120)") == behind
    assert page.evaluate("[0, 754.9, -61].map(minutesText)") == ["0:00", "12:34", "1:01"]
