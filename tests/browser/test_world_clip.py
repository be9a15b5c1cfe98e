"""The world's player: every overlay on its own frame, kinds of truth switched without a new film."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cvdemo import world
from cvdemo.labs.world.board import FPS, SIZE

QUERY = "/world?show=clip&seed=4&seconds=1&camera=0"


@pytest.fixture(scope="module")
def truths() -> list[world.ClipTruth]:
    clip = world.clip(4, split="test", seconds=1, fps=FPS, camera=0)
    return [world.clip_truth(clip, k, *SIZE) for k in range(len(clip))]


def seek(page: Any, frame: int) -> None:
    page.locator(".world-clip").evaluate(
        "(root, k) => { root.lab.video.pause(); root.lab.video.seek(k); }", frame
    )
    page.locator(f".world-clip[data-frame='{frame}']").wait_for()


PIXELS = """(canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return [canvas.width, canvas.height, ...data];
}"""


def pixels(page: Any) -> np.ndarray:
    """The canvas, [H, W, 3]."""
    width, height, *values = page.locator(".world-clip .screen").evaluate(PIXELS)
    return np.array(values, np.uint8).reshape(height, width, 4)[..., :3]


def test_each_frame_is_shown_with_its_own_truth(app: str, page: Any, truths: list[world.ClipTruth]) -> None:
    page.goto(app + QUERY + "&over=")
    page.locator(".world-clip[data-frame]").wait_for()
    clip = world.clip(4, split="test", seconds=1, fps=FPS, camera=0)
    for k in (3, 20, 11):
        seek(page, k)
        picture = world.clip_picture(clip, k, *SIZE)
        assert np.abs(pixels(page).astype(int) - picture).mean() < 6
        assert page.locator(".world-clip").get_attribute("data-objects") == str(len(truths[k]))


def test_truth_is_switched_on_without_a_new_film(app: str, page: Any, truths: list[world.ClipTruth]) -> None:
    page.goto(app + QUERY + "&over=")
    page.locator(".world-clip[data-frame]").wait_for()
    seek(page, 12)
    plain = pixels(page)
    film = page.locator(".world-clip video").get_attribute("src")
    page.get_by_role("button", name="masks").click()
    page.wait_for_timeout(1500)
    changed = np.abs(pixels(page).astype(int) - plain).max(axis=2) > 25
    inside = truths[12].instances > 0
    assert changed[inside].mean() > 0.7
    assert changed[~inside].mean() < 0.02
    page.get_by_role("button", name="semantic").click()
    page.wait_for_timeout(1500)
    assert (np.abs(pixels(page).astype(int) - plain).max(axis=2) > 15).mean() > 0.7
    assert page.locator(".world-clip video").get_attribute("src") == film


def test_keys_step_and_a_click_on_a_life_goes_there(app: str, page: Any) -> None:
    page.goto(app + QUERY)
    page.locator(".world-clip[data-frame]").wait_for()
    seek(page, 5)
    page.locator(".world-clip").focus()
    for key, frame in (
        ("ArrowRight", 6),
        ("ArrowLeft", 5),
        ("Shift+ArrowRight", 15),
        ("End", 24),
        ("Home", 0),
    ):
        page.keyboard.press(key)
        page.locator(f".world-clip[data-frame='{frame}']").wait_for()
    life = page.locator(".lives canvas").first
    box = life.bounding_box()
    life.click(position={"x": box["width"] * 0.5, "y": 4})
    page.locator(".world-clip[data-frame='12']").wait_for()
