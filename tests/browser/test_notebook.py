"""The notebook and the link at a page's end are those of the state in which the page is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cvdemo.notebook import PageState
from tests.run_notebook import sources


def test_the_notebook_has_what_the_sliders_say_when_its_button_is_pressed(
    app: str, page: Any, tmp_path: Path
) -> None:
    page.goto(f"{app}/detect?sample=coffee")
    button = page.get_by_role("button", name="Notebook (.ipynb)")
    button.wait_for()
    slider = page.get_by_role("slider", name="Score threshold")
    slider.focus()
    slider.press("ArrowLeft")  # a fragment runs, and the page's end is not drawn again
    page.wait_for_url("**score=0.49**")
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == "cvdemo-detect.ipynb"
    download.value.save_as(tmp_path / "page.ipynb")
    written = json.loads((tmp_path / "page.ipynb").read_text("utf-8"))
    head, *cells = written["cells"]
    assert f"]({app}/detect?sample=coffee&score=0.49)" in head["source"]
    expected = sources(PageState("detect", "", "", values={"sample": "coffee", "score": 0.49}))
    assert [cell["source"] for cell in cells if cell["cell_type"] == "code"] == expected


def test_the_link_is_copied_or_shown(app: str, page: Any) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{app}/upsampling?cells=3")
    button = page.get_by_role("button", name="Copy link")
    button.click()
    page.get_by_text("Copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{app}/upsampling?cells=3"
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")  # as without https
    button.click()
    field = page.get_by_label("Link to this page in this state")
    field.wait_for()
    assert field.input_value() == f"{app}/upsampling?cells=3"
