"""Drawn scenes as a data set with every kind of annotation; nothing is written to disk."""

from __future__ import annotations

from functools import partial

from cvdemo import world
from cvdemo.data.archive import Archive
from cvdemo.data.dataset import Builder, Dataset, MapFile, Region, Relation, mask_rle
from cvdemo.data.formats.writing import indexed_png
from cvdemo.data.pictures import to_png
from cvdemo.world.captions.grammar import describe_regions, write_captions
from cvdemo.world.graph import Scene
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import KEYPOINTS, SEMANTIC, SKELETON, STUFF, THINGS

TITLE = "The drawn world"
CATEGORIES = (*THINGS, *STUFF)
MAP_CLASSES = {value: CATEGORIES.index(name) for value, name in enumerate(SEMANTIC)}


def drawn_dataset(
    count: int, *, split: str = "test", first: int = 0, width: int = 640, height: int = 480
) -> Dataset:
    """`count` scenes of a split with boxes, masks, keypoints, captions, regions, relations, labels and maps.

    Pictures and semantic maps are drawn when they are read.
    """
    archive = Archive()
    builder = Builder(TITLE, archive, CATEGORIES)
    builder.extra |= {"keypoint_names": tuple(KEYPOINTS), "skeleton": tuple(SKELETON)}
    for seed in range(first, first + count):
        scene = world.scene(seed, split=split)
        truth = world.truth(scene, width, height)
        name, file = f"{split}/{seed:06d}", f"images/{split}/{seed:06d}.png"
        archive.add(file, partial(_picture, scene, width, height))
        archive.add(f"semantic/{split}/{seed:06d}.png", partial(_semantic, scene, width, height))
        image = builder.image(name, file, (width, height), split)
        _annotate(builder, image, truth)
        path = f"semantic/{split}/{seed:06d}.png"
        builder.extra.setdefault("semantic", {})[image] = MapFile(path, MAP_CLASSES)
    return builder.build()


def _annotate(builder: Builder, image: int, truth: Truth) -> None:
    """Add the objects of a scene and all that is said about them."""
    rows: dict[int, int] = {}
    for k in range(len(truth)):
        name, record, points = THINGS[truth.classes[k]], truth.records[k], truth.keypoints[k]
        rows[int(truth.ids[k])] = builder.object(
            image,
            builder.category(name),
            truth.boxes[k].tolist(),
            mask=mask_rle(truth.masks[k]),
            keypoints=points if points[:, 2].any() else None,
            difficult=bool(truth.difficult[k]),
            attributes={"colour": record.colour, "action": record.action},
        )
    for text in write_captions(truth):
        builder.extra.setdefault("captions", []).append((image, text))
    for region in describe_regions(truth):
        box = (region.box[0], region.box[1], region.box[2], region.box[3])
        builder.extra.setdefault("regions", []).append(Region(image, box, region.text))
        if region.relatum_id in rows:
            relation = Relation(rows[region.id], region.relation, rows[region.relatum_id])
            builder.extra.setdefault("relations", []).append(relation)
    for name in dict.fromkeys(THINGS[k] for k in truth.classes.tolist()):
        builder.extra.setdefault("labels", []).append((image, builder.category(name)))


def _picture(scene: Scene, width: int, height: int, most: int) -> bytes:
    return _first(to_png(world.render(scene, width, height)), most)


def _semantic(scene: Scene, width: int, height: int, most: int) -> bytes:
    return _first(indexed_png(world.truth(scene, width, height).semantic), most)


def _first(data: bytes, most: int) -> bytes:
    return data if most < 0 else data[:most]
