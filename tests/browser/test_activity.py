"""The Activity page's player in a real Chromium: the frame and the answers are those of one moment."""

from __future__ import annotations

from typing import Any

import numpy as np

from cvdemo.data.pictures import to_jpeg
from cvdemo.draw.activities import told_apart
from cvdemo.labs.activity.board import COLUMNS, film
from cvdemo.ui.component import packed
from tests.browser.alone import give, without_streamlit

NAMES = ("sit down", "stand up", "wave")
FRAMES = 6


def message(identity: str, label: int | None = 1) -> tuple[np.ndarray, bytes]:
    """Frames that are brighter each, and what two ways say of them."""
    said = np.random.default_rng(0).dirichlet(np.ones(3), (2, FRAMES)).astype("<f4")
    frames = np.stack([np.full((40, 60, 3), 30 + 35 * k, np.uint8) for k in range(FRAMES)])
    names = dict(enumerate(NAMES))
    fields = {
        "identity": identity, "columns": COLUMNS, "size": [60, 40], "perSecond": 8, "names": NAMES,
        "times": [k / 8 for k in range(FRAMES)], "truth": None if label is None else NAMES[label],
        "classes": told_apart(list(said), names, label), "alt": "six frames",
        "ways": [{"title": "first", "verdict": "right from 0.25 s on", "right": 2},
                 {"title": "second", "verdict": "wrong in the end", "right": None}],
    }  # fmt: skip
    return said, packed(fields, {"film": to_jpeg(film(frames)), "probabilities": said})


def brightness(page: Any) -> int:
    canvas = "document.querySelector('.activity-lab canvas')"
    return int(page.evaluate(f"{canvas}.getContext('2d').getImageData(30, 20, 1, 1).data[0]"))


def test_each_step_shows_its_frame_and_its_answers(page: Any) -> None:
    page.emulate_media(reduced_motion="reduce")  # it does not play by itself
    said, sent = message("a")
    without_streamlit(page, "activity/lab", {"activity/lab": sent})
    page.wait_for_function("document.querySelector('.activity-lab').dataset.frame === '0'")
    for k in (0, 1, 5):
        page.locator(".player input").evaluate("(bar, k) => { bar.value = k; bar.oninput(); }", k)
        page.wait_for_function(f"document.querySelector('.activity-lab').dataset.frame === '{k}'")
        assert abs(brightness(page) - (30 + 35 * k)) <= 4
        texts = page.locator(".way .now").all_text_contents()
        for text, way in zip(texts, said, strict=True):
            assert text == f"{NAMES[int(way[k].argmax())]} {round(100 * float(way[k].max()))} %"
    assert page.locator(".truth").inner_text() == "What happens: stand up"
    assert page.locator(".verdict").all_text_contents() == ["right from 0.25 s on", "wrong in the end"]
    assert page.locator(".way svg rect").count() == 1  # the share of the time in which it is right
    assert [t.strip() for t in page.locator(".legend span").all_text_contents()][:2] == [
        "stand up",
        "sit down",
    ]


def test_a_click_into_the_lines_goes_there_and_a_new_clip_starts_over(page: Any) -> None:
    page.emulate_media(reduced_motion="reduce")
    without_streamlit(page, "activity/lab", {"activity/lab": message("a")[1]})
    sheet = page.locator(".way .sheet").first
    box = sheet.bounding_box()
    sheet.click(position={"x": box["width"] * 4.5 / FRAMES, "y": 10})
    page.wait_for_function("document.querySelector('.activity-lab').dataset.frame === '4'")
    page.keyboard.press("ArrowRight")
    give(page, "activity/lab", message("b", None)[1])
    page.wait_for_function("document.querySelector('.activity-lab').dataset.frame === '0'")
    assert page.locator(".truth").inner_text() == "What happens here is not known."
