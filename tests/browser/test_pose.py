"""The pose page in a real Chromium: a keypoint is dragged, and JavaScript's OKS is Python's."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cvdemo.ops.keypoints import COCO_SIGMAS, correct_keypoints, keypoint_similarity, oks
from tests.browser.test_lib import _scripts

AT = "/pose?seed=7"


@pytest.mark.parametrize("seed", range(3))
def test_the_arithmetic_is_pythons(page: Any, seed: int) -> None:
    _scripts(page, "pose/math")
    rng = np.random.default_rng(seed)
    truth = np.hstack([rng.uniform(0, 300, (17, 2)), rng.integers(0, 3, (17, 1))])
    found, area = truth[:, :2] + rng.normal(0, 8, (17, 2)), float(rng.uniform(0, 9000))
    similar, mean, correct = page.evaluate(
        """([found, truth, area, sigmas]) => { const s = keypointSimilarity(found, truth, area, sigmas);
             return [s, objectSimilarity(s), countCorrect(found, truth, 9)]; }""",
        [found.tolist(), truth.tolist(), area, COCO_SIGMAS.tolist()],
    )
    expected = keypoint_similarity(found, truth, area)
    assert [v is None for v in similar] == np.isnan(expected).tolist()
    np.testing.assert_allclose(
        [v for v in similar if v is not None], expected[~np.isnan(expected)], atol=1e-12
    )
    assert mean == pytest.approx(float(oks(found, truth, area)), abs=1e-12)
    assert correct == correct_keypoints(found, truth, 1.0, 9.0).sum()
    radius = page.evaluate("([area, sigma]) => toleranceRadius(.3, area, sigma)", [area, COCO_SIGMAS[4]])
    moved = truth.copy()
    moved[4] += (radius, 0, 2)
    at = np.where(np.arange(17)[:, None] == 4, truth + np.array([0, 0, 2]), truth)
    assert keypoint_similarity(moved, at, area)[4] == pytest.approx(0.3, abs=1e-6)


def agree(lab: Any) -> dict[str, Any]:
    """JavaScript's numbers, once Python has answered for the same keypoints and says the same."""
    lab.locator(".python[data-values*=oks]").wait_for()
    live, python = (json.loads(e.get_attribute("data-values")) for e in (lab, lab.locator(".python")))
    np.testing.assert_allclose(live["points"], python["points"], atol=1e-9)
    assert live["oks"] == pytest.approx(python["oks"], abs=1e-9)
    np.testing.assert_allclose(live["similarity"], python["similarity"], atol=1e-9)
    assert live["correct"] == python["correct"]
    return live


def test_a_dragged_keypoint_has_pythons_similarity(app: str, page: Any) -> None:
    page.goto(app + AT)
    lab = page.locator(".pose-lab")
    lab.locator(".oks b").wait_for()
    lab.locator("img").evaluate("e => e.decode()")
    first = agree(lab)
    grip = lab.locator("circle.grip[data-keypoint='15']")
    grip.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    place = grip.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y - 30, steps=5)
    page.mouse.up()
    moved = agree(lab)
    assert (
        moved["points"][15][0] > first["points"][15][0] and moved["similarity"][15] < first["similarity"][15]
    )
    assert moved["points"][:15] == first["points"][:15] and moved["oks"] < first["oks"]
    page.wait_for_url("**moved=15**")
    lab.locator("circle.grip[data-keypoint='9']").focus()
    page.keyboard.press("Shift+ArrowRight")
    keyed = agree(lab)
    assert keyed["points"][9][0] == pytest.approx(moved["points"][9][0] + 10)
    lab.locator(".back").click()
    assert agree(lab)["oks"] == pytest.approx(first["oks"])
    page.wait_for_url(lambda url: "moved" not in url)
    lab.locator(".everyone g").nth(1).click()
    page.wait_for_url("**person=1**")
    lab.locator(".everyone g[aria-pressed=true]:nth-of-type(2)").wait_for()
    assert agree(lab)["points"] != first["points"]
    lab.locator(".thumbs button").nth(5).click()
    page.wait_for_url("**keypoint=left_shoulder**")
    assert lab.locator(".thumbs button[aria-pressed=true]").text_content().startswith("left shoulder")
