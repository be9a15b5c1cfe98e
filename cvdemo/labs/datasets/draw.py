"""Pictures of a data set with their annotations: boxes, masks, keypoints, maps, regions, relations."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo.data.by_image import Texts
from cvdemo.data.dataset import VOID, Dataset, Relation
from cvdemo.data.pictures import fit
from cvdemo.draw.colours import PALETTE, colour, palette_index
from cvdemo.draw.detections import PENS, Measures, measures
from cvdemo.draw.segmentation import class_colours
from cvdemo.draw.skeletons import draw_skeletons, rgb
from cvdemo.errors import PictureError
from cvdemo.ops.keypoints import KEYPOINT_NAMES

LAYERS = ("semantic", "masks", "boxes", "names", "keypoints", "regions", "relations")
"""What is laid over a picture, the lowest first."""
MOST_OBJECTS = 300  # of one picture that are drawn, the largest
EMPTY = (120, 120, 128)
INK, OUTLINE = (255, 255, 255), (0, 0, 0)
Picture = NDArray[np.uint8]


def annotated(dataset: Dataset, texts: Texts, image: int, layers: Collection[str], side: int) -> Picture:
    """A picture with the chosen `LAYERS`, its longer side at most `side` pixels; grey where it is missing.

    Raises PictureError for a picture that cannot be read, DataError for a damaged semantic map.
    """
    return PENS.submit(_draw, dataset, texts, image, frozenset(layers), side).result()


def _draw(dataset: Dataset, texts: Texts, image: int, layers: frozenset[str], side: int) -> Picture:
    picture, scale = _picture(dataset, image, side)
    rows = _rows(dataset, image)
    pen = measures(picture)
    if "semantic" in layers:
        _lay_map(picture, dataset, image)
    if "masks" in layers:
        _lay_masks(picture, dataset, rows)
    if "boxes" in layers:
        picture = _boxes(picture, dataset, rows, scale, pen, names="names" in layers)
    if "keypoints" in layers:
        _keypoints(picture, dataset, rows, scale, pen.line)
    if "regions" in layers:
        for region in texts.regions.get(image, ()):
            x1, y1, x2, y2 = (round(v * scale) for v in region.box)
            cv2.rectangle(picture, (x1, y1), (x2, y2), OUTLINE, pen.line + 1)
            cv2.rectangle(picture, (x1, y1), (x2, y2), INK, max(1, pen.line - 1))
    if "relations" in layers:
        _relations(picture, dataset, texts.relations.get(image, ()), scale, pen)
    return picture


def _picture(dataset: Dataset, image: int, side: int) -> tuple[Picture, float]:
    """The picture fitted to the side, and how many of its pixels an annotation's pixel is."""
    if dataset.files[image]:
        full = dataset.picture(image)
        picture = np.ascontiguousarray(fit(full, side))
        return (picture.copy() if picture is full else picture), picture.shape[1] / full.shape[1]
    width, height = dataset.size(image)
    if not (width and height):
        raise PictureError(f"the picture of '{dataset.names[image]}' is not among the files")
    scale = min(1.0, side / max(width, height))
    shape = (max(1, round(height * scale)), max(1, round(width * scale)), 3)
    return np.full(shape, EMPTY, np.uint8), scale


def _rows(dataset: Dataset, image: int) -> list[int]:
    """The image's objects with a box, the largest first, at most `MOST_OBJECTS`."""
    rows = dataset.rows_of(image)
    boxes = dataset.objects.boxes[rows]
    rows, boxes = rows[np.isfinite(boxes).all(axis=1)], boxes[np.isfinite(boxes).all(axis=1)]
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    chosen: list[int] = rows[np.argsort(-areas, kind="stable")][:MOST_OBJECTS].tolist()
    return chosen


def _name(dataset: Dataset, row: int) -> str:
    return dataset.categories[int(dataset.objects.category[row])]


def _lay_map(picture: Picture, dataset: Dataset, image: int) -> None:
    """Blend the semantic map over the picture; pixels without a class stay."""
    values = dataset.semantic_map(image)
    if values is None:
        return
    high, wide = picture.shape[:2]
    small = cv2.resize(values, (wide, high), interpolation=cv2.INTER_NEAREST)
    colours = np.zeros((256, 3), np.uint8)
    colours[: len(dataset.categories)] = class_colours(dataset.categories[:VOID])
    there = small != VOID
    picture[there] = (0.4 * picture[there] + 0.6 * colours[small[there]]).astype(np.uint8)


def _lay_masks(picture: Picture, dataset: Dataset, rows: Sequence[int]) -> None:
    """Blend the masks over the picture, the smallest on top."""
    high, wide = picture.shape[:2]
    for row in rows:
        try:
            mask = dataset.mask(row)
        except ValueError:  # polygons of an image whose size is not known
            continue
        if mask is not None and mask.any():
            small = cv2.resize(mask.view(np.uint8), (wide, high), interpolation=cv2.INTER_NEAREST) > 0
            ink = np.array(rgb(colour(_name(dataset, row))), np.float32)
            picture[small] = (0.5 * picture[small] + 0.5 * ink).astype(np.uint8)


def _boxes(
    picture: Picture, dataset: Dataset, rows: Sequence[int], scale: float, pen: Measures, *, names: bool
) -> Picture:
    """Boxes with the names of their classes."""
    if not rows:
        return picture
    found = sv.Detections(
        (dataset.objects.boxes[rows] * scale).astype(np.float32),
        class_id=np.array([palette_index(_name(dataset, row)) for row in rows]),
    )
    lookup = np.asarray(found.class_id)
    scene = sv.BoxAnnotator(PALETTE, thickness=pen.line).annotate(
        picture[..., ::-1].copy(), found, custom_color_lookup=lookup
    )
    if names and pen.label:
        writer = sv.LabelAnnotator(
            PALETTE, text_color=sv.Color.BLACK, text_scale=pen.text_scale, text_padding=3
        )
        texts = [_label(dataset, row) for row in rows]
        scene = writer.annotate(scene, found, labels=texts, custom_color_lookup=lookup)
    return np.ascontiguousarray(scene[..., ::-1])


def _label(dataset: Dataset, row: int) -> str:
    """The class of an object, with its score, track and flags where it has any; OpenCV writes ASCII alone."""
    objects = dataset.objects
    parts = [_name(dataset, row).encode("ascii", "replace").decode()]
    if np.isfinite(objects.score[row]):
        parts.append(f"{objects.score[row]:.2f}")
    if objects.track[row] >= 0:
        parts.append(f"#{objects.track[row]}")
    parts += [name for name in ("crowd", "difficult") if getattr(objects, name)[row]]
    return " ".join(parts)


def _keypoints(picture: Picture, dataset: Dataset, rows: Sequence[int], scale: float, line: int) -> None:
    """Skeletons: people with COCO's keypoints by left and right, others in the class's colour."""
    for row in rows:
        points = dataset.objects.keypoints[row]
        if points is None:
            continue
        placed = points * (scale, scale, 1.0)
        if len(points) == len(KEYPOINT_NAMES):
            draw_skeletons(picture, placed[None], line, least=0.5)
            continue
        ink, shown = rgb(colour(_name(dataset, row))), placed[:, 2] > 0
        at = [(round(x), round(y)) for x, y in placed[:, :2].clip(-1e6, 1e6).tolist()]
        for a, b in dataset.skeleton:
            if max(a, b) < len(at) and shown[a] and shown[b]:
                cv2.line(picture, at[a], at[b], ink, line, cv2.LINE_AA)
        for k in np.flatnonzero(shown).tolist():
            cv2.circle(picture, at[k], line + 2, OUTLINE, -1, cv2.LINE_AA)
            cv2.circle(picture, at[k], line + 1, ink, -1, cv2.LINE_AA)


def _relations(
    picture: Picture, dataset: Dataset, relations: Sequence[Relation], scale: float, pen: Measures
) -> None:
    """An arrow from subject to object for each relation, with its predicate in the middle."""
    for relation in relations[:MOST_OBJECTS]:
        boxes = dataset.objects.boxes[[relation.subject, relation.object]] * scale
        if not np.isfinite(boxes).all():
            continue
        (ax, ay), (bx, by) = ((boxes[:, :2] + boxes[:, 2:]) / 2).round().astype(int).tolist()
        for ink, thick in ((OUTLINE, pen.line + 2), (INK, pen.line)):
            cv2.arrowedLine(picture, (ax, ay), (bx, by), ink, thick, cv2.LINE_AA, tipLength=0.06)
        if pen.label:
            text = relation.predicate.encode("ascii", "replace").decode()
            at = ((ax + bx) // 2, (ay + by) // 2)
            for ink, thick in ((OUTLINE, 4), (INK, 1)):
                font = cv2.FONT_HERSHEY_SIMPLEX
                cv2.putText(picture, text, at, font, pen.text_scale, ink, thick, cv2.LINE_AA)
