"""What nets of whole videos say of a clip, frame after frame, and of the clip played in another way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from cvdemo import world, zoo
from cvdemo.data.pictures import fit
from cvdemo.errors import CvdemoError
from cvdemo.video.clip import Clip
from cvdemo.video.sample import every, gathered
from cvdemo.world import ACTIVITIES
from cvdemo.zoo.activity import ActivityClassifier, ActivityResult, Probabilities
from cvdemo.zoo.convergence import longer
from cvdemo.zoo.entries import entries
from cvdemo.zoo.weights import has_weights, read_card

Order = Literal["as filmed", "backwards", "shuffled"]
ORDERS: tuple[Order, ...] = ("as filmed", "backwards", "shuffled")

SIDE = 320
"""Width and height in pixels of drawn clips on the page."""

SECONDS = 10.0  # of a film that are looked at


class Way(NamedTuple):
    """A way of knowing an activity: title, model, and which of the model's answers it is, if not the one."""

    title: str
    key: str
    answer: str = ""


WAYS = (
    Way("average of frames", "frame-average"),
    Way("second-level model", "feature-average"),
    Way("stacked frames", "early-fusion-7"),
    Way("two streams", "two-stream"),
    Way("recurrent (LSTM)", "lrcn"),
    Way("recurrent (GRU)", "lrcn-gru"),
    Way("3-D convolutions", "c3d"),
    Way("maximum of frames", "frame-average", "max"),
    Way("vote of frames", "frame-average", "vote"),
    Way("only the motion", "two-stream", "temporal"),
)
FIRST = tuple(way.title for way in WAYS[:6])
"""The titles of those that the page opens with: those of the lecture's ideas, and the best one."""


def ways() -> dict[str, Way]:
    """The ways whose nets are trained, by title."""
    return {way.title: way for way in WAYS if has_weights(way.key)}


class Changes(NamedTuple):
    """What is done to a clip before nets see it.

    `keep` says that only every so manieth frame is left; the person is out of sight for `hidden` seconds from
    `since` on.
    """

    order: Order = "as filmed"
    keep: int = 1
    hidden: float = 0.0
    since: float = 0.5


@dataclass(frozen=True, eq=False)
class Shown:
    """A clip as nets and visitors see it: T frames in their order.

    `frames` [T, H, W, 3]; `times` [T] in seconds from the beginning, as they are shown; `label` is the true
    class, None where it is not known or where there is no true one.
    """

    frames: NDArray[np.uint8]
    times: NDArray[np.float64]
    label: int | None
    identity: str
    name: str


def shown_clip(clip: world.ActivityClip, changes: Changes, side: int = SIDE) -> Shown:
    """A drawn clip with the changes; what is true of it changes too, where it is played backwards.

    Shuffled, a clip of a pair shows neither of the two.
    """
    first = changes.since * clip.fps
    count = changes.hidden * clip.fps
    gone = [k for k in range(len(clip)) if first <= k < first + count]
    told = clip.without(gone) if gone else clip
    index = order_of(len(clip), changes)
    partner = clip.reversed()
    label: int | None = partner.label if changes.order == "backwards" else clip.label
    if changes.order == "shuffled" and partner.label != clip.label:
        label = None
    frames = told.pictures(side, side)[index]
    identity = f"{clip.split} {clip.seed} {clip.activity} {clip.frames} {changes} {side}"
    return Shown(frames, np.arange(len(index)) * changes.keep / clip.fps, label, identity, clip.activity)


def shown_film(clip: Clip, changes: Changes, fps: float, identity: str = "") -> Shown:
    """The beginning of a film at so many frames a second, with the changes."""
    times, frames = gathered(every(clip.frames(), 1 / fps), round(SECONDS * fps))
    index = order_of(len(frames), changes)
    small = np.stack([fit(frames[k], SIDE) for k in index])
    shown = times if changes.order == "as filmed" else np.arange(len(frames)) / fps
    kept = shown[np.arange(0, len(frames), changes.keep)][: len(index)]
    return Shown(small, kept, None, identity or clip.identity, clip.name)


def order_of(count: int, changes: Changes) -> NDArray[np.int64]:
    """Which of `count` frames are seen, in the order in which they are; shuffled always in the same way."""
    index = np.arange(0, count, changes.keep)
    if changes.order == "backwards":
        return index[::-1]
    return np.random.default_rng(5).permutation(index) if changes.order == "shuffled" else index


class Answer(NamedTuple):
    """What a way says after each frame, [T, C], and the milliseconds that its model took for all frames."""

    title: str
    probabilities: Probabilities
    milliseconds: float

    @property
    def said(self) -> int:
        """The class that is the most probable after the last frame."""
        return int(self.probabilities[-1].argmax())

    def right_from(self, label: int | None) -> int | None:
        """The first frame after which the answer is right and stays so; None where it is wrong in the end."""
        if label is None or self.said != label:
            return None
        wrong = np.flatnonzero(self.probabilities.argmax(1) != label)
        return int(wrong[-1]) + 1 if len(wrong) else 0


def answers(results: Mapping[str, ActivityResult], titles: Sequence[str]) -> list[Answer]:
    """What the named ways say, from the results of their models by key."""
    found = []
    for title in titles:
        way = ways()[title]
        result = results[way.key]
        said = result.ways[way.answer] if way.answer else result.probabilities
        found.append(Answer(title, said, result.milliseconds))
    return found


def recognise(key: str, frames: NDArray[np.uint8]) -> ActivityResult:
    """What the model of a key says of frames; `CvdemoError` for one that knows no activities."""
    model = zoo.load(key)
    if not isinstance(model, ActivityClassifier):
        raise CvdemoError(f"{model.spec.title} knows no activities")
    return model.activity(frames)


class Line(NamedTuple):
    """A net's figures on held-out clips, from its card; shares 0..1."""

    key: str
    title: str
    accuracy: float
    pairs: float
    alone: float
    milliseconds: float
    params: int
    confusion: NDArray[np.int64]


def held_out() -> list[Line]:
    """The figures of all nets of whole videos that are trained, in the lecture's order.

    Behind a net stands the same after a longer training, where its card tells of one.
    """
    found = []
    for entry in entries(zoo.Task.VIDEO):
        card = read_card(entry.key)
        if card and has_weights(entry.key):
            found.append(_line(entry.key, entry.title, card))
            if more := longer(card):
                found.append(_line(f"{entry.key}-longer", f"{entry.title}, longer", card, more.metrics))
    return found


def _line(key: str, title: str, card: dict[str, Any], numbers: Mapping[str, Any] | None = None) -> Line:
    """The figures of a card, or other ones of the same net, which takes the same time."""
    own = card["metrics"]
    numbers = own if numbers is None else numbers
    confusion = np.array([numbers["confusion"][name] for name in ACTIVITIES])
    return Line(
        key, title, numbers["accuracy"], numbers["accuracy_pairs"], numbers["accuracy_alone"],
        own["ms_per_second"], card["params"], cast(Any, confusion),
    )  # fmt: skip


def answers_csv(shown: Shown, said: Sequence[Answer], names: Mapping[int, str]) -> str:
    """A line for each way, frame and activity, with the probability."""
    lines = ["way,frame,seconds,activity,probability"]
    for answer in said:
        for k, row in enumerate(answer.probabilities):
            lines += [
                f"{answer.title},{k},{shown.times[k]:.3f},{names[c]},{p:.5f}" for c, p in enumerate(row)
            ]
    return "\n".join(lines) + "\n"
