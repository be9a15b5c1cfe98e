"""Questions to the hall: one of choices, or one that a widget of a page answers by where it stands."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from cvdemo.assets import asset
from cvdemo.errors import DataError

MOST_CHOICES, LONGEST, LONGEST_CHOICE = 6, 300, 120
BARS = 20  # of a histogram of numbers, at most


@dataclass(frozen=True)
class Scale:
    """Where a slider can stand: the page's widget `name`, its label, `low` to `high` in steps of `step`."""

    name: str
    label: str
    low: float
    high: float
    step: float

    def holds(self, value: float) -> bool:
        """Whether the slider can stand there."""
        return math.isfinite(value) and self.low - 1e-9 <= value <= self.high + 1e-9


@dataclass(frozen=True)
class Question:
    """A question with two to six `choices`, or with a `scale`; one of them.

    `answer` is the right choice's number or the right value, None where nobody knows. `page` and `state`,
    values of that page by name, are what it is asked about; `why` is a sentence that comes with the answer.
    """

    text: str
    choices: tuple[str, ...] = ()
    scale: Scale | None = None
    answer: float | None = None
    page: str = ""
    state: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""

    def __post_init__(self) -> None:
        if not self.text.strip() or len(self.text) > LONGEST:
            raise DataError(f"a question has 1 to {LONGEST} characters")
        if (self.scale is None) != bool(self.choices):
            raise DataError("a question has either choices or a slider")
        if self.choices and not 2 <= len(self.choices) <= MOST_CHOICES:
            raise DataError(f"a question has 2 to {MOST_CHOICES} choices, one a line")
        if any(not choice.strip() or len(choice) > LONGEST_CHOICE for choice in self.choices):
            raise DataError(f"a choice has 1 to {LONGEST_CHOICE} characters")
        if self.answer is not None and not self.allows(self.answer):
            raise DataError("the right answer is none that can be given")

    def allows(self, value: float) -> bool:
        """Whether somebody may answer this."""
        if self.scale is not None:
            return self.scale.holds(value)
        return math.isfinite(value) and value == int(value) and 0 <= value < len(self.choices)


@dataclass(frozen=True)
class Bar:
    """A bar of a histogram: what it counts, how often, and whether the right answer lies in it."""

    label: str
    count: int
    right: bool


def histogram(question: Question, votes: Iterable[float]) -> list[Bar]:
    """One bar for each choice; for a slider at most 20 of equal width, each from its least value on."""
    if question.scale is None:
        counts = Counter(int(vote) for vote in votes)
        return [Bar(text, counts[k], k == question.answer) for k, text in enumerate(question.choices)]
    scale = question.scale
    steps = max(1, round((scale.high - scale.low) / scale.step))
    wide = math.ceil((steps + 1) / BARS)  # steps in a bar

    def place(value: float) -> int:
        return min(steps, max(0, round((value - scale.low) / scale.step))) // wide

    counts = Counter(map(place, votes))
    right = None if question.answer is None else place(question.answer)
    labels = [f"{scale.low + k * wide * scale.step:.10g}" for k in range(steps // wide + 1)]
    return [Bar(label, counts[k], k == right) for k, label in enumerate(labels)]


@cache
def ready_made() -> Mapping[str, tuple[Question, ...]]:
    """The questions of `assets/questions.yaml` by page."""
    return read_questions(asset("questions.yaml").read_text("utf-8"))


def read_questions(text: str, pages: Collection[str] = ()) -> dict[str, tuple[Question, ...]]:
    """Questions by page of a YAML; DataError names the page and what is wrong.

    `pages` are the keys that there are, none for any.
    """
    found = yaml.safe_load(text)
    if not isinstance(found, dict):
        raise DataError("questions are a mapping from page to a list")
    questions = {}
    for page, rows in found.items():
        if pages and page not in pages:
            raise DataError(f"questions of {page!r}: there is no such page")
        try:
            questions[str(page)] = tuple(_read(str(page), row) for row in rows)
        except (DataError, KeyError, TypeError, ValueError) as error:
            raise DataError(f"questions of {page!r}: {error}") from error
    return questions


def _read(page: str, row: Mapping[str, Any]) -> Question:
    choices: Sequence[str] = row.get("choices", ())
    scale = row.get("slider")
    return Question(
        row["ask"],
        tuple(map(str, choices)),
        None if scale is None else Scale(**{"step": 0.01, **scale}),
        row.get("answer"),
        page,
        row.get("state", {}),
        row.get("why", ""),
    )
