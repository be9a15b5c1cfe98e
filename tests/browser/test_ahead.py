"""Detect's boxes between two answers of Python: chosen and drawn in the browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import supervision as sv

from cvdemo.ops.detections import select
from cvdemo.ui.component import text, used
from tests.browser.driver import settled

CUTS = [(0.01, 0.5), (0.3, 0.5), (0.3, 0.05), (0.2, 1.0), (0.55, 0.7), (0.01, 0.0), (1.0, 0.5)]


def _raw(seed: int, n: int = 400) -> sv.Detections:
    dice = np.random.default_rng(seed)
    corner, size = dice.uniform(0, 200, (n, 2)), dice.uniform(20, 80, (n, 2))
    scores = dice.uniform(size=n).astype(np.float32).round(2)  # with ties, and on the slider's own values
    return sv.Detections(
        xyxy=np.hstack([corner, corner + size]).astype(np.float32),
        confidence=scores,
        class_id=dice.integers(0, 3, n),
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_browser_keeps_what_python_keeps(page: Any, seed: int) -> None:
    raw = _raw(seed)
    assert raw.confidence is not None and raw.class_id is not None
    page.goto("about:blank")
    page.add_script_tag(content="\n".join(text(name, ".js") for name in used("lib/select")))
    page.evaluate(
        """([boxes, scores, ids]) => { window.raw = { boxes: Float32Array.from(boxes.flat()),
             scores: Float32Array.from(scores), classIds: Int32Array.from(ids) }; }""",
        [raw.xyxy.tolist(), raw.confidence.tolist(), raw.class_id.tolist()],
    )
    for score, iou in CUTS:
        for classes, limit in ((None, 300), ([0, 2], 7)):
            found = select(raw, score=score, iou=iou, classes=classes, max_detections=limit)
            options = {"score": score, "iou": iou, "classes": classes, "limit": limit}
            assert page.evaluate("o => selectRows(raw, o)", options) == found.data["raw_index"].tolist()


def test_boxes_answer_before_python_and_are_the_same(app: str, page: Any) -> None:
    page.goto(app + "/detect?sample=coffee&score=0.05")
    page.locator(".rows tbody tr").first.wait_for()
    settled(page)
    page.evaluate(
        """() => {
          const all = (r) => [...r.querySelectorAll('*')].flatMap((e) =>
            [...(e.matches('.frame') ? [e] : []), ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
          const frame = all(document)[0];
          const rows = frame.nextElementSibling.getElementsByTagName('tr');
          window.seen = [];
          new MutationObserver(() => seen.push({
            by: frame.dataset.by,
            rows: [...rows].slice(1).map((e) => e.innerText),
            labels: frame.querySelectorAll('text').length,
          })).observe(frame, { attributeFilter: ['data-by'] });
        }"""
    )
    page.get_by_role("slider", name="Score threshold").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.seen.length && window.seen.at(-1).by === 'python'")
    ahead, *_, told = page.evaluate("window.seen")
    assert (ahead["by"], told["by"]) == ("browser", "python")
    assert len(ahead["rows"]) == ahead["labels"] == told["labels"] > 0
    assert ahead["rows"] == told["rows"]
