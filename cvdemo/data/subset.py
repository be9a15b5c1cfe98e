"""A part of a data set: some of its images with all that belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cvdemo.data.dataset import Dataset, Objects


def subset(dataset: Dataset, images: Sequence[int]) -> Dataset:
    """The chosen images in the order given, with their annotations; all categories stay.

    Relations between objects go with their images. `problems` of reading are not repeated.
    """
    place = {image: k for k, image in enumerate(images)}
    of = np.full(len(dataset), -1)
    of[list(images)] = np.arange(len(images))
    rows = np.flatnonzero(of[dataset.objects.image] >= 0)
    number = {row: k for k, row in enumerate(rows.tolist())}
    return replace(
        dataset,
        names=[dataset.names[i] for i in images],
        files=[dataset.files[i] for i in images],
        sizes=dataset.sizes[list(images)],
        splits=[dataset.splits[i] for i in images],
        objects=_objects(dataset.objects, rows, of),
        captions=[(place[i], text) for i, text in dataset.captions if i in place],
        regions=[r._replace(image=place[r.image]) for r in dataset.regions if r.image in place],
        relations=[
            r._replace(subject=number[r.subject], object=number[r.object])
            for r in dataset.relations
            if r.subject in number and r.object in number
        ],
        labels=[(place[i], category) for i, category in dataset.labels if i in place],
        semantic={place[i]: file for i, file in dataset.semantic.items() if i in place},
        problems=[],
    )


def _objects(objects: Objects, rows: np.ndarray, of: np.ndarray) -> Objects:
    """Rows of the objects, their images renumbered by `of` [I]."""
    chosen = rows.tolist()
    return Objects(
        of[objects.image[rows]],
        objects.category[rows],
        objects.boxes[rows],
        objects.crowd[rows],
        objects.difficult[rows],
        objects.score[rows],
        objects.track[rows],
        [objects.masks[row] for row in chosen],
        [objects.keypoints[row] for row in chosen],
        [objects.attributes[row] for row in chosen],
    )
