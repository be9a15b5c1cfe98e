"""Label sets: the id that a class has everywhere in the project, and its name."""

from __future__ import annotations

from functools import cache
from importlib import resources

from cvdemo.data import camvid, msrc
from cvdemo.errors import CvdemoError
from cvdemo.world.activities.names import ACTIVITIES
from cvdemo.world.vocabulary import SEMANTIC, THINGS

NAMED = {
    "drawn-things": THINGS,
    "drawn-semantic": SEMANTIC,
    "drawn-activities": ACTIVITIES,
    "camvid": camvid.NAMES,
    "msrc": msrc.NAMES,
}
NUMBERED = ("coco",)  # files whose lines begin with the class's own number
FILES = ("ade20k", "cityscapes", "coco", "imagenet", "kinetics", "voc")


@cache
def labels(name: str) -> dict[int, str]:
    """Names by class id: `"coco"` (COCO's own ids, 1..90 with gaps), `"imagenet"` (0..999), `"voc"` (0..20,
    0 is background), `"ade20k"` (0..149), `"kinetics"` (0..399), `"cityscapes"` (0..18), `"camvid"` (0..10),
    and as the drawn world names them `"drawn-things"` (0..7), `"drawn-semantic"` (0..13) and
    `"drawn-activities"` (0..14).

    `"prompt"` is empty: the classes are the phrases of the prompt; `""` is, of models that know no classes.
    """
    if name in ("prompt", ""):
        return {}
    if name in NAMED:
        return dict(enumerate(NAMED[name]))
    if name not in FILES:
        raise CvdemoError(f"no label set is called '{name}'")
    lines = resources.files(__package__).joinpath(f"{name}.txt").read_text("utf-8").splitlines()
    if name not in NUMBERED:
        return dict(enumerate(lines))
    return {int(number): label for number, label in (line.split(" ", 1) for line in lines)}
