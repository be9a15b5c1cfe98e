"""What is flat by the rule, and that every card says what its own curve says."""

from __future__ import annotations

import json

import pytest

from cvdemo.zoo.convergence import converged, last_gain, longer, unfinished
from cvdemo.zoo.photo_entries import PHOTO_ENTRIES
from cvdemo.zoo.weights import weights_folder

CARDS = sorted(weights_folder().glob("*.json"))


@pytest.mark.parametrize(
    ("metric", "curve", "flat"),
    [
        ("AP", [0.5, 0.6, 0.604], True),
        ("AP", [0.5, 0.6, 0.605], False),
        ("AP", [0.7, 0.6], True),
        ("EPE", [1.0, 0.9], False),
        ("EPE", [10.0, 9.95], True),
        ("accuracy", [0.5, 0.51], True),
        ("accuracy", [0.5, 0.53], False),
        ("EPE", [0.9, 1.0], True),
        ("AP", [0.5], None),
        ("AP", [], None),
    ],
)
def test_a_curve_is_flat_that_gains_little(metric: str, curve: list[float], flat: bool | None) -> None:
    rows = [{"step": 1, metric: value} for value in curve]
    assert converged(rows, metric) is flat
    assert (last_gain(rows, metric) is None) == (flat is None)


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_a_card_says_whether_its_net_had_finished(path) -> None:
    card = json.loads(path.read_text())
    assert card["converged"] is converged(card.get("validation", []), card["metric"])
    if more := card.get("longer"):
        assert more["converged"] is converged(more["validation"], card["metric"])
        photos = PHOTO_ENTRIES.get(path.stem)
        own = photos.command if photos else f"cvdemo train {path.stem}"
        assert more["command"] == f"{own} --steps {more['steps']}"
        assert more["steps"] > card["steps"]


def test_a_curve_that_still_rises_is_said_to() -> None:
    curves = {"rising": [0.2, 0.4, 0.5], "flat": [0.5, 0.6, 0.602], "falling": [0.6, 0.5], "short": [0.4]}
    rows = {key: [{"step": 1, "mIoU": v} for v in curve] for key, curve in curves.items()}
    cards = {
        key: {"metric": "mIoU", "validation": v, "converged": converged(v, "mIoU")} for key, v in rows.items()
    }
    assert unfinished(cards["rising"]) == (0.4, 0.5)
    assert [unfinished(cards.get(key)) for key in ("flat", "falling", "short", "none")] == [None] * 4


def test_what_a_longer_training_brings_stands_beside_it() -> None:
    card = {"metric": "mIoU", "steps": 10, "metrics": {"mIoU": 0.5}}
    assert longer(card) is None and longer(None) is None
    more = {"steps": 40, "metrics": {"mIoU": 0.75}, "converged": True}
    assert longer({**card, "longer": more}) == (10, 0.5, 40, 0.75, True, {"mIoU": 0.75})
