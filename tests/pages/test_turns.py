"""Who waits for a network sees the place in the queue; then the page goes on as ever."""

from __future__ import annotations

import threading

import pytest

from cvdemo.ui import turns as ui
from cvdemo.zoo import model, turns
from tests.pages.driver import open_page, without_errors


def test_the_place_is_shown_while_another_s_network_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = turns.Turns(1)
    monkeypatch.setattr(model, "TURNS", queue)
    monkeypatch.setattr(ui, "TURNS", queue)
    heard, leave, began = [], threading.Event(), threading.Event()
    watched = queue.watched

    def listening(watch):
        def both(place):
            heard.append(place)
            watch(place)
            leave.set()

        return watched(both)

    monkeypatch.setattr(queue, "watched", listening)

    def another() -> None:
        with queue.turn("mask-rcnn"):
            began.set()
            leave.wait(60)

    threading.Thread(target=another, daemon=True).start()
    assert began.wait(20)
    app = without_errors(open_page("detect", source="scene", seed="91", model="ssd-plus"))
    assert heard[0].ahead == 1 and heard[-1] is None
    assert not any("Waiting for a turn" in info.value for info in app.info)
    assert queue.waiting == 0
