"""The lecture's conclusions: which net is best within a time, what the sentence says."""

from __future__ import annotations

from cvdemo.labs.tradeoffs.conclusions import (
    Candidate,
    best_within,
    detectors,
    extractor_rows,
    measured_rows,
    on_both_extractors,
    segmenters,
)
from cvdemo.labs.tradeoffs.finally_board import sentence_of
from cvdemo.zoo.entries import ENTRIES
from cvdemo.zoo.tradeoffs import read_curves

SLOW, FAST, WORSE = (
    Candidate("slow", "Slow", "two stages", 0.9, 50.0, 1),
    Candidate("fast", "Fast", "one stage", 0.6, 4.0, 1),
    Candidate("worse", "Worse", "one stage", 0.5, 6.0, 1),
)


def test_the_best_net_that_is_fast_enough() -> None:
    nets = [WORSE, SLOW, FAST]
    assert best_within(nets, 1000) is SLOW
    assert best_within(nets, 49.9) is FAST
    assert best_within(nets, 4.0) is FAST
    assert best_within(nets, 3.9) is None
    equal = FAST._replace(key="equal", ms=3.0)
    assert best_within([FAST, equal], 10) is equal


def test_the_sentence_names_the_choice_and_the_ends() -> None:
    said = sentence_of([WORSE, SLOW, FAST], FAST, "AP", 100)
    assert "Within 10 ms, for 100 a second: **Fast** (one stage), AP **0.600** in 4.0 ms." in said
    assert "Best of all: Slow" in said and "Fastest: Fast" in said
    assert sentence_of([SLOW], None, "AP", 250).startswith("No net keeps up with 250")


def test_points_come_from_cards_and_the_benchmark() -> None:
    curves = read_curves()
    nets = {one.key: one for one in detectors(curves)}
    assert {"faster-rcnn-plus", "ssd-plus"} <= set(nets) and "localizer" not in nets
    assert nets["ssd-plus"].ms == curves.ms["ssd-plus"]
    assert detectors(None) == []
    maps = {one.key: one for one in segmenters()}
    assert maps["linknet"].kind == "light decoder" and maps["deeplabv1"].kind == "dilation"
    assert [row["COCO AP"] for row in extractor_rows()] == [37.0, 32.8, 25.1, 21.3]


def test_both_kinds_of_nets_stand_on_both_extractors() -> None:
    nets = on_both_extractors(read_curves())
    assert [one.kind for one in nets] == [
        f"{stages}, {weight} extractor"
        for stages in ("one stage", "two stages")
        for weight in ("light", "heavy")
    ]
    for light, heavy in (nets[:2], nets[2:]):
        assert light.params is not None and heavy.params is not None and light.params < heavy.params
        one, other = ENTRIES[light.key].recipe, ENTRIES[heavy.key].recipe
        assert (one.steps, one.batch, one.rate, one.data) == (
            other.steps,
            other.batch,
            other.rate,
            other.data,
        )
    assert [row["net"] for row in measured_rows(nets)] == [one.title for one in nets]
    assert on_both_extractors(None) == []
