"""The segmentation page in a real Chromium: what is on the canvas is what Python counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cvdemo.draw.segmentation import WRONG

COUNT = """canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height), found = {};
  for (let i = 0; i < data.length; i += 4) {
    const key = data[i + 3] ? `rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})` : 'none';
    found[key] = (found[key] ?? 0) + 1;
  }
  const percent = 100 / (canvas.width * canvas.height);
  return Object.fromEntries(Object.entries(found).map(([k, n]) => [k, n * percent]));
}"""


def opened(page: Any, address: str) -> Any:
    page.goto(address + "/segment?seed=7")
    lab = page.locator(".segment[data-ready*=scene]")
    lab.wait_for()
    return lab


def areas(lab: Any) -> dict[str, float]:
    """Percent of the first canvas in each colour."""
    return lab.locator(".panel canvas").first.evaluate(COUNT)


def test_the_mask_and_its_errors_are_what_python_counted(app: str, page: Any) -> None:
    lab = opened(page, app)
    painted = areas(lab)
    rows = lab.locator(".legend tbody tr")
    for k in range(rows.count()):
        cells = rows.nth(k).locator("td").all_inner_texts()
        colour = rows.nth(k).locator("i").evaluate("e => getComputedStyle(e).backgroundColor")
        assert painted.get(colour, 0) == pytest.approx(float(cells[2].split()[0]), abs=0.051)
    assert "none" not in painted
    right = float(lab.locator(".score span", has_text="pixels").locator("b").inner_text().split()[0])
    page.get_by_role("radio", name="errors").click()
    marked = areas(lab)
    assert marked["rgb({}, {}, {})".format(*WRONG)] == pytest.approx(100 - right, abs=0.051)


def test_swipe_by_mouse_and_keys(app: str, page: Any) -> None:
    lab = opened(page, app)
    handle, frame = lab.get_by_role("slider", name="Swipe"), lab.locator(".view").bounding_box()
    middle = frame["y"] + frame["height"] / 2
    page.mouse.move(frame["x"] + frame["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] / 4, middle, steps=8)
    page.mouse.up()
    assert int(handle.get_attribute("aria-valuenow")) == pytest.approx(25, abs=1)
    clipped = float(lab.locator("canvas").evaluate("e => e.style.clipPath.match(/([\\d.]+)%/)[1]"))
    assert clipped == pytest.approx(25, abs=1)
    handle.focus()
    page.keyboard.press("Home")
    assert handle.get_attribute("aria-valuenow") == "0"


def test_pointing_at_a_pixel_and_at_a_class(app: str, page: Any) -> None:
    lab = opened(page, app)
    frame = lab.locator(".view").bounding_box()
    page.mouse.move(frame["x"] + 0.1 * frame["width"], frame["y"] + 0.1 * frame["height"])
    lab.locator(".probe", has_text="truth: sky").wait_for()
    shares = [int(t.split()[0]) for t in lab.locator(".probe div span:last-child").all_inner_texts()]
    assert len(shares) == 3 and shares == sorted(shares, reverse=True) and sum(shares) <= 101
    sky = lab.locator(".legend tbody tr", has_text="sky")
    sky.hover()
    lit = areas(lab)
    assert set(lit) == {"none", sky.locator("i").evaluate("e => getComputedStyle(e).backgroundColor")}
    sky.get_by_role("button").click()
    page.mouse.move(5, 5)
    hidden = areas(lab)
    assert hidden["none"] == pytest.approx(100 - lit["none"], abs=0.01)
    assert lab.locator(".legend tr.off").count() == 1


def test_the_picture_can_be_taken_away_as_it_is_seen(app: str, page: Any, tmp_path: Path) -> None:
    lab = opened(page, app)
    with page.expect_download() as download:
        lab.get_by_role("button", name="PNG as seen").click()
    download.value.save_as(tmp_path / "seen.png")
    assert Image.open(tmp_path / "seen.png").size == (1280, 960)
