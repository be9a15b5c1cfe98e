"""Titles of discs stand where they cover nothing."""

from __future__ import annotations

import numpy as np

from cvdemo.draw.cost_chart import CHOSEN, NARROW, OTHER, WIDE, Disc, cost_chart, title_places


def disc(ms: float, quality: float, title: str = "a net", colour: str = OTHER) -> Disc:
    return Disc(title, title, ms, quality, None, "", colour)


def test_titles_avoid_each_other_and_the_discs() -> None:
    assert title_places([]) == []
    assert title_places([disc(10, 0.5), disc(20, 0), disc(30, 1)]) == ["top center"] * 3
    above = title_places([disc(10, 0.5), disc(10, 0.53), disc(20, 0), disc(30, 1)])
    assert above[0] == "bottom center" and above[1] == "top center"


def test_where_there_is_no_room_the_chosen_and_the_best_keep_their_titles() -> None:
    crowd = [disc(10 + 0.01 * k, 0.5 + 0.002 * k, f"net number {k}") for k in range(12)]
    crowd += [disc(1, 0), disc(30, 1)]
    crowd[3] = crowd[3]._replace(colour=CHOSEN)
    places = title_places(crowd)
    assert places[3] and places[11] and "" in places
    points = cost_chart(crowd, "mIoU").data[-1]
    assert [bool(text) for text in points.text] == [bool(place) for place in places]
    assert [row[2] for row in points.customdata] == [one.title for one in crowd]


def test_any_numbers_give_places() -> None:
    rng = np.random.default_rng(0)
    many = [disc(*(rng.random(2) + 0.01), "x" * int(rng.integers(1, 40))) for _ in range(60)]
    assert len(title_places(many, log=True)) == 60


def test_a_narrow_chart_has_room_for_fewer_titles() -> None:
    row = [disc(10 + k, 0.5, f"net number {k}") for k in range(10)] + [disc(10, 0), disc(19, 1)]
    wide, narrow = (title_places(row, width=width) for width in (WIDE, NARROW))
    assert 0 < sum(map(bool, narrow)) < sum(map(bool, wide))
    assert [bool(text) for text in cost_chart(row, "AP", width=NARROW).data[-1].text] == list(
        map(bool, narrow)
    )


def test_no_title_leaves_the_chart() -> None:
    edge = [
        disc(10, 0.5, "a net with a long name"),
        disc(20, 0),
        disc(30, 1, "another long name"),
    ]
    assert title_places(edge) == ["middle right", "top center", "middle left"]


def test_the_chosen_one_has_a_title_even_where_there_is_no_room() -> None:
    crowd = [disc(10, 0.5, f"net number {k}") for k in range(6)] + [disc(1, 0), disc(30, 1)]
    crowd[2] = crowd[2]._replace(ringed=True)
    around = [
        disc(10 + across, 0.5 + up, "net")
        for across in (-0.5, 0, 0.5)
        for up in (-0.05, 0, 0.05)
        if across or up
    ]
    places = title_places([*crowd, *around])
    assert places[2] and not places[1]


def test_an_untitled_disc_is_named_only_when_pointed_at() -> None:
    discs = [disc(10, 0.5), disc(20, 0, "untitled")._replace(titled=False), disc(30, 1)]
    points = cost_chart(discs, "mIoU").data[-1]
    assert list(points.text) == ["a net", "", "a net"]
    assert points.customdata[1][2] == "untitled"
