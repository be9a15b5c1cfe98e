"""Files that pages offer: lazily made, named after picture and page."""

from __future__ import annotations

import json

import numpy as np
import pytest
import supervision as sv
from streamlit.testing.v1 import AppTest

from cvdemo.data.pictures import read_picture
from cvdemo.ui import downloads

FOUND = sv.Detections(
    xyxy=np.array([[1.0, 2.0, 11.0, 22.0]]),
    confidence=np.array([0.5]),
    class_id=np.array([3]),
    data={"class_name": np.array(["duck"])},
)
FRAMES = [np.full((8, 10, 3), value, np.uint8) for value in (0, 90, 200)]


def test_every_kind_of_file_is_made_when_it_is_asked_for() -> None:
    made: list[str] = []

    def picture() -> np.ndarray:
        made.append("png")
        return FRAMES[1]

    png = downloads.png(picture)
    assert not made
    assert np.array_equal(read_picture(bytes(png.make()), name="x.png"), FRAMES[1])  # type: ignore[arg-type]
    assert json.loads(downloads.coco(lambda: FOUND).make())[0]["bbox"] == [1, 2, 10, 20]
    assert "duck,0.50000,1.00,2.00,11.00,22.00" in str(downloads.table(lambda: FOUND).make())
    assert bytes(downloads.gif(lambda: FRAMES).make()).startswith(b"GIF8")  # type: ignore[arg-type]
    assert b"ftyp" in bytes(downloads.mp4(lambda: FRAMES).make())[:12]  # type: ignore[arg-type]
    assert downloads.text("Curve", "csv", lambda: "a,b").make() == "a,b"


@pytest.mark.parametrize(("count", "speed"), [(1, 1.0), (24, 1.0), (240, 10.0)])
def test_a_film_is_over_in_its_time(count: int, speed: float) -> None:
    assert downloads.frames_per_second(count, 24) == speed


def test_names_and_buttons() -> None:
    def page() -> None:
        from cvdemo.ui import downloads, state

        state.enter("yolo_ssd")
        for part in ("", "ssd-plus"):
            downloads.offer("my cat.jpg", downloads.text("CSV", "csv", lambda: "a"), part=part)
        import streamlit as st

        st.text(downloads.stem("my cat.jpg"))
        st.text(downloads.stem("scene-7", "ssd/a b"))

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert [t.value for t in app.text] == ["my-cat-yolo-ssd", "scene-7-yolo-ssd-ssd-a-b"]
    assert len(app.get("download_button")) == 2
