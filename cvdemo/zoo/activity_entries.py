"""The entries of the nets of whole videos: what each frame, a stack, two streams or a memory can tell."""

from __future__ import annotations

from typing import Any

from cvdemo.train.clips import ActivityClips
from cvdemo.train.recipes import Recipe
from cvdemo.zoo.entry import Entry
from cvdemo.zoo.spec import Task

KARPATHY = "10.1109/CVPR.2014.223"
"""Large-scale Video Classification with Convolutional Neural Networks."""

STEPS, BATCH = 6000, 16
"""Steps of each net after the detector; where there are two stages, of both together."""

FIRST = 2000  # of them with a backbone that stays as it is
BACKBONE = (
    "The backbone is a small residual net up to stride 16. It starts from `ssd-plus` and stays as it is for "
    f"{FIRST:,} steps; then it learns too."
)
SMALL = "The backbone is a small residual net up to stride 16."
CLIPS = "Clips have 16 frames of 96 x 96 pixels, 8 a second."


FROZEN = ActivityClips()
MANY = ActivityClips(pool=3072, fresh=384)


def _net(
    key: str,
    title: str,
    paper: str,
    net: str,
    recipe: Recipe,
    *differences: str,
    default: bool = False,
    adapter: str = "cvdemo.zoo.drawn_activity:DrawnActivity",
) -> Entry:
    return Entry(
        key, title, paper, f"cvdemo.nets.{net}", recipe, Task.VIDEO, adapter, "drawn-activities",
        options={"fps": 8.0}, differences=(CLIPS, *differences), default=default,
    )  # fmt: skip


def _recipe(
    key: str, task: str, *, start: str = "ssd-plus", steps: int = STEPS, data: ActivityClips = MANY
) -> Recipe:
    return Recipe(
        key, f"cvdemo.train.activity:{task}:{key}", steps=steps, start=start, whole=start == "frame-average",
        batch=BATCH, rate=2e-3, ema=0.99, data=data, eight_bits=True,
    )  # fmt: skip


def _two_stages(
    key: str, title: str, paper: str, net: str, task: str, *differences: str, **more: Any
) -> tuple[Entry, Entry]:
    """A net whose backbone is frozen in a first stage, that of its head."""
    head = f"{key}-head"
    tuned = Recipe(
        key, f"cvdemo.train.activity:{task}:{key}", steps=STEPS - FIRST, start=head, whole=True, batch=8,
        rate=1e-3, ema=0.99, data=MANY, eight_bits=True,
    )  # fmt: skip
    frozen = _recipe(head, task, steps=FIRST, data=FROZEN)
    return (
        Entry(head, f"{title}, its head", paper, f"cvdemo.nets.{net}_head", frozen),
        _net(key, title, paper, net, tuned, BACKBONE, *differences, **more),
    )


def _stack(frames: int) -> Entry:
    key = f"early-fusion-{frames}"
    return _net(
        key, f"Stacked frames, {frames}", KARPATHY, f"early_fusion:early_fusion_{frames}",
        _recipe(key, "StackTask"), SMALL, "A stack takes every second frame.",
        "A stack comes as its last frame and the differences between frames.", "48 filters see it.",
        "A stack ends at every frame, where the paper takes 20 clips of a video.",
    )  # fmt: skip


ACTIVITY_ENTRIES = (
    *_two_stages("frame-average", "Average of frames", KARPATHY, "frame_average:frame_average", "FramesTask",
                 adapter="cvdemo.zoo.drawn_activity:FrameAverageActivity"),
    *_two_stages("feature-average", "Second-level model", "1503.08909", "feature_average:feature_average",
                 "LastFrameTask", "Features are averaged over the whole clip, not by their maximum."),
    _stack(3),
    _stack(5),
    _stack(7),
    _net("two-stream", "Two streams", "1406.2199", "two_stream:TwoStream",
         _recipe("two-stream", "TemporalStreamTask", start="frame-average",
                 data=ActivityClips(pool=3072, fresh=384, flow=True)), SMALL, "48 filters see the flows.",
         "15 flows are stacked, all of a clip, where the paper has 10 of a longer one.",
         "With each flow comes its photometric error: at 8 frames a second balls fly too far for a flow.",
         "The flow is that of dense inverse search instead of Brox's method.",
         adapter="cvdemo.zoo.drawn_activity:TwoStreamActivity"),
    *_two_stages("lrcn", "Recurrent, LSTM", "1411.4389", "lrcn:lrcn", "RecurrentTask",
                 "The answer is the one after the last frame; the paper averages over all.",
                 "Later answers count more in the loss."),
    *_two_stages("lrcn-gru", "Recurrent, GRU", "1406.1078", "lrcn:lrcn_gru", "RecurrentTask",
                 "A GRU in place of the LSTM; all else is as in `lrcn`.", default=True),
    _net("c3d", "3-D convolutions", "1412.0767", "c3d:C3D", _recipe("c3d", "WindowTask", start=""),
         "Five levels, narrower, with batch normalisation, and strides in place of pooling.",
         "Trained from nothing."),
)  # fmt: skip
"""In the order of the lecture, each behind the one that its training starts from."""
