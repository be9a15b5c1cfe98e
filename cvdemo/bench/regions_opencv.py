"""OpenCV's Selective Search on pictures in a file; run by an interpreter that has opencv-contrib-python.

python regions_opencv.py PICTURES.npz BOXES.npz fast|quality

PICTURES has arrays of uint8 RGB [H, W, 3]; BOXES will have, by the same names, the boxes [N, 4] as
x1 y1 x2 y2 in OpenCV's order, and `seconds` and `processor` [pictures], the latter of all threads. Nothing
of cvdemo is needed.
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
    """Search every picture once, after a warm-up search that is not timed."""
    source, target, mode = sys.argv[1:]
    results, seconds, processor = {}, [], []
    with np.load(source) as pictures:
        search(np.ascontiguousarray(pictures[pictures.files[0]][:32, :32]), mode)
        for name in pictures.files:
            picture = np.ascontiguousarray(pictures[name][..., ::-1])
            cv2.setRNGSeed(0)
            wall, busy = time.perf_counter(), time.process_time()
            results[name] = search(picture, mode)
            seconds.append(time.perf_counter() - wall)
            processor.append(time.process_time() - busy)
    np.savez(target, seconds=np.array(seconds), processor=np.array(processor), **results)


if __name__ == "__main__":
    main()
