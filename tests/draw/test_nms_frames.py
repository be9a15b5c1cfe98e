"""Frames of the NMS video: their number, their size, and the result in the last one."""

from __future__ import annotations

import numpy as np
import pytest
import supervision as sv

from cvdemo.draw.nms_frames import draw_frames, frame_count
from cvdemo.ops.replay import Method, replay


def boxes(n: int) -> sv.Detections:
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 120, (n, 2))
    return sv.Detections(
        xyxy=np.hstack([corner, corner + rng.uniform(20, 80, (n, 2))]),
        confidence=rng.random(n),
        class_id=np.zeros(n, int),
        data={"class_name": np.array(["duck"] * n, dtype=str)},
    )


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("n", [0, 1, 12])
def test_every_method_draws_all_its_frames(method: Method, n: int) -> None:
    found = boxes(n)
    played = replay(found.xyxy, found.confidence, None, method, iou_threshold=0.3)
    picture = np.full((200, 300, 3), 90, np.uint8)
    frames = draw_frames(picture, found, played, range(frame_count(played)))
    assert len(frames) == len(played) + 2
    assert {f.shape for f in frames} == {frames[0].shape} and frames[0].dtype == np.uint8
    if n == 12:
        assert not np.array_equal(frames[0], frames[-1])
