"""How long nets that stand under one chart were trained: the steps after the detector that all start from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cvdemo.zoo.entries import ENTRIES

SHARED = ("ssd-plus", "backbone", "ssd-light", "backbone-light")
"""What other nets start from: their steps are not counted for those."""


def steps_of(key: str) -> int:
    """Training steps of a net, with those of the nets that its training went through before."""
    recipe = ENTRIES[key].recipe
    before = recipe.start
    return recipe.steps + (steps_of(before) if before and before not in SHARED else 0)


def odd_budgets(keys: Sequence[str]) -> tuple[int, dict[str, int]]:
    """The steps that most of the nets have, and those of the others by key."""
    if not keys:
        return 0, {}
    steps = {key: steps_of(key) for key in keys}
    most, _ = Counter(steps.values()).most_common(1)[0]
    return most, {key: count for key, count in steps.items() if count != most}


def by_steps(keys: Sequence[str]) -> dict[int, list[str]]:
    """Nets by their steps, those with most first."""
    steps = {key: steps_of(key) for key in keys}
    return {
        count: [k for k in keys if steps[k] == count] for count in sorted(set(steps.values()), reverse=True)
    }
