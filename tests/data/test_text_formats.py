"""VOC's, YOLO's and Object-Detection-Metrics' files: one set in all three, and what is wrong with each."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cvdemo.data.annotations import EvalSet
from cvdemo.data.odm import read_odm
from cvdemo.data.voc import class_of, read_voc
from cvdemo.data.yolo import read_yolo
from cvdemo.errors import DataError
from cvdemo.metrics import evaluate, evaluate_at, load

# image: (class, x1, y1, x2, y2[, score]) in pixels of 200 x 100
THERE = {
    "a": [("cat", 10, 10, 60, 60), ("wild dog", 100, 20, 180, 80)],
    "b": [("cat", 20, 20, 120, 90)],
    "c": [],
}
FOUND = {
    "a": [("cat", 12, 10, 60, 60, 0.9), ("wild dog", 100, 20, 160, 80, 0.8)],
    "b": [("cat", 0, 0, 40, 40, 0.7), ("cat", 20, 22, 120, 90, 0.6)],
}
NAMES = ["cat", "wild dog"]


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def voc_xml(rows: list[tuple], extra: str = "") -> str:
    objects = "".join(
        f"<object><name>{r[0]}</name>{f'<score>{r[5]}</score>' if len(r) > 5 else ''}{extra}"
        f"<bndbox><xmin>{r[1]}</xmin><ymin>{r[2]}</ymin><xmax>{r[3]}</xmax><ymax>{r[4]}</ymax></bndbox></object>"
        for r in rows
    )
    size = "<size><width>200</width><height>100</height></size>"
    return f"<annotation><filename>x.jpg</filename>{size}{objects}</annotation>"


def odm(root: Path) -> tuple[Path, Path]:
    def line(r: tuple) -> str:
        return " ".join(map(str, [r[0], *r[5:], r[1], r[2], r[3] - r[1], r[4] - r[2]]))

    texts = [{f"{k}.txt": "\n".join(map(line, v)) + "\n" for k, v in s.items()} for s in (THERE, FOUND)]
    return write(root / "truth", texts[0]), write(root / "found", texts[1])


def voc(root: Path) -> tuple[Path, Path]:
    texts = [{f"{k}.xml": voc_xml(v) for k, v in s.items()} for s in (THERE, FOUND)]
    return write(root / "truth", texts[0]), write(root / "found", texts[1])


def voc_by_class(root: Path) -> tuple[Path, Path]:
    truth = write(root / "truth", {f"{k}.xml": voc_xml(v) for k, v in THERE.items()})
    lines = dict.fromkeys(NAMES, "")
    for image, rows in FOUND.items():
        for name, *box, score in rows:
            lines[name] += " ".join(map(str, [image, score, *box])) + "\n"
    return truth, write(root / "found", {f"comp4_det_test_{name}.txt": text for name, text in lines.items()})


def yolo(root: Path, *, pictures: bool = True) -> tuple[Path, Path]:
    def line(r: tuple) -> str:
        x1, y1, x2, y2 = r[1:5]
        box = [(x1 + x2) / 400, (y1 + y2) / 200, (x2 - x1) / 200, (y2 - y1) / 100]
        return " ".join(map(str, [NAMES.index(r[0]), *box, *r[5:]]))

    texts = [{f"{k}.txt": "\n".join(map(line, v)) + "\n" for k, v in s.items()} for s in (THERE, FOUND)]
    truth = write(root / "labels", texts[0] | {"classes.txt": "cat\nwild dog\n"})
    if pictures:
        (root / "images").mkdir()
        for image in THERE:
            Image.new("RGB", (200, 100)).save(root / "images" / f"{image}.png")
    return truth, write(root / "found", texts[1])


READERS = {
    "odm": (odm, read_odm),
    "voc": (voc, read_voc),
    "by class": (voc_by_class, read_voc),
    "yolo": (yolo, read_yolo),
}


@pytest.mark.parametrize("name", READERS)
def test_one_set_in_every_format(tmp_path: Path, name: str) -> None:
    make, read = READERS[name]
    data: EvalSet = read(*make(tmp_path))
    assert data.problems == ()
    assert data.image_ids == ("a", "b", "c")
    assert data.category_names == ("cat", "wild dog")
    np.testing.assert_allclose(data.truth.boxes, [r[1:5] for rows in THERE.values() for r in rows], atol=1e-9)
    assert [data.category_names[c] for c in data.truth.category] == ["cat", "wild dog", "cat"]
    found = sorted(zip(data.results.score, data.results.boxes.round(6).tolist(), strict=True), reverse=True)
    assert found == [(r[5], list(r[1:5])) for rows in FOUND.values() for r in rows]
    assert data.results.image[np.argsort(-data.results.score)].tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(("name", "format"), [("odm", "odm"), ("voc", "voc"), ("yolo", "yolo")])
def test_all_formats_give_the_scores_of_coco(tmp_path: Path, name: str, format) -> None:
    folders = READERS[name][0](tmp_path)
    rows = [(i, r) for i, rows in THERE.items() for r in rows]
    truth = {
        "images": [{"id": i} for i in THERE],
        "categories": [{"id": n, "name": n} for n in NAMES],
        "annotations": [
            {"id": n, "image_id": i, "category_id": r[0], "bbox": [r[1], r[2], r[3] - r[1], r[4] - r[2]]}
            for n, (i, r) in enumerate(rows, 1)
        ],
    }
    results = [
        {"image_id": i, "category_id": r[0], "bbox": [r[1], r[2], r[3] - r[1], r[4] - r[2]], "score": r[5]}
        for i, rows in FOUND.items()
        for r in rows
    ]
    expected = evaluate(truth, results)
    assert 0 < expected["AP"] < 1
    assert evaluate(*folders, format=format) == pytest.approx(expected, abs=1e-12)
    at = evaluate_at(*folders, 0.5, format=format)
    assert at["per_class"]["wild dog"]["AP_all_point"] == 1
    assert at["per_class"]["cat"]["AP_all_point"] == pytest.approx((1 + 2 / 3) / 2)
    assert at["AP_all_point"] == pytest.approx((1 + 5 / 6) / 2)


def test_yolo_without_pictures_scores_all_but_the_sizes(tmp_path: Path) -> None:
    with_pictures, without = yolo(tmp_path / "with"), yolo(tmp_path / "without", pictures=False)
    expected, found = evaluate(*with_pictures, format="yolo"), evaluate(*without, format="yolo")
    for key, value in found.items():
        assert value == (-1 if key[-1] in "sml" else pytest.approx(expected[key]))
    (problem,) = load(*without, format="yolo").problems
    assert (
        str(problem) == "labels: a.txt: no picture of a found, so small, medium and large are not told apart"
    )


def test_yolo_without_names_goes_by_number(tmp_path: Path) -> None:
    truth, found = yolo(tmp_path)
    (truth / "classes.txt").unlink()
    assert read_yolo(truth, found).category_names == ("0", "1")


def test_voc_difficult_objects_need_not_be_found(tmp_path: Path) -> None:
    truth = write(
        tmp_path / "truth",
        {"a.xml": voc_xml(THERE["a"]), "b.xml": voc_xml(THERE["b"], "<difficult>1</difficult>")},
    )
    found = write(tmp_path / "found", {"a.xml": voc_xml(FOUND["a"])})
    assert read_voc(truth, found).truth.difficult.tolist() == [False, False, True]
    assert evaluate_at(truth, found, 0.5, format="voc")["AP_all_point"] == 1
    assert evaluate(truth, found, format="voc")["AP50"] == 1


def test_odm_boxes_may_end_in_corners(tmp_path: Path) -> None:
    truth = write(tmp_path / "truth", {"a.txt": "cat 10 20 30 50\n"})
    found = write(tmp_path / "found", {"a.txt": "cat 0.5 10 20 30 50\n"})
    assert read_odm(truth, found, box_format="xyxy").truth.boxes.tolist() == [[10, 20, 30, 50]]
    assert read_odm(truth, found).truth.boxes.tolist() == [[10, 20, 40, 70]]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("cat 0.5 1 2 3", "found: a.txt line 2: has 5 fields, not class score and four numbers of a box"),
        ("cat nan 1 2 3 4", "found: a.txt line 2, field 'score': nan is not finite"),
        ("cat high 1 2 3 4", "found: a.txt line 2, field 'score': 'high' is not a number"),
        (
            "cat 0.5 1 2 -3 4",
            r"found: a.txt line 2, field 'bbox': \[1.0, 2.0, -3.0, 4.0\] has a negative width",
        ),
        ("cat 0.5 1 x 3 4", "found: a.txt line 2, field 'bbox': .* is not a list of 4 numbers"),
    ],
)
def test_bad_lines_of_odm_are_named(tmp_path: Path, line: str, message: str) -> None:
    truth, found = odm(tmp_path)
    (found / "a.txt").write_text(f"cat 0.9 12 10 48 50\n{line}\n")
    with pytest.raises(DataError, match=message):
        read_odm(truth, found)
    data = read_odm(truth, found, skip_bad=True)
    assert len(data.results) == 3
    assert len(data.problems) == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0 0.5 0.5 0.1 0.1", "found: a.txt line 1: has 5 fields, not class x y width height confidence"),
        ("cat 0.5 0.5 0.1 0.1 0.9", "found: a.txt line 1, field 'class': 'cat' is not a class number"),
        ("0 120 0.5 0.1 0.1 0.9", "found: a.txt line 1, field 'x': 120 is not a fraction of the image"),
        ("0 0.5 0.5 -0.1 0.1 0.9", "found: a.txt line 1, field 'bbox': .* negative width"),
        ("0 0.5 0.5 0.1 0.1 nan", "found: a.txt line 1, field 'score': nan is not finite"),
        ("0 0.5 nan 0.1 0.1 0.9", "found: a.txt line 1, field 'bbox': .* is not finite"),
        ("-1 0.5 0.5 0.1 0.1 0.9", "found: a.txt line 1, field 'class': '-1' is not a class number"),
    ],
)
def test_bad_lines_of_yolo_are_named(tmp_path: Path, line: str, message: str) -> None:
    truth, found = yolo(tmp_path)
    (found / "a.txt").write_text(line + "\n")
    with pytest.raises(DataError, match=message):
        read_yolo(truth, found)
    assert len(read_yolo(truth, found, skip_bad=True).results) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<annotation>", "found: a.xml: cannot be read as XML"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><annotation/>", "found: a.xml: XML with a document type is not read"),
        (voc_xml(THERE["a"]), "found: a.xml object 0, field 'score': is missing"),
        (voc_xml([("", 1, 2, 3, 4, 0.5)]), "found: a.xml object 0, field 'name': is missing"),
        (voc_xml([("cat", 9, 2, 3, 4, 0.5)]), "found: a.xml object 0, field 'bbox': .* has a negative width"),
        (
            "<annotation><object><name>cat</name><score>1</score></object></annotation>",
            "found: a.xml object 0, field 'bndbox': is missing",
        ),
    ],
)
def test_bad_objects_of_voc_are_named(tmp_path: Path, text: str, message: str) -> None:
    truth, found = voc(tmp_path)
    (found / "a.xml").write_text(text)
    with pytest.raises(DataError, match=message):
        read_voc(truth, found)
    assert len(read_voc(truth, found, skip_bad=True).results) == 2


@pytest.mark.parametrize("name", ["odm", "voc", "yolo"])
def test_results_for_another_image_are_left_out(tmp_path: Path, name: str) -> None:
    make, read = READERS[name]
    truth, found = make(tmp_path)
    file = next(found.glob("a.*"))
    file.rename(found / f"zebra{file.suffix}")
    data = read(truth, found)
    assert len(data.results) == 2
    assert "'zebra': " in str(data.problems[0])
    assert "has no such image; left out (2 entries are like this)" in str(data.problems[0])


@pytest.mark.parametrize("name", ["odm", "voc", "yolo"])
def test_folders_that_hold_no_truth_are_refused(tmp_path: Path, name: str) -> None:
    make, read = READERS[name]
    truth, found = make(tmp_path)
    with pytest.raises(DataError, match="nowhere: there is no such file or folder"):
        read(truth.parent / "nowhere", found)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty: no files of truth"):
        read(tmp_path / "empty", found)


def test_text_formats_hold_boxes_in_folders_only(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="odm holds boxes only"):
        load(*odm(tmp_path), "segm", format="odm")
    with pytest.raises(DataError, match="truth and results of this format are files: give paths"):
        load({}, [], format="yolo")
    with pytest.raises(DataError, match="format is one of coco, voc, yolo, odm, not 'kitti'"):
        load(tmp_path, tmp_path, format="kitti")  # type: ignore[arg-type]


def test_relative_boxes_of_odm_are_fractions_and_said(tmp_path: Path) -> None:
    truth = write(tmp_path / "truth", {"a.txt": "cat 0.5 0.5 0.4 0.4\n"})
    found = write(tmp_path / "found", {"a.txt": "cat 0.9 0.42 0.5 0.24 0.4\n"})
    data = read_odm(truth, found)
    np.testing.assert_allclose(data.truth.boxes, [[0.3, 0.3, 0.7, 0.7]])
    np.testing.assert_allclose(data.results.boxes, [[0.3, 0.3, 0.54, 0.7]])
    assert not data.sized
    assert "read as x and y of the centre" in str(data.problems[0])
    (found / "a.txt").write_text("cat 0.9 42 50 24 40\n")
    with pytest.raises(DataError, match=r"truth: no number of a box is above 1.*but found has pixels"):
        read_odm(truth, found)


SALT = "04d40519-2eb7-49c9-aff7-db661169d037"


@pytest.mark.parametrize(
    "stem",
    ["{}", "comp4_det_test_{}", f"comp4_{SALT}_det_test_{{}}", f"comp3_{SALT}_{{}}",
     "comp4_det_minival2014_{}", "my_model_{}"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["dog", "wild dog", "traffic_light"])
def test_the_class_of_a_results_file_is_in_its_name(stem: str, name: str) -> None:
    assert class_of(stem.format(name), {"dog", "wild dog", "traffic_light", "light"}) == name


def test_names_of_images_may_have_spaces(tmp_path: Path) -> None:
    truth = write(tmp_path / "truth", {"my  photo 1.xml": voc_xml(THERE["b"])})
    found = write(tmp_path / "found", {"cat.txt": "my  photo 1 0.9 20 20 120 90\n"})
    assert evaluate_at(truth, found, 0.5)["AP_all_point"] == 1


@pytest.mark.parametrize(
    "codec", ["gb2312", "gbk", "shift_jis", "iso-8859-1", "utf-16", "utf-8-sig", "ascii"]
)
def test_xml_is_read_in_the_encoding_it_declares(tmp_path: Path, codec: str) -> None:
    name = {"gb2312": "\u732b", "gbk": "\u732b", "shift_jis": "\u732b", "iso-8859-1": "b\u00e4r"}.get(
        codec, "cat"
    )
    declared = codec.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>\n' + voc_xml([(name, 1, 2, 30, 40, 0.5)])
    folder = write(tmp_path / "truth", {})
    (folder / "a.xml").write_bytes(text.encode(codec))
    assert read_voc(folder, folder).category_names == (name,)


@pytest.mark.parametrize("declared", ["klingon", "utf-7\xff", "zlib", "hex"])
def test_xml_in_an_unknown_encoding_is_refused_and_the_others_are_read(tmp_path: Path, declared: str) -> None:
    truth, found = voc(tmp_path)
    text = f'<?xml version="1.0" encoding="{declared}"?>' + voc_xml([("cat", 1, 2, 30, 40)])
    (truth / "d.xml").write_bytes(text.encode("latin-1"))
    with pytest.raises(DataError, match=r"truth: d.xml: cannot be read as XML"):
        read_voc(truth, found)
    assert len(read_voc(truth, found, skip_bad=True).truth) == 3


def test_xml_that_is_no_annotation_is_passed_over_and_said(tmp_path: Path) -> None:
    truth, found = voc(tmp_path)
    (truth / "project.xml").write_text("<project/>")
    data = read_voc(truth, found)
    assert data.image_ids == ("a", "b", "c")
    assert "project.xml: has no <annotation>; passed over" in str(data.problems[0])


def test_a_giant_picture_behind_a_label_costs_the_sizes_only(tmp_path: Path) -> None:
    truth, found = yolo(tmp_path)
    header = struct.pack(">IIBBBBB", 90000, 90000, 8, 2, 0, 0, 0)
    ihdr = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    (tmp_path / "images" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + ihdr)
    data = read_yolo(truth, found)
    assert not data.sized
    assert "a.png" in str(data.problems[0])


def test_text_in_utf_16_is_read_and_other_bytes_are_refused(tmp_path: Path) -> None:
    truth, found = odm(tmp_path)
    (truth / "a.txt").write_bytes((truth / "a.txt").read_text().encode("utf-16"))
    assert len(read_odm(truth, found).truth) == 3
    (truth / "a.txt").write_bytes(b"k\xe4tt 1 2 30 40\n")
    with pytest.raises(DataError, match=r"a.txt: is not text in UTF-8"):
        read_odm(truth, found)
