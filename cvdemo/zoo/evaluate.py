"""COCO's numbers of boxes, masks and keypoints on pictures with truth: a folder of them, or drawn scenes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import supervision as sv

from cvdemo import world
from cvdemo.data.coco import read_coco
from cvdemo.data.detections_json import to_coco
from cvdemo.data.json_files import read_json
from cvdemo.data.pictures import read_picture
from cvdemo.errors import DataError
from cvdemo.ops.detections import scaled
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.export import Book
from cvdemo.zoo.coco_scores import ap_by_height, coco_numbers, single_numbers
from cvdemo.zoo.evaluate_masks import score_masks, true_objects
from cvdemo.zoo.model import FLOOR, Detector
from cvdemo.zoo.spec import Task
from cvdemo.zoo.top_down import BoxesThenMasks

IOU_TYPES = {
    Task.DETECT: ("bbox",),
    Task.INSTANCES: ("bbox", "segm"),
    Task.POSE: ("bbox", "keypoints"),
}
"""What the models of a task are scored by, as pycocotools calls it."""
NMS_IOU = 0.6
MAX_DETECTIONS = 100
SIZE = (192, 160)  # width and height of the drawn scenes that are scored


class CocoData(NamedTuple):
    """Truth in COCO's form, and how to come by the pictures it is about.

    `scale` are a picture's pixels for one of the truth's, across and down.
    """

    truth: dict[str, Any]
    pictures: Mapping[int, Callable[[], np.ndarray]]  # by image id
    categories: dict[str, int]  # category id by its name in lower case
    scale: tuple[float, float] = (1.0, 1.0)

    def first(self, n: int | None) -> CocoData:
        """The same for the first n pictures only; all where None."""
        kept = dict(list(self.pictures.items())[:n])
        images = [image for image in self.truth["images"] if image["id"] in kept]
        rows = [row for row in self.truth["annotations"] if row["image_id"] in kept]
        return self._replace(truth={**self.truth, "images": images, "annotations": rows}, pictures=kept)


def open_data(data: str) -> CocoData:
    """The data of "coco:ANNOTATIONS.json:IMAGES_DIR", checked; `DataError` says what is wrong with it."""
    kind, _, rest = data.partition(":")
    annotations, _, folder = rest.rpartition(":")
    if kind != "coco" or not annotations or not folder:
        raise DataError(f"cannot use '{data[:80]}' as data: write it as coco:ANNOTATIONS.json:IMAGES_DIR")
    truth = read_json(annotations, "truth").data
    columns = read_coco(annotations, [])
    if not columns.image_ids:
        raise DataError(f"{Path(annotations).name}: has no images")
    pictures = pictures_in(Path(folder), dict(zip(columns.image_ids, columns.image_names, strict=True)))
    names = (name.lower() for name in columns.category_names)
    return CocoData(truth, pictures, dict(zip(names, columns.category_ids, strict=True)))


def pictures_in(folder: Path, names: Mapping[int, str]) -> dict[int, Callable[[], np.ndarray]]:
    """How to come by the pictures of a folder, by id; DataError where one of the names is not there."""
    files = {image_id: folder / name for image_id, name in names.items()}
    missing = [path.name for path in files.values() if not path.is_file()]
    if missing:
        count = f"{len(missing)} of {len(files)} pictures"
        raise DataError(f"'{folder.name}' lacks {count} of the truth, such as '{missing[0]}'")
    return {image_id: partial(read_picture, path) for image_id, path in files.items()}


def open_boxes(data: str, n: int | None) -> CocoData:
    """The first n pictures of "coco:ANNOTATIONS.json:IMAGES_DIR", all where None."""
    if data.startswith(("camvid:", "msrc:")):
        raise DataError("CamVid and MSRC have label maps and no boxes: score a detector on coco: or world:")
    return open_data(data).first(n)


def drawn_people(
    split: str, n: int, difficulty: Difficulty | None = None, *, size: tuple[int, int] = SIZE
) -> CocoData:
    """Drawn scenes of the seeds 0 to n - 1 of a split with the keypoints of their people as truth.

    Pictures and truth are in pixels of the `size` (width, height).
    """
    book = Book(split, difficulty or Difficulty())
    pictures = {}
    for seed in range(n):
        scene = world.scene(seed, split=split, difficulty=difficulty)
        book.add(world.truth(scene, *size), f"{seed:06d}.png", seed)
        pictures[seed] = partial(world.render, scene, *size)
    truth = dict(book.files())["person_keypoints"]
    return CocoData(truth, pictures, {c["name"]: c["id"] for c in truth["categories"]})


def drawn_data(
    split: str, n: int, difficulty: Difficulty | None = None, *, size: tuple[int, int] = SIZE
) -> CocoData:
    """Drawn scenes of the seeds 0 to n - 1 of a split, 192 x 160, as `cvdemo world export` writes them.

    Pictures of another `size` (width, height) show the same scenes in more pixels or fewer; the truth, and
    with it what is small, stays in those of 192 x 160.
    """
    book = Book(split, difficulty or Difficulty())
    pictures = {}
    for seed in range(n):
        scene = world.scene(seed, split=split, difficulty=difficulty)
        book.add(world.truth(scene, *SIZE), f"{seed:06d}.png", seed)
        pictures[seed] = partial(world.render, scene, *size)
    truth = dict(book.files())["instances"]
    scale = size[0] / SIZE[0], size[1] / SIZE[1]
    return CocoData(truth, pictures, {c["name"]: c["id"] for c in truth["categories"]}, scale)


def evaluate(
    model: Detector,
    data: CocoData,
    *,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> dict[str, float]:
    """COCO's twelve numbers of a detector, the number of pictures `n` and the milliseconds for each.

    A model with masks has their numbers too, as `mask_AP` ..., one with keypoints theirs, as
    `keypoint_AP` ..., also by the people's height; a detector of one box has its accuracy and mean IoU, as
    `single_numbers` says, and a model that gives masks of any boxes has those of the true ones, as
    `score_masks` says.

    Detections score at least .01, NMS per class is at IoU .6, and the best 100 of a picture count.
    Categories are matched by name; a model with a prompt gets the names of all. The time is that of the
    model's call, without reading the picture; `progress` wraps the pictures as they are gone through.
    """
    kinds = IOU_TYPES[model.spec.task]
    check_truth(data, kinds)
    results, seconds = collect_results(model, data, progress=progress)
    numbers: dict[str, float] = {}
    for kind in kinds:
        numbers |= coco_numbers(data.truth, results, kind)
    if "keypoints" in kinds:
        numbers |= ap_by_height(data.truth, results)
    if model.spec.options.get("one_box"):
        numbers |= single_numbers(data.truth, results)
    if isinstance(model, BoxesThenMasks):
        numbers |= score_masks(model.model, true_objects(data.truth, progress(data.pictures.items())))
    return {**numbers, "n": len(seconds), "ms_per_image": round(1000 * float(np.mean(seconds)), 2)}


def check_truth(data: CocoData, kinds: tuple[str, ...]) -> None:
    """A `DataError` where the truth lacks the masks or keypoints that are to be scored."""
    for kind, name, field in (("segm", "masks", "segmentation"), ("keypoints", "keypoints", "keypoints")):
        if kind in kinds and not all(field in row for row in data.truth["annotations"]):
            raise DataError(f"the truth has no {name}: use a file of COCO's annotations that has them")


def collect_results(
    model: Detector,
    data: CocoData,
    *,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> tuple[list[dict[str, Any]], list[float]]:
    """A model's detections of all pictures in COCO's form, as `evaluate` scores them; seconds of each."""
    prompt = ", ".join(data.categories) if model.spec.prompt else ""
    names = model.names(prompt).items()
    category = {i: data.categories[name.lower()] for i, name in names if name.lower() in data.categories}
    if not category:
        raise DataError(f"{model.spec.title} knows none of the truth's categories by name")
    results: list[dict[str, Any]] = []
    seconds = []
    for image_id, read in progress(data.pictures.items()):
        picture = read()
        start = time.perf_counter()
        found = model(
            picture, score=FLOOR, iou=NMS_IOU, max_detections=MAX_DETECTIONS, prompt=prompt, classes=category
        )
        seconds.append(time.perf_counter() - start)
        found = in_truth_pixels(found, picture, data.scale)
        results += [{**row, "category_id": category[row["category_id"]]} for row in to_coco(found, image_id)]
    return results, seconds


def in_truth_pixels(found: sv.Detections, picture: np.ndarray, scale: tuple[float, float]) -> sv.Detections:
    """Detections of a picture in pixels of the truth; `scale` as in `CocoData`."""
    if scale == (1.0, 1.0):
        return found
    height, width = picture.shape[:2]
    return scaled(found, (height, width), (height / scale[1], width / scale[0]))
