"""Label maps as files (palette PNG, COCO RLE) and in a small form for the browser (top classes)."""

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
    """The K most probable classes of each cell of a coarse grid over a picture, by descending probability."""

    ids: NDArray[np.uint8]  # [K, h, w]
    probabilities: NDArray[np.uint8]  # [K, h, w], 255 is probability 1


def top_classes(
    probabilities: Iterable[NDArray[np.float32]], *, k: int = 3, longest: int = 160
) -> TopClasses:
    """The k most probable of up to 256 classes, from one map [H, W] per class, averaged over cells.

    `longest` is the maximum number of cells of the longer side; K is the smaller of k and the number of
    classes. `probabilities` may be a generator, so that not all maps of a large picture are in memory.
    DataError for more than 256 classes.
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
    """The share 0..1 of each class in the pixels of a label map [H, W], [classes]."""
    return np.bincount(labels.ravel(), minlength=classes)[:classes] / max(1, labels.size)


def palette_indices(data: bytes) -> NDArray[np.int64] | None:
    """The indices [H, W] of a picture with a palette; None for other pictures."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image, np.int64) if image.mode == "P" else None
    except Exception as error:  # decoders raise whatever a broken file makes them trip over
        raise DataError("a label map is damaged or no picture") from error


def to_palette_png(labels: NDArray[np.uint8], colours: NDArray[np.uint8]) -> bytes:
    """A label map [H, W] as an indexed PNG: pixel values are the labels, the palette the colours [C, 3]."""
    image = Image.fromarray(labels).convert("P")  # keeps the values
    # All 256 entries: with fewer, labels beyond them (255 for void) are cut to the bits that the rest needs.
    image.putpalette(colours.ravel().tolist() + [0] * (768 - colours.size))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def to_coco_rle(labels: NDArray[np.uint8], names: Mapping[int, str], *, image_id: int = 1) -> dict[str, Any]:
    """A label map [H, W] in COCO's format: one run-length encoded mask per class in it.

    `images`, `categories` (id 1 + label, because COCO's ids start at 1) and `annotations` with area and bbox
    (x y width height), in pixels.
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
