"""Export of scenes as a data set: pictures, COCO annotations, semantic maps."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from cvdemo.errors import DataError
from cvdemo.world.captions.grammar import describe_regions, write_captions
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.painting import lay_out, paint_picture
from cvdemo.world.reading import Truth, read_truth
from cvdemo.world.sampling.scene import scene as sample_scene
from cvdemo.world.vocabulary import COLOURS, KEYPOINTS, SEMANTIC, SKELETON, THINGS, WORLD_VERSION

FORMATS = ("coco",)


def export(
    folder: Path,
    *,
    split: str = "test",
    count: int = 500,
    first: int = 0,
    width: int = 640,
    height: int = 480,
    difficulty: Difficulty | None = None,
    layout: str = "coco",
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Write `count` scenes of a split, from seed `first` on, into a folder, and return the folder.

    Writes `images/SPLIT/*.png`, `semantic/SPLIT/*.png` (8-bit semantic ids with a palette), and in
    `annotations`, per split, `instances`, `person_keypoints`, `captions` and `regions` as JSON. Difficult
    objects have `iscrowd` 1, so that evaluators ignore them. `progress` is called with the number of finished
    scenes. Files are written atomically. Raises DataError for an unknown layout, a count below 1, or a folder
    that cannot be written.
    """
    if layout not in FORMATS:
        raise DataError(f"no export format named {layout!r}: there is {', '.join(FORMATS)}")
    if count < 1:
        raise DataError(f"cannot export {count} scenes: give 1 or more")
    with writing(folder):
        images, maps = folder / "images" / split, folder / "semantic" / split
        for path in (images, maps, folder / "annotations"):
            path.mkdir(parents=True, exist_ok=True)
        book = Book(split, difficulty or Difficulty())
        for seed in range(first, first + count):
            scene = sample_scene(seed, split=split, difficulty=difficulty)
            drawn = lay_out(scene, width, height)
            name = f"{seed:06d}.png"
            write_file(images / name, _png(paint_picture(drawn)[..., ::-1]))
            truth = read_truth(drawn)
            write_file(maps / name, _palette_png(truth.semantic))
            book.add(truth, name, seed)
            if progress is not None:
                progress(seed - first + 1)
        for kind, content in book.files():
            write_file(folder / "annotations" / f"{kind}_{split}.json", json.dumps(content).encode())
    return folder


class Book:
    """Collects the COCO annotations of many scenes."""

    def __init__(self, split: str, difficulty: Difficulty) -> None:
        self.info = {
            "description": "the drawn world of cvdemo",
            "version": str(WORLD_VERSION),
            "split": split,
            "difficulty": {name: getattr(difficulty, name) for name in difficulty.__dataclass_fields__},
        }
        self.images: list[dict[str, Any]] = []
        self.instances: list[dict[str, Any]] = []
        self.people: list[dict[str, Any]] = []
        self.captions: list[dict[str, Any]] = []
        self.regions: list[dict[str, Any]] = []

    def add_objects(self, truth: Truth, name: str, seed: int) -> dict[int | None, int]:
        """Add a picture and its objects; returns the annotation id of each object."""
        self.images.append({"id": seed, "file_name": name, "width": truth.width, "height": truth.height})
        numbers: dict[int | None, int] = {}
        for row in range(len(truth)):
            number = len(self.instances) + 1
            numbers[int(truth.ids[row])] = number
            entry = self._instance(truth, row, seed, number)
            self.instances.append(entry)
            if truth.classes[row] == THINGS.index("person"):
                self.people.append({**entry, **_keypoint_fields(truth, row)})
        return numbers

    def add(self, truth: Truth, name: str, seed: int) -> None:
        """Add the truth of one scene; its image id is its seed."""
        numbers = self.add_objects(truth, name, seed)
        for text in write_captions(truth):
            self.captions.append({"id": len(self.captions) + 1, "image_id": seed, "caption": text})
        for region in describe_regions(truth):
            fields = region._asdict()
            del fields["id"], fields["box"]
            fields["relatum_id"] = numbers.get(region.relatum_id)
            self.regions.append(
                {
                    "id": len(self.regions) + 1,
                    "image_id": seed,
                    "annotation_id": numbers[region.id],
                    "bbox": _xywh(region.box),
                    **fields,
                }
            )

    def _instance(self, truth: Truth, row: int, seed: int, number: int) -> dict[str, Any]:
        mask = truth.masks[row]
        record = truth.records[row]
        return {
            "id": number,
            "image_id": seed,
            "category_id": int(truth.classes[row]) + 1,
            "bbox": _xywh(truth.boxes[row].tolist()),
            "area": int(mask.sum()),
            "segmentation": run_lengths(mask),
            "iscrowd": int(truth.difficult[row]),
            "full_bbox": _xywh(truth.full_boxes[row].tolist()),
            "visible": round(float(truth.visible[row]), 4),
            "colour": record.colour,
            "action": record.action,
        }

    def files(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yields the name and content of each annotation file."""
        categories: list[dict[str, Any]] = [
            {"id": k + 1, "name": name, "supercategory": "thing", "colour": list(COLOURS[name])}
            for k, name in enumerate(THINGS)
        ]
        person = {
            **categories[0],
            "keypoints": list(KEYPOINTS),
            "skeleton": [[a + 1, b + 1] for a, b in SKELETON],
        }
        common = {"info": self.info, "licenses": [], "images": self.images}
        yield "instances", {**common, "categories": categories, "annotations": self.instances}
        yield "person_keypoints", {**common, "categories": [person], "annotations": self.people}
        yield "captions", {**common, "annotations": self.captions}
        yield "regions", {**common, "annotations": self.regions}


def _xywh(box: Any) -> list[float]:
    x1, y1, x2, y2 = (round(float(v), 2) for v in box)
    return [x1, y1, round(x2 - x1, 2), round(y2 - y1, 2)]


def _keypoint_fields(truth: Truth, row: int) -> dict[str, Any]:
    """COCO's `keypoints`, a flat list of x, y, visibility, and `num_keypoints`."""
    points = truth.keypoints[row]
    flat = [round(float(v), 2) if k % 3 < 2 else int(v) for k, v in enumerate(points.ravel())]
    return {"keypoints": flat, "num_keypoints": int((points[:, 2] > 0).sum())}


def run_lengths(mask: np.ndarray) -> dict[str, Any]:
    """A mask [H, W] as COCO's uncompressed run-length encoding, in column-major order, zeros first."""
    flat = np.concatenate([[0], mask.ravel(order="F").astype(np.int8), [1 - int(mask[-1, -1])]])
    cuts = np.flatnonzero(np.diff(flat))
    counts = np.diff(np.concatenate([[0], cuts])).tolist()
    return {"size": [int(mask.shape[0]), int(mask.shape[1])], "counts": [int(c) for c in counts]}


def _png(picture: np.ndarray) -> bytes:
    done, data = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not done:
        raise DataError("cannot encode a picture as PNG")
    return data.tobytes()


def _palette_png(semantic: np.ndarray) -> bytes:
    """A semantic map [H, W] as an indexed PNG: values are class ids, the palette has the world's colours."""
    from io import BytesIO

    from PIL import Image

    picture = Image.fromarray(semantic, mode="L").convert("L")
    indexed = Image.frombytes("P", picture.size, picture.tobytes())
    indexed.putpalette([v for name in SEMANTIC for v in COLOURS[name]])
    buffer = BytesIO()
    indexed.save(buffer, format="PNG")
    return buffer.getvalue()


def write_file(path: Path, data: bytes) -> None:
    """Write a file atomically."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """A context that turns an OSError into a DataError, such as for a full disk."""
    try:
        yield
    except OSError as error:
        raise DataError(f"cannot write to {str(folder)!r}: {error.strerror or error}") from error
