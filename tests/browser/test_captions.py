"""The captions page in a real Chromium: the word player, a rival that is chosen, the beam step by step."""

from __future__ import annotations

from typing import Any

FIRST = 180_000  # milliseconds until a page that loads torch and four nets is there, on a busy machine

BRIGHTNESS = """e => { const { data } = e.getContext('2d').getImageData(0, 0, e.width, e.height);
    let sum = 0; for (let i = 0; i < data.length; i += 4) sum += data[i] + data[i + 1] + data[i + 2];
    return sum / data.length; }"""


def test_a_caption_grows_and_goes_on_from_a_rival(app: str, page: Any) -> None:
    page.goto(f"{app}/captions?seed=7&width=3")
    lab = page.locator(".captions-lab")
    lab.locator(".word canvas").first.wait_for(timeout=FIRST)
    picture = lab.locator(".picture")
    page.wait_for_function(f"e => ({BRIGHTNESS})(e) > 60", arg=picture.element_handle())  # it is decoded
    words = lab.locator(".sentence span").all_text_contents()
    last = len(words)
    assert lab.get_attribute("data-index") == str(last)
    assert lab.locator(".says").text_content().startswith("p(S | I) = ")
    clear = picture.evaluate(BRIGHTNESS)
    lab.locator("input[type=range]").focus()
    page.keyboard.press("Home")
    assert lab.locator(".sentence .later").all_text_contents() == words[1:]
    assert picture.evaluate(BRIGHTNESS) < 0.8 * clear  # dark where the first word does not look
    page.keyboard.press("ArrowRight")
    assert lab.get_attribute("data-index") == "1"
    assert lab.locator(".sentence .now").text_content() == words[1]
    lab.locator(".statements button").first.focus()
    assert lab.get_attribute("data-lit")
    assert picture.evaluate(BRIGHTNESS) > 0.9 * clear

    rival = lab.locator(".word").nth(1).locator(".rivals button").first
    chosen = rival.evaluate("e => e.firstChild.textContent")
    rival.click()
    page.wait_for_url("**begin=**")
    lab.locator(".word.given").nth(1).wait_for()
    now = lab.locator(".sentence span").all_text_contents()
    assert now[:2] == [words[0], chosen]
    assert int(lab.get_attribute("data-index")) >= 1
    lab.locator(".again").click()
    page.wait_for_url(lambda url: "begin" not in url)
    lab.locator(".word.given").first.wait_for(state="detached")
    assert lab.locator(".sentence span").all_text_contents() == words


def test_the_beam_goes_step_by_step(app: str, page: Any) -> None:
    page.goto(f"{app}/captions?seed=7&width=3")
    tree = page.locator(".beam-tree")
    tree.locator(".node.finished").first.wait_for(timeout=FIRST)
    best = tree.locator(".node.win text:first-of-type").all_text_contents()
    assert " ".join(best[:-1]) == tree.locator(".found li").first.evaluate("e => e.firstChild.textContent")
    tree.locator("input[type=range]").focus()
    page.keyboard.press("Home")
    assert tree.get_attribute("data-step") == "0"
    columns = tree.locator("svg.tree > g")
    assert [columns.nth(k).is_visible() for k in range(3)] == [True, False, False]
    assert columns.first.locator(".node.kept, .node.finished").count() == 3
    page.keyboard.press("ArrowRight")
    assert columns.nth(1).is_visible()
    columns.nth(1).locator(".node.outranked").first.focus()
    assert "pruned: 3 others score higher" in tree.locator(".says").text_content()
