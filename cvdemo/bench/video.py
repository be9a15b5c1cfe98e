"""Reading, detecting and writing a video against a bare loop of the same model over PyAV's frames."""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from cvdemo.assets import asset
from cvdemo.video.read import read_video
from cvdemo.video.write import Mp4Writer

SECONDS, LONG = 10.0, 600.0
RATE = 5.0  # frames a second of the videos whose memory is measured


def run(
    key: str = "ssd-mobilenet-v2", *, device: str = "cpu", repeats: int = 3, memory: bool = True
) -> dict[str, Any]:
    """Frames a second of both ways in turn on a sample clip; peak memory of a short and of a long video.

    Bare: PyAV decodes, each frame becomes an array, the model's raw detections are taken. Ours besides:
    times, thresholds, boxes drawn, H.264 written. The peak is that of a process of its own with the net
    `ssd-plus`, in MiB.
    """
    from cvdemo import zoo
    from cvdemo.zoo.model import Detector

    model = zoo.load(key, device)
    assert isinstance(model, Detector)
    clip = asset("clips", "bikes.mp4")
    ways = {"bare": lambda: _bare(model, clip), "ours": lambda: _ours(model, clip)}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(repeats + 1):
        for name in list(ways)[:: 1 if turn % 2 else -1]:
            start = time.perf_counter()
            frames = ways[name]()
            if turn:  # the first turn warms up
                times[name].append(frames / (time.perf_counter() - start))
    rates = {name: statistics.median(values) for name, values in times.items()}
    figures: dict[str, Any] = {
        "model": key,
        **{f"{name} frames/s": round(rate, 2) for name, rate in rates.items()},
        "ours / bare": round(rates["ours"] / rates["bare"], 3),
    }
    if memory:
        figures |= {f"peak MiB, {s:g} s of video": _peak(s) for s in (SECONDS, LONG)}
    return figures


def _bare(model: Any, path: Path) -> int:
    import av

    count = 0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            model.raw(frame.to_ndarray(format="rgb24"))
            count += 1
    return count


def _ours(model: Any, path: Path) -> int:
    from cvdemo.draw.detections import draw_detections
    from cvdemo.ops.detections import select
    from cvdemo.video.ahead import Behind
    from cvdemo.video.raw import DetectedFrame, detect_clip

    clip, count = read_video(path), 0
    with tempfile.TemporaryDirectory() as folder, Mp4Writer(Path(folder) / "out.mp4", clip.fps) as writer:

        def write(one: DetectedFrame) -> None:
            writer.add(draw_detections(one.frame.picture, select(one.raw)), one.frame.time)

        with Behind[DetectedFrame](write) as later:
            for one in detect_clip(model, clip):
                later.give(one)
                count += 1
    return count


def _peak(seconds: float) -> float:
    """Peak memory in MiB of a process that reads, detects and writes a video of so many seconds."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return round(pool.apply(_peak_here, (seconds,)), 1)


def _peak_here(seconds: float) -> float:
    import resource

    from cvdemo import zoo

    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.mp4"
        with Mp4Writer(path, RATE) as writer:
            still = rng.integers(0, 255, (240, 320, 3), np.uint8)
            for k in range(round(seconds * RATE)):
                writer.add(np.roll(still, 4 * k, axis=1))
        _ours(zoo.load("ssd-plus", "cpu"), path)
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024
