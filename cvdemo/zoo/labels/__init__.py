"""Label sets: the id that a class has everywhere in the project, and its name."""

from __future__ import annotations

from functools import cache
from importlib import resources

from cvdemo.errors import CvdemoError
from cvdemo.world.vocabulary import SEMANTIC, THINGS

DRAWN = {"drawn-things": THINGS, "drawn-semantic": SEMANTIC}


@cache
def labels(name: str) -> dict[int, str]:
    """Names by class id: `"coco"` (COCO's own ids, 1..90 with gaps), `"imagenet"` (0..999),
    `"drawn-things"` (0..7) and `"drawn-semantic"` (0..13), as the drawn world names them.

    `"prompt"` is empty: the classes are the phrases that the visitor asks for.
    """
    if name == "prompt":
        return {}
    if name in DRAWN:
        return dict(enumerate(DRAWN[name]))
    if name not in ("coco", "imagenet"):
        raise CvdemoError(f"no label set is called '{name}'")
    lines = resources.files(__package__).joinpath(f"{name}.txt").read_text("utf-8").splitlines()
    if name == "imagenet":
        return dict(enumerate(lines))
    return {int(number): label for number, label in (line.split(" ", 1) for line in lines)}
