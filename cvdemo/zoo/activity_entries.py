"""The entries of the nets of whole videos: what each frame, a stack, two streams or a memory can tell."""

from __future__ import annotations

from typing import Any

from cvdemo.train.clips import ActivityClips
from cvdemo.train.recipes import Recipe
from cvdemo.zoo.entry import Entry
from cvdemo.zoo.spec import Task

KARPATHY = "10.1109/CVPR.2014.223"
"""Large-scale Video Classification with Convolutional Neural Networks."""

STEPS, BATCH = 2000, 16
FROZEN = "The backbone is that of `ssd` up to stride 16, and stays as it is: only what follows it is trained."
SMALL = "The backbone is a small residual net up to stride 16."
CLIPS = "Clips have 16 frames of 96 x 96 pixels, 8 a second."


def _net(
    key: str,
    title: str,
    paper: str,
    net: str,
    task: str,
    *differences: str,
    start: str = "ssd",
    flow: bool = False,
    default: bool = False,
    **more: Any,
) -> Entry:
    """All nets share clips, steps and backbone: their figures compare what they do with the frames."""
    recipe = Recipe(
        key, f"cvdemo.train.activity:{task}:{key}", steps=STEPS, start=start,
        whole=start == "frame-average", batch=BATCH, rate=2e-3, ema=0.99,
        data=ActivityClips(flow=flow), eight_bits=True,
    )  # fmt: skip
    settings: dict[str, Any] = {"adapter": "cvdemo.zoo.drawn_activity:DrawnActivity", **more}
    return Entry(
        key, title, paper, f"cvdemo.nets.{net}", recipe, Task.VIDEO, labels="drawn-activities",
        options={"fps": 8.0},
        differences=(CLIPS, *differences), default=default, **settings,
    )  # fmt: skip


def _stack(frames: int) -> Entry:
    return _net(
        f"early-fusion-{frames}", f"Stacked frames, {frames}", KARPATHY,
        f"early_fusion:early_fusion_{frames}", "StackTask", SMALL,
        "A stack ends at every frame, where the paper takes 20 clips of a video.", start="frame-average",
    )  # fmt: skip


ACTIVITY_ENTRIES = (
    _net("frame-average", "Average of frames", KARPATHY, "frame_average:FrameAverage", "FramesTask",
         FROZEN, adapter="cvdemo.zoo.drawn_activity:FrameAverageActivity"),
    _net("feature-average", "Second-level model", "1503.08909", "feature_average:FeatureAverage",
         "LastFrameTask", FROZEN, "Features are averaged over the whole clip, not by their maximum."),
    _stack(3),
    _stack(5),
    _stack(7),
    _net("two-stream", "Two streams", "1406.2199", "two_stream:TwoStream", "TemporalStreamTask", SMALL,
         "The temporal stream sees 5 flows, not 10, of dense inverse search instead of Brox's method.",
         start="frame-average", flow=True, adapter="cvdemo.zoo.drawn_activity:TwoStreamActivity"),
    _net("lrcn", "Recurrent, LSTM", "1411.4389", "lrcn:lrcn", "RecurrentTask", FROZEN,
         "The answer is the one after the last frame; the paper averages over all.",
         "Later answers count more in the loss.", default=True),
    _net("lrcn-gru", "Recurrent, GRU", "1406.1078", "lrcn:lrcn_gru", "RecurrentTask", FROZEN,
         "A GRU in place of the LSTM; all else is as in `lrcn`."),
    _net("c3d", "3-D convolutions", "1412.0767", "c3d:C3D", "WindowTask",
         "Five levels, narrower, with batch normalisation, and strides in place of pooling.",
         "Trained from nothing.", start=""),
)  # fmt: skip
"""In the order of the lecture, each behind the one that its training starts from."""
