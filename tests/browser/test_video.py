"""The player in a real Chromium: every overlay lies on its own frame; sliders answer while it plays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cvdemo.ui.component import packed
from cvdemo.video.write import Mp4Writer
from tests.browser.alone import without_streamlit

WIDTH, HEIGHT, BITS = 320, 240, 8
FRAMES = 120


def numbered(number: int) -> np.ndarray:
    """A frame whose number stands at its bottom as a bar code, white for 1, most significant bit first."""
    picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for bit in range(BITS):
        x = 40 * bit
        picture[-60:, x : x + 40] = 255 if number >> (BITS - 1 - bit) & 1 else 0
    return picture


def box_of(number: int) -> list[float]:
    """The overlay's box says the number too: by its left edge."""
    return [10 + 2 * number, 60, 50 + 2 * number, 100]


def times_of(kind: str) -> np.ndarray:
    steady = np.arange(FRAMES) / {"25": 25, "29.97": 30_000 / 1001, "60": 60}.get(kind, 25)
    if kind == "variable":
        return np.append(0, np.cumsum(np.random.default_rng(0).choice([0.02, 0.04, 0.1], FRAMES - 1)))
    return steady


def film(times: np.ndarray) -> bytes:
    import io

    buffer = io.BytesIO()
    with Mp4Writer(buffer, (len(times) - 1) / float(times[-1] - times[0]), scrub=True) as writer:
        for number, time in enumerate(times):
            writer.add(numbered(number), float(time))
    return buffer.getvalue()


def source(times: np.ndarray) -> bytes:
    boxes = np.array([box_of(k) for k in range(FRAMES)], "<f4")
    fields = {
        "key": "video", "identity": "one", "width": WIDTH, "height": HEIGHT, "scale": [1, 1], "nms": True,
        "names": {0: ["number", "#ff0000"]}, "palette": ["#ff00ff"], "limbs": [], "maskShape": [],
        "points": 0, "fps": 25,
    }  # fmt: skip
    parts = {
        "film": film(times),
        "times": times.astype("<f8"),
        "offsets": np.arange(FRAMES + 1).astype("<i4"),
        "boxes": boxes,
        "scores": np.full(FRAMES, 0.9, "<f4"),
        "classIds": np.zeros(FRAMES, "<i4"),
    }
    return packed(fields, parts)


def player() -> bytes:
    boxes = np.array([box_of(k) for k in range(FRAMES)], "<f4")
    fields = {
        "key": "video", "raw": "one", "cuts": {"score": {"label": "none such", "value": 0.5},
        "iou": {"label": "nor such", "value": 0.5}}, "chosen": 1, "stamp": "", "tracking": True,
        "truth": False, "alt": "",
    }  # fmt: skip
    zeros, ones = np.zeros(FRAMES, "<f4"), np.ones(FRAMES, "<i4")
    parts = {
        "frame": np.arange(FRAMES).astype("<i4"), "ids": ones, "boxes": boxes, "classIds": 0 * ones,
        "scores": zeros + np.float32(0.9), "row": np.arange(FRAMES).astype("<i4"), "countsBefore": ones,
        "countsAfter": ones, "jitterBefore": zeros, "jitterAfter": zeros,
    }  # fmt: skip
    return packed(fields, parts)


def mount(page: Any, times: np.ndarray) -> None:
    """The player with its film."""
    without_streamlit(page, "video/player", {"video/player": player(), "clip_source": source(times)})
    page.evaluate(READ)
    page.wait_for_function("document.querySelector('.video-lab').dataset.frame === '0'")


# What can be seen on both canvases: the number in the bar code, and that of the overlay's box.
READ = """() => {
  globalThis.seen = [];
  const code = (ink) => {
    let number = 0;
    for (let bit = 0; bit < 8; bit++) {
      number = 2 * number + (ink.getImageData(40 * bit + 20, 215, 1, 1).data[0] > 127);
    }
    return number;
  };
  const overlay = (ink, magenta) => {
    const row = ink.getImageData(0, 90, 320, 1).data;
    for (let x = 0; x < 320; x++) {
      const [r, g, b] = row.slice(4 * x, 4 * x + 3);
      if (r > 200 && g < 90 && (magenta ? b > 200 : b < 90)) return x;
    }
    return -1;
  };
  globalThis.look = () => ['before', 'after'].map((name) => {
    const ink = document.querySelector(`.${name} canvas`).getContext('2d');
    return [code(ink), overlay(ink, name === 'after')];
  });
  const drawn = new MutationObserver(() => seen.push(look()));
  drawn.observe(document.querySelector('.video-lab'), { attributeFilter: ['data-drawn'] });
}"""


def number_at(edge: int) -> int:
    """The number of the box whose line, two or four pixels thick, begins here."""
    return round((edge + 1 - 10) / 2)


def check(seen: list[Any]) -> set[int]:
    """Both canvases show one frame, and the overlay of that frame."""
    assert seen
    for pair in seen:
        (frame, edge), (other, other_edge) = pair
        assert frame == other, pair
        assert abs(number_at(edge) - frame) <= 0.5 and abs(edge + 1 - (10 + 2 * frame)) <= 1, pair
        assert abs(other_edge + 2 - (10 + 2 * frame)) <= 1, pair
    return {pair[0][0] for pair in seen}


@pytest.mark.parametrize("kind", ["25", "29.97", "60", "variable"])
def test_every_overlay_lies_on_its_own_frame(page: Any, kind: str) -> None:
    mount(page, times_of(kind))
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(1500)
    page.get_by_label("Speed").select_option("2")
    page.wait_for_timeout(1500)
    page.evaluate(
        "{ const play = document.querySelector('.play'); if (play.title === 'Pause') play.click(); }"
    )
    shown = check(page.evaluate("seen"))
    assert len(shown) >= 10  # it did play
    page.evaluate("seen.length = 0")
    rng = np.random.default_rng(1)
    wanted = rng.permutation(FRAMES)[:25].tolist()
    for number in wanted:  # scrubbing: the bar is pulled to and fro, faster than seeks are done
        page.evaluate(
            f"document.querySelector('input').value = {number}; document.querySelector('input').oninput()"
        )
        page.wait_for_timeout(15)
    page.wait_for_function(f"document.querySelector('.video-lab').dataset.frame === '{wanted[-1]}'")
    check(page.evaluate("seen"))
    assert page.evaluate("look()")[0][0] == wanted[-1]


def test_every_frame_can_be_stepped_to(page: Any) -> None:
    mount(page, times_of("variable"))
    for number in [*range(1, 12), *range(10, 0, -1)]:
        page.locator(".video-lab input").focus()
        page.keyboard.press(
            "ArrowRight"
            if number > int(page.locator(".video-lab").get_attribute("data-frame"))
            else "ArrowLeft"
        )
        page.wait_for_function(f"document.querySelector('.video-lab').dataset.frame === '{number}'")
        assert page.evaluate("look()")[0][0] == number
    page.keyboard.press("End")
    page.wait_for_function(f"document.querySelector('.video-lab').dataset.frame === '{FRAMES - 1}'")
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('.video-lab').dataset.frame === '0'")


def test_screenshots_show_what_the_canvas_says(page: Any) -> None:
    import io

    from PIL import Image

    mount(page, times_of("29.97"))
    page.get_by_role("button", name="Play", exact=True).click()
    canvas = page.locator(".before canvas")
    for _ in range(6):
        shot = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("RGB").resize((WIDTH, HEIGHT)))
        frame = int("".join("1" if shot[215, 40 * bit + 20, 0] > 127 else "0" for bit in range(BITS)), 2)
        red = np.flatnonzero((shot[85:95, :, 0] > 150).mean(0) * (shot[85:95, :, 1] < 100).mean(0) > 0.8)
        assert abs(red[0] + 1 - (10 + 2 * frame)) <= 3


def test_the_page_plays_and_a_slider_answers_meanwhile(app: str, page: Any) -> None:
    page.goto(app + "/video?seed=27&seconds=2")
    lab = page.locator(".video-lab[data-frame]")
    lab.wait_for(timeout=240_000)
    lab.get_by_label("Speed").select_option("0.1")  # twenty seconds
    lab.get_by_role("button", name="Play", exact=True).click()
    lab.locator("xpath=self::*[@data-frame='2']").wait_for()
    first = int(lab.get_attribute("data-drawn"))
    boxes = lab.get_attribute("data-boxes")
    slider = page.get_by_role("slider", name="Score threshold")
    slider.focus()
    for _ in range(45):
        page.keyboard.press("ArrowRight")
    page.wait_for_url("**score=0.95**")
    lab.locator("xpath=self::*[@data-boxes='0']").wait_for()
    assert boxes != "0" and int(lab.get_attribute("data-drawn")) > first  # it goes on
