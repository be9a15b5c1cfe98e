"""The RoI lab in a real Chromium: JavaScript's numbers are Python's, by mouse, keys and pointing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.browser.driver import settled

SEED = "seed=7&source=scene"


def opened(page: Any, address: str) -> Any:
    page.goto(address)
    page.locator(".roi-lab .python", has_text="largest difference").wait_for()
    settled(page)
    return page.locator(".roi-lab")


def shown(lab: Any) -> dict[str, Any]:
    return json.loads(lab.get_attribute("data-values"))


def agree(lab: Any) -> dict[str, Any]:
    """JavaScript's numbers, once Python has answered for the same RoI and says the same."""
    lab.locator(".python[data-values*=align]").wait_for()
    live, python = shown(lab), json.loads(lab.locator(".python").get_attribute("data-values"))
    assert live["roi"] == python["roi"]
    for name in ("pool", "align", "votes", "moved", "iou"):
        np.testing.assert_allclose(live[name], python[name], rtol=0, atol=1e-6)
    return live


def drag(page: Any, start: tuple[float, float], by: tuple[float, float]) -> None:
    x, y = start
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0] / 2, y + by[1] / 2, steps=4)
    page.mouse.move(x + by[0], y + by[1], steps=4)
    page.mouse.up()


@pytest.mark.parametrize(
    "query",
    [
        "roi=30,20,90.25,101.125&stride=8",
        "roi=33.5,20,71,66.75&stride=16&size=7&ratio=as%20cells",
        "roi=150,100,210,160&stride=4&size=5&aligned=false",  # half outside
        "roi=-20,-20,-8,-6&stride=8&size=2",  # beside the map
        "roi=60.5,60.5,60.5,60.5&stride=8&ratio=as%20cells",  # of no size
    ],
)
def test_the_numbers_are_pythons(app: str, page: Any, query: str) -> None:
    lab = opened(page, f"{app}/roi?{SEED}&{query}")
    live = agree(lab)
    assert ",".join(f"{v:g}" for v in live["roi"]) in query
    if "-20" in query:
        assert not np.any(live["pool"]) and not np.any(live["align"])
        assert "beside the map" in lab.locator(".says").inner_text()
    if "60.5" in query:
        assert not np.any(live["align"])
        assert "no size" in lab.locator(".says").inner_text()


def test_a_dragged_roi_has_pythons_numbers(app: str, page: Any) -> None:
    lab = opened(page, f"{app}/roi?{SEED}&roi=30,20,90,100")
    first = agree(lab)
    lab.locator(".frame").scroll_into_view_if_needed()
    body = lab.locator(".body").bounding_box()
    scale = body["width"] / 60
    middle = (body["x"] + body["width"] / 2, body["y"] + body["height"] / 2)
    drag(page, middle, (20 * scale, 10 * scale))
    moved = agree(lab)["roi"]
    np.testing.assert_allclose(moved, [50, 30, 110, 110], atol=1)
    assert moved[2] - moved[0] == 60 and moved != first["roi"]
    page.wait_for_url("**roi=**")
    settled(page)  # its answer may have moved the picture
    body = lab.locator(".body").bounding_box()
    corner = (body["x"] + body["width"], body["y"] + body["height"])
    drag(page, corner, (-30 * scale, -40 * scale))
    resized = agree(lab)["roi"]
    assert resized[:2] == moved[:2]
    np.testing.assert_allclose(resized[2:], [80, 70], atol=1.5)


def test_keys_move_by_parts_of_a_pixel_and_resize(app: str, page: Any) -> None:
    lab = opened(page, f"{app}/roi?{SEED}&roi=30,20,90,100&stride=16")
    lab.locator(".body").focus()
    for keys in ("ArrowRight", "Shift+ArrowDown", "Alt+ArrowLeft"):
        page.keyboard.press(keys)
    assert agree(lab)["roi"] == [30.25, 36, 90, 116]
    assert "/roi" in page.url


def test_on_the_brink_one_key_makes_roipool_jump_and_roialign_glide(app: str, page: Any) -> None:
    lab = opened(page, f"{app}/roi?{SEED}")
    page.get_by_role("button", name="before a rounding").click()
    page.get_by_text("Just before a rounding").wait_for()
    page.locator(".roi-lab[data-values*='-7.875']").wait_for()
    before = agree(lab)
    assert before["moved"][0] == pytest.approx(-7.875)
    lab.locator(".body").focus()
    page.keyboard.press("ArrowRight")
    after = agree(lab)
    assert after["moved"][0] == pytest.approx(7.875)
    glided = np.abs(np.subtract(after["align"], before["align"])).max()
    jumped = np.abs(np.subtract(after["pool"], before["pool"])).max()
    assert 0 < glided < 0.2 * jumped


def test_pointing_at_a_bin_tells_where_its_numbers_come_from(app: str, page: Any) -> None:
    lab = opened(page, f"{app}/roi?{SEED}&roi=30,20,90,100")
    lab.locator(".align .grid span").nth(5).hover()
    says = lab.locator(".says")
    assert "Bin 2, 3" in says.inner_text() and "mean of 4 samples" in says.inner_text()
    value = agree(lab)["pool"][1][2]
    assert float(lab.locator(".pool .grid .at").inner_text()) == pytest.approx(value, abs=0.05)
    lab.locator(".pool .grid span").nth(0).hover()
    assert "Bin 1, 1" in says.inner_text()


def test_a_phone_needs_no_scrolling_sideways(app: str, page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    opened(page, f"{app}/roi?{SEED}&size=7")
    page.wait_for_timeout(500)
    wide = """() => [document.documentElement, ...document.querySelectorAll('[data-testid=stMain]')]
      .every(e => e.scrollWidth <= e.clientWidth)"""
    assert page.evaluate(wide)
