"""Counts, oddities, subsets and filters of data sets, against pycocotools and by brute force."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from cvdemo.data.archive import Archive
from cvdemo.data.dataset import VOID, Builder, Dataset
from cvdemo.data.formats import format_module, read_dataset
from cvdemo.data.inspection import SIZES, inspect, object_areas, pairs_of, polygon_areas, summary
from cvdemo.data.oddities import oddities
from cvdemo.data.subset import subset
from cvdemo.errors import DataError, PictureError
from cvdemo.labs.datasets import charts
from cvdemo.labs.datasets.cards import CARDS
from cvdemo.labs.datasets.draw import LAYERS, annotated
from cvdemo.labs.datasets.experiment import (
    VARIABLE,
    Filters,
    Opened,
    below,
    data_root,
    entries,
    matching_images,
    object_rows,
    opened,
    texts_of_image,
)
from cvdemo.labs.datasets.scoring import known_classes
from cvdemo.world.as_dataset import drawn_dataset


@pytest.fixture(scope="module")
def drawn() -> Opened:
    return opened("drawn", "drawn", drawn_dataset(8, width=200, height=150))


def random_dataset(seed: int, images: int = 40, objects: int = 300, classes: int = 6) -> Dataset:
    """Boxes anywhere, some outside, empty or twice; some images without objects."""
    rng = np.random.default_rng(seed)
    builder = Builder("random", Archive(), [f"class {k}" for k in range(classes)])
    for k in range(images):
        builder.image(f"image {k}", "", (100, 80))
    for _ in range(objects):
        x, y = rng.uniform(-10, 90, 2)
        wide, high = rng.choice([0, 5, 20, 60]), rng.choice([5, 20, 60])
        box = (x, y, x + wide, y + high)
        image, category = int(rng.integers(images - 3)), int(rng.integers(classes - 1))
        for _ in range(int(rng.choice([1, 1, 1, 2]))):
            builder.object(image, category, box)
    return builder.build()


def test_counts_by_brute_force() -> None:
    dataset = random_dataset(1)
    found, o = inspect(dataset), dataset.objects
    for category in range(len(dataset.categories)):
        rows = [n for n in range(len(o)) if o.category[n] == category]
        assert found.objects_of[category] == len(rows)
        assert found.images_of[category] == len({int(o.image[n]) for n in rows})
    for image in range(len(dataset)):
        assert found.on_image[image] == sum(o.image == image)
    sets = [{int(o.image[n]) for n in range(len(o)) if o.category[n] == c} for c in range(6)]
    assert pairs_of(found, [0, 3, 5]).tolist() == [
        [len(sets[a] & sets[b]) for b in (0, 3, 5)] for a in (0, 3, 5)
    ]
    sides = o.boxes[:, 2:] - o.boxes[:, :2]
    assert np.isnan(found.aspect).sum() == (sides == 0).any(axis=1).sum()
    assert found.places.sum() <= len(o)


def test_oddities_by_brute_force() -> None:
    dataset = random_dataset(2)
    found = {odd.kind: odd for odd in oddities(dataset)}
    boxes, keys = dataset.objects.boxes, set()
    outside, empty, twice = [], [], []
    for n, (x1, y1, x2, y2) in enumerate(boxes.tolist()):
        if x1 < -1 or y1 < -1 or x2 > 101 or y2 > 81:
            outside.append(n)
        if x2 <= x1 or y2 <= y1:
            empty.append(n)
        key = (int(dataset.objects.image[n]), int(dataset.objects.category[n]), x1, y1, x2, y2)
        if key in keys:
            twice.append(n)
        keys.add(key)
    assert found["outside"].rows.tolist() == outside
    assert found["empty"].rows.tolist() == empty
    assert found["twice"].rows.tolist() == twice
    assert found["bare"].names[-3:] == ("image 37", "image 38", "image 39")
    assert found["unused"].names == ("class 5",)
    assert len(found["missing"]) == 40


def test_areas_are_those_of_masks(drawn: Opened) -> None:
    """Run lengths exactly as pycocotools; polygons by the shoelace formula, in several chunks."""
    masks = drawn.dataset.objects.masks
    assert object_areas(drawn.dataset).tolist() == [float(coco_mask.area(mask)) for mask in masks]
    assert polygon_areas(
        [[[0, 0, 4, 0, 4, 3, 0, 3]], [[0, 0, 4, 0, 0, 3], [9, 9, 9, 11, 11, 11, 11, 9]]]
    ).tolist() == [12, 10]
    assert polygon_areas([]).tolist() == []


def test_sizes_are_coco_areas() -> None:
    builder = Builder("sizes", Archive(), ["a"])
    image = builder.image("one", "", (500, 500))
    for side in (31.9, 32.1, 95.9, 96.1):
        builder.object(image, 0, (0, 0, side, side))
    dataset = builder.build()
    assert [SIZES[k] for k in inspect(dataset).size] == ["small", "medium", "medium", "large"]


def test_the_drawn_world_has_every_kind_and_nothing_odd(drawn: Opened) -> None:
    kinds = drawn.dataset.kinds()
    for kind in ("boxes", "masks", "keypoints", "captions", "regions", "relations", "labels", "semantic"):
        assert kind in kinds
    assert {odd.kind for odd in drawn.odd} <= {"unused"}
    dataset = drawn.dataset
    for row in range(0, len(dataset.objects), 5):
        image, mask = int(dataset.objects.image[row]), dataset.mask(row)
        semantic = dataset.semantic_map(image)
        assert mask is not None and semantic is not None
        assert (semantic[mask] == dataset.objects.category[row]).all()
        assert (semantic != VOID).all()


def test_a_subset_keeps_what_belongs_to_its_images(drawn: Opened) -> None:
    dataset = drawn.dataset
    part = subset(dataset, [5, 2])
    assert part.names == [dataset.names[5], dataset.names[2]]
    assert len(part.objects) == len(dataset.rows_of(5)) + len(dataset.rows_of(2))
    there = opened("part", "part", part)
    for new, old in enumerate((5, 2)):
        assert texts_of_image(there, new) == texts_of_image(drawn, old)
        assert (
            part.objects.boxes[part.rows_of(new)].tolist()
            == dataset.objects.boxes[dataset.rows_of(old)].tolist()
        )
        assert np.array_equal(part.semantic_map(new), dataset.semantic_map(old))  # type: ignore[arg-type]


def test_filters_by_brute_force(drawn: Opened) -> None:
    dataset, found = drawn.dataset, drawn.found
    names = [dataset.categories[c] for c in dataset.objects.category]
    dogs = {int(i) for i, name in zip(dataset.objects.image, names, strict=True) if name == "dog"}
    assert set(matching_images(dataset, found, Filters(("dog",))).tolist()) == dogs
    large = {
        int(dataset.objects.image[n]) for n in range(len(names)) if found.size[n] == SIZES.index("medium")
    }
    assert set(matching_images(dataset, found, Filters(size="medium")).tolist()) == large
    some = matching_images(dataset, found, Filters(least=2, most=3)).tolist()
    assert some == [i for i in range(len(dataset)) if 2 <= len(dataset.rows_of(i)) <= 3]
    text = dataset.captions[0][1]
    assert dataset.captions[0][0] in matching_images(dataset, found, Filters(text=f" {text.upper()} "))
    assert matching_images(dataset, found, Filters(text="000003")).tolist() == [3]
    assert not len(matching_images(dataset, found, Filters(split="no such")))


def test_every_layer_changes_the_picture(drawn: Opened) -> None:
    person = int(
        drawn.dataset.objects.image[
            next(i for i, k in enumerate(drawn.dataset.objects.keypoints) if k is not None)
        ]
    )
    related = next(iter(drawn.texts.relations))
    plain = {image: annotated(drawn.dataset, drawn.texts, image, (), 200) for image in (person, related)}
    for layer in LAYERS:
        image = related if layer == "relations" else person
        layers = ("boxes", "names") if layer == "names" else (layer,)
        drawn_over = annotated(drawn.dataset, drawn.texts, image, layers, 200)
        assert (drawn_over != plain[image]).any(), layer
    names = annotated(drawn.dataset, drawn.texts, person, ("boxes", "names"), 200)
    assert (names != annotated(drawn.dataset, drawn.texts, person, ("boxes",), 200)).any()


def test_a_missing_picture_is_grey_or_one_sentence() -> None:
    builder = Builder("x", Archive(), ["a"])
    builder.object(builder.image("sized", "", (64, 48)), 0, (1, 1, 9, 9))
    builder.object(builder.image("unsized"), 0, (1, 1, 9, 9))
    there = opened("x", "x", builder.build())
    assert annotated(there.dataset, there.texts, 0, LAYERS, 640).shape == (48, 64, 3)
    with pytest.raises(PictureError, match="not among the files"):
        annotated(there.dataset, there.texts, 1, LAYERS, 640)
    assert there.unknown == 1


def test_charts_of_anything(drawn: Opened) -> None:
    empty = Builder("empty", Archive(), ["a", "b"])
    empty.image("one")
    for dataset in (drawn.dataset, random_dataset(3), empty.build()):
        found = inspect(dataset)
        charts.class_chart(dataset, found)
        charts.size_chart(dataset, found)
        charts.aspect_chart(found)
        charts.count_chart(found)
        charts.place_chart(found)
        charts.pair_chart(dataset, found)
        json.dumps(summary(dataset, found))


def test_the_table_of_an_image_has_its_objects(drawn: Opened) -> None:
    table = object_rows(drawn.dataset, drawn.found, 0)
    assert len(table) == len(drawn.dataset.rows_of(0))
    assert {"class", "x1", "area", "mask", "colour"} <= table[0].keys()


def test_folders_below_the_root_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, secret = tmp_path / "sets", tmp_path / "secret"
    for folder in (root / "mine" / "deep", secret / "inner"):
        folder.mkdir(parents=True)
    (root / "a.zip").write_bytes(b"")
    (root / "a.txt").write_bytes(b"")
    (root / "out").symlink_to(secret)
    (root / "in").symlink_to(root / "mine")
    (root / "circle").symlink_to(root / "circle")
    root = root.resolve()
    assert below(root, "mine/deep") == root / "mine" / "deep"
    assert below(root, "in") == root / "mine"
    assert below(root, "a.zip") == root / "a.zip"
    for hostile in ("..", "../secret", "mine/../../secret", "/etc", str(secret), "out", "out/inner", "a.txt",
                    "nowhere", "..\\secret", "C:\\x", "mine\0", "x" * 5000, "circle", "~"):  # fmt: skip
        with pytest.raises(DataError):
            below(root, hostile)
    assert entries(root, root) == ["a.zip", "in", "mine"]
    monkeypatch.delenv(VARIABLE, raising=False)
    assert data_root() is None
    monkeypatch.setenv(VARIABLE, str(tmp_path / "no such"))
    assert data_root() is None
    monkeypatch.setenv(VARIABLE, str(root))
    assert data_root() == root


def test_links_out_of_a_data_set_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"images": [{"id": 1, "file_name": "secret.png"}]}')
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "instances.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(DataError):
        read_dataset(tmp_path / "set")


def test_classes_of_a_detector_by_name() -> None:
    dataset = random_dataset(4)
    named = replace(dataset, categories=["aeroplane", "Person", "tvmonitor", "pedestrian", "ball", "unicorn"])
    names = {1: "person", 5: "airplane", 72: "tv", 37: "sports ball"}
    assert known_classes(named, names) == {
        "Person": "person", "aeroplane": "airplane", "tvmonitor": "tv", "ball": "sports ball",
    }  # fmt: skip


def test_the_seven_of_the_lecture() -> None:
    assert [card.title for card in CARDS] == [
        "COCO", "PASCAL VOC 2012", "Open Images", "KITTI", "Cityscapes", "Visual Genome", "ImageNet",
    ]  # fmt: skip
    for card in CARDS:
        assert format_module(card.format).TITLE
        assert all(fact.source.startswith("http") for fact in (*card.facts, card.licence))
