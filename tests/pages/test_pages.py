"""Every page runs, by Streamlit's own test driver."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.assets import asset
from cvdemo.data.pictures import sample, to_jpeg
from cvdemo.notebook import PageState, has_notebook
from cvdemo.ui.carry import SWITCH
from cvdemo.ui.notebook import page_state
from cvdemo.ui.pages import PAGES, Sees, nets_of, row_of
from cvdemo.zoo.entries import ENTRIES
from cvdemo.zoo.photo_entries import PHOTO_ENTRIES
from tests.pages.driver import open_page, without_errors
from tests.run_notebook import run, sources

ROOT = Path(__file__).resolve().parents[2]


def runs() -> int:
    return zoo.load("ssd-mobilenet-v2").runs


def caption(app: AppTest) -> str:
    return next(c.value for c in app.caption if "network" in c.value and "ms" in c.value)


@pytest.mark.parametrize("page", ["home", *(page.key for page in PAGES)])
def test_every_page_opens_without_an_error(page: str) -> None:
    app = open_page(page)
    assert not app.exception
    assert not app.error
    assert app.title
    folds = [e for e in app.expander if e.label == "Differs from the paper"]
    said = "\n".join(m.value for fold in folds for m in fold.markdown)
    for key in nets_of(page):
        assert zoo.spec(key).title in said
        assert all(f"- {text}" in said for text in zoo.differences(key))
    row = row_of(page)
    assert (SWITCH in [t.key for t in app.toggle]) == (row is not None and row.sees is not Sees.OTHER)
    if has_notebook(page):
        assert_notebook_is_the_page_s(page, app)


def notebook_of(page: str, app: AppTest) -> PageState:
    """The page's state as its notebook button has it."""
    row = next(one for one in PAGES if one.key == page)
    return page_state(page, row.title, row.question, page, app.session_state[f"cvdemo-kept-{page}"])


FOLLOW = {"captions", "classify", "datasets", "flow", "rcnn", "tradeoffs"}
"""Pages on which some of what stands at first follows from what ran."""


def assert_notebook_is_the_page_s(page: str, app: AppTest) -> None:
    """The page's notebook is the one that its room writes without a page: the same stands at first."""
    buttons = [b for b in app.get("download_button") if b.proto.label == "Notebook (.ipynb)"]
    assert len(buttons) == 1
    written = sources(notebook_of(page, app))
    if page not in FOLLOW:
        assert written == sources(PageState(page, "", ""))


@pytest.mark.parametrize(("page", "marked"), [("detect", "objects found"), ("rpn", "Detections: ")])
def test_a_notebook_computes_what_its_page_says(page: str, marked: str) -> None:
    app = open_page(page, source="scene", seed="11", score="0.35")
    shown = next(m.value for m in app.markdown if marked in m.value)
    assert shown.removeprefix(marked) in run(notebook_of(page, app))[1]


CHOICES = {
    zoo.Task.DETECT: ("detect", "model"),
    zoo.Task.SEGMENT: ("segment", "models"),
    zoo.Task.INSTANCES: ("instances", "model"),
    zoo.Task.POSE: ("pose", "model"),
}
"""Pages on which any model of a task can be chosen: they say how the chosen one differs."""


def test_every_net_has_a_page_that_says_how_it_differs() -> None:
    named = {key for page in PAGES for key in page.nets}
    for one in (*ENTRIES.values(), *PHOTO_ENTRIES.values()):
        assert one.task is None or zoo.differences(one.key)
        if one.task in CHOICES and one.key not in named:
            page, name = CHOICES[one.task]
            app = open_page(page, **{name: one.key})
            said = "\n".join(m.value for e in app.expander for m in e.markdown)
            assert all(text in said for text in zoo.differences(one.key)), one.key


def test_every_file_is_a_row_of_the_table_of_pages() -> None:
    assert {p.stem for p in (ROOT / "pages").glob("*.py")} == {page.key for page in PAGES} | {"home"}
    assert len({page.key for page in PAGES}) == len(PAGES)


def test_home_has_a_card_with_a_picture_for_every_page_in_the_lecture_s_order() -> None:
    app = without_errors(open_page("home"))
    links = [link.proto.page for link in app.get("page_link")]
    assert links[1:] == [page.key for page in PAGES], "the first one begins the lecture"
    assert {path.stem for path in asset("thumbnails").glob("*.webp")} == {page.key for page in PAGES}
    rows = [row for page in PAGES for row in page.rows]
    assert len(set(rows)) == len(rows)


def test_a_page_ends_with_links_to_its_neighbours() -> None:
    assert [link.proto.label for link in open_page("detect").get("page_link")] == [
        "← Classify and localize",
        "Sliding window →",
    ]
    assert [link.proto.label for link in open_page("world").get("page_link")] == ["Five tasks, one picture →"]


def test_sliders_never_run_the_network() -> None:
    app = open_page("detect")
    before = runs()
    for score, iou in ((0.1, 0.5), (0.9, 0.0), (0.3, 1.0)):
        app.slider(key="detect-score").set_value(score)
        app.slider(key="detect-iou").set_value(iou)
        app.run()
        assert not app.exception
    assert runs() == before
    app.selectbox(key="detect-sample").select("coffee").run()
    assert runs() <= before + 1


def test_the_state_comes_from_the_url() -> None:
    app = open_page("detect", score="0.2", sample="coffee")
    assert app.slider(key="detect-score").value == 0.2
    assert app.selectbox(key="detect-sample").value == "coffee"


def test_an_unknown_model_in_the_url_gives_a_sentence_and_the_default() -> None:
    app = open_page("detect", model="ssd-mobilenet-v3")
    assert not app.exception
    assert any("ssd-mobilenet-v2" in w.value for w in app.warning)
    assert "SSD MobileNetV2" in caption(app)


def test_a_model_that_is_not_here_shows_its_size_and_a_button() -> None:
    app = open_page("detect", model="detr-resnet50")
    assert not app.exception
    assert any("MB" in i.value for i in app.info)
    assert any("Download" in b.label for b in app.button)


def _upload(*files: tuple[str, bytes]) -> AppTest:
    app = open_page("detect", source="upload")
    app.file_uploader(key="detect-files").set_value([(name, data, "image/png") for name, data in files]).run()
    return app


def _png(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("data", [b"", b"nonsense", _png(np.zeros((40, 40, 3), np.uint8))[:60]])
def test_a_broken_upload_gives_one_sentence_and_the_other_file_is_shown(data: bytes) -> None:
    app = _upload(("broken.png", data), ("astronaut.jpg", to_jpeg(sample("astronaut"))))
    assert not app.exception
    assert len(app.error) == 1
    assert "broken.png" in app.error[0].value
    assert "network" in caption(app)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (30, 30)])
def test_thin_and_empty_pictures(shape: tuple[int, int]) -> None:
    app = _upload(("thin.png", _png(np.zeros((*shape, 3), np.uint8))))
    assert not app.exception
    assert not app.error
    assert "network" in caption(app)


@pytest.mark.parametrize("page", ["classify", "detect", "world"])
def test_every_experiment_is_one_click_and_says_what_to_look_for(page: str) -> None:
    app = open_page(page)
    buttons = [b.key for b in app.button if (b.key or "").startswith("try-")]
    assert len(buttons) >= 3
    for key in buttons:
        app.button(key=key).click().run()
        assert not app.exception
        assert not app.error
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1


def test_a_scene_shows_its_score_and_the_score_moves_with_the_threshold() -> None:
    app = open_page("detect", source="scene", seed="0", score="0.1")
    score = next(m.value for m in app.markdown if "objects found" in m.value)
    app.slider(key="detect-score").set_value(1.0).run()
    assert next(m.value for m in app.markdown if "objects found" in m.value) != score
    app.toggle(key="detect-truth").set_value(True).run()
    assert not app.exception
