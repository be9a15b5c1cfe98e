"""The player of merges in a real Chromium: it shows Python's hierarchy, merge by merge and level by level."""

from __future__ import annotations

from typing import Any

import numpy as np

from cvdemo.labs.proposals.experiment import START
from cvdemo.ops.grouping import group, merge_similarities
from cvdemo.ops.regions import Strategy, segment, working_picture
from cvdemo.ui.scene import SPLIT
from cvdemo.world import draw, named, scene


def shown(lab: Any) -> tuple[list[int], int]:
    """The new box and the number of regions that are left."""
    born = lab.get_attribute("data-born").split(",")
    return [int(v) for v in born], int(lab.get_attribute("data-regions"))


def test_merges_and_levels_are_pythons(app: str, page: Any) -> None:
    page.goto(f"{app}/proposals?seed=3&k=300")
    page.locator(".proposals[data-ready]").wait_for()
    lab = page.locator(".proposals")
    picture, _ = draw(scene(3, split=SPLIT, difficulty=named("normal")), 1280, 960)
    strategy: Strategy = START._replace(scale=300.0)
    segments = segment(working_picture(picture), strategy)
    tree = group(segments, strategy.similarities)
    count, merges = len(segments), len(tree.parents)
    similarities = merge_similarities(segments, tree)
    bar = lab.locator(".player input")
    for step in (0, merges // 2, merges - 1):
        bar.fill(str(step))
        assert shown(lab) == (tree.boxes[count + step].tolist(), count - step - 1)
        values = lab.locator(".bars > span:nth-of-type(3n)").all_inner_texts()
        expected = [*similarities[step], tree.similarity[step]]
        np.testing.assert_allclose([float(v) for v in values], expected, atol=6e-4)
    lab.get_by_role("radio", name="level by level").click()
    top = int(tree.levels[-1])
    for level in (0, top // 2, top):
        bar.fill(str(level))
        alive = tree.levels <= level
        swallowed = int(alive[count:].sum())  # every merge makes one of two
        assert shown(lab)[1] == count - swallowed
        assert shown(lab)[0] == tree.boxes[np.flatnonzero(tree.levels == level)[0]].tolist()
    for view in ("own colours", "boxes so far"):
        before = lab.locator("canvas.regions").evaluate("e => e.toDataURL()")
        lab.get_by_role("radio", name=view).click()
        assert lab.locator("canvas.regions").evaluate("e => e.toDataURL()") != before


def test_the_keyboard_steps_and_a_new_k_brings_new_segments(app: str, page: Any) -> None:
    page.goto(f"{app}/proposals?seed=3&k=500")
    lab = page.locator(".proposals[data-ready]")
    lab.wait_for()
    step = int(lab.get_attribute("data-step"))
    lab.locator(".player input").press("ArrowRight")
    assert int(lab.get_attribute("data-step")) == step + 1
    ready = lab.get_attribute("data-ready")
    before = lab.element_handle()
    page.get_by_role("button", name="fine segments").click()
    changed = "([e, r]) => e.dataset.ready !== r"
    page.wait_for_function(changed, arg=[before, ready])  # the same player, not a new one
    assert "scale=20.0" in lab.get_attribute("data-ready")
