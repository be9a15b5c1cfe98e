"""The NMS player in a real Chromium, held to torchvision and to Python."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from cvdemo import zoo
from cvdemo.data.pictures import read_picture, sample
from cvdemo.ops.replay import Method, replay
from tests.browser.driver import settled


def _open(page: Any, address: str) -> Any:
    page.goto(address)
    root = page.locator(".nms[data-frame]").first
    root.wait_for()
    settled(page)
    return root


def _data(root: Any) -> dict[str, Any]:
    found = root.evaluate("e => ({...e.dataset})")
    return {name: json.loads(value) for name, value in found.items()}


def _until(page: Any, root: Any, name: str, value: Any) -> None:
    page.wait_for_function(
        "([e, name, value]) => e.dataset[name] === value", arg=[root.element_handle(), name, str(value)]
    )


def _raw() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    raw = zoo.load("ssd-mobilenet-v2").raw(sample("cat"))
    assert raw.confidence is not None and raw.class_id is not None
    return raw.xyxy, raw.confidence, raw.class_id


@pytest.mark.parametrize("across", [False, True])
def test_the_last_frame_is_torchvisions_answer(app: str, page: Any, across: bool) -> None:
    import torch
    from torchvision.ops import batched_nms, nms

    boxes, scores, ids = _raw()
    rows = np.flatnonzero(scores >= 0.05)
    tensors = [torch.from_numpy(np.ascontiguousarray(a[rows])) for a in (boxes, scores.astype(float), ids)]
    expected = nms(*tensors[:2], 0.5) if across else batched_nms(*tensors, 0.5)
    root = _open(page, f"{app}/nms?sample=cat&score=0.05&iou=0.5&across={str(across).lower()}")
    page.get_by_role("button", name="Last step").click()
    last = _data(root)
    assert last["frame"] == last["last"]
    assert last["boxes"] == len(rows)
    assert sorted(last["kept"]) == sorted(rows[expected.numpy()].tolist())
    assert last["fallen"] == len(rows) - len(expected)


@pytest.mark.parametrize("method", [Method.GAUSSIAN, Method.FUSION])
def test_every_frame_leads_to_what_python_says(app: str, page: Any, method: Method) -> None:
    boxes, scores, ids = _raw()
    rows = np.flatnonzero(scores >= 0.05)
    played = replay(boxes[rows], scores[rows], ids[rows], method, iou_threshold=0.5, score_threshold=0.05)
    root = _open(page, f"{app}/nms?sample=cat&score=0.05&iou=0.5&method={method.value.replace(' ', '+')}")
    root.locator(".stage").focus()
    for _ in range(len(played)):
        page.keyboard.press("ArrowRight")
    last = _data(root)
    assert last["frame"] == last["last"] == len(played) + 1
    assert last["kept"] == rows[played.kept].tolist()
    assert np.allclose(last["scores"], played.kept_scores, atol=1e-6)


def test_keys_step_and_a_slider_leaves_the_player_where_it_is(app: str, page: Any) -> None:
    root = _open(page, f"{app}/nms?sample=cat&score=0.05")
    root.locator(".stage").focus()
    assert _data(root)["frame"] == 1
    for key, frame in (("ArrowRight", 2), ("ArrowLeft", 1), ("Home", 0), ("ArrowRight", 1)):
        page.keyboard.press(key)
        assert _data(root)["frame"] == frame
    page.keyboard.press("End")
    before = _data(root)
    assert before["frame"] == before["last"]
    slider = page.get_by_role("slider", name="IoU threshold")
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "([e, n]) => JSON.parse(e.dataset.kept).length < n", arg=[root.element_handle(), len(before["kept"])]
    )
    after = _data(root)
    assert after["frame"] == after["last"]


def _own(page: Any) -> list[list[float]]:
    text = parse_qs(urlsplit(page.url).query)["own"][0]
    return [[float(v) for v in part.split(":")[2].split(",")] for part in text.split(";")]


def test_a_box_dragged_by_mouse_and_keys_changes_pythons_numbers(app: str, page: Any) -> None:
    root = _open(page, f"{app}/nms?sample=cat&boxes=my+own&own=cat:0.9:20,20,120,120;cat:0.8:260,100,360,200")
    assert _data(root)["boxes"] == 2
    page.get_by_role("button", name="Last step").click()
    assert len(_data(root)["kept"]) == 2
    box = root.locator(".own .box").nth(1)
    box.scroll_into_view_if_needed()
    at = box.bounding_box()
    scale = root.locator(".stage").bounding_box()["width"] / sample("cat").shape[1]
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 236 * scale, y - 76 * scale, steps=5)
    page.mouse.up()
    _until(page, root, "fallen", 1)
    page.wait_for_function("() => !decodeURIComponent(location.search).includes('260,100')")
    moved = _own(page)[1]
    assert moved == pytest.approx([24, 24, 124, 124], abs=0.6)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("old => location.href !== old", arg=page.url)
    assert _own(page)[1] == pytest.approx([moved[0] + 1, moved[1], moved[2] + 1, moved[3]], abs=0.011)
    page.keyboard.press("Delete")
    _until(page, root, "boxes", 1)


def test_a_box_is_drawn_with_the_mouse(app: str, page: Any) -> None:
    root = _open(page, f"{app}/nms?sample=cat&boxes=my+own&own=cat:0.9:20,20,120,120")
    page.get_by_role("button", name="Draw a box").click()
    stage = root.locator(".stage")
    stage.scroll_into_view_if_needed()
    at = stage.bounding_box()
    page.mouse.move(at["x"] + 0.5 * at["width"], at["y"] + 0.5 * at["height"])
    page.mouse.down()
    page.mouse.move(at["x"] + 0.75 * at["width"], at["y"] + 0.8 * at["height"], steps=4)
    page.mouse.up()
    _until(page, root, "boxes", 2)
    page.wait_for_function("() => decodeURIComponent(location.search).split('cat:').length > 2")
    height, width = sample("cat").shape[:2]
    assert _own(page)[1] == pytest.approx([0.5 * width, 0.5 * height, 0.75 * width, 0.8 * height], abs=1.5)


def test_the_animations_come_back(app: str, page: Any, tmp_path: Path) -> None:
    import av
    from PIL import Image

    root = _open(page, f"{app}/nms?sample=cat&score=0.3")
    frames = _data(root)["last"] + 1
    for name, suffix in (("GIF", "gif"), ("MP4", "mp4"), ("PNG", "png")):
        with page.expect_download() as waited:
            page.get_by_role("button", name=name, exact=True).click()
        waited.value.save_as(tmp_path / f"a.{suffix}")
    with Image.open(tmp_path / "a.gif") as animation:
        assert animation.n_frames == frames
        size = animation.size
    with av.open(str(tmp_path / "a.mp4")) as video:
        decoded = list(video.decode(video=0))
        assert len(decoded) == frames
        assert abs(decoded[0].width - size[0]) <= 1 and abs(decoded[0].height - size[1]) <= 1
    assert read_picture(tmp_path / "a.png").shape[2] == 3


def test_nothing_scrolls_sideways_and_the_list_is_short_in_the_page(app: str, page: Any) -> None:
    root = _open(page, f"{app}/nms?sample=cat&score=0.01")
    assert _data(root)["boxes"] > 500
    assert root.locator(".row").count() < 60
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(500)
        assert page.evaluate(
            """() => [document.documentElement, ...document.querySelectorAll('[data-testid=stMain]')]
              .every(e => e.scrollWidth <= e.clientWidth)"""
        )
    assert re.search(r"is the best left", root.locator(".says").inner_text())
