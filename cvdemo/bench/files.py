"""Mutated files through every reader: none may raise anything but our errors, take long or keep memory."""

from __future__ import annotations

import copy
import io
import json
import resource
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from cvdemo.data.archive import open_files
from cvdemo.data.pictures import read_picture, sample
from cvdemo.data.suffixes import SUFFIXES
from cvdemo.errors import CvdemoError
from cvdemo.metrics.given import read_given

PICTURES = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "tiff": "TIFF", "webp": "WEBP", "bmp": "BMP",
            "avif": "AVIF", "heic": "HEIF"}  # fmt: skip
SIZE = (160, 120)
MOST_CHANGES = 12
SHORT = 2000  # bytes up to which a file is changed in one or two places only
ODD = [None, -1, 0, 1e400, float("nan"), "x", "", [], {}, True, [None], 2**70, "1", [1, 2, 3, 4], {"size": 1}]
"""What takes the place of a value in JSON."""


class Case(NamedTuple):
    """A good file and what reads it."""

    kind: str
    content: bytes
    read: Callable[[bytes], Any]
    mutate: Callable[[bytes, int, np.random.Generator], Iterator[bytes]] | None = None


class Row(NamedTuple):
    """What became of the mutated files of a kind; `failures` holds the first of each foreign exception."""

    kind: str
    n: int
    read: int
    refused: int
    slowest_ms: float
    failures: dict[str, str]


def cases() -> list[Case]:
    """One good file of every kind that a visitor may give."""
    picture = Image.fromarray(sample("cat")).resize(SIZE)
    read_picture(_encoded(picture, "PNG"))  # lets Pillow know the formats of its plugins
    pictures = [
        Case(suffix, _encoded(picture, kind), read_picture)
        for suffix, kind in PICTURES.items()
        if suffix in SUFFIXES
    ]
    truth, results = _coco()
    label, xml = b"0 0.5 0.5 0.25 0.5\n1 0.2 0.2 0.1 0.1 0.3 0.1 0.3 0.3\n", _xml()
    folder = {"README.txt": b"A set\n", "data.yaml": b"names: [car, bus]\n", "labels/a.txt": label,
            "images/a.png": _encoded(picture, "PNG"),
            "results/a.txt": b"0 0.5 0.5 0.25 0.5 0.9\n"}  # fmt: skip
    return [
        *pictures,
        *_json_cases(truth, results),
        Case("xml", xml, lambda data: _scored("a.xml", data, "dog.txt", b"a 0.9 10 10 50 50\n")),
        Case("txt", label, lambda data: _scored("a.txt", data, "a.txt", b"0 0.5 0.5 0.25 0.5 0.9\n")),
        Case("yaml", folder["data.yaml"], lambda data: _zipped({**folder, "data.yaml": data})),
        Case("zip", _packed(folder), _read_zip),
    ]


def _json_cases(truth: bytes, results: bytes) -> list[Case]:
    """The bytes of truth and results damaged, and their values exchanged."""

    def as_truth(data: bytes) -> Any:
        return _scored("t.json", data, "r.json", results)

    def as_results(data: bytes) -> Any:
        return _scored("t.json", truth, "r.json", data)

    return [
        Case("json", truth, as_truth),
        Case("json results", results, as_results),
        Case("json values", truth, as_truth, odd_values),
        Case("values of results", results, as_results, odd_values),
    ]


def odd_values(content: bytes, n: int, rng: np.random.Generator) -> Iterator[bytes]:
    """N copies of a JSON file with one or two values replaced by something else."""
    for _ in range(n):
        data = json.loads(content)
        for _ in range(int(rng.integers(1, 3))):
            places = list(_places(data))
            if places:
                holder, key = places[rng.integers(len(places))]
                holder[key] = copy.deepcopy(ODD[rng.integers(len(ODD))])  # it may be changed itself
        yield json.dumps(data).encode()


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every value inside, as what holds it and its key."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield data, key
        if isinstance(value, dict | list):
            yield from _places(value)


def mutations(content: bytes, n: int, rng: np.random.Generator) -> Iterator[bytes]:
    """N damaged copies: bytes changed, cut short, a piece left out, twice or zero, numbers replaced."""
    for _ in range(n):
        data = bytearray(content)
        for _ in range(int(rng.integers(1, MOST_CHANGES if len(content) > SHORT else 3))):
            at, end = sorted(rng.integers(0, len(data) + 1, 2).tolist()) if data else (0, 0)
            way = rng.integers(6)
            if way < 3:
                data[at : at + 1] = rng.bytes(1)
            elif way == 3:
                data[at : min(end, at + 16)] = b""
            elif way == 4:
                data[at:at] = data[at : min(end, at + 16)]
            else:
                data[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", bytes(4), b"-1e9", b"null", b"NaN "])
        yield bytes(data[: rng.integers(len(data) + 1)] if rng.random() < 0.2 else data)


def run(n: int, seed: int = 0, *, progress: Callable[[Iterable[Case]], Iterable[Case]] = iter) -> list[Row]:
    """Read n mutated files of every kind."""
    return [_run_case(case, n, np.random.default_rng((seed, i))) for i, case in enumerate(progress(cases()))]


def _run_case(case: Case, n: int, rng: np.random.Generator) -> Row:
    read = refused = 0
    slowest = 0.0
    failures: dict[str, str] = {}
    for data in (case.mutate or mutations)(case.content, n, rng):
        start = time.perf_counter()
        try:
            case.read(data)
            read += 1
        except CvdemoError as error:
            refused += 1
            if "\n" in str(error):
                failures.setdefault("more than one line", str(error))
        except Exception as error:  # what this benchmark looks for
            failures.setdefault(type(error).__name__, repr(error))
        slowest = max(slowest, time.perf_counter() - start)
    return Row(case.kind, n, read, refused, 1000 * slowest, failures)


def peak_mib() -> float:
    """The most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _encoded(picture: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def _coco() -> tuple[bytes, bytes]:
    polygon = [[10, 10, 50, 10, 50, 50, 10, 50]]
    row = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 40], "segmentation": polygon}
    truth = {
        "images": [{"id": 1, "file_name": "a.png", "width": 160, "height": 120}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{**row, "area": 1600, "iscrowd": 0}],
    }
    return json.dumps(truth).encode(), json.dumps([{**row, "score": 0.9}]).encode()


def _xml() -> bytes:
    box = "<bndbox><xmin>10</xmin><ymin>10</ymin><xmax>50</xmax><ymax>50</ymax></bndbox>"
    size = "<size><width>160</width><height>120</height></size>"
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    return f"{head}<annotation>{size}<object><name>dog</name>{box}</object></annotation>".encode()


def _scored(name: str, truth: bytes, results_name: str, results: bytes) -> Any:
    return read_given(open_files([(name, truth)]), open_files([(results_name, results)]))


def _packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return buffer.getvalue()


def _zipped(files: dict[str, bytes]) -> Any:
    return _read_zip(_packed(files))


def _read_zip(data: bytes) -> Any:
    return read_given(open_files([("set.zip", data)]), open_files([]))
