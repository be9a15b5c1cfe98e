"""The exact ground truth of a drawn scene, as arrays and as supervision's containers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.world.compose import STUFF_CODE, THING_CODE
from cvdemo.world.figures.hidden import hidden_joints
from cvdemo.world.graph import Scene
from cvdemo.world.painting import SceneLayout, write_code_map
from cvdemo.world.raster import Frame, Picture
from cvdemo.world.records import Record, record_of
from cvdemo.world.vocabulary import FIRST_THING, SEMANTIC, THINGS

if TYPE_CHECKING:
    import supervision as sv

SMALL_AREA, SMALL_SHARE = 6e-4, 0.15
"""An object is difficult below this share of the picture's pixels, or below this visible share of its own."""


@dataclass(frozen=True, eq=False)
class Truth:
    """The ground truth of a scene at one size: N rows, one per object with at least one visible pixel.

    Rows are in drawing order, far to near. `ids` [N] are the objects' ids in the scene, `classes` [N] their
    class ids 0..7, `boxes` [N, 4] the boxes of the visible parts and `full_boxes` [N, 4] of the whole
    object, which may lie beyond the picture, both x1 y1 x2 y2 in pixels. `visible` [N] is the share 0..1 of
    an object's pixels within the picture that nothing covers; `difficult` [N] marks objects too small or
    too occluded to be required. `keypoints` [N, 17, 3] are x, y and visibility (0 not in
    the picture, 1 hidden, 2 seen), all 0 for all but people. `instances` [H, W] is 0 or 1 + object id,
    `semantic` [H, W] the semantic id 0..13 of every pixel.
    """

    scene: Scene
    width: int
    height: int
    ids: NDArray[np.int64]
    classes: NDArray[np.int64]
    boxes: NDArray[np.float32]
    full_boxes: NDArray[np.float32]
    visible: NDArray[np.float32]
    difficult: NDArray[np.bool_]
    keypoints: NDArray[np.float32]
    instances: NDArray[np.uint8]
    semantic: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def masks(self) -> NDArray[np.bool_]:
        """The visible part of each object, [N, H, W]."""
        return self.instances[None] == (self.ids + 1).astype(np.uint8)[:, None, None]

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """Class, colour, action, place and company of each object, in the order of the rows."""
        return tuple(record_of(self.scene, int(k)) for k in self.ids)

    def names(self) -> list[str]:
        """The class name of each row."""
        return [THINGS[k] for k in self.classes]

    def detections(self, *, difficult: bool = False) -> sv.Detections:
        """The objects as `supervision.Detections` with masks; difficult ones only with `difficult`.

        `data` has `class_name`, `full_xyxy`, `visible`, `difficult`, `thing_id`, `colour` and `action`.
        """
        import supervision as sv

        keep = np.ones(len(self), dtype=bool) if difficult else ~self.difficult
        if not keep.any():
            return sv.Detections.empty()
        records = [r for r, k in zip(self.records, keep, strict=True) if k]
        return sv.Detections(
            xyxy=self.boxes[keep],
            mask=self.masks[keep],
            class_id=self.classes[keep],
            data={
                "class_name": np.array([THINGS[k] for k in self.classes[keep]]),
                "full_xyxy": self.full_boxes[keep],
                "visible": self.visible[keep],
                "difficult": self.difficult[keep],
                "thing_id": self.ids[keep],
                "colour": np.array([r.colour for r in records]),
                "action": np.array([r.action for r in records]),
            },
        )

    def people(self) -> sv.KeyPoints:
        """The people's keypoints as `supervision.KeyPoints`; `visible` is true for visibility 2.

        Keypoints outside the picture are at (0, 0). `data` has `visibility` [P, 17] (0, 1, 2) and `thing_id`.
        """
        import supervision as sv

        rows = np.flatnonzero(self.classes == THINGS.index("person"))
        if not len(rows):
            return sv.KeyPoints.empty()
        points = self.keypoints[rows]
        return sv.KeyPoints(
            xy=points[..., :2],
            visible=points[..., 2] == 2,
            class_id=self.classes[rows],
            data={"visibility": points[..., 2].astype(int), "thing_id": self.ids[rows]},
        )


def read_truth(drawn: SceneLayout) -> Truth:
    """Read the ground truth off a laid-out scene."""
    scene = drawn.scene
    codes, whole = write_code_map(drawn)
    whole_boxes = _full_boxes(drawn)
    ids, boxes, areas = _extents(codes, whole_boxes)
    classes = np.array([THINGS.index(scene.things[k].kind) for k in ids], dtype=np.int64)
    full = whole_boxes[ids]
    visible = areas / np.maximum(np.maximum(whole[ids], areas), 1)
    pixels = drawn.width * drawn.height
    inside = _inside_share(full, drawn.width, drawn.height)
    difficult = (areas < SMALL_AREA * pixels) | (visible * inside < SMALL_SHARE)
    semantic, instances = np.zeros(256, dtype=np.uint8), np.zeros(256, dtype=np.uint8)
    semantic[1 : len(STUFF_CODE) + 1] = np.arange(len(STUFF_CODE))
    for thing in scene.things:
        semantic[THING_CODE + thing.id] = FIRST_THING + THINGS.index(thing.kind)
        instances[THING_CODE + thing.id] = thing.id + 1
    instance_map: Picture = cv2.LUT(codes, instances)  # type: ignore[assignment]
    semantic_map: Picture = cv2.LUT(codes, semantic)  # type: ignore[assignment]
    return Truth(
        scene, drawn.width, drawn.height, np.array(ids, dtype=np.int64), classes, boxes, full,
        visible.astype(np.float32), difficult, _keypoints(drawn, ids, instance_map), instance_map,
        semantic_map,
    )  # fmt: skip


def _extents(
    codes: Picture, guess: NDArray[np.float32]
) -> tuple[list[int], NDArray[np.float32], NDArray[np.int64]]:
    """Ids of the visible objects, boxes of their pixels [N, 4] and their areas in pixels [N]."""
    low = np.maximum(np.floor(guess[:, :2]).astype(int) - 2, 0).tolist()
    high = np.maximum(np.ceil(guess[:, 2:]).astype(int) + 2, 0).tolist()
    ids, boxes, areas = [], [], []
    for k, ((x0, y0), (x1, y1)) in enumerate(zip(low, high, strict=True)):
        mask = codes[y0:y1, x0:x1] == THING_CODE + k
        area = int(np.count_nonzero(mask))
        if area:
            rows, columns = mask.any(axis=1), mask.any(axis=0)
            left, top = x0 + int(columns.argmax()), y0 + int(rows.argmax())
            right, bottom = (
                x0 + len(columns) - int(columns[::-1].argmax()),
                y0 + len(rows) - int(rows[::-1].argmax()),
            )
            ids.append(k)
            boxes.append((left, top, right, bottom))
            areas.append(area)
    return ids, np.array(boxes, dtype=np.float32).reshape(-1, 4), np.array(areas, dtype=np.int64)


def _full_boxes(drawn: SceneLayout) -> NDArray[np.float32]:
    """Boxes of all objects without occlusion, [N, 4] in pixels; they may extend beyond the picture."""
    outlines = drawn.outlines
    boxes = np.zeros((len(drawn.scene.things), 4), dtype=np.float32)
    boxes[:, :2], boxes[:, 2:] = np.inf, -np.inf
    for layer, (a, b) in zip(drawn.composition.layers, outlines.layers, strict=True):
        if layer.code >= THING_CODE and a < b:
            box, mine = boxes[layer.code - THING_CODE], outlines.boxes[a:b][np.array(outlines.owned[a:b])]
            if len(mine):
                np.minimum(box[:2], mine[:, :2].min(axis=0), out=box[:2], casting="unsafe")
                np.maximum(box[2:], mine[:, 2:].max(axis=0), out=box[2:], casting="unsafe")
    return boxes / np.float32(drawn.fine)


def _inside_share(boxes: NDArray[np.float32], width: int, height: int) -> NDArray[np.float64]:
    """The share 0..1 of each box that lies inside the picture, [N]."""
    inside = np.clip(boxes, 0, (width, height, width, height)).astype(np.float64)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return (inside[:, 2] - inside[:, 0]) * (inside[:, 3] - inside[:, 1]) / np.maximum(area, 1e-6)


def _keypoints(drawn: SceneLayout, ids: list[int], instances: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Keypoints [N, 17, 3] of the visible objects, 0 for all but people."""
    frame = Frame(drawn.width, drawn.height, drawn.view)
    found = np.zeros((len(ids), 17, 3), dtype=np.float32)
    for row, k in enumerate(ids):
        if k not in drawn.composition.bodies:
            continue
        pen, body = drawn.composition.bodies[k]
        points = (pen.place(body.joints[:, :2]) + frame.shift) * frame.pixels
        x, y = np.floor(points[:, 0]).astype(int), np.floor(points[:, 1]).astype(int)
        inside = (x >= 0) & (y >= 0) & (x < drawn.width) & (y < drawn.height)
        own = np.zeros(17, dtype=bool)
        own[inside] = instances[y[inside], x[inside]] == k + 1
        own &= ~hidden_joints(drawn.scene.things[k], body)
        found[row, :, :2] = points
        found[row, :, 2] = np.where(own, 2, 1)
        found[row, ~inside] = 0
    return found


__all__ = ["SEMANTIC", "Truth", "read_truth"]
