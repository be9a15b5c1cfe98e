"""POST of a frame: JPEG bytes in, the answer as JSON out; for tickets of sessions that are here."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cvdemo.errors import CvdemoError
from cvdemo.ui.live.frames import MOST_BYTES, FrameError, LargeFrameError
from cvdemo.ui.live.predictors import predict
from cvdemo.ui.live.tickets import TICKETS, Ticket, Tickets, frame_path

HEADER = "X-Cvdemo-Ticket"
"""The header with the ticket: a page of another origin cannot send it."""

MOST_WAITING, AT_ONCE, PATIENCE = 8, 2, 5.0

_log = logging.getLogger(__name__)


class Refusal(Exception):  # noqa: N818 - an answer, not an error of the program
    """Why a frame is not answered, as an HTTP status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class FrameRoute:
    """Answers frames; the checks that cost least come first.

    403 for a ticket that nobody has; 429 while the ticket's last frame is answered or too many came; 503 when
    `waiting` frames are here already; 413 for more than 300 kB or 1280 pixels; 408 for a body that takes
    longer than `patience` seconds; 400 for what is no JPEG; 422 where the model cannot answer. `at_once`
    frames are looked at at the same time, in threads.
    """

    def __init__(
        self,
        tickets: Tickets = TICKETS,
        *,
        waiting: int = MOST_WAITING,
        at_once: int = AT_ONCE,
        patience: float = PATIENCE,
    ) -> None:
        self._tickets, self._most, self._at_once, self._patience = tickets, waiting, at_once, patience
        self._here = 0
        self._limiter: anyio.CapacityLimiter | None = None

    async def answer(self, request: Request) -> Response:
        """The response to one frame."""
        try:
            return await self._answer(request)
        except Refusal as refusal:
            again = {"Retry-After": "1"} if refusal.status in (429, 503) else {}
            return _response({"error": refusal.reason}, refusal.status, **again)

    async def _answer(self, request: Request) -> Response:
        ticket = self._tickets.find(request.headers.get(HEADER, ""))
        if ticket is None:
            raise Refusal(403, "This camera is not known here: load the page again.")
        if not self._tickets.begin(ticket):
            raise Refusal(429, "Frames come too fast.")
        try:
            if self._here >= self._most:
                raise Refusal(503, "Too many visitors' frames are waiting.")
            self._here += 1
            try:
                return _response(await self._look(ticket, await self._body(request)), 200)
            finally:
                self._here -= 1
        finally:
            self._tickets.end(ticket)

    async def _body(self, request: Request) -> bytes:
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            raise Refusal(413, f"A frame has at most {MOST_BYTES} bytes.")
        body = bytearray()
        try:
            async with asyncio.timeout(self._patience):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > MOST_BYTES:
                        raise Refusal(413, f"A frame has at most {MOST_BYTES} bytes.")
        except TimeoutError:
            raise Refusal(408, "The frame took too long to arrive.") from None
        except ClientDisconnect:
            raise Refusal(400, "The frame was cut off.") from None
        return bytes(body)

    async def _look(self, ticket: Ticket, body: bytes) -> dict[str, object]:
        if self._limiter is None:  # belongs to the running event loop
            self._limiter = anyio.CapacityLimiter(self._at_once)
        try:
            return await anyio.to_thread.run_sync(
                partial(predict, ticket.predictor, body), limiter=self._limiter
            )
        except LargeFrameError as error:
            raise Refusal(413, f"Not answered: {error}.") from None
        except FrameError as error:
            raise Refusal(400, f"Not answered: {error}.") from None
        except CvdemoError as error:
            raise Refusal(422, str(error)) from None
        except Exception:
            _log.exception("a frame of the camera failed")
            raise Refusal(500, "The model failed on this frame.") from None


def _response(content: dict[str, object], status: int, **headers: str) -> Response:
    return JSONResponse(content, status, {"Cache-Control": "no-store", **headers})


def camera_routes() -> list[Route]:
    """The route for `st.App(routes=...)`."""
    return [Route(frame_path(), FrameRoute().answer, methods=["POST"])]
