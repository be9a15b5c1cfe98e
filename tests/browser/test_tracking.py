"""The Tracking page's board in a real Chromium: what it shows of each phase is what the tracker did."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cvdemo.labs.tracking.board import steps_as_json
from cvdemo.labs.tracking.experiment import ROUNDS, StepKnobs, track_steps
from cvdemo.ui.component import packed
from cvdemo.video.raw import RawClip
from tests.browser.alone import give, without_streamlit
from tests.browser.test_video import FRAMES, HEIGHT, WIDTH, source, times_of


def raw_clip() -> RawClip:
    """Two objects in each frame; the second scores low in every fifth and is missing in every seventh."""
    boxes, scores, counts = [], [], []
    for t in range(FRAMES):
        both = [[10.0 + 2 * t, 60, 50 + 2 * t, 100], [280.0 - 2 * t, 110, 310 - 2 * t, 150]]
        keep = 1 if t % 7 == 6 else 2
        boxes += both[:keep]
        scores += [0.9, 0.3 if t % 5 == 4 else 0.8][:keep]
        counts.append(keep)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    n = len(boxes)
    return RawClip(
        times_of("25"), (WIDTH, HEIGHT), offsets, np.array(boxes, np.float32), np.array(scores, np.float32),
        np.zeros(n, np.int64), {0: "number"}, True, 1.0,
    )  # fmt: skip


def message(raw: RawClip, knobs: StepKnobs, start: int = 3) -> tuple[Any, bytes]:
    found = track_steps(raw, knobs)
    fields = {
        "key": "video", "raw": "one", "choice": repr(knobs), "start": start, "stamp": "a",
        "rounds": ROUNDS[knobs.tracker], "least": [knobs.iou, knobs.second_iou, knobs.iou],
        "score": knobs.score, "steps": steps_as_json(found, raw), "alt": "a frame",
    }  # fmt: skip
    return found, packed(fields, {})


@pytest.mark.parametrize("tracker", ["sort", "bytetrack"])
def test_every_phase_shows_what_the_tracker_did(page: Any, tracker: str) -> None:
    raw = raw_clip()
    found, sent = message(raw, StepKnobs(tracker=tracker))  # type: ignore[arg-type]
    without_streamlit(page, "tracking/lab", {"tracking/lab": sent, "clip_source": source(times_of("25"))})
    lab = page.locator(".tracking-lab")
    page.wait_for_function("document.querySelector('.tracking-lab').dataset.frame === '3'")
    assert lab.get_attribute("data-phase") == "2"  # opens with the matrix
    phases = 3 + len(ROUNDS[tracker])
    for _ in range(2 * phases):
        page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function("document.querySelector('.tracking-lab').dataset.frame === '5'")
    step = found.steps[5]
    cells = page.locator(".matrix td")
    assert cells.count() == step.rounds[0].iou.size
    shown = [float(v) if v != "·" else 0.0 for v in cells.all_text_contents()]
    np.testing.assert_allclose(shown, step.rounds[0].iou.ravel(), atol=0.006)
    assert page.locator(".matrix td.pair").count() == len(step.rounds[0].assignment.pairs)
    page.get_by_role("tab").last.click()
    rows = page.locator(".lives tr")
    assert rows.count() == 1 + len(step.tracks) + len(step.removed)
    for track, text in zip(step.tracks, rows.all_text_contents()[1:], strict=False):
        assert text.startswith(f"#{track.id}") and track.life.value in text


def test_a_slider_keeps_the_frame_and_the_phase(page: Any) -> None:
    raw = raw_clip()
    without_streamlit(
        page,
        "tracking/lab",
        {"tracking/lab": message(raw, StepKnobs())[1], "clip_source": source(times_of("25"))},
    )
    page.wait_for_function("document.querySelector('.tracking-lab').dataset.frame === '3'")
    for _ in range(7):
        page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function("document.querySelector('.tracking-lab').dataset.phase === '3'")
    give(page, "tracking/lab", message(raw, StepKnobs(score=0.95))[1])
    page.wait_for_timeout(200)
    lab = page.locator(".tracking-lab")
    assert (lab.get_attribute("data-frame"), lab.get_attribute("data-phase")) == ("4", "3")
    assert page.get_by_role("tab", selected=True).text_content().startswith("4 round 2")
