"""CamVid: frames with label maps of 11 classes (SegNet's selection) or colour maps of 32.

Brostow et al., Pattern Recognition Letters 2009; SegNet: arXiv:1511.00561. SegNet's layout: `test/NAME.png`,
`testannot/NAME.png` and lists `test.txt` of pairs; the authors' own: maps `NAME_L.png` in another folder and
`label_colors.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from cvdemo.data.archive import Archive
from cvdemo.data.camvid import NAMES
from cvdemo.data.dataset import VOID, Builder, Dataset, MapFile
from cvdemo.data.finding import PictureFinder
from cvdemo.data.formats.writing import copy_pictures, readable_map, voc_palette, write_bytes
from cvdemo.data.suffixes import PICTURES

TITLE = "CamVid"
HOLDS = frozenset({"semantic", "splits"})
ANNOT, OWN = "annot", "_L"
COLOURS_FILE = "label_colors.txt"
COLOURS = """\
64 128 64 Animal, 192 0 128 Archway, 0 128 192 Bicyclist, 0 128 64 Bridge, 128 0 0 Building, 64 0 128 Car,
64 0 192 CartLuggagePram, 192 128 64 Child, 192 192 128 Column_Pole, 64 64 128 Fence, 128 0 192 LaneMkgsDriv,
192 0 64 LaneMkgsNonDriv, 128 128 64 Misc_Text, 192 0 192 MotorcycleScooter, 128 64 64 OtherMoving,
64 192 128 ParkingBlock, 64 64 0 Pedestrian, 128 64 128 Road, 128 128 192 RoadShoulder, 0 0 192 Sidewalk,
192 128 128 SignSymbol, 128 128 128 Sky, 64 128 192 SUVPickupTruck, 0 0 64 TrafficCone, 0 64 64 TrafficLight,
192 64 128 Train, 128 128 0 Tree, 192 128 192 Truck_Bus, 64 0 64 Tunnel, 192 192 0 VegetationMisc, 0 0 0 Void,
64 192 0 Wall"""
"""The published label_colors.txt: red, green, blue and name, for colour maps that come without it."""

SPLITS = ("train", "val", "test")
VOID_NAME = "Void"
PALETTE_OR_GREY = (0, 3)  # colour types in a PNG's header


def fits(archive: Archive) -> bool:
    """Whether maps lie in a folder `NAMEannot` beside the folder `NAME`, or own maps beside their colours."""
    folders = {PurePosixPath(path).parent for path in archive.paths(*PICTURES)}
    if any(f.name.endswith(ANNOT) and _of_annot(f) in folders for f in folders):
        return True
    has_own = any(PurePosixPath(path).stem.endswith(OWN) for path in archive.paths(".png"))
    return has_own and any(PurePosixPath(path).name == COLOURS_FILE for path in archive.paths(".txt"))


def _of_annot(folder: PurePosixPath) -> PurePosixPath:
    return folder.parent / (folder.name.removesuffix(ANNOT) or ".")


def read(archive: Archive) -> Dataset:
    """The listed pairs and all maps and frames of the folders."""
    maps = {path for path in archive.paths(".png") if _is_map(path)}
    builder = Builder(TITLE, archive)
    find = PictureFinder(archive, [path for path in archive.paths(*PICTURES) if path not in maps])
    splits, colours = _listed_splits(archive), _colours(archive)
    for path in sorted(maps):
        pure = PurePosixPath(path)
        stem = pure.stem.removesuffix(OWN)
        folder = pure.parent.name.removesuffix(ANNOT)
        split = splits.get(stem) or (folder if pure.parent.name.endswith(ANNOT) else "")
        image = builder.image(f"{split}/{stem}" if split else stem, find(stem, folder), split=split)
        classes = _classes(builder, archive, path, colours)
        if classes:
            builder.extra.setdefault("semantic", {})[image] = MapFile(path, classes)
    for stem, split in splits.items():
        builder.image(f"{split}/{stem}", find(stem, split), split=split)
    known = {*maps, *builder.files}
    for path in archive.paths(*PICTURES):
        pure = PurePosixPath(path)
        if path not in known:
            split = splits.get(pure.stem) or (pure.parent.name if pure.parent.name in SPLITS else "")
            builder.image(f"{split}/{pure.stem}" if split else pure.stem, path, split=split)
    return builder.build()


def _is_map(path: str) -> bool:
    pure = PurePosixPath(path)
    return pure.parent.name.endswith(ANNOT) or pure.stem.endswith(OWN)


def _listed_splits(archive: Archive) -> dict[str, str]:
    """The split of each picture of the lists SPLIT.txt, whose lines name a picture and its map."""
    found: dict[str, str] = {}
    for path in archive.paths(".txt"):
        split = PurePosixPath(path).stem
        if split in SPLITS:
            for line in archive.read(path).decode("utf-8", "replace").splitlines():
                first = re.match(r"\s*(.*?\.(?:png|jpe?g))(?:\s|$)", line, re.IGNORECASE)
                if first:
                    found.setdefault(PurePosixPath(first[1].replace("\\", "/")).stem, split)
    return found


def _colours(archive: Archive) -> dict[int, str]:
    """The class of each colour 65536 r + 256 g + b: by `label_colors.txt`, else the published one."""
    text = COLOURS.replace(",", "\n")
    for path in archive.paths(".txt"):
        if PurePosixPath(path).name == COLOURS_FILE:
            text = archive.read(path).decode("utf-8-sig", "replace")
            break
    rows = (re.match(r"\s*(\d+)\s+(\d+)\s+(\d+)\s+(.+?)\s*$", line) for line in text.splitlines())
    return {int(r[1]) << 16 | int(r[2]) << 8 | int(r[3]): r[4] for r in rows if r}


def _classes(builder: Builder, archive: Archive, path: str, colours: Mapping[int, str]) -> dict[int, int]:
    """What the values of a map mean: indices of SegNet's classes in maps of one channel, else colours."""
    head = archive.read(path, 26)
    if len(head) < 26:
        builder.leave_out(path, "is not a label map that can be read; left out")
        return {}
    names = dict(enumerate(NAMES)) if head[25] in PALETTE_OR_GREY else colours
    return {value: builder.category(name) for value, name in names.items() if name != VOID_NAME}


def write(dataset: Dataset, folder: Path) -> None:
    """SegNet's layout with colour maps, for classes of any names; images without a split go into train."""
    places = [split or "train" for split in dataset.splits]
    names = copy_pictures(dataset, folder, lambda i, name: f"{places[i]}/{name}")
    colours = _own_colours(len(dataset.categories))
    lines = [f"{r} {g} {b} {n}" for (r, g, b), n in zip(colours.tolist(), dataset.categories, strict=False)]
    write_bytes(
        folder / COLOURS_FILE, "".join(f"{line}\n" for line in [*lines, f"0 0 0 {VOID_NAME}"]).encode()
    )
    for i, name in enumerate(names):
        semantic = readable_map(dataset, i)
        if semantic is not None:
            painted = cv2.imencode(".png", colours[semantic][..., ::-1])[1].tobytes()
            write_bytes(folder / f"{places[i]}{ANNOT}" / f"{PurePosixPath(name).stem}.png", painted)
    for split in dict.fromkeys(places):
        write_bytes(folder / f"{split}.txt", "".join(_pairs(names, places, split)).encode())


def _own_colours(count: int) -> np.ndarray:
    """A colour for each category [256, 3]; black is void."""
    colours = np.roll(voc_palette(), -1, axis=0)
    colours[min(count, VOID) :] = 0
    return colours


def _pairs(names: list[str], places: list[str], split: str) -> Iterator[str]:
    for name, place in zip(names, places, strict=True):
        if place == split:
            yield f"/{split}/{name} /{split}{ANNOT}/{PurePosixPath(name).stem}.png\n"
