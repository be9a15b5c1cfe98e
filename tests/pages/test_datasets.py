"""The page of data sets: example, folder, ZIP; views, filters, an image, a model, conversion; bad input."""

from __future__ import annotations

import io
import json
import zipfile
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cvdemo.data.convert import written_formats, zip_of
from cvdemo.data.formats import format_module, write_dataset
from cvdemo.labs.datasets.controls import CHARTS, CONVERT, LECTURE, MODEL, ODD, VIEWS
from cvdemo.labs.datasets.experiment import VARIABLE
from cvdemo.labs.datasets.tools import RUNNING
from cvdemo.world.as_dataset import drawn_dataset
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "datasets")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of data sets: drawn scenes as COCO and VOC, a broken ZIP, a link that leads out."""
    place = tmp_path_factory.mktemp("place")
    drawn = drawn_dataset(3, width=160, height=120)
    for key in ("coco", "voc"):
        write_dataset(drawn, place / "root" / key, key)
    (place / "root" / "broken.zip").write_bytes(b"PK\3\4 and no more")
    write_dataset(drawn, place / "secret", "coco")
    (place / "root" / "link").symlink_to(place / "secret")
    return place / "root"


def captions(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


def test_every_view_of_the_example() -> None:
    app = without_errors(open_page())
    assert "24 images" in captions(app)
    assert sum(button.label.startswith(":material/zoom_in:") for button in app.button) == 12
    for view in VIEWS[1:]:
        without_errors(app.segmented_control(key="datasets-show").set_value(view).run())
    assert not any(button.label.startswith(":material/zoom_in:") for button in app.button)


def test_filters_and_one_image_stand_in_the_address() -> None:
    app = without_errors(open_page())
    without_errors(app.multiselect(key="datasets-classes").select("dog").run())
    assert "10 of 24 images" in captions(app)
    first = next(button for button in app.button if button.label.startswith(":material/zoom_in:"))
    without_errors(first.click().run())
    assert {"image", "classes"} <= app.query_params.keys()
    assert app.dataframe[0].value["class"].tolist().count("dog") >= 1
    before = app.query_params["image"]
    without_errors(app.button(key="after").click().run())
    assert app.query_params["image"] != before
    without_errors(app.button(key="before").click().run())
    assert app.query_params["image"] == before
    without_errors(app.button(key="all").click().run())
    assert "image" not in app.query_params
    for image in ("9999", "-1", "x"):
        without_errors(open_page(image=image))


def test_a_detector_runs_a_part_at_a_time_and_can_be_stopped() -> None:
    app = without_errors(open_page(show=MODEL, model="ssd-plus", scored="6"))
    without_errors(app.button(key="run").click().run())
    for _ in range(40):
        if not app.session_state[RUNNING]:
            break
        without_errors(app.run())
    assert [metric.label for metric in app.metric][:2] == ["AP", "AP50"]
    assert float(app.metric[1].value) > 0.8
    assert "6 pictures" in captions(app)
    app.session_state[RUNNING] = True
    without_errors(app.slider(key="datasets-scored").set_value(24).run())
    if app.session_state[RUNNING]:
        without_errors(app.button(key="stop").click().run())
    assert not app.session_state[RUNNING]
    assert app.metric


def test_what_a_format_cannot_hold_is_said_first() -> None:
    app = without_errors(open_page(show=CONVERT))
    for key in written_formats():
        without_errors(app.selectbox(key="datasets-to").select(key).run())
        said = " ".join(element.value for element in (*app.warning, *app.success))
        assert format_module(key).TITLE in said
    assert "24 images" in " ".join(m.value for m in app.markdown)


def test_folders_of_the_server_in_their_formats(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(root))
    app = without_errors(open_page(data="folder"))
    assert {":material/folder: coco", ":material/folder: voc", ":material/inventory_2: broken.zip"} <= {
        b.label for b in app.button
    }
    assert ":material/folder: link" not in {b.label for b in app.button}
    without_errors(app.button(key="open-voc").click().run())
    assert "3 images" in captions(app)
    assert app.query_params["folder"] in ("voc", ["voc"])
    for view in VIEWS[1:-1]:
        without_errors(app.segmented_control(key="datasets-show").set_value(view).run())
    app.selectbox(key="datasets-format").select("labelme").run()
    assert not app.exception
    assert "3 images" in captions(without_errors(open_page(data="folder", folder="coco")))


@pytest.mark.parametrize(
    "hostile", ["..", "../secret", "/etc", "link", "link/annotations", "broken.zip", "no"]
)
def test_nothing_but_the_folder_is_opened(hostile: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(root))
    app = open_page(data="folder", folder=hostile)
    assert not app.exception
    assert len(app.error) == 1
    assert "images" not in captions(app)


def test_without_the_variable_there_is_no_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    app = without_errors(open_page(data="folder", folder=str(root)))
    assert "folder" not in app.segmented_control(key="datasets-data").options
    assert "24 images" in captions(app)


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    return app.file_uploader[0].upload(name, content, "application/zip").run()


def test_an_uploaded_zip_is_read() -> None:
    app = upload(
        open_page(data="upload"), "mine.zip", zip_of(drawn_dataset(2, width=160, height=120), "yolo")
    )
    without_errors(app)
    assert "2 images" in captions(app)


def packed(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


BOXES = [[5, 5, 10, 10], [90, 0, 50, 10], [1, 1, 0, 4]]
COCO = {
    "images": [{"id": 1, "file_name": "gone.png", "width": 100, "height": 80}],
    "categories": [{"id": 1, "name": "猫*_[x](y)"}, {"id": 2, "name": "<b>dog</b>"}],
    "annotations": [{"id": k, "image_id": 1, "category_id": 1, "bbox": b} for k, b in enumerate(BOXES, 1)],
}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\3\4",
        packed({"a.txt": "hello"}),
        packed({"../../evil.json": json.dumps(COCO)}),
        packed({"instances.json": '{"images": ['}),
        packed({"instances.json": '{"images": []}'}),
        zip_of(drawn_dataset(1, width=80, height=60), "coco")[:-900],
    ],
)
def test_a_bad_zip_is_one_sentence(content: bytes) -> None:
    app = upload(open_page(data="upload"), "bad.zip", content)
    assert not app.exception
    assert len(app.error) == 1
    assert len(app.error[0].value) < 600


def test_annotations_without_pictures_and_with_odd_boxes() -> None:
    app = upload(open_page(data="upload"), "odd.zip", packed({"instances.json": json.dumps(COCO)}))
    without_errors(app)
    for view in (CHARTS, MODEL, CONVERT, LECTURE, ODD):
        without_errors(app.segmented_control(key="datasets-show").set_value(view).run())
    titles = " ".join(expander.label for expander in app.expander)
    for text in ("reach beyond", "no width", "not among the files", "never used"):
        assert text in titles
    button = next(b for b in app.button if b.key == "odd-outside-0")
    without_errors(button.click().run())
    assert len(app.dataframe[0].value) == 3
