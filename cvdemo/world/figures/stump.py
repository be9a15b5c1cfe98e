"""A tree stump to sit on."""

from __future__ import annotations

import numpy as np

from cvdemo.world.pen import Pen, scale
from cvdemo.world.vocabulary import Colour

BARK: Colour = (146, 104, 74)
WOOD: Colour = (226, 186, 132)


def draw_stump(pen: Pen) -> None:
    """Draws a stump 1 high on the pen's origin."""
    side = np.array(
        [
            (-0.62, 0.0),
            (-0.50, 0.16),
            (-0.47, 0.86),
            (0.47, 0.86),
            (0.50, 0.16),
            (0.64, 0.0),
            (0.30, -0.05),
            (0.0, 0.01),
            (-0.30, -0.05),
        ]
    )
    with pen.group():
        pen.shade(side, BARK, 0.5)
        pen.oval(0.0, 0.86, 0.48, 0.17, WOOD)
    for rx, ry in ((0.34, 0.115), (0.20, 0.065), (0.07, 0.022)):
        pen.dot(0.0, 0.86, rx, ry, scale(WOOD, 0.90 if rx != 0.20 else 0.98))
    for x in (-0.25, 0.06, 0.30):
        pen.stroke((x, 0.58), (x + 0.02, 0.40), (x, 0.20), 0.030, scale(BARK, 0.74))
