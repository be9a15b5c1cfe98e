"""The vocabulary of the world: classes with stable ids and colours, keypoints, named colours of objects."""

from __future__ import annotations

from cvdemo.ops.keypoints import KEYPOINT_NAMES, LIMBS

Colour = tuple[float, float, float]

WORLD_VERSION = 1
"""Increases whenever a seed's scene changes: weights and pinned hashes belong to one version."""

SPLITS = ("train", "val", "test")

THINGS = ("person", "cat", "dog", "duck", "car", "ball", "kite", "teddy bear")
"""Names of the thing classes; the index is the class id, 0..7."""

STUFF = ("sky", "grass", "tree", "snow", "road", "water")
"""Names of the stuff classes; the index is the semantic id, 0..5."""

SEMANTIC = STUFF + THINGS
"""Names of the semantic classes; the index is the semantic id, 0..13 (thing class k is 6 + k)."""

FIRST_THING = len(STUFF)

# Found by search for the largest smallest difference (CIEDE2000) between any two, as people with normal,
# red-blind, green-blind and blue-blind vision see them, near the colours that one would expect.
COLOURS: dict[str, tuple[int, int, int]] = {
    "person": (151, 76, 3),
    "cat": (251, 216, 0),
    "dog": (67, 28, 2),
    "duck": (255, 255, 230),
    "car": (9, 0, 209),
    "ball": (218, 121, 34),
    "kite": (162, 131, 158),
    "teddy bear": (0, 0, 30),
    "sky": (124, 172, 255),
    "grass": (164, 173, 144),
    "tree": (27, 70, 68),
    "snow": (208, 242, 255),
    "road": (105, 114, 96),
    "water": (90, 106, 224),
}
"""Colour of each semantic class, RGB 0..255, distinct for every kind of colour vision."""

KEYPOINTS = KEYPOINT_NAMES
"""The 17 keypoints of COCO in COCO's order; left and right are the person's own."""

SKELETON = LIMBS
"""COCO's 19 limbs as pairs of keypoint positions, from 0."""

PAINTS: dict[str, Colour] = {
    "red": (214, 70, 60),
    "orange": (240, 138, 48),
    "yellow": (248, 204, 84),
    "green": (96, 160, 90),
    "blue": (72, 128, 196),
    "purple": (142, 98, 174),
    "pink": (242, 150, 164),
    "white": (250, 245, 234),
    "grey": (152, 150, 156),
    "black": (66, 60, 66),
    "brown": (150, 98, 62),
    "golden": (226, 172, 96),
}
"""The named colours of objects, as painted in plain daylight."""

THING_PAINTS: dict[str, tuple[str, ...]] = {
    "person": ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "grey"),
    "cat": ("orange", "grey", "black", "white", "brown"),
    "dog": ("brown", "golden", "white", "black", "grey"),
    "duck": ("yellow", "white", "brown"),
    "car": ("red", "blue", "yellow", "green", "white", "orange", "grey"),
    "ball": ("red", "blue", "yellow", "green", "orange", "purple", "white"),
    "kite": ("red", "blue", "yellow", "green", "orange", "purple", "pink"),
    "teddy bear": ("brown", "golden", "white", "pink", "grey"),
}
"""The colours of each thing class; a person's colour is that of the clothes on the chest."""
