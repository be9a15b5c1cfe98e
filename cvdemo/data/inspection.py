"""What a data set holds, in numbers: objects by class and size, shapes, places, classes that go together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cvdemo.data import rle
from cvdemo.data.dataset import Dataset, Mask
from cvdemo.metrics.eligible_pairs import AREA_RANGES

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

SIZES = tuple(name for name in AREA_RANGES if name != "all")
LIMITS = tuple(AREA_RANGES[name][1] for name in SIZES[:-1])  # square pixels where the next size begins
CHUNK = 20_000  # masks of polygons whose corners are in memory at once as an array
CELLS = 24  # the heat map of places has so many cells across and down


@dataclass(frozen=True, eq=False)
class Inspection:
    """Counts of a data set with I images, C categories and N objects."""

    objects_of: Indices  # [C] objects of each category
    images_of: Indices  # [C] images with an object or a label of each category
    on_image: Indices  # [I] objects of each image
    area: Floats  # [N] of the mask, else of the box, in square pixels; NaN where there is neither
    size: Indices  # [N] index in `SIZES`, -1 without an area
    aspect: Floats  # [N] width over height of the box, NaN without a box that has both
    places: Indices  # [CELLS, CELLS] boxes by their centres, rows from the top of the image
    together: sparse.csr_array  # [C, C] images that have both categories; the diagonal is `images_of`


def inspect(dataset: Dataset) -> Inspection:
    """The counts of a data set; pictures are not opened."""
    objects, categories = dataset.objects, len(dataset.categories)
    area = object_areas(dataset)
    size = np.where(np.isnan(area), -1, np.searchsorted(LIMITS, area, side="right"))
    wide, high = (objects.boxes[:, k + 2] - objects.boxes[:, k] for k in (0, 1))
    has_both = (wide > 0) & (high > 0)
    presence = _presence(dataset)
    together = (presence.T @ presence).tocsr()
    return Inspection(
        objects_of=np.bincount(objects.category, minlength=categories),
        images_of=np.asarray(together.diagonal(), np.int64),
        on_image=np.bincount(objects.image, minlength=len(dataset)),
        area=area,
        size=size,
        aspect=np.divide(wide, high, out=np.full(len(objects), np.nan), where=has_both),
        places=_places(dataset),
        together=together,
    )


def object_areas(dataset: Dataset) -> Floats:
    """The area of each object's mask, else of its box, [N] in square pixels; NaN where it has neither.

    Polygons count by the shoelace formula, which agrees with COCO's `area` to the pixels of the outline.
    """
    boxes = dataset.objects.boxes
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    masks = dataset.objects.masks
    polygons = [row for row, mask in enumerate(masks) if isinstance(mask, list)]
    for start in range(0, len(polygons), CHUNK):
        rows = polygons[start : start + CHUNK]
        area[rows] = polygon_areas([masks[row] for row in rows])
    coded = [row for row, mask in enumerate(masks) if isinstance(mask, dict)]
    if coded:
        area[coded] = rle.areas([rle.as_rle(masks[row], 0, 0) for row in coded])
    return area


def polygon_areas(masks: list[Mask | None]) -> Floats:
    """The areas of masks that are lists of polygons, [N]: the sum over each one's polygons."""
    parts = [part for mask in masks for part in mask or ()]
    counts = np.fromiter((len(mask or ()) for mask in masks), np.int64, len(masks))
    lengths = np.fromiter((len(part) // 2 for part in parts), np.int64, len(parts))
    corners = np.fromiter(chain.from_iterable(parts), np.float64, 2 * int(lengths.sum())).reshape(-1, 2)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    following = np.arange(1, len(corners) + 1)
    following[starts + lengths - 1] = starts  # a polygon's last corner is followed by its first
    cross = corners[:, 0] * corners[following, 1] - corners[following, 0] * corners[:, 1]
    areas = np.abs(np.add.reduceat(cross, starts)) / 2 if len(parts) else np.zeros(0)
    total = np.bincount(np.repeat(np.arange(len(masks)), counts), areas, len(masks))
    return total.astype(np.float64)


def _presence(dataset: Dataset) -> sparse.csr_array:
    """Which categories each image has as objects or labels, [I, C] of 0 and 1."""
    labels = np.array(dataset.labels, np.int64).reshape(-1, 2)
    image = np.concatenate([dataset.objects.image, labels[:, 0]])
    category = np.concatenate([dataset.objects.category, labels[:, 1]])
    shape = (len(dataset), len(dataset.categories))
    pairs = np.unique(image * shape[1] + category)
    ones = np.ones(len(pairs), np.int64)
    return sparse.csr_array((ones, (pairs // max(shape[1], 1), pairs % max(shape[1], 1))), shape=shape)


def _places(dataset: Dataset) -> Indices:
    """Boxes by where their centres lie in the image, [CELLS, CELLS]; images of unknown size are left out."""
    sizes = dataset.sizes[dataset.objects.image].astype(np.float64)
    boxes = dataset.objects.boxes
    known = (sizes > 0).all(axis=1) & np.isfinite(boxes).all(axis=1)
    centres = (boxes[known, :2] + boxes[known, 2:]) / 2 / sizes[known]
    inside = ((centres >= 0) & (centres <= 1)).all(axis=1)
    x, y = centres[inside].T
    counts, _, _ = np.histogram2d(y, x, bins=CELLS, range=((0, 1), (0, 1)))
    return counts.astype(np.int64)


def find_sizes(dataset: Dataset, most: int) -> int:
    """Read the size of at most so many images from their pictures; gives how many stay unknown."""
    unknown = np.flatnonzero((dataset.sizes == 0).any(axis=1))
    for image in unknown[:most].tolist():
        dataset.size(image)
    return int((dataset.sizes == 0).any(axis=1).sum())


def summary(dataset: Dataset, found: Inspection) -> dict[str, Any]:
    """The counts of a data set by name, for JSON."""
    aspect = found.aspect[~np.isnan(found.aspect)]
    return {
        "format": dataset.format,
        "images": len(dataset),
        "pictures": sum(map(bool, dataset.files)),
        "objects": len(dataset.objects),
        "categories": len(dataset.categories),
        "annotations": sorted(dataset.kinds()),
        "splits": {split: dataset.splits.count(split) for split in dict.fromkeys(dataset.splits) if split},
        "captions": len(dataset.captions),
        "regions": len(dataset.regions),
        "relations": len(dataset.relations),
        "labels": len(dataset.labels),
        "semantic_maps": len(dataset.semantic),
        "sizes": {name: int((found.size == k).sum()) for k, name in enumerate(SIZES)},
        "objects_per_image": _spread(found.on_image),
        "aspect_ratio": _spread(aspect),
        "by_class": {
            name: {"objects": int(found.objects_of[k]), "images": int(found.images_of[k])}
            for k, name in enumerate(dataset.categories)
        },
    }


def _spread(values: NDArray[Any]) -> dict[str, float]:
    """Smallest, median, mean and largest of some numbers; {} of none."""
    if not len(values):
        return {}
    numbers = {"min": values.min(), "median": np.median(values), "mean": values.mean(), "max": values.max()}
    return {name: round(float(number), 3) for name, number in numbers.items()}


def pairs_of(found: Inspection, categories: list[int]) -> Indices:
    """Images that have both of two categories, [K, K] for K chosen ones."""
    chosen: Indices = found.together[categories][:, categories].toarray()
    return chosen
