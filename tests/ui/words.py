"""Words and short texts that are shown and that no rule finds in the source: names of classes, options."""

from __future__ import annotations

from cvdemo.data.domain import Domain
from cvdemo.lecture.questions import ready_made
from cvdemo.lecture.script import shipped
from cvdemo.ui.pages import PAGES
from cvdemo.ui.source import KINDS, LIVE
from cvdemo.world.activities.names import ACTIVITIES
from cvdemo.world.difficulty import KNOBS, PRESETS
from cvdemo.world.vocabulary import KEYPOINTS, STUFF, THINGS
from cvdemo.zoo.labels import labels

OPTIONS = (
    "accuracy", "answer", "average", "bilinear", "boundary F1", "caption", "captions", "cells",
    "checkerboard", "classification", "coarse", "colour", "decoder", "dense captions", "detection", "easy",
    "encoder",
    "errors", "exact", "features", "fill", "gain", "global", "hard", "head", "highest", "holes",
    "identical",
    "keypoints", "kind", "labels", "largest", "layers", "level", "localization", "mask", "masks", "max",
    "mean",
    "method", "network", "noisy", "nothing", "object", "order", "picture", "proposals", "quality",
    "queries", "sample", "sampling", "scales", "seen", "segment", "side", "softmax", "square", "task",
    "texture", "together", "truth", "truthful", "warp", "way", "where", "whole", "wide", "windows",
    "grid", "background", "photographer", "astronaut", "rocket", "coffee", "motorcycle", "kept", "height",
    "width", "weight", "squared difference", "windows = classifier calls", "parameters", "lost",
)  # fmt: skip
TEMPLATES = (
    "one box", "{} box", "{} boxes", "{} mask", "{} masks", "{} class", "{} classes", "{} convolutions",
    "{} are left", "{} lost", "{} of {} boxes", "{} of {} answers pass, {} ms", "{} of the net's own",
    "{} of {} from Selective Search", "{} × {} pixels each, {} of context, {} ms", "stride {}", "encoder {}",
    "decoder {}", "pooled {}", "fused {}", "scores {}", "table {}", "scene-{}", "person {}",
    "L2 loss** of the box, relative to the picture: **{}", "the truth of this photo was drawn by hand",
    "AP, COCO, as published", "mIoU, world:test, {} scenes", "rate {}", "pool {}",
    "[paper]({})", "[Paper]({})",
)  # fmt: skip


def words() -> list[str]:
    """All of them, each once."""
    coco = labels("coco").values()
    joints = [name.replace("_", " ") for name in KEYPOINTS]
    knobs = [name.replace("_", "-") for name in KNOBS]
    domains = [domain.value for domain in Domain]
    names = (*THINGS, *STUFF, *coco, *joints, *ACTIVITIES, *knobs, *PRESETS, *KINDS, LIVE, *domains)
    rows = [title for page in PAGES for title in page.rows.values()]
    return list(dict.fromkeys((*names, *OPTIONS, *TEMPLATES, *rows, *_lecture())))


def _lecture() -> list[str]:
    """What the lecture's script and the questions to the hall say."""
    said = [station.say for station in shipped(tuple(page.key for page in PAGES))]
    for questions in ready_made().values():
        for question in questions:
            said += [question.text, *question.choices, question.why]
    return [text for text in said if text]
