"""The speed of drawing scenes."""

from __future__ import annotations

import time

import cv2

from cvdemo import world


def bench_world(
    *, scenes: int = 100, rounds: int = 5, size: tuple[int, int] = (192, 160)
) -> dict[str, float]:
    """Scenes a second of one core with full truth at a net's size, and milliseconds of one at 1280 x 960.

    And of a clip's frame with its truth at the net's size.

    One process, one OpenCV thread, processor time. The named peer is the same scene without its picture:
    `truth_only_per_s` says how much of the time the painting takes. Best and median of `rounds`.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        world.draw(world.scene(0), *size)
        drawn = sorted(_per_second(scenes, size, picture=True) for _ in range(rounds))
        known = sorted(_per_second(scenes, size, picture=False) for _ in range(rounds))
        clips = sorted(_clip_frame(size) for _ in range(rounds))
        large = sorted(
            1000 / _per_second(max(1, scenes // 10), (1280, 960), picture=True) for _ in range(rounds)
        )
    finally:
        cv2.setNumThreads(threads)
    return {
        "scenes_per_s_median": drawn[rounds // 2],
        "scenes_per_s_best": drawn[-1],
        "truth_only_per_s": known[rounds // 2],
        "clip_frame_ms_median": clips[rounds // 2],
        "clip_frame_ms_best": clips[0],
        "large_ms_median": large[rounds // 2],
        "large_ms_best": large[0],
    }


def _per_second(scenes: int, size: tuple[int, int], *, picture: bool) -> float:
    start = time.process_time()
    for seed in range(scenes):
        scene = world.scene(seed)
        if picture:
            world.draw(scene, *size)
        else:
            world.truth(scene, *size)
    return scenes / (time.process_time() - start)


def _clip_frame(size: tuple[int, int]) -> float:
    """Milliseconds of a clip's frame, of ten each from four clips."""
    clips = [world.clip(seed) for seed in range(4)]
    for clip in clips:
        world.draw_clip_frame(clip, 0, *size)
    start = time.process_time()
    for clip in clips:
        for k in range(0, len(clip), len(clip) // 10):
            world.draw_clip_frame(clip, k, *size)
    return 1000 * (time.process_time() - start) / (10 * len(clips))
