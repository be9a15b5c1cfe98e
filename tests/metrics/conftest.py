"""Sets of truth and results that several tests score."""

from __future__ import annotations

import contextlib
import copy
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "metrics"


@pytest.fixture
def shared() -> Path:
    """The folder of published fixtures."""
    if not SHARED.is_dir():
        pytest.skip(
            f"no {SHARED.relative_to(SHARED.parents[2])} beside the repository: published fixtures not here"
        )
    return SHARED


def peer_eval(truth: Any, results: Any, iou_type: str = "bbox", *, faster: bool = False) -> Any:
    """pycocotools' (or faster-coco-eval's) evaluation of dictionaries or files, with `stats` and `eval`."""
    if faster:
        from faster_coco_eval import COCO
        from faster_coco_eval import COCOeval_faster as COCOeval
    else:
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    with contextlib.redirect_stdout(io.StringIO()):
        if isinstance(truth, dict):
            api = COCO()
            api.dataset = copy.deepcopy(truth)
            api.createIndex()
        else:
            api = COCO(str(truth))
        found = api.loadRes(copy.deepcopy(results) if isinstance(results, list) else str(results))
        run = COCOeval(api, found, iou_type)
        run.evaluate()
        run.accumulate()
        run.summarize()
    return run


def tiny_set(
    truth: list[tuple], results: list[tuple], *, classes: int = 2, images: int = 2
) -> tuple[dict, list]:
    """A COCO set from rows (image, class, x1, y1, x2, y2[, fields]) and (image, class, ..., score)."""

    def xywh(row: tuple) -> list[float]:
        x1, y1, x2, y2 = row[2:6]
        return [x1, y1, x2 - x1, y2 - y1]

    annotations = [
        {"id": n, "image_id": row[0], "category_id": row[1], "bbox": xywh(row), "iscrowd": 0}
        | (row[6] if len(row) > 6 else {})
        for n, row in enumerate(truth, 1)
    ]
    found = [{"image_id": r[0], "category_id": r[1], "bbox": xywh(r), "score": r[6]} for r in results]
    names = ["cat", "dog", "duck", "kite"][:classes]
    data = {
        "images": [{"id": i, "width": 640, "height": 480} for i in range(1, images + 1)],
        "categories": [{"id": i, "name": name} for i, name in enumerate(names, 1)],
        "annotations": annotations,
    }
    return data, found


def mask_set(seed: int, images: int = 12, classes: int = 3) -> tuple[dict, list]:
    """Truth as polygons, codes and crowds, results as codes: random blobs of 60 x 50 pixels."""
    from pycocotools import mask

    rng = np.random.default_rng(seed)

    def blob() -> np.ndarray:
        (x, y), (w, h) = rng.integers(0, 40, 2), rng.integers(4, 30, 2)
        canvas = np.zeros((50, 60), np.uint8, order="F")
        canvas[y : y + h, x : x + w] = rng.random((min(h, 50 - y), min(w, 60 - x))) < 0.8
        return canvas

    def code(canvas: np.ndarray) -> dict:
        rle = mask.encode(canvas)
        return {"size": rle["size"], "counts": rle["counts"].decode()}

    annotations, results = [], []
    for i in range(1, images + 1):
        for _ in range(6):
            canvas, c = blob(), int(rng.integers(1, classes + 1))
            crowd = bool(rng.random() < 0.2)
            segmentation: Any = code(canvas)
            if not crowd and rng.random() < 0.4:
                x, y = (float(v) for v in rng.uniform(0, 30, 2))
                segmentation = [[x, y, x + 20, y + 2, x + 15, y + 15, x - 0.5, y + 9]]
                canvas = mask.decode(mask.merge(mask.frPyObjects(segmentation, 50, 60)))
            row = {"id": len(annotations) + 1, "image_id": i, "category_id": c, "segmentation": segmentation}
            area = float(canvas.sum()) * float(rng.choice([1, 20, 60]))  # so that all sizes occur
            annotations.append(row | {"iscrowd": int(crowd), "area": area, "bbox": [0, 0, 1, 1]})
            for _ in range(int(rng.integers(0, 4))):
                near = canvas & (rng.random(canvas.shape) < rng.choice([0.6, 0.9, 1.0])).astype(np.uint8)
                kind = c if rng.random() < 0.8 else int(rng.integers(1, classes + 1))
                found = {"image_id": i, "category_id": kind, "segmentation": code(np.asfortranarray(near))}
                results.append(found | {"score": round(float(rng.random()), 1)})
    truth = {
        "images": [{"id": i, "width": 60, "height": 50} for i in range(1, images + 1)],
        "categories": [{"id": c, "name": f"class {c}"} for c in range(1, classes + 1)],
        "annotations": annotations,
    }
    return truth, results


def keypoint_set(seed: int, images: int = 15) -> tuple[dict, list]:
    """People with some keypoints not labelled, some with none, and crowds."""
    rng = np.random.default_rng(seed)
    annotations, results = [], []
    for i in range(1, images + 1):
        for _ in range(int(rng.integers(0, 5))):
            x, y, side = (*rng.uniform(0, 200, 2), rng.uniform(20, 200))
            points = np.hstack(
                [rng.uniform(0, side, (17, 2)) + np.array([x, y]), rng.integers(0, 3, (17, 1))]
            )
            if rng.random() < 0.2:
                points[:] = 0
            row = {
                "id": len(annotations) + 1,
                "image_id": i,
                "category_id": 1,
                "bbox": [x, y, side, side],
                "area": float(side**2 * rng.uniform(0.3, 1)),
                "iscrowd": int(rng.random() < 0.1),
                "keypoints": points.ravel().tolist(),
                "num_keypoints": int((points[:, 2] > 0).sum()),
            }
            annotations.append(row)
            for _ in range(int(rng.integers(0, 4))):
                moved = points.copy()
                moved[:, :2] += rng.normal(0, side * rng.choice([0.01, 0.03, 0.1]), (17, 2))
                if not points.any():
                    moved[:, :2] += (x, y)
                found = {"image_id": i, "category_id": 1, "keypoints": moved.ravel().tolist()}
                results.append(found | {"score": round(float(rng.random()), 1)})
    truth = {
        "images": [{"id": i, "width": 400, "height": 400} for i in range(1, images + 1)],
        "categories": [{"id": 1, "name": "person", "keypoints": [str(k) for k in range(17)]}],
        "annotations": annotations,
    }
    return truth, results
