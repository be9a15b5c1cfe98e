"""How well models of whole videos know the activities of drawn clips."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.world import ACTIVITIES, ORDER_PAIRS
from cvdemo.zoo.activity import ActivityClassifier

DATA = "world-activity"
CLIPS = 500  # where nothing else is said
LABELS = "drawn-activities"

Progress = Callable[[Iterable[Any]], Iterable[Any]]


def open_activities(data: str, n: int | None) -> list[world.ActivityClip]:
    """The first n clips of "world-activity:SPLIT", 500 where None; `DataError` for other data."""
    kind, _, split = data.partition(":")
    if kind != DATA:
        raise DataError(f"cannot use '{data[:80]}' as data for activities: write it as {DATA}:SPLIT")
    return world.activity_clips(split, n or CLIPS)


def no_scenes(*_: Any, **__: Any) -> Any:
    """A `DataError`: single pictures show no activities."""
    raise DataError(f"activities are in clips, not in pictures: use {DATA}:test as data")


@lru_cache(maxsize=128)
def _frames(split: str, seed: int) -> NDArray[np.uint8]:
    """The frames of a clip; a training scores the same ones again and again."""
    return world.activity_clip(seed, split=split).pictures()


def score_activities(
    model: ActivityClassifier, data: list[world.ActivityClip], *, progress: Progress = iter
) -> dict[str, Any]:
    """Shares of clips whose activity is the most probable one after the last frame.

    `accuracy` of all, `accuracy_pairs` of those that only the order tells apart, `accuracy_alone` of the
    others, `pair_found` the share of the former whose pair was found, whichever of its two; `per_class`,
    and `confusion`: for each true activity the numbers of answers. `ways` are the accuracies of the model's
    further answers, of all and of pairs. `decided` is the mean share of the clip after which the answer
    stays right, where it is right in the end. `ms_per_second` is the time for a second of video.
    """
    if model.spec.labels != LABELS:
        raise DataError(f"{model.spec.title} knows other activities than the drawn world's")
    truth, answers = [], []
    ways: dict[str, list[int]] = {}
    milliseconds, seconds = 0.0, 0.0
    for clip in progress(data):
        result = model.activity(_frames(clip.split, clip.seed))
        truth.append(clip.label)
        answers.append(result.probabilities.argmax(1))
        for name, way in result.ways.items():
            ways.setdefault(name, []).append(int(way[-1].argmax()))
        milliseconds += result.milliseconds
        seconds += len(clip) / clip.fps
    said = np.stack(answers)
    numbers = _shares(np.array(truth), said[:, -1])
    numbers["ways"] = {name: _two_shares(np.array(truth), np.array(last)) for name, last in ways.items()}
    numbers["decided"] = _decided(np.array(truth), said)
    return {**numbers, "n": len(data), "ms_per_second": round(milliseconds / seconds, 2)}


_PAIR = np.array([next((p for p, pair in enumerate(ORDER_PAIRS) if name in pair), -1) for name in ACTIVITIES])


def _two_shares(truth: NDArray[np.int64], said: NDArray[np.int64]) -> dict[str, float]:
    right, paired = truth == said, _PAIR[truth] >= 0
    return {"accuracy": _mean(right), "accuracy_pairs": _mean(right[paired])}


def _shares(truth: NDArray[np.int64], said: NDArray[np.int64]) -> dict[str, Any]:
    right, paired = truth == said, _PAIR[truth] >= 0
    names = list(ACTIVITIES)
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (truth, said), 1)
    return {
        **_two_shares(truth, said),
        "accuracy_alone": _mean(right[~paired]),
        "pair_found": _mean((_PAIR[truth] == _PAIR[said])[paired]),
        "per_class": {name: _mean(right[truth == k]) for k, name in enumerate(names) if (truth == k).any()},
        "confusion": {name: counts[k].tolist() for k, name in enumerate(names)},
    }


def _decided(truth: NDArray[np.int64], said: NDArray[np.int64]) -> float:
    """The mean share of the frames after which the answer stays right, of clips that end so."""
    right = said == truth[:, None]  # [N, T]
    wrong = right[:, ::-1].argmin(1)  # how many frames from the end are right, where not all are
    stays = np.where(right.all(1), right.shape[1], wrong)[right[:, -1]]
    return _mean(1 - (stays - 1) / right.shape[1])


def _mean(values: NDArray[Any]) -> float:
    return round(float(values.mean()), 4) if len(values) else 0.0
