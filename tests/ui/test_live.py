"""The live camera without a browser: tickets, frames, what models say of them, refusals of the route."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from cvdemo import world, zoo
from cvdemo.data.pictures import to_jpeg
from cvdemo.errors import CvdemoError
from cvdemo.ops.detections import at_mask_threshold, confidence, masks_of, select
from cvdemo.ops.tracking import TRACKERS, FrameBoxes
from cvdemo.ops.tracks import collect
from cvdemo.ui.live.frames import MOST_BYTES, FrameError, LargeFrameError, decode_frame
from cvdemo.ui.live.predictors import DetectionPredictor, SegmentationPredictor, polygons, predict
from cvdemo.ui.live.route import HEADER, FrameRoute
from cvdemo.ui.live.tickets import MOST_PLACES, Tickets, frame_path
from cvdemo.ui.live.tracking import TrackingPredictor
from cvdemo.video.tracked import TrackingKnobs

FRAME = to_jpeg(world.render(world.scene(7, split="test"), 320, 240))


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Visitors:
    """Sessions that are here until they leave."""

    def __init__(self) -> None:
        self.gone: set[str] = set()

    def __call__(self, session: str) -> bool:
        return session not in self.gone


def says(picture: np.ndarray) -> dict[str, Any]:
    """A predictor that gives the picture's size."""
    return {"size": list(picture.shape), "network": 1.0}


def tickets(**options: Any) -> Tickets:
    return Tickets(active=Visitors(), **options)


def request(
    token: str = "",
    body: bytes = FRAME,
    *,
    length: int | str | None = None,
    chunks: AsyncIterator[bytes] | None = None,
) -> Request:
    """A request with this ticket and body; `length` is what its header says, "" for no header."""
    headers = [(HEADER.lower().encode(), token.encode())]
    if length != "":
        headers.append((b"content-length", str(len(body) if length is None else length).encode()))
    parts = chunks if chunks is not None else _once(body)

    async def receive() -> dict[str, Any]:
        try:
            return {"type": "http.request", "body": await anext(parts), "more_body": True}
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "POST", "path": frame_path(), "headers": headers, "query_string": b""}
    return Request(scope, receive)


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


def run(work: Callable[[], Awaitable[Response]]) -> tuple[int, dict[str, Any], Response]:
    """Status, content and the whole response."""

    async def call() -> Response:
        return await work()

    response = asyncio.run(call())
    return response.status_code, json.loads(bytes(response.body)), response


def test_a_ticket_belongs_to_a_session_and_its_page() -> None:
    known = tickets()
    a = known.issue("anna", "detect", says)
    assert known.issue("anna", "detect", says) == a
    others = {a, known.issue("anna", "pose", says), known.issue("ben", "detect", says)}
    assert len(others) == 3
    assert all(len(token) >= 32 for token in others)
    assert known.find("nonsense") is None


def test_a_later_run_of_the_page_changes_what_is_done_with_frames() -> None:
    known = tickets()
    token = known.issue("anna", "detect", says)
    known.issue("anna", "detect", lambda picture: {"other": True, "network": 0.0})
    status, answer, _ = run(lambda: FrameRoute(known).answer(request(token)))
    assert (status, answer["other"]) == (200, True)


def test_tickets_of_sessions_that_ended_are_forgotten() -> None:
    here = Visitors()
    known = Tickets(active=here)
    token = known.issue("anna", "detect", says)
    here.gone.add("anna")
    assert known.find(token) is None
    for k in range(20):
        known.issue(f"visitor {k}", "detect", says)
        here.gone.add(f"visitor {k}")
    assert len(known) <= 2


def test_one_session_keeps_few_tickets() -> None:
    known = tickets()
    tokens = [known.issue("anna", f"page {k}", says) for k in range(10)]
    assert len(known) == MOST_PLACES
    assert known.find(tokens[0]) is None
    assert known.find(tokens[-1]) is not None


def test_frames_come_at_a_rate() -> None:
    clock = Clock()
    known = Tickets(rate=10, burst=3, active=Visitors(), clock=clock)
    ticket = known.find(known.issue("anna", "detect", says))
    assert ticket is not None

    def sent() -> bool:
        began = known.begin(ticket)
        known.end(ticket)
        return began

    assert [sent() for _ in range(5)] == [True, True, True, False, False]
    clock.now += 0.125
    assert [sent(), sent()] == [True, False]
    clock.now += 100
    assert [sent() for _ in range(4)] == [True, True, True, False]


def test_a_frame_is_answered() -> None:
    known = tickets()
    token = known.issue("anna", "detect", says)
    status, answer, response = run(lambda: FrameRoute(known).answer(request(token)))
    assert (status, answer["size"]) == (200, [240, 320, 3])
    assert set(answer["times"]) == {"decode", "network", "whole"}
    assert response.headers["Cache-Control"] == "no-store"


def test_403_without_a_ticket_or_after_the_session() -> None:
    here = Visitors()
    known = Tickets(active=here)
    token = known.issue("anna", "detect", says)
    assert run(lambda: FrameRoute(known).answer(request("wrong")))[0] == 403
    assert run(lambda: FrameRoute(known).answer(request("")))[0] == 403
    here.gone.add("anna")
    assert run(lambda: FrameRoute(known).answer(request(token)))[0] == 403


def test_429_while_a_frame_is_answered_and_when_too_many_came() -> None:
    known = Tickets(rate=1, burst=2, active=Visitors(), clock=Clock())
    token = known.issue("anna", "detect", says)
    ticket = known.find(token)
    assert ticket is not None
    ticket.busy = True
    status, _, response = run(lambda: FrameRoute(known).answer(request(token)))
    assert (status, response.headers["Retry-After"]) == (429, "1")
    assert ticket.busy, "a refused frame must not free the one under way"
    ticket.busy = False
    route = FrameRoute(known)
    assert [run(lambda: route.answer(request(token)))[0] for _ in range(3)] == [200, 200, 429]


def test_503_when_too_many_wait() -> None:
    known = tickets()
    tokens = [known.issue(f"visitor {k}", "detect", says) for k in range(4)]
    route = FrameRoute(known, waiting=2)

    async def slowly() -> AsyncIterator[bytes]:
        await asyncio.sleep(0.2)
        yield FRAME

    async def all_at_once() -> list[Response]:
        return await asyncio.gather(*(route.answer(request(token, chunks=slowly())) for token in tokens))

    statuses = [response.status_code for response in asyncio.run(all_at_once())]
    assert sorted(statuses) == [200, 200, 503, 503]
    again = FrameRoute(known, waiting=2)
    assert [run(lambda t=t: again.answer(request(t)))[0] for t in tokens] == [200] * 4, "nothing stays busy"


@pytest.mark.parametrize("length", [MOST_BYTES + 1, "much", "-5"])
def test_413_by_the_header(length: int | str) -> None:
    known = tickets()
    token = known.issue("anna", "detect", says)
    assert run(lambda: FrameRoute(known).answer(request(token, length=length)))[0] == 413


def test_413_by_the_body_and_by_pixels() -> None:
    known = tickets()
    token = known.issue("anna", "detect", says)
    long = b"x" * (MOST_BYTES + 1)
    for length in ("", 10):  # without a header, and with one that lies
        assert run(lambda n=length: FrameRoute(known).answer(request(token, long, length=n)))[0] == 413
    wide = to_jpeg(np.zeros((16, 1400, 3), np.uint8))
    status, answer, _ = run(lambda: FrameRoute(known).answer(request(token, wide)))
    assert status == 413
    assert "1400 x 16" in answer["error"]


def test_408_for_a_body_that_does_not_come() -> None:
    known = tickets()
    token = known.issue("anna", "detect", says)

    async def never() -> AsyncIterator[bytes]:
        yield FRAME[:100]
        await asyncio.sleep(30)
        yield FRAME[100:]

    assert run(lambda: FrameRoute(known, patience=0.05).answer(request(token, chunks=never())))[0] == 408
    assert run(lambda: FrameRoute(known).answer(request(token)))[0] == 200, "the ticket is free again"


@pytest.mark.parametrize("body", [b"", b"not a picture", FRAME[:50], FRAME[2:]])
def test_400_for_what_is_no_jpeg(body: bytes) -> None:
    known = tickets()
    token = known.issue("anna", "detect", says)
    assert run(lambda: FrameRoute(known).answer(request(token, body)))[0] == 400


def test_422_and_500_where_the_model_cannot() -> None:
    def refuses(picture: np.ndarray) -> dict[str, Any]:
        raise CvdemoError("nothing to look for")

    def breaks(picture: np.ndarray) -> dict[str, Any]:
        raise ZeroDivisionError

    known = tickets()
    for predictor, expected in (
        (refuses, (422, "nothing to look for")),
        (breaks, (500, "The model failed on this frame.")),
    ):
        token = known.issue("anna", "detect", predictor)
        status, answer, _ = run(lambda t=token: FrameRoute(known).answer(request(t)))
        assert (status, answer["error"]) == expected


def test_frames_are_decoded_as_they_are() -> None:
    assert np.array_equal(decode_frame(FRAME), np.array(Image.open(io.BytesIO(FRAME)).convert("RGB")))
    with pytest.raises(LargeFrameError):
        decode_frame(b"x" * (MOST_BYTES + 1))
    png = io.BytesIO()
    Image.new("RGB", (20, 20)).save(png, "PNG")
    with pytest.raises(FrameError):
        decode_frame(png.getvalue())


def test_boxes_are_the_models_own() -> None:
    picture = decode_frame(FRAME)
    answer = predict(DetectionPredictor("ssd-plus", 0.3, 0.4), FRAME)
    found = zoo.load("ssd-plus")(picture, score=0.3, iou=0.4)  # type: ignore[operator]
    assert len(found) > 0
    assert np.allclose(answer["boxes"], found.xyxy, atol=0.06)
    assert answer["names"] == list(found.data["class_name"])
    assert len(predict(DetectionPredictor("ssd-plus", 1.0), FRAME)["boxes"]) == 0
    json.dumps(answer)


def test_polygons_are_the_masks() -> None:
    raw = zoo.load("mask-rcnn").raw(decode_frame(FRAME))  # type: ignore[attr-defined]
    found = at_mask_threshold(select(raw, score=0.3, iou=0.5), 0.5)
    masks = masks_of(found)
    assert masks is not None and len(masks) > 0
    for mask, outlines in zip(masks.each(), polygons(masks), strict=True):
        drawn = np.zeros(mask.shape, np.uint8)
        cv2.fillPoly(drawn, [np.array(line, np.int32) for line in outlines], 1)
        union = (mask | (drawn > 0)).sum()
        assert (mask & (drawn > 0)).sum() > 0.93 * union
    answer = predict(DetectionPredictor("mask-rcnn", 0.3, 0.5, 0.5), FRAME)
    assert len(answer["masks"]) == len(answer["boxes"]) == len(found)


def test_labels_are_the_models_own() -> None:
    key = zoo.first_model(zoo.Task.SEGMENT)
    answer = predict(SegmentationPredictor(key), FRAME)
    labels = zoo.load(key)(decode_frame(FRAME))  # type: ignore[operator]
    png = Image.open(io.BytesIO(base64.b64decode(answer["labels"].split(",")[1])))
    assert np.array_equal(np.array(png), labels)
    shares = [share for _, _, share in answer["legend"]]
    assert shares == sorted(shares, reverse=True) and 0.95 < sum(shares) <= 1.001


@pytest.mark.parametrize("tracker", ["sort", "bytetrack"])
def test_tracks_keep_their_numbers_from_frame_to_frame(tracker: Any) -> None:
    """As the tracker gives them that has all frames at once, without boxes of tracks not yet confirmed."""
    clip = world.clip(4, split="test", seconds=1, fps=12, camera=0)
    pictures = [world.clip_picture(clip, k, 320, 240) for k in range(len(clip))]
    knobs = TrackingKnobs(score=0.4, tracker=tracker)
    predictor = TrackingPredictor(DetectionPredictor("ssd-plus", 0.4), knobs)
    answers = [predictor(picture) for picture in pictures]
    least = min(knobs.score, knobs.low) if tracker == "bytetrack" else knobs.score
    found = [DetectionPredictor("ssd-plus", least).find(picture)[0] for picture in pictures]
    frames = [FrameBoxes(one.xyxy.astype(float), confidence(one)) for one in found]
    tracks = collect(TRACKERS[tracker][0](frames, knobs.settings()), frames, online=True)
    for k, answer in enumerate(answers):
        mine = tracks.frame == k
        assert sorted(answer["tracks"]) == sorted(tracks.ids[mine].tolist())
        own = dict(zip(answer["tracks"], answer["boxes"], strict=True))
        for number, box in zip(tracks.ids[mine].tolist(), tracks.boxes[mine], strict=True):
            assert np.allclose(own[number], box, atol=0.06)
    assert len(answers[-1]["tracks"]) >= 2
    assert all(f"#{n}" in name for n, name in zip(answers[-1]["tracks"], answers[-1]["names"], strict=True))
