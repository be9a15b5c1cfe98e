"""Label maps as files to take away (palette PNG, COCO RLE) and small enough to send (top classes)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cvdemo.errors import DataError


class TopClasses(NamedTuple):
    """The most probable classes of each cell of a coarse grid over a picture, the most probable first."""

    ids: NDArray[np.uint8]  # [K, h, w]
    probabilities: NDArray[np.uint8]  # [K, h, w], 255 is certain


def top_classes(
    probabilities: Iterable[NDArray[np.float32]], *, k: int = 3, longest: int = 160
) -> TopClasses:
    """The k most probable of up to 256 classes, from one map [H, W] a class, averaged over coarse cells.

    `longest` is the most cells on the longer side; K is k, or the classes where there are fewer. Maps may
    come one at a time: all of a large picture together take much memory.
    """
    coarse = np.stack([_averaged(p, longest) for p in probabilities])  # [C, h, w]
    if len(coarse) > 256:
        raise DataError(f"at most 256 classes can be sent, these are {len(coarse)}")
    ids = np.argsort(-coarse, axis=0, kind="stable")[:k]
    best = np.take_along_axis(coarse, ids, axis=0)
    return TopClasses(ids.astype(np.uint8), np.rint(255 * best.clip(0, 1)).astype(np.uint8))


def _averaged(values: NDArray[np.float32], longest: int) -> NDArray[np.float32]:
    height, width = values.shape
    scale = min(1.0, longest / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    averaged: NDArray[np.float32] = cv2.resize(values, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return averaged


def shares(labels: NDArray[np.uint8], classes: int) -> NDArray[np.float64]:
    """The share 0..1 of the pixels of a label map [H, W] that each class has, [classes]."""
    return np.bincount(labels.ravel(), minlength=classes)[:classes] / max(1, labels.size)


def to_palette_png(labels: NDArray[np.uint8], colours: NDArray[np.uint8]) -> bytes:
    """A label map [H, W] as PNG whose pixel values are the labels, shown in the colours [C, 3]."""
    image = Image.fromarray(labels).convert("P")  # keeps the values
    # All 256 entries: with fewer, labels beyond them (255 for void) are cut to the bits that the rest needs.
    image.putpalette(colours.ravel().tolist() + [0] * (768 - colours.size))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def to_coco_rle(labels: NDArray[np.uint8], names: Mapping[int, str], *, image_id: int = 1) -> dict[str, Any]:
    """A label map [H, W] in COCO's form: one run-length code for each class that it shows.

    `images`, `categories` (id 1 + label, for COCO leaves 0 free) and `annotations` with area and box
    (x y width height).
    """
    from pycocotools import mask

    height, width = labels.shape
    annotations: list[dict[str, Any]] = []
    for label in np.unique(labels).tolist():
        code = mask.encode(np.asfortranarray(labels == label, dtype=np.uint8))
        annotations.append(
            {
                "id": len(annotations) + 1,
                "image_id": image_id,
                "category_id": 1 + label,
                "area": int(mask.area(code)),
                "bbox": [float(v) for v in mask.toBbox(code)],
                "iscrowd": 0,
                "segmentation": {"size": [height, width], "counts": code["counts"].decode("ascii")},
            }
        )
    return {
        "images": [{"id": image_id, "width": width, "height": height}],
        "categories": [{"id": 1 + label, "name": name} for label, name in names.items()],
        "annotations": annotations,
    }
