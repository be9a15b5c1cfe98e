"""The dense captions page in a real Chromium: boxes and sentences light each other, sliders answer."""

from __future__ import annotations

import json
from typing import Any

from cvdemo import world, zoo
from cvdemo.zoo.dense_captioner import DenseCaptioner, select_regions

AT = "/dense_captions?seed=7"


def test_boxes_sentences_and_words(app: str, page: Any) -> None:
    model = zoo.load("densecap")
    assert isinstance(model, DenseCaptioner)
    raw = model.regions(world.render(world.scene(7, split="test")))
    page.goto(f"{app}{AT}&score=0.3&iou=0.4")
    lab = page.locator(".dense-lab[data-ready]")
    lab.wait_for()
    kept = select_regions(raw, score=0.3, iou=0.4)
    lines = lab.locator(".list > div")
    assert [line.locator(".text").text_content() for line in lines.all()] == list(kept.texts)

    boxes = lab.locator("rect.found")
    assert boxes.count() == len(kept)
    rows = json.loads(lab.get_attribute("data-kept"))
    boxes.and_(page.locator(f"[data-row='{rows[1]}']")).dispatch_event("pointerenter")
    assert lab.locator(".said.on").text_content() == kept.texts[1]
    assert "lit" in lines.nth(1).get_attribute("class")
    lines.nth(0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**region={rows[1]}**")
    words = lab.locator(".words button")
    assert [w.locator("span").first.text_content() for w in words.all()][:-1] == kept.texts[1].split()
    words.nth(2).click()
    assert lab.locator(".rivals p").text_content().endswith(f"“{' '.join(kept.texts[1].split()[:2])}”:")

    page.get_by_role("slider", name="NMS threshold (IoU)").focus()
    page.keyboard.press("ArrowLeft")
    lab.and_(page.locator('[data-ready*="0.35"]')).wait_for()
    moved = json.loads(lab.get_attribute("data-kept"))
    assert [raw.texts[k] for k in moved] == select_regions(raw, score=0.3, iou=0.35).texts

    page.get_by_label("Look for words").fill("a yellow duck")
    page.keyboard.press("Enter")
    lab.locator(".list .bar").first.wait_for()
    fits = [line.locator(".score").text_content() for line in lines.all()]
    values = [float(t.removeprefix("log p ").replace("−", "-")) for t in fits]
    assert values == sorted(values, reverse=True)
    assert "duck" in lines.first.locator(".text").text_content()
