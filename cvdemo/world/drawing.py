"""A scene as its picture, its truth, or both."""

from __future__ import annotations

from cvdemo.world.graph import Scene
from cvdemo.world.painting import lay_out, paint_picture
from cvdemo.world.raster import Picture
from cvdemo.world.reading import Truth, read_truth


def render(scene: Scene, width: int = 1280, height: int = 960) -> Picture:
    """The picture of a scene, uint8 RGB [height, width, 3]; DataError for sizes that cannot be drawn."""
    return paint_picture(lay_out(scene, width, height))


def truth(scene: Scene, width: int = 1280, height: int = 960) -> Truth:
    """The truth of a scene at this size; DataError for sizes that cannot be drawn."""
    return read_truth(lay_out(scene, width, height))


def draw(scene: Scene, width: int = 1280, height: int = 960) -> tuple[Picture, Truth]:
    """Picture and truth of a scene together, which is faster than one after the other."""
    drawn = lay_out(scene, width, height)
    return paint_picture(drawn), read_truth(drawn)
