"""The mAP page by Streamlit's own test driver: every format, bad input, experiments, no network."""

from __future__ import annotations

import io
import json
import zipfile
from functools import partial

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.data.pictures import sample, to_jpeg
from tests.pages import driver

# image: (class, x1, y1, x2, y2[, score]) in pixels of 200 x 100
THERE = {"a": [("cat", 10, 10, 60, 60), ("dog", 100, 20, 180, 80)], "b": [("cat", 20, 20, 120, 90)]}
FOUND = {
    "a": [("cat", 12, 10, 60, 60, 0.9), ("dog", 100, 20, 160, 80, 0.8)],
    "b": [("cat", 0, 0, 40, 40, 0.7), ("cat", 20, 22, 120, 90, 0.6)],
}
CAT = "AP cat 0.835"  # 101-point: recall .5 at precision 1, recall 1 at 2/3


page = partial(driver.open_page, "map")


def coco() -> tuple[dict, list]:
    def box(row: tuple) -> list[int]:
        return [row[1], row[2], row[3] - row[1], row[4] - row[2]]

    names = ["cat", "dog"]
    rows = [(n, row) for n, rows in enumerate(THERE.values(), 1) for row in rows]
    found = [(n, row) for n, rows in enumerate(FOUND.values(), 1) for row in rows]
    truth = {
        "images": [
            {"id": n, "file_name": f"{i}.png", "width": 200, "height": 100} for n, i in enumerate(THERE, 1)
        ],
        "categories": [{"id": n, "name": name} for n, name in enumerate(names, 1)],
        "annotations": [
            {"id": k, "image_id": n, "category_id": names.index(r[0]) + 1, "bbox": box(r), "iscrowd": 0}
            for k, (n, r) in enumerate(rows, 1)
        ],
    }
    results = [
        {"image_id": n, "category_id": names.index(r[0]) + 1, "bbox": box(r), "score": r[5]} for n, r in found
    ]
    return truth, results


def packed(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return buffer.getvalue()


def xml(rows: list[tuple]) -> str:
    sides = ("xmin", "ymin", "xmax", "ymax")
    objects = "".join(
        f"<object><name>{r[0]}</name>{f'<score>{r[5]}</score>' if len(r) > 5 else ''}<bndbox>"
        + "".join(f"<{s}>{v}</{s}>" for s, v in zip(sides, r[1:5], strict=True))
        + "</bndbox></object>"
        for r in rows
    )
    return f"<annotation><size><width>200</width><height>100</height></size>{objects}</annotation>"


def odm(rows: list[tuple]) -> str:
    return "\n".join(" ".join(map(str, [r[0], *r[5:], r[1], r[2], r[3] - r[1], r[4] - r[2]])) for r in rows)


def polygon(rows: list[tuple]) -> str:
    """YOLO's lines with the box as a polygon of four corners."""

    def corners(r: tuple) -> list[float]:
        x1, y1, x2, y2 = r[1] / 200, r[2] / 100, r[3] / 200, r[4] / 100
        return [x1, y1, x2, y1, x2, y2, x1, y2]

    return "\n".join(" ".join(map(str, [int(r[0] == "dog"), *corners(r), *r[5:]])) for r in rows)


def png() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((100, 200, 3), 90, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def uploads(kind: str) -> tuple[list[tuple], list[tuple]]:
    """Truth and results as files of a kind."""
    if kind == "coco":
        truth, results = coco()
        return [("t.json", json.dumps(truth).encode())], [("r.json", json.dumps(results).encode())]
    write, suffix = {"voc": (xml, "xml"), "odm": (odm, "txt"), "yolo": (polygon, "txt")}[kind]
    truth = {f"set/labels/{i}.{suffix}": write(rows) for i, rows in THERE.items()}
    results = {f"set/results/{i}.{suffix}": write(rows) for i, rows in FOUND.items()}
    if kind == "yolo":
        truth |= {"set/labels/classes.txt": "cat\ndog"} | {f"set/images/{i}.png": png() for i in THERE}
    if kind == "odm":  # both in one archive
        return [("all.zip", packed({**truth, **results, "__MACOSX/set/._a.txt": "x"}))], []
    return [("t.zip", packed(truth))], [("r.zip", packed(results))]


def own(truth: list[tuple], results: list[tuple], **query: str) -> AppTest:
    app = page(data="my results", **query)

    def given(files: list[tuple]) -> list[tuple]:
        return [(name, content, "application/octet-stream") for name, content in files]

    app.file_uploader(key="map-results").set_value(given(results))
    app.file_uploader(key="map-truth").set_value(given(truth))
    return app.run()


def said(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in (*app.markdown, *app.caption))


def test_the_example_opens_with_a_result() -> None:
    app = page()
    assert not app.exception
    assert not app.error
    assert "AP duck 0." in said(app)


def test_sliders_and_experiments_never_run_a_network() -> None:
    loaded = zoo.load("ssd-mobilenet-v2").runs
    app = page()
    before = said(app)
    for name in ("duplicates", "strict", "alarm", "cut"):
        app.button(key=f"try-{name}").click().run()
        assert not app.exception
        assert not app.error
        assert said(app) != before
        assert ":red[" in said(app)
    app.button(key="try-back").click().run()
    assert said(app) == before
    for score, iou in ((0.1, 0.9), (0.9, 0.05), (0.5, 0.5)):
        app.slider(key="map-score").set_value(score)
        app.slider(key="map-iou").set_value(iou).run()
        assert not app.exception
    assert zoo.load("ssd-mobilenet-v2").runs == loaded


def test_an_experiment_sets_all_four_knobs_and_keeps_the_set() -> None:
    app = page(detector="simulated", **{"class": "cat"})
    app.slider(key="map-iou").set_value(0.75).run()
    app.button(key="try-alarm").click().run()
    assert app.slider(key="map-iou").value == 0.5 and app.number_input(key="map-alarms").value == 1
    assert app.selectbox(key="map-class").value == "cat" and "simulated" in said(app)
    app.button(key="try-back").click().run()
    assert app.slider(key="map-iou").value == 0.75 and app.number_input(key="map-alarms").value == 0


def test_every_tab_and_tool() -> None:
    app = page()
    for tab in ("Operating point and errors", "Why two tools disagree", "Take it with you"):
        app.session_state["map-tab"] = tab
        app.run()
        assert not app.exception
        assert not app.error
    for tool in ("VOC 2007", "Object-Detection-Metrics"):
        app.selectbox(key="map-rules").select(tool).run()
        assert not app.exception


def test_the_state_comes_from_the_url() -> None:
    app = page(iou="0.75", score="0.6", **{"class": "cat"})
    assert app.slider(key="map-iou").value == 0.75
    assert app.slider(key="map-score").value == 0.6
    assert app.selectbox(key="map-class").value == "cat"
    assert "AP cat" in said(app)


@pytest.mark.parametrize("kind", ["coco", "voc", "yolo", "odm"])
def test_own_files_of_every_format(kind: str) -> None:
    app = own(*uploads(kind))
    assert not app.exception
    assert not app.error
    assert "2 images, 2 classes, 3 truths, 4 detections" in said(app)
    assert CAT in said(app)


def test_polygons_are_scored_as_masks() -> None:
    app = own(*uploads("yolo"), shape="masks")
    assert not app.exception
    assert not app.error
    assert CAT in said(app)


def test_bad_entries_are_listed_and_the_rest_is_scored() -> None:
    truth, results = coco()
    bad = [
        {**results[0], "image_id": 99},
        {**results[0], "category_id": 77},
        {**results[0], "bbox": [1, 1, -5, 5]},
        {**results[0], "score": float("nan")},
        {**results[0], "bbox": [500, 500, 50, 50], "score": 0.1},
    ]
    files = [("r.json", json.dumps([*results, *bad]).encode())]
    app = own([("t.json", json.dumps(truth).encode())], files)
    assert not app.exception
    assert not app.error
    text = said(app).replace("\\", "")
    assert CAT in text
    for part in (
        "entry 4, field 'image_id'",
        "77",
        "negative width",
        "nan is not finite",
        "beyond its image",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("truth", "results", "part"),
    [
        (b"{", b"[]", "t.json"),
        (b"[]", b"[]", "the truth must be an object"),
        (b'{"images": [], "annotations": [], "categories": []}', b"[]", "is empty"),
        (json.dumps(coco()[0]).encode(), b'{"a": 1}', "r.json: the results must be a list"),
    ],
)
def test_files_that_cannot_be_read_give_one_sentence(truth: bytes, results: bytes, part: str) -> None:
    app = own([("t.json", truth)], [("r.json", results)])
    assert not app.exception
    assert len(app.error) == 1
    assert part.lower() in app.error[0].value.lower()


def test_empty_results_score_nothing() -> None:
    app = own([("t.json", json.dumps(coco()[0]).encode())], [("r.json", b"[]")])
    assert not app.exception
    assert not app.error
    assert "AP cat 0.000" in said(app)


def test_a_damaged_archive_gives_one_sentence() -> None:
    app = own([("t.zip", b"PK nonsense")], [])
    assert not app.exception
    assert [e.value for e in app.error] == ["T.zip: is no ZIP archive, or it is cut short: pack it again."]


def test_a_detector_on_photos_with_their_truth_runs_once() -> None:
    photo = to_jpeg(sample("astronaut"))
    truth = {
        "images": [{"id": 5, "file_name": "x/astronaut.jpg"}, {"id": 6, "file_name": "gone.jpg"}],
        "categories": [{"id": 9, "name": "Person"}],
        "annotations": [
            {"id": 1, "image_id": 5, "category_id": 9, "bbox": [20, 5, 420, 505], "iscrowd": 0},
            {"id": 2, "image_id": 6, "category_id": 9, "bbox": [20, 5, 420, 505], "iscrowd": 0},
        ],
    }
    content = packed({"set/photos/astronaut.jpg": photo, "set/truth.json": json.dumps(truth)})
    app = page(data="my photos")
    app.file_uploader(key="map-photos").set_value([("set.zip", content, "application/zip")]).run()
    assert not app.exception
    assert not app.error
    assert "on 1 photos" in said(app)
    assert "1 of 2 images have no photo; left out" in said(app).replace("\\", "")
    assert "AP Person" in said(app)
    runs = zoo.load("ssd-mobilenet-v2").runs
    app.slider(key="map-nms").set_value(1.0).run()
    assert not app.exception
    assert zoo.load("ssd-mobilenet-v2").runs == runs
