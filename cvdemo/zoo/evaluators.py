"""How models are scored, by their task: the data, the scores, and which of them are the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from cvdemo.errors import CvdemoError
from cvdemo.world.difficulty import Difficulty
from cvdemo.zoo.evaluate import drawn_data, drawn_people, evaluate, open_boxes
from cvdemo.zoo.evaluate_activity import no_scenes, open_activities, score_activities
from cvdemo.zoo.evaluate_captions import drawn_captions, evaluate_captions, open_captions
from cvdemo.zoo.evaluate_dense import drawn_dense, evaluate_dense, open_dense
from cvdemo.zoo.evaluate_flow import PAIRS, drawn_pairs, evaluate_flow, open_pairs
from cvdemo.zoo.evaluate_frames import drawn_stacks, evaluate_frames, no_stacks
from cvdemo.zoo.evaluate_maps import drawn_maps, evaluate_maps, open_maps
from cvdemo.zoo.model import Model
from cvdemo.zoo.spec import ModelSpec, Task

SCENES = 500  # drawn scenes that are scored where nothing else is said
Progress = Callable[[Iterable[Any]], Iterable[Any]]


class Evaluator(NamedTuple):
    """How the models of a task are scored.

    `figures` are the names of the numbers that tables show first; `drawn` gives n scenes of a split of a
    difficulty and a size, `open` the first n pictures of other data (all where None); `score` gives the
    numbers of a model on either. Drawn data are called `world` and are `n` where nothing else is said.
    """

    figures: tuple[str, ...]
    drawn: Callable[..., Any]
    open: Callable[[str, int | None], Any]
    score: Callable[..., dict[str, Any]]
    world: str = "world"
    n: int = SCENES


EVALUATORS: dict[Task, Evaluator] = {
    Task.DETECT: Evaluator(("AP", "AP50"), drawn_data, open_boxes, evaluate),
    Task.INSTANCES: Evaluator(("mask_AP", "mask_AP50", "AP"), drawn_data, open_boxes, evaluate),
    Task.POSE: Evaluator(("keypoint_AP", "keypoint_AP50"), drawn_people, open_boxes, evaluate),
    Task.SEGMENT: Evaluator(("mIoU", "boundary_F1"), drawn_maps, open_maps, evaluate_maps),
    Task.VIDEO: Evaluator(("accuracy", "accuracy_pairs"), no_scenes, open_activities, score_activities),
    Task.CAPTION: Evaluator(
        ("BLEU4", "CIDEr", "truthful", "exact"), drawn_captions, open_captions, evaluate_captions
    ),
    Task.DENSE_CAPTION: Evaluator(("mAP", "METEOR", "truthful"), drawn_dense, open_dense, evaluate_dense),
    Task.FRAMES: Evaluator(("mIoU", "boundary_F1"), drawn_stacks, no_stacks, evaluate_frames, "world-frames"),
    Task.FLOW: Evaluator(
        ("EPE", "EPE_occluded", "Fl_all"), drawn_pairs, open_pairs, evaluate_flow, "world-flow", PAIRS
    ),
}


def evaluator(entry: ModelSpec) -> Evaluator:
    """How a model is scored; one sentence where its task has no scores."""
    if entry.task not in EVALUATORS:
        raise CvdemoError(
            f"{entry.title} does not detect objects, segment, write captions or give flow: "
            "it cannot be scored here"
        )
    return EVALUATORS[entry.task]


def open_data(entry: ModelSpec, data: str, n: int | None, difficulty: Difficulty | None = None) -> Any:
    """The data that a model is scored on: "world:SPLIT", or what its task's evaluator opens.

    Drawn data have the size that the model is scored at; without n there are as many as its evaluator says.
    """
    kind, _, rest = data.partition(":")
    how = evaluator(entry)
    if kind == how.world:
        return how.drawn(rest, n or how.n, difficulty, size=entry.scene_size)
    return how.open(data, n)


def score(model: Model, data: Any, *, progress: Progress = iter) -> dict[str, Any]:
    """The numbers of a model on data that `open_data` gave for it."""
    return evaluator(model.spec).score(model, data, progress=progress)
