"""Where an object fits: inside the frame, and with no more occlusion than the knob allows."""

from __future__ import annotations

from collections.abc import Sequence

from cvdemo.world.graph import Thing, Tree
from cvdemo.world.sampling.extents import Box, box_of

HALF_FRAME = 0.6
"""Half the width of the narrowest common picture (192 x 160): objects are placed to be seen in it."""


class Placement:
    """The objects placed so far, and how much of each is occluded by nearer objects and trees.

    `allowed` is the share 0..1 of an object's box that may be occluded.
    """

    def __init__(self, trees: Sequence[Tree], allowed: float) -> None:
        self.allowed = allowed
        self.things: list[Thing] = []
        self._boxes: list[Box] = []
        self._hidden: list[float] = []
        self._trees = [(tree.y, _crown(tree)) for tree in trees if tree.size > 0.15]

    def add(self, *new: Thing) -> bool:
        """Adds these objects if all of them fit, and returns whether they did."""
        boxes = [box_of(thing) for thing in new]
        if not self._fit(new, boxes):
            return False
        for thing, box in zip(new, boxes, strict=True):
            self._keep(thing, box)
        return True

    def _fit(self, new: Sequence[Thing], boxes: Sequence[Box]) -> bool:
        """Whether these objects are in the frame, and neither occlude nor are occluded more than allowed."""
        frame = Box(-HALF_FRAME, 0.0, HALF_FRAME, 1.0)
        for thing, box in zip(new, boxes, strict=True):
            if self._cover(thing, box) > self.allowed * box.area:
                return False
            if box.shared(frame) < (0.94 - 0.4 * self.allowed) * box.area:
                return False
        for old, there, hidden in zip(self.things, self._boxes, self._hidden, strict=True):
            more = sum(there.shared(box) for thing, box in zip(new, boxes, strict=True) if thing.y > old.y)
            if hidden + more > self.allowed * there.area:
                return False
        return True

    def _keep(self, thing: Thing, box: Box) -> None:
        hidden = self._cover(thing, box)
        for k, there in enumerate(self._boxes):
            if thing.y > self.things[k].y:
                self._hidden[k] += there.shared(box)
        self.things.append(thing)
        self._boxes.append(box)
        self._hidden.append(hidden)

    def _cover(self, thing: Thing, box: Box) -> float:
        """The area of a box that nearer objects and trees cover."""
        by_trees = sum(box.shared(tree) for y, tree in self._trees if y > thing.y)
        pairs = zip(self.things, self._boxes, strict=True)
        return by_trees + sum(box.shared(there) for other, there in pairs if other.y >= thing.y)


def _crown(tree: Tree) -> Box:
    half = 0.30 * tree.size
    return Box(tree.x - half, tree.y - 0.97 * tree.size, tree.x + half, tree.y)
