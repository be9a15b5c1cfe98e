"""Waiting time of a move of Instances' mask threshold at 20 objects, in a real Chromium."""

from __future__ import annotations

import json
import statistics
from typing import Any

from cvdemo.bench.ui import finished_pictures, move, start, wait_until_healthy
from cvdemo.errors import CvdemoError

OBJECTS = 20
ADDRESS = "instances?source=scene&model=mask-rcnn&seed=7&preset=hard&score=0.01&iou=0.65"
"""A crowded scene at a score so low that at least `OBJECTS` masks stay."""

# From a key in the page to the frame after the one in which the board has pasted and painted its masks anew.
_WATCH = """(lab) => {
  const before = lab.dataset.ready;
  window.answered = undefined;
  window.addEventListener('keydown', () => {
    const start = performance.now();
    const look = () => {
      if (lab.dataset.ready !== before) {
        const painting = Number(lab.dataset.milliseconds);
        requestAnimationFrame(() => { window.answered = [performance.now() - start, painting]; });
      } else if (performance.now() - start < 5000) requestAnimationFrame(look);
      else window.answered = null;
    };
    look();
  }, { capture: true, once: true });
}"""


def run(*, moves: int = 20) -> dict[str, Any]:
    """Median milliseconds of the browser's answer, and its ratio to a slider over finished pictures, in turn.

    `paint_ms` is the part of it in which the board's scripts select, paste, threshold and paint.
    """
    answers: list[float] = []
    painting: list[float] = []
    peers: list[float] = []
    with finished_pictures() as (chromium, folder), start() as ours, start(folder) as ready:
        page, lab = _board(chromium, ours)
        peer = _page(chromium, ready)
        peer.locator("img").last.wait_for(timeout=120_000)
        objects = len(json.loads(lab.get_attribute("data-areas")))
        for k in range(moves + 4):
            key = "ArrowLeft" if k % 2 else "ArrowRight"
            answer, shown = _move_masks(page, lab, key), move(peer, key)
            if k >= 4 and answer is not None and shown is not None:
                answers.append(answer[0])
                painting.append(answer[1])
                peers.append(shown[1])
    if not answers or objects < OBJECTS:
        raise CvdemoError(f"no move was answered, or fewer than {OBJECTS} objects were there: {objects}")
    median, bare = statistics.median(answers), statistics.median(peers)
    return {
        "objects": objects,
        "masks_ms": round(median, 1),
        "paint_ms": round(statistics.median(painting), 1),
        "ready_picture_ms": round(bare, 1),
        "masks_ratio": round(median / bare, 2),
        "moves": len(answers),
    }


def _page(chromium: Any, address: str) -> Any:
    wait_until_healthy(address)
    page = chromium.new_page(viewport={"width": 1366, "height": 900})
    page.goto(address)
    return page


def _board(chromium: Any, address: str) -> tuple[Any, Any]:
    """The page and its board, once every mask is painted."""
    page = _page(chromium, address)
    page.goto(f"{address}/{ADDRESS}")
    lab = page.locator(".instances[data-ready]")
    lab.wait_for(timeout=120_000)
    page.get_by_text("The code that did it").wait_for(timeout=120_000)
    page.wait_for_timeout(1500)
    return page, lab


def _move_masks(page: Any, lab: Any, key: str) -> tuple[float, float] | None:
    """Milliseconds from a key on the mask slider to the masks painted anew, and of the painting alone."""
    page.bring_to_front()
    page.get_by_role("slider", name="Mask threshold").focus()
    lab.evaluate(_WATCH)
    page.keyboard.press(key)
    page.wait_for_function("window.answered !== undefined", timeout=30_000)
    page.wait_for_timeout(150)  # let the run come to its end
    answered = page.evaluate("window.answered")
    return None if answered is None else (answered[0], answered[1])
