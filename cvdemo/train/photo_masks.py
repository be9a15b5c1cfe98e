"""Training the net that gives a mask for a box: `python -m cvdemo.train.photo_masks DIR`.

DIR holds public photos with polygons: `coco-more`, `coco-persons` and `coco-mini` in COCO's JSON, `msrc` with
its segments. The val photos of `coco-mini` are the test; an eighth of `coco-more` is scored during a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cvdemo.data import msrc
from cvdemo.data.json_files import read_json
from cvdemo.data.pictures import read_picture
from cvdemo.nets.photo import photo_masks
from cvdemo.train import finetune
from cvdemo.train.label_photos import relit
from cvdemo.train.msrc import CITATION, LICENCE
from cvdemo.train.recipes import Recipe
from cvdemo.train.task import Progress, as_tensor, mixed_precision
from cvdemo.zoo import evaluate_masks
from cvdemo.zoo.box_masks import SIDE, box_frame, cut_out
from cvdemo.zoo.evaluate import open_data
from cvdemo.zoo.evaluate_masks import BoxedObjects, score_masks, true_objects
from cvdemo.zoo.photo_masks import PhotoMasks
from cvdemo.zoo.photo_nets import imagenet_state
from cvdemo.zoo.spec import COCO_VAL_IN_TRAINING

KEY = "photo-masks"
RECIPE = Recipe(
    KEY, "cvdemo.train.photo_masks:PhotoMasksTask", steps=1500, batch=24, rate=2e-3, ema=0.99,
    channels_last=True,
)  # fmt: skip
LEAST = 20  # pixels of the shorter side of a box that is learnt from
JITTER = 0.06  # of a box's centre and size, as shares of its sides
ROTATION = 8.0  # degrees at most
HELD_OUT = 8  # every n-th photo of coco-more is kept for validation
TRAIN = (
    ("coco-more/instances.json", "coco-more/photos"),
    ("coco-persons/person_keypoints.json", "coco-persons/photos"),
    ("coco-mini/annotations/instances_train2017.json", "coco-mini/train2017"),
)
TEST = ("coco-mini/annotations/instances_val2017.json", "coco-mini/val2017")
COCO_LICENCE = "photos of COCO under their own Flickr licences, annotations CC BY 4.0"
CAUTION = f"AP is that of masks in the packaged detector's boxes. {COCO_VAL_IN_TRAINING}"
OBJECTS = frozenset(msrc.NAMES) - {"building", "grass", "tree", "sky", "mountain", "water", "road", "face"}


class Instance(NamedTuple):
    """One object: its photo's number, its box x1 y1 x2 y2 and its polygons [P, 2] in pixels of the photo."""

    photo: int
    box: NDArray[np.float32]
    polygons: list[NDArray[np.float32]]


class Instances(NamedTuple):
    """Photos [H, W, 3] uint8 RGB and the objects in them."""

    photos: list[NDArray[np.uint8]]
    objects: list[Instance]


def read_instances(annotations: Path, folder: Path, *, least: float) -> Instances:
    """Objects with polygons of COCO's JSON whose box's shorter side has at least so many pixels."""
    data = read_json(annotations, "truth").data
    rows: dict[int, list[dict[str, Any]]] = {}
    for row in data["annotations"]:
        polygons = isinstance(row["segmentation"], list) and row["segmentation"]
        if polygons and not row.get("iscrowd") and min(row["bbox"][2:]) >= least:
            rows.setdefault(row["image_id"], []).append(row)
    found = Instances([], [])
    for image in data["images"]:
        own = rows.get(image["id"], [])
        if own:
            found.objects.extend(_instance(len(found.photos), row) for row in own)
            found.photos.append(read_picture(folder / image["file_name"]))
    return found


def _instance(photo: int, row: dict[str, Any]) -> Instance:
    x, y, width, height = row["bbox"]
    polygons = [np.array(p, np.float32).reshape(-1, 2) for p in row["segmentation"]]
    return Instance(photo, np.array([x, y, x + width, y + height], np.float32), polygons)


def read_segments(folder: Path, split: str, *, least: float) -> Instances:
    """Segments of MSRC's photos that are objects and not stuff, as outlines."""
    found = Instances([], [])
    for photo, path in msrc.pairs(folder, split):
        classes = msrc.read_map(path)
        segments = cv2.imread(str(folder / "segments" / f"{photo.stem}.png"), cv2.IMREAD_UNCHANGED)
        if segments is None or segments.shape[:2] != classes.shape:
            continue
        rows = _outlines(classes, segments, len(found.photos), least)
        if rows:
            found.objects.extend(rows)
            found.photos.append(read_picture(photo))
    return found


def _outlines(classes: NDArray[np.uint8], segments: NDArray[Any], photo: int, least: float) -> list[Instance]:
    rows = []
    for number in np.unique(segments):
        mask = segments == number
        ids = np.bincount(classes[mask], minlength=256)
        if ids.argmax() >= len(msrc.NAMES) or msrc.NAMES[int(ids.argmax())] not in OBJECTS:
            continue
        x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
        contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        polygons = [c[:, 0].astype(np.float32) + 0.5 for c in contours if len(c) >= 3]
        if min(width, height) >= least and polygons:
            rows.append(Instance(photo, np.array([x, y, x + width, y + height], np.float32), polygons))
    return rows


def joined(parts: list[Instances]) -> Instances:
    """All photos and objects of several sets together."""
    whole = Instances([], [])
    for part in parts:
        first = len(whole.photos)
        whole.photos.extend(part.photos)
        whole.objects.extend(o._replace(photo=o.photo + first) for o in part.objects)
    return whole


def filled(polygons: list[NDArray[np.float32]], frame: NDArray[np.float32], size: tuple[int, int]) -> Any:
    """The mask [h, w] in 0..1 of polygons under an affine map [2, 3] to a size (width, height)."""
    mask = np.zeros(size[::-1], np.uint8)
    for polygon in polygons:
        points = polygon @ frame[:, :2].T + frame[:, 2]
        # 4 bits below the pixel; a pixel's middle has whole coordinates in OpenCV.
        cv2.fillPoly(mask, [np.round((points - 0.5) * 16).astype(np.int32)], 1, shift=4)
    return mask


class PhotoMasksTask:
    """The mask net on cut-outs around jittered boxes; a batch is the numbers of objects."""

    metric = "mask_IoU"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        more, *others = [read_instances(folder / a, folder / p, least=LEAST) for a, p in TRAIN]
        kept = [o for o in more.objects if o.photo % HELD_OUT]
        least = evaluate_masks.LEAST
        held = [o for o in more.objects if not o.photo % HELD_OUT and min(o.box[2:] - o.box[:2]) >= least]
        self.held_out = Instances(more.photos, held)
        segments = read_segments(folder / "msrc", "train", least=LEAST)
        self.data = joined([Instances(more.photos, kept), *others, segments])

    @property
    def size(self) -> int:
        """How many objects there are to train on."""
        return len(self.data.objects)

    def build(self) -> nn.Module:
        """The net with ImageNet's encoder; stem and first block, which see edges, stay as they are."""
        net = photo_masks()
        net.encoder.load_imagenet(imagenet_state())
        net.encoder.freeze_early()
        return net

    def loss(
        self, net: nn.Module, batch: list[int], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        pictures, masks = zip(*(self._cut(self.data.objects[n], rng) for n in batch), strict=True)
        x = relit(as_tensor(np.stack(pictures), device), rng)
        truth = torch.from_numpy(np.stack(masks)).to(device).float()
        with mixed_precision(device):
            logits = net(x).logits[:, 0]  # [N, S, S]
        return mask_loss(logits.float(), truth)

    def _cut(self, target: Instance, rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """A cut-out around the object's box, moved, scaled, turned and mirrored a little, and its mask."""
        sides = np.tile(target.box[2:] - target.box[:2], 2)
        box = target.box + rng.normal(size=4) * JITTER * sides
        frame = box_frame(box.astype(np.float32))
        turn = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), rng.uniform(-ROTATION, ROTATION), 1.0)
        frame = (turn @ np.vstack([frame, [0, 0, 1]])).astype(np.float32)
        picture = cut_out(self.data.photos[target.photo], frame)
        mask = filled(target.polygons, frame, (SIDE, SIDE))
        step = -1 if rng.random() < 0.5 else 1
        return picture[:, ::step], mask[:, ::step]

    def measure(
        self, net: nn.Module, *, split: str, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        """Mean IoU of masks given true boxes: of held-out photos for "val", of the test photos else."""
        held_out = split == "val"
        data = outlined(self.held_out) if held_out else _test_objects(self.folder, progress)
        return score_masks(PhotoMasks(device, net), data)

    def about(self, views: int, numbers: dict[str, Any]) -> dict[str, Any]:
        """What a card says of the data."""
        least, photos = evaluate_masks.LEAST, len(self.data.photos)
        return {
            "data": f"{views} cut-outs of {SIDE} x {SIDE} around {self.size} objects of {photos} photos of "
            "COCO and MSRC v2",
            "data_licence": f"{COCO_LICENCE}; {LICENCE}",
            "citation": f"T.-Y. Lin et al.: Microsoft COCO. ECCV 2014; {CITATION}",
            "scored_on": f"COCO val2017, {numbers['objects']} objects of at least {least} x {least} px, true "
            "boxes",
            "caution": CAUTION,
        }


def outlined(data: Instances) -> Iterator[BoxedObjects]:
    """The objects of each photo with their masks."""
    for number, photo in enumerate(data.photos):
        own = [o for o in data.objects if o.photo == number]
        if own:
            size = photo.shape[1], photo.shape[0]
            masks = [filled(o.polygons, np.eye(2, 3, dtype=np.float32), size) > 0 for o in own]
            yield BoxedObjects(photo, np.stack([o.box for o in own]), np.stack(masks))


def _test_objects(folder: Path, progress: Progress) -> Iterator[BoxedObjects]:
    data = open_data(f"coco:{folder / TEST[0]}:{folder / TEST[1]}")
    return true_objects(data.truth, progress(data.pictures.items()))


def mask_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy plus one minus Dice of masks [N, S, S] (arXiv:1606.04797, sec. 3)."""
    likely = logits.sigmoid()
    both = (likely * truth).sum((1, 2))
    dice = (2 * both + 1) / (likely.sum((1, 2)) + truth.sum((1, 2)) + 1)
    return nn.functional.binary_cross_entropy_with_logits(logits, truth) + (1 - dice).mean()


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for weights and card.")
def main(folder: Path, device: str | None, out: Path | None) -> None:
    """Train the mask net from the data sets in DIR; a run that was stopped goes on from its checkpoint."""
    finetune.command(RECIPE, lambda: PhotoMasksTask(folder), device, out)


if __name__ == "__main__":
    main()
