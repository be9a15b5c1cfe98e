"""Random data sets with pictures on disk, and the comparison of one with what was written and read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cvdemo.data.archive import open_path
from cvdemo.data.dataset import Builder, Dataset, MapFile, Region, Relation, mask_rle

NAMES = ("plain", "größe", "猫の写真", "кот 1", "v1.2", "صورة", "a-b_c", "ไทย")
CLASSES = ("person", "дикая собака", "猫", "traffic light", "قطة", "car")
WORDS = ("rides", "дом", "a 猫 on the road", "holds", 'quoted "words", and commas', "über")

Attributes = Callable[[np.random.Generator], dict[str, Any]]


def random_dataset(
    folder: Path,
    seed: int,
    kinds: Collection[str],
    *,
    categories: Sequence[str] = CLASSES,
    names: Sequence[str] = NAMES,
    attributes: Attributes | None = None,
    splits: Sequence[str] = ("train", "val"),
    objects: int = 4,
) -> Dataset:
    """A data set with PNG pictures in a new folder that holds the kinds of annotation asked for.

    Boxes and polygons have two decimals and lie within the image; a mask is polygons or run lengths.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    sizes = [tuple(map(int, rng.integers(24, 60, 2))) for _ in names]
    for name, (width, height) in zip(names, sizes, strict=True):
        Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8)).save(folder / f"{name}.png")
        values = rng.integers(0, len(categories) + 1, (height, width)).astype(np.uint8)
        (folder / "maps").mkdir(exist_ok=True)
        Image.fromarray(values).save(folder / "maps" / f"{name}.tif")
    builder = Builder("random", open_path(folder), categories)
    for name, size in zip(names, sizes, strict=True):
        split = str(rng.choice(splits)) if "splits" in kinds else ""
        image = builder.image(f"{split}/{name}" if split else name, f"{name}.png", size, split)
        count = rng.integers(0, objects + 1) if {"boxes", "masks"} & set(kinds) else 0
        for _ in range(count):
            _object(builder, rng, image, size, kinds, attributes)
        _of_image(builder, rng, image, size, name, kinds)
    if "keypoints" in kinds:
        builder.extra |= {"keypoint_names": ("nose", "hand", "foot"), "skeleton": ((0, 1), (1, 2))}
    if "synsets" in kinds:
        builder.extra["synsets"] = {name: f"n{i:08d}" for i, name in enumerate(categories)}
    return builder.build()


def _object(
    builder: Builder,
    rng: np.random.Generator,
    image: int,
    size: tuple[int, int],
    kinds: Collection[str],
    attributes: Attributes | None,
) -> None:
    box, mask = _box(rng, size), None
    if "masks" in kinds:
        box, mask = _mask(rng, size)
    row = builder.object(
        image,
        int(rng.integers(len(builder.categories))),
        box,
        mask=mask,
        keypoints=_keypoints(rng, size) if "keypoints" in kinds and rng.random() < 0.7 else None,
        crowd="crowd" in kinds and rng.random() < 0.3,
        difficult="difficult" in kinds and rng.random() < 0.3,
        score=round(float(rng.uniform(0.01, 0.99)), 3) if "scores" in kinds else float("nan"),
        track=int(rng.integers(1, 99)) if "tracks" in kinds else -1,
        attributes=attributes(rng) if attributes and "attributes" in kinds else None,
    )
    others = [other for other in builder.rows_of(image) if other != row]
    if "relations" in kinds and others:
        relation = Relation(row, str(rng.choice(WORDS)), int(rng.choice(others)))
        builder.extra.setdefault("relations", []).append(relation)


def _box(rng: np.random.Generator, size: tuple[int, int]) -> tuple[float, float, float, float]:
    (x1, x2), (y1, y2) = (np.sort(rng.uniform(0, side - 2, 2).round(2)) for side in size)
    return float(x1), float(y1), float(x2 + 2), float(y2 + 2)


def _mask(rng: np.random.Generator, size: tuple[int, int]) -> tuple[Any, Any]:
    """A star of one polygon or two, or an ellipse with a hole as run lengths, each with its box."""
    x1, y1, x2, y2 = _box(rng, size)
    middle, radius = np.array([(x1 + x2) / 2, (y1 + y2) / 2]), np.array([(x2 - x1) / 2, (y2 - y1) / 2])
    if rng.random() < 0.5:
        angles = np.linspace(0, 2 * np.pi, 7, endpoint=False)
        star = middle + radius * rng.uniform(0.5, 1, (7, 1)) * np.stack([np.cos(angles), np.sin(angles)], 1)
        polygons = [star.round(2).ravel().tolist()]
        if rng.random() < 0.3:
            polygons.append((middle + radius * [[-1, -1], [-0.4, -1], [-1, -0.4]]).round(2).ravel().tolist())
        return None, polygons
    ys, xs = np.mgrid[: size[1], : size[0]] + 0.5
    distance = np.hypot((xs - middle[0]) / radius[0], (ys - middle[1]) / radius[1])
    found = (distance < 1) & (distance > 0.3)
    found[int(middle[1]), int(middle[0])] = True
    rows, columns = np.flatnonzero(found.any(1)), np.flatnonzero(found.any(0))
    return (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1), mask_rle(found)


def _keypoints(rng: np.random.Generator, size: tuple[int, int]) -> Any:
    points = np.column_stack([rng.uniform(1, 20, (3, 2)).round(2), [2, 1, 0]])
    points[points[:, 2] == 0] = 0
    return points


def _of_image(
    builder: Builder,
    rng: np.random.Generator,
    image: int,
    size: tuple[int, int],
    name: str,
    kinds: Collection[str],
) -> None:
    extra, count = builder.extra, len(builder.categories)
    if "labels" in kinds:
        picked = rng.choice(count, 2, replace=False).tolist()
        extra.setdefault("labels", []).append((image, picked[0]))
        if "confidences" in kinds:
            value = round(float(rng.uniform(0.5, 0.9)), 2) if rng.random() < 0.5 else 0.0
            extra.setdefault("confidences", {})[image, picked[1]] = value
            if value:
                extra["labels"].append((image, picked[1]))
    if "captions" in kinds:
        extra.setdefault("captions", []).append((image, f"{rng.choice(WORDS)} {image}"))
    if "regions" in kinds:
        for k in range(2):
            region = Region(image, _box(rng, size), f"{rng.choice(WORDS)} {k}")
            extra.setdefault("regions", []).append(region)
    if "semantic" in kinds:
        classes = {value: value for value in range(count)}
        extra.setdefault("semantic", {})[image] = MapFile(f"maps/{name}.tif", classes)


def assert_same(
    before: Dataset,
    after: Dataset,
    kinds: Collection[str],
    *,
    pixels: float = 0.01,
    overlap: float = 1.0,
    attributes: Collection[str] | None = None,
) -> None:
    """Compare by names what is of some kinds: boxes within some pixels, masks by their least IoU.

    Of attributes only the named ones count, if names are given.
    """
    at, other = _by_name(before), _by_name(after)
    assert sorted(at) == sorted(other)
    rows: dict[int, int] = {}
    for name, i in at.items():
        j = other[name]
        np.testing.assert_array_equal(before.picture(i), after.picture(j))
        if "splits" in kinds:
            assert before.splits[i] == after.splits[j]
        if "boxes" in kinds or "masks" in kinds:
            rows |= _matched(before, after, i, j, kinds, pixels, attributes)
        if "semantic" in kinds:
            np.testing.assert_array_equal(_named_map(before, i), _named_map(after, j))
    for first, second in rows.items():
        _assert_same_parts(before, after, first, second, kinds, overlap)
    if "relations" in kinds:
        wanted = Counter((rows[r.subject], r.predicate, rows[r.object]) for r in before.relations)
        assert wanted == Counter(map(tuple, after.relations))
    for kind in {"labels", "captions", "confidences", "synsets"} & set(kinds):
        assert _of_images(before, kind) == _of_images(after, kind)
    if "regions" in kinds:
        _assert_same_regions(before, after, pixels)


def _by_name(dataset: Dataset) -> dict[str, int]:
    names = [n.removeprefix(f"{s}/") if s else n for n, s in zip(dataset.names, dataset.splits, strict=True)]
    assert len(set(names)) == len(names)
    return {name: i for i, name in enumerate(names)}


def _matched(
    before: Dataset,
    after: Dataset,
    image: int,
    other: int,
    kinds: Collection[str],
    pixels: float,
    attributes: Collection[str] | None,
) -> dict[int, int]:
    """The row of `after` for each row of `before`: all is the same, and the boxes are nearest."""
    left = after.rows_of(other).tolist()
    assert len(left) == len(before.rows_of(image))
    found = {}
    for row in before.rows_of(image).tolist():
        wanted = _description(before, row, kinds, attributes)
        same = [k for k in left if _description(after, k, kinds, attributes) == wanted]
        assert same, (wanted, [_description(after, k, kinds, attributes) for k in left])
        off = [np.abs(after.objects.boxes[k] - before.objects.boxes[row]).max() for k in same]
        assert min(off) <= pixels
        found[row] = same[int(np.argmin(off))]
        left.remove(found[row])
    return found


def _description(
    dataset: Dataset, row: int, kinds: Collection[str], attributes: Collection[str] | None
) -> tuple[Any, ...]:
    o = dataset.objects
    held = {k: v for k, v in o.attributes[row].items() if attributes is None or k in attributes}
    return (
        dataset.categories[o.category[row]],
        "crowd" in kinds and bool(o.crowd[row]),
        "difficult" in kinds and bool(o.difficult[row]),
        "tracks" in kinds and int(o.track[row]),
        held if "attributes" in kinds else None,
        f"{o.score[row]:.3f}" if "scores" in kinds else None,
    )


def _assert_same_parts(
    before: Dataset, after: Dataset, row: int, other: int, kinds: Collection[str], overlap: float
) -> None:
    if "masks" in kinds:
        first, second = before.mask(row), after.mask(other)
        assert (first is None) == (second is None)
        if first is not None and second is not None:
            assert (first & second).sum() >= overlap * max(1, (first | second).sum())
    if "keypoints" in kinds:
        points, others = before.objects.keypoints[row], after.objects.keypoints[other]
        assert (points is None) == (others is None)
        if points is not None:
            np.testing.assert_allclose(others, points, atol=0.01)


def _named_map(dataset: Dataset, image: int) -> Any:
    found = dataset.semantic_map(image)
    if found is None:
        return None
    names = np.array([*dataset.categories, *[""] * (256 - len(dataset.categories))])
    return names[found]


def _of_images(dataset: Dataset, kind: str) -> Any:
    keys = {i: name for name, i in _by_name(dataset).items()}
    if kind == "synsets":
        return dataset.synsets
    if kind == "captions":
        return sorted((keys[i], text) for i, text in dataset.captions)
    if kind == "labels":
        return sorted((keys[i], dataset.categories[c]) for i, c in dataset.labels)
    return {(keys[i], dataset.categories[c]): pytest.approx(v) for (i, c), v in dataset.confidences.items()}


def _assert_same_regions(before: Dataset, after: Dataset, pixels: float) -> None:
    first, second = (
        sorted((keys[r.image], r.text, r.box) for r in dataset.regions)
        for dataset in (before, after)
        for keys in [{i: name for name, i in _by_name(dataset).items()}]
    )
    assert [row[:2] for row in first] == [row[:2] for row in second]
    for a, b in zip(first, second, strict=True):
        np.testing.assert_allclose(a[2], b[2], atol=pixels)
