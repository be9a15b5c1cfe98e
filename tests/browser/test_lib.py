"""The shared scripts in a real Chromium, held to Python where Python computes the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cvdemo.ops.iou import box_iou
from cvdemo.ui.component import packed, text, used


def _scripts(page: Any, *names: str) -> None:
    """A page with nothing but these scripts and those they use."""
    page.goto("about:blank")
    needed = dict.fromkeys(other for name in names for other in used(name))
    page.add_script_tag(content="\n".join(text(name, ".js") for name in needed))


def _boxes(seed: int, n: int) -> np.ndarray:
    """Boxes [n, 4] of all sizes; some without size, some equal, some beside each other."""
    rng = np.random.default_rng(seed)
    corner, size = rng.uniform(0, 100, (n, 2)), rng.uniform(0, 60, (n, 2)) * rng.integers(0, 2, (n, 1))
    boxes = np.hstack([corner, corner + size])
    return np.vstack([boxes, boxes[:4].round(), boxes[:4].round() + np.array([10, 0, 10, 0])])


@pytest.mark.parametrize("seed", range(3))
def test_iou_is_pythons(page: Any, seed: int) -> None:
    _scripts(page, "lib/boxes")
    a, b = _boxes(seed, 40), _boxes(seed + 100, 30)
    run = "([a, b, one]) => a.map((x) => b.map((y) => boxIou(x, y, one ? Math.fround : undefined)))"
    np.testing.assert_allclose(
        page.evaluate(run, [a.tolist(), b.tolist(), False]), box_iou(a, b), rtol=1e-12, atol=1e-12
    )
    narrow = [boxes.astype(np.float32) for boxes in (a, b)]
    found = page.evaluate(run, [*(boxes.tolist() for boxes in narrow), True])
    np.testing.assert_allclose(found, box_iou(*narrow), rtol=1e-4, atol=1e-6)
    assert np.array_equal(np.asarray(found, np.float32), found)  # numbers of float32


def test_a_message_arrives_as_it_was_sent(page: Any) -> None:
    _scripts(page, "lib/message")
    rng = np.random.default_rng(0)
    kinds = {
        "u1": "Uint8Array",
        "i4": "Int32Array",
        "u4": "Uint32Array",
        "f4": "Float32Array",
        "f8": "Float64Array",
    }
    arrays = {name: rng.integers(0, 200, (3, 5)).astype(name) for name in kinds}
    arrays["f8"] += rng.uniform(size=(3, 5))
    message = packed({"title": "ö", "n": [1, None]}, {"odd": b"abc", **arrays, "none": np.zeros(0, "<f4")})
    fields, parts = page.evaluate(
        """(bytes) => { const { fields, parts } = unpacked(Uint8Array.from([0, ...bytes]).subarray(1));
             return [fields, Object.entries(parts).map(([k, v]) => [k, v.constructor.name, [...v]])]; }""",
        list(message),
    )
    assert fields == {"title": "ö", "n": [1, None]}
    assert parts[0] == ["odd", "Uint8Array", [97, 98, 99]]
    assert parts[-1] == ["none", "Float32Array", []]
    assert parts[1:-1] == [[name, kind, arrays[name].ravel().tolist()] for name, kind in kinds.items()]


def test_only_the_last_pictures_keep_their_address(page: Any) -> None:
    _scripts(page, "lib/pictures")
    alive = page.evaluate(
        """async () => { const holder = {}, jpeg = new Uint8Array(3);
             const urls = ['a', 'b', 'a', 'c'].map((name) => pictureUrl(holder, name, jpeg, 2));
             const there = (url) => fetch(url).then(() => true, () => false);
             return [urls[0] === urls[2], ...await Promise.all([urls[0], urls[1], urls[3]].map(there))]; }"""
    )
    assert alive == [True, True, False, True]


def test_a_pulled_box_stays_within_its_limits(page: Any) -> None:
    _scripts(page, "lib/drag")
    rng = np.random.default_rng(0)
    limits = [-5, 0, 100, 60]
    for box in ([0, 0, 30, 20], [-5, 10, 100, 11], [90, 50, 100, 60]):
        for dx, dy in rng.uniform(-150, 150, (20, 2)).tolist():
            found = page.evaluate(
                "(given) => [WHOLE, ...HANDLES].map((h) => pulledBox(given[0], h, ...given.slice(1)))",
                [box, dx, dy, limits, 1],
            )
            whole, *sides = np.asarray(found)
            np.testing.assert_allclose(whole[2:] - whole[:2], np.subtract(box[2:], box[:2]))
            for x1, y1, x2, y2 in (whole, *sides):
                assert limits[0] <= x1 <= x2 - 1 + 1e-9 and x2 <= limits[2]
                assert limits[1] <= y1 <= y2 - 1 + 1e-9 and y2 <= limits[3]
            assert sides[0][2:].tolist() == box[2:] and sides[4][:2].tolist() == box[:2]


def test_a_scale_leads_from_stop_to_stop(page: Any) -> None:
    _scripts(page, "lib/colours")
    stops = [[0, 0, 0], [100, 10, 0], [200, 0, 250]]
    shares = [-1, 0, 0.25, 0.5, 0.75, 1, 2]
    found = page.evaluate("([stops, shares]) => shares.map((s) => onScale(stops, s))", [stops, shares])
    channels = [np.interp(shares, [0, 0.5, 1], [stop[k] for stop in stops]) for k in range(3)]
    np.testing.assert_allclose(found, np.round(np.transpose(channels)), atol=0.5)
