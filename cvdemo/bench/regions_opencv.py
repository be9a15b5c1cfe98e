"""OpenCV's Selective Search on pictures in a file; run by an interpreter that has opencv-contrib-python.

python regions_opencv.py PICTURES.npz BOXES.npz fast|quality REPEATS

PICTURES has arrays of uint8 RGB [H, W, 3]; BOXES will have, by the same names, the boxes [N, 4] as
x1 y1 x2 y2 in OpenCV's order, and `seconds` [pictures, repeats]. Nothing of cvdemo is needed.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import cv2
import numpy as np


def search(picture: Any, mode: str) -> Any:
    """Boxes [N, 4] x1 y1 x2 y2 of a BGR picture."""
    found = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()  # type: ignore[attr-defined]
    found.setBaseImage(picture)
    if mode == "quality":
        found.switchToSelectiveSearchQuality()
    else:
        found.switchToSelectiveSearchFast()
    boxes = found.process().reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def main() -> None:
    """Every picture as often as asked for."""
    source, target, mode, repeats = sys.argv[1:]
    results, seconds = {}, []
    with np.load(source) as pictures:
        for name in pictures.files:
            picture = np.ascontiguousarray(pictures[name][..., ::-1])
            taken = []
            for _ in range(int(repeats)):
                cv2.setRNGSeed(0)
                start = time.perf_counter()
                results[name] = search(picture, mode)
                taken.append(time.perf_counter() - start)
            seconds.append(taken)
    np.savez(target, seconds=np.array(seconds), **results)


if __name__ == "__main__":
    main()
