"""What the cells of a detector's map say, drawn over the picture."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.draw.colours import PALETTE, palette_index
from cvdemo.labs.yolo_ssd.experiment import CellMap

OPAQUE, LINE = 0.85, 0.3  # opacity of a cell of score 1, of the white lines between cells


def draw_cell_map(picture: NDArray[np.uint8], found: CellMap, names: Sequence[str]) -> NDArray[np.uint8]:
    """A picture [H, W, 3] in grey under a map's cells, each in the colour of its best class.

    The higher a cell's score, the less of the picture is seen. Cells beyond the picture are cut.
    """
    height, width = picture.shape[:2]
    rows = np.minimum((np.arange(height) / found.cell[1]).astype(int), found.scores.shape[0] - 1)
    columns = np.minimum((np.arange(width) / found.cell[0]).astype(int), found.scores.shape[1] - 1)
    inks = np.array([PALETTE.by_idx(palette_index(name)).as_rgb() for name in names], np.float32)
    of_pixel = np.ix_(rows, columns)
    opacity = OPAQUE * found.scores[of_pixel][..., None]
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None]
    drawn = grey * (1 - opacity) + inks[found.class_ids[of_pixel]] * opacity
    lines = np.zeros((height, width), bool)
    lines[np.flatnonzero(np.diff(rows))] = True
    lines[:, np.flatnonzero(np.diff(columns))] = True
    drawn[lines] = (1 - LINE) * drawn[lines] + LINE * 255
    return np.asarray(drawn.round().astype(np.uint8))
