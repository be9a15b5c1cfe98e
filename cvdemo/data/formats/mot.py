"""MOT Challenge: videos as numbered frames, one line a box: frame, id, left, top, width, height, ...

Milan et al., arXiv:1603.00831, tables 5 and 6: `SEQUENCE/gt/gt.txt` ends in `flag, class, visibility`,
results in `score, -1, -1, -1`; frames are `SEQUENCE/img1/000001.jpg`; pixels are counted from 1.
"""

from __future__ import annotations

import configparser
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from cvdemo.data.archive import Archive
from cvdemo.data.dataset import Builder, Dataset
from cvdemo.data.formats.writing import copy_pictures, write_bytes
from cvdemo.data.suffixes import PICTURES
from cvdemo.data.text_files import lines, number

TITLE = "MOT Challenge"
HOLDS = frozenset({"boxes", "tracks", "scores", "attributes", "crowd"})
CLASSES = (
    "pedestrian", "person on vehicle", "car", "bicycle", "motorbike", "non motorized vehicle",
    "static person", "distractor", "occluder", "occluder on the ground", "occluder full", "reflection",
    "crowd",
)  # fmt: skip
"""The classes 1 to 13 of MOT16 to MOT20."""


def fits(archive: Archive) -> bool:
    """Whether there is a file gt/gt.txt or det/det.txt."""
    return any(PurePosixPath(p).parts[-2:] in TABLES for p in archive.paths(".txt"))


TABLES = (("gt", "gt.txt"), ("det", "det.txt"))


def read(archive: Archive) -> Dataset:
    """All sequences; objects whose flag is 0, which do not count, are crowds here."""
    builder = Builder(TITLE, archive)
    tables = [p for p in archive.paths(".txt") if PurePosixPath(p).parts[-2:] in TABLES]
    truths = [p for p in tables if PurePosixPath(p).name == "gt.txt"]
    for path in truths or tables:
        sequence = "/".join(PurePosixPath(path).parts[:-2])
        names = _class_names(archive, path)
        frames = _frames(archive, sequence)
        prefix = f"{PurePosixPath(sequence).name}/" if len(truths or tables) > 1 else ""
        for frame, file in frames.items():
            builder.image(f"{prefix}{frame:06d}", file)
        for line in lines(archive, path):
            values = [number(f) for f in line.text.replace(",", " ").split()]
            if len(values) < 6 or any(isinstance(v, str) or not np.isfinite(v) for v in values):
                builder.leave_out(line.label, "is not at least six numbers; left out")
                continue
            _read_row(builder, [float(v) for v in values], prefix, frames, names, line.label)
    return builder.build()


def _read_row(
    builder: Builder, v: list[float], prefix: str, frames: dict[int, str], names: list[str], label: str
) -> None:
    frame, track, left, top, width, height = v[:6]
    if width < 0 or height < 0 or frame < 0:
        builder.leave_out(label, "has a negative frame or size; left out")
        return
    image = builder.image(f"{prefix}{int(frame):06d}", frames.get(int(frame), ""))
    is_truth = len(v) >= 8 and v[7] > 0
    number_ = int(v[7]) if is_truth else 1
    name = names[number_ - 1] if 0 < number_ <= len(names) else str(number_)
    builder.object(
        image,
        builder.category(name),
        (left - 1, top - 1, left - 1 + width, top - 1 + height),
        track=int(track),
        crowd=is_truth and v[6] == 0,
        score=float("nan") if is_truth or len(v) < 7 else v[6],
        attributes={"visibility": v[8]} if is_truth and len(v) > 8 else None,
    )


def _class_names(archive: Archive, path: str) -> list[str]:
    """The classes of labels.txt beside the table, else those of MOT16."""
    beside = str(PurePosixPath(path).with_name("labels.txt"))
    if beside in archive.paths(".txt"):
        return [line.text.strip() for line in lines(archive, beside)]
    return list(CLASSES)


def _frames(archive: Archive, sequence: str) -> dict[int, str]:
    """The pictures of a sequence by frame number."""
    folder = f"{sequence}/{_image_folder(archive, sequence)}/".lstrip("/")
    return {
        int(PurePosixPath(p).stem): p
        for p in archive.paths(*PICTURES)
        if p.startswith(folder) and PurePosixPath(p).stem.isdigit()
    }


def _image_folder(archive: Archive, sequence: str) -> str:
    path = f"{sequence}/seqinfo.ini".lstrip("/")
    if path not in archive.paths(".ini"):
        return "img1"
    parser = configparser.ConfigParser()
    try:
        parser.read_string(archive.read(path).decode("utf-8", "replace"))
    except configparser.Error:
        return "img1"
    return parser.get("Sequence", "imDir", fallback="img1")


def write(dataset: Dataset, folder: Path) -> None:
    """One sequence `sequence` of all images in their order; objects without a track get a number each."""
    sequence = folder / "sequence"
    copy_pictures(
        dataset, folder, lambda i, name: f"sequence/img1/{i + 1:06d}{PurePosixPath(name).suffix}"
    )  # fmt: skip
    rows = [row for i in range(len(dataset)) for row in _rows(dataset, i, i + 1)]
    write_bytes(sequence / "gt" / "gt.txt", "".join(f"{row}\n" for row in rows).encode())
    labels = "".join(f"{name}\n" for name in dataset.categories)
    write_bytes(sequence / "gt" / "labels.txt", labels.encode())
    width, height = dataset.size(0)
    info = f"[Sequence]\nname=sequence\nimDir=img1\nframeRate=25\nseqLength={len(dataset)}\n"
    write_bytes(
        sequence / "seqinfo.ini", f"{info}imWidth={width}\nimHeight={height}\nimExt=.jpg\n".encode()
    )  # fmt: skip


def _rows(dataset: Dataset, image: int, frame: int) -> list[str]:
    o = dataset.objects
    free = int(o.track.max(initial=0)) + 1
    rows = []
    for n in dataset.rows_of(image):
        if not np.isfinite(o.boxes[n]).all():
            continue
        x1, y1, x2, y2 = o.boxes[n]
        track = int(o.track[n]) if o.track[n] >= 0 else free + int(n)
        seen: Any = o.attributes[n].get("visibility", 1)
        box = ",".join(f"{v:.10g}" for v in (x1 + 1, y1 + 1, x2 - x1, y2 - y1))
        rows.append(f"{frame},{track},{box},{int(not o.crowd[n])},{int(o.category[n]) + 1},{seen}")
    return rows
