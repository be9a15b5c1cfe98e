"""The upsampling page in a real Chromium: JavaScript's numbers are Python's, by typing, keys and pointing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cvdemo.ops.transposed import Layout, transposed_convolution
from cvdemo.ops.upsampling import bilinear

STAMPS = "/upsampling?way=transposed%20convolution&cells=3&kernel=3&stride=2&padding=1&added=1"


def opened(page: Any, address: str) -> Any:
    page.goto(address)
    page.locator(".upsampling .python", has_text="largest difference").wait_for()
    return page.locator(".upsampling")


def agree(lab: Any) -> np.ndarray:
    """The output in the browser, once Python has answered for the same numbers and says the same."""
    lab.locator(".python[data-values*=output]").wait_for()
    live = json.loads(lab.get_attribute("data-values"))
    python = json.loads(lab.locator(".python").get_attribute("data-values"))
    assert {k: live[k] for k in ("map", "before", "kernel")} == {
        k: python[k] for k in ("map", "before", "kernel")
    }
    np.testing.assert_allclose(live["output"], python["output"], rtol=0, atol=1e-6)
    return np.array(live["output"])


def cells(lab: Any, grid: str) -> list[str]:
    return [text.replace("−", "-") for text in lab.locator(f".{grid} [role=gridcell]").all_inner_texts()]


def test_the_lectures_example_and_a_number_typed(app: str, page: Any) -> None:
    lab = opened(page, f"{app}/upsampling")
    expected = [[0, 0, 2, 0], [0, 1, 0, 0], [0, 0, 0, 0], [3, 0, 0, 4]]
    assert agree(lab).tolist() == expected
    assert cells(lab, "kept") == ["5", "6", "7", "8"]
    assert cells(lab, "output") == [str(v) for row in expected for v in row]
    cell = page.get_by_label("before pooling row 1 column 1")
    cell.fill("9")
    assert cells(lab, "kept") == ["9", "6", "7", "8"]  # before Python knows of it
    cell.press("ArrowRight")
    assert page.get_by_label("before pooling row 1 column 2").evaluate(
        "e => e === e.getRootNode().activeElement"
    )
    assert agree(lab)[0].tolist() == [1, 0, 2, 0]
    page.wait_for_url("**before-grid=9%2C2%2C6%2C3**")


def test_stamps_have_pythons_numbers_and_every_sum_is_written_out(app: str, page: Any) -> None:
    lab = opened(page, app + STAMPS)
    page.get_by_label("kernel row 1 column 1", exact=True).fill("-0.25")
    page.get_by_label("kernel row 1 column 1", exact=True).press("Tab")
    kernel = np.arange(1.0, 10).reshape(3, 3)
    kernel[0, 0] = -0.25
    output = transposed_convolution(np.arange(1.0, 10).reshape(3, 3), kernel, Layout(2, 1, 1))
    np.testing.assert_allclose(agree(lab), output, rtol=0, atol=1e-6)
    target = page.get_by_label("output row 2 column 2", exact=True)
    target.hover()
    terms = lab.locator(".sum .term").all_inner_texts()
    assert terms == ["5 × −0.25", "4 × 3", "2 × 7", "1 × 9"]
    assert lab.locator(".sum b").inner_text() == f"{output[1, 1]:g}"
    assert lab.locator(".map .lit").count() == lab.locator(".weights .lit").count() == 4
    target.focus()
    page.keyboard.press("ArrowRight")
    assert "column 3" in lab.locator(".sum").inner_text()
    assert lab.locator(".flat").get_attribute("data-even") == "false"


@pytest.mark.parametrize("corners", ["false", "true"])
def test_bilinear_has_pythons_numbers(app: str, page: Any, corners: str) -> None:
    lab = opened(page, f"{app}/upsampling?way=bilinear&cells=3&factor=3&corners={corners}")
    expected = bilinear(np.arange(1.0, 10).reshape(3, 3), (9, 9), align_corners=corners == "true")
    np.testing.assert_allclose(agree(lab), expected, rtol=0, atol=1e-6)


def test_what_is_no_number_changes_nothing(app: str, page: Any) -> None:
    lab = opened(page, f"{app}/upsampling?way=nearest%20neighbour")
    cell = page.get_by_label("map row 1 column 1", exact=True)
    for odd in ("", "abc", "1e99"):
        cell.fill(odd)
        cell.press("Tab")
        assert cell.input_value() == "1"
    assert agree(lab)[0].tolist() == [1, 1, 2, 2]
