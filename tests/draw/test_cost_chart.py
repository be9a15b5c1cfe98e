"""Discs of nets by cost and quality: where their titles stand."""

from __future__ import annotations

from cvdemo.draw.cost_chart import Disc, crowded


def test_titles_go_below_discs_with_another_close_above() -> None:
    def disc(ms: float, quality: float) -> Disc:
        return Disc("", "", ms, quality, None, "")

    assert crowded([disc(10, 0.5), disc(10.1, 0.55), disc(20, 0), disc(30, 1)]) == [True, False, False, False]
    assert crowded([]) == []
