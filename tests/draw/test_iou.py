"""Two boxes drawn with their overlap."""

from __future__ import annotations

import numpy as np

from cvdemo.draw.iou import PREDICTION, TRUTH, draw_overlap


def test_the_downloaded_picture_has_both_boxes() -> None:
    drawn = draw_overlap(np.full((200, 300, 3), 128, np.uint8), (20, 20, 120, 120), (60, 60, 200, 190))
    assert {TRUTH, PREDICTION} <= set(map(tuple, drawn.reshape(-1, 3).tolist()))
