"""Every page's notebook runs: as the page opens, in other states, and in a real kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from cvdemo.data.pictures import to_png
from cvdemo.notebook import PageState, code, plain, write
from cvdemo.ops.replay import Method
from cvdemo.ui.notebook import address
from cvdemo.ui.pages import PAGES
from tests.run_notebook import run, sources

ROOT = Path(__file__).resolve().parents[1]
ROOMS = sorted(path.parent.name for path in (ROOT / "cvdemo" / "labs").glob("*/notebook.py"))

PHOTO = {"source": "sample", "sample": "coffee"}
QUICK: dict[str, dict[str, Any]] = {
    "decoders": PHOTO,  # four nets in place of thirteen
    "implementations": {"architecture": "localizer"},  # the first pair takes fifteen seconds
    "tracking": {"seconds": 1.0},
    "video": {"seconds": 1.0},
}
"""What is not run as the page opens, for the time that it takes."""

STATES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("world", {"show": "clip", "seconds": 1.0, "over": ["tracks"]}),
    ("detect", {"source": "upload", "score": 0.1, "only": ["cup"], "compare": True, "model2": "ssd-plus"}),
    ("nms", {"source": "scene", "boxes": "simulated", "compare": True, "method2": Method.FUSION}),
    ("yolo_ssd", {**PHOTO, "photo-levels": ["3 × 3"]}),
    ("mask_rcnn", {**PHOTO, "box": (50.0, 40.0, 90.0, 110.0), "threshold": 0.9}),
    ("rpn", {"scene-objects": 0, "scales": [64, 96], "ratios": ["wide"]}),
    ("roi", {"scene-objects": 0, "ratio": "as cells"}),
    ("map", {"data": "my results", "class": "cat", "alarms": 2, "rules": "VOC 2007"}),
    ("upsampling", {"way": "transposed convolution", "kernel": 2, "kernel-grid": np.ones((2, 2)), **PHOTO}),
    ("flow", {"source": "study", "study": "spinning wheel", "part": "one pixel", "point": (202.0, 141.0)}),
    ("flow", {"source": "two photos", "part": "what to trust", "view": "there and back"}),
    ("stacked", {"use": "segmentation", "frame": 30, "noise": 4.0, "weather": False}),
    ("activity", {"order": "backwards", "hidden": 1.0, "ways": ["stacked frames"]}),
    ("classify", {**PHOTO, "look": "espresso", "k": 3}),
    ("datasets", {"show": "a model on it", "scored": 3, "size": "small", "most": 6}),
    ("tradeoffs", {"show": "a bigger picture", "net": "ssd-plus"}),
    ("video", {"gives": "maps of classes", "seconds": 1.0}),
)


def state(page: str, values: dict[str, Any] | None = None, **more: Any) -> PageState:
    return PageState(page, page.title(), "What?", f"http://localhost:8501/{page}", values or {}, **more)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is not the checkout."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_page_has_a_room_with_a_notebook() -> None:
    assert {page.key for page in PAGES} - {"lecture"} == set(ROOMS)


@pytest.mark.parametrize("page", ROOMS)
def test_it_runs(page: str) -> None:
    run(state(page, QUICK.get(page)))
    assert max(len(line) for source in sources(state(page)) for line in source.splitlines()) <= 110


@pytest.mark.parametrize(("page", "values"), STATES)
def test_it_runs_in_other_states(page: str, values: dict[str, Any]) -> None:
    run(state(page, values))


def test_a_picture_beside_the_notebook_takes_the_sample_s_place(elsewhere: Path) -> None:
    mine = state("iou", {"source": "upload"}, own=("mine.png",))
    assert run(mine)[0]["picture"].shape != (30, 40, 3)
    (elsewhere / "mine.png").write_bytes(to_png(np.zeros((30, 40, 3), np.uint8)))
    assert run(mine)[0]["picture"].shape == (30, 40, 3)


@pytest.mark.parametrize(
    ("page", "values", "shown"),
    [
        ("detect", {"score": 0.3, "iou": 0.6}, "image/png"),
        ("iou", {"source": "scene", "seed": 3}, "application/vnd.plotly.v1+json"),
        ("world", {"preset": "hard"}, "text/html"),
    ],
)
def test_a_kernel_runs_it_and_shows_pictures(
    page: str, values: dict[str, Any], shown: str, elsewhere: Path
) -> None:
    (elsewhere / "page.ipynb").write_text(write(state(page, values)), "utf-8")
    notebook = nbformat.read(elsewhere / "page.ipynb", 4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(elsewhere)}}).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    assert not [out for out in outputs if out.output_type == "error"]
    assert any(shown in out.get("data", {}) for out in outputs)


def test_values_become_plain_python() -> None:
    given = {"a": np.float32(0.5), "b": (1, 2.0000000000000004), "c": Method.GREEDY, "d": np.ones((1, 2))}
    assert plain(given) == {"a": 0.5, "b": [1, 2.0], "c": "greedy", "d": [[1.0, 1.0]]}
    assert code("    x = 1\n    y = 2").source == "x = 1\ny = 2"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://hall:8501/detect?score=0.3", "http://hall:8501/detect"),
        ("https://host/lab/detect", "https://host/lab/detect"),
        ("https://host/lab/", "https://host/lab/detect"),
        (None, "http://localhost:8501/detect"),
    ],
)
def test_the_link_is_where_the_visitor_is(url: str | None, expected: str) -> None:
    assert address("detect", url) == expected
