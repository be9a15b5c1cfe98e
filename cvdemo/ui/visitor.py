"""A visitor without a browser: a websocket, and what is asked and shown by Streamlit's own protocol."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import urllib3
import websockets

from cvdemo.errors import CvdemoError

PATIENCE = 120.0  # seconds for a page


@dataclass
class Visitor:
    """One browser's websocket: what it asks for, and what it is shown.

    `sliders`, `buttons` and `uploaders` are the elements by label, with the fragment that each belongs to;
    `seen` gets the time at which each value of the watched slider, or address, was complete. `cookie` is what
    the server has given, or is to be sent instead; `pictures` are the paths of those that were shown.
    """

    address: str
    page: str
    query: str = ""
    watched: str = ""
    sliders: dict[str, tuple[Any, str]] = field(default_factory=dict)
    buttons: dict[str, tuple[Any, str]] = field(default_factory=dict)
    uploaders: dict[str, tuple[Any, str]] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    session: str = ""
    seen: dict[str, float] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    folds: list[str] = field(default_factory=list)
    pictures: set[str] = field(default_factory=set)
    page_hash: str = ""
    received: int = 0
    ran: asyncio.Event = field(default_factory=asyncio.Event)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    addresses: list[Any] = field(default_factory=list)
    lost: bool = False
    cookie: str = ""

    async def open(self) -> float:
        """Connect with the cookie that comes with the page, and ask for it; the seconds until it is there."""
        url = self.address.replace("http", "ws", 1) + "/_stcore/stream"
        self.cookie = self.cookie or await self._new_cookie()
        self.socket = await websockets.connect(
            url,
            subprotocols=[websockets.Subprotocol("streamlit")],
            max_size=None,
            open_timeout=PATIENCE,
            additional_headers={"Cookie": self.cookie} if self.cookie else {},
        )
        self.listener = asyncio.create_task(self._listen())
        return await self.ask(page_name=self.page)

    async def _new_cookie(self) -> str:
        """The cookies that a browser gets with the page: one names the process that keeps this visitor."""
        page = await self._cookies("/", "text/html")
        return "; ".join(filter(None, (page, await self._cookies("/_stcore/health", "*/*", page))))

    async def _cookies(self, path: str, kind: str, cookie: str = "") -> str:
        here = urlsplit(self.address)
        reader, writer = await asyncio.open_connection(here.hostname, here.port or 80)
        try:
            lines = [f"GET {path} HTTP/1.1", f"Host: {here.netloc}", f"Accept: {kind}", "Connection: close"]
            lines += [f"Cookie: {cookie}"] if cookie else []
            writer.write("".join(f"{line}\r\n" for line in (*lines, "")).encode())
            head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)).decode("latin-1")
        finally:
            writer.close()
        return "; ".join(re.findall(r"(?im)^set-cookie: ([^;\r]+)", head))

    async def close(self) -> None:
        """Go away."""
        self.listener.cancel()
        with contextlib.suppress(Exception):
            await self.socket.close()

    async def ask(self, *states: Any, fragment: str = "", page_name: str = "") -> float:
        """Ask for a run with these widgets' states; the seconds until it is over."""
        from streamlit.proto.BackMsg_pb2 import BackMsg

        message = BackMsg()
        run = message.rerun_script
        run.query_string, run.fragment_id = self.query, fragment
        run.page_name, run.page_script_hash = page_name, "" if page_name else self.page_hash
        run.widget_states.widgets.extend(states)
        self.ran.clear()
        self.fresh.clear()
        begin = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        await asyncio.wait_for(self.ran.wait(), PATIENCE)
        if self.lost:
            raise CvdemoError("the connection was lost")
        if fragment:
            self._forget_stale()
        return time.perf_counter() - begin

    def _elements(self) -> tuple[dict[str, tuple[Any, str]], ...]:
        return self.sliders, self.buttons, self.uploaders

    def _forget_stale(self) -> None:
        """After a run of a fragment: what other fragments had on the page may be gone with it."""
        for elements in self._elements():
            for label in [name for name, (_, own) in elements.items() if own and name not in self.fresh]:
                del elements[label]

    async def turn(self, page: str, query: str = "") -> float:
        """Open another page, or the same one anew; the seconds until it is there."""
        self.query = query
        return await self.ask(page_name=page)

    async def upload(self, label: str, name: str, data: bytes) -> float:
        """Give a file to an uploader of the page; the seconds until the answer, the way there included."""
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.WidgetStates_pb2 import WidgetState

        uploader, fragment = self._element(self.uploaders, label)
        message = BackMsg()
        message.file_urls_request.request_id = name
        message.file_urls_request.session_id = self.session
        message.file_urls_request.file_names.append(name)
        self.told.clear()
        begin = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        await asyncio.wait_for(self.told.wait(), PATIENCE)
        (where,) = self.addresses
        token = re.search(r'_streamlit_xsrf="?([^;"]+)', self.cookie)
        headers = {"Cookie": self.cookie, "X-Xsrftoken": token[1] if token else ""}
        url, fields = self.address + where.upload_url, {"file": (name, data)}
        put = asyncio.to_thread(urllib3.request, "PUT", url, headers=headers, fields=fields, timeout=PATIENCE)
        if (answer := await put).status >= 400:
            raise CvdemoError(f"{name} was not taken: HTTP {answer.status}")
        state = WidgetState(id=uploader.id)
        info = state.file_uploader_state_value.uploaded_file_info.add(name=name, size=len(data))
        info.file_id = where.file_id
        info.file_urls.CopyFrom(where)
        await self.ask(state, fragment=fragment)
        return time.perf_counter() - begin

    async def press(self, label: str) -> float:
        """Press a button of the page."""
        from streamlit.proto.WidgetStates_pb2 import WidgetState

        button, fragment = self._element(self.buttons, label)
        return await self.ask(WidgetState(id=button.id, trigger_value=True), fragment=fragment)

    async def move(self, label: str, place: float) -> tuple[float, float]:
        """Move a slider to a place between 0 and 1; its new value, and the seconds until the answer."""
        from streamlit.proto.WidgetStates_pb2 import WidgetState

        slider, fragment = self.slider(label)
        steps = max(1, round((slider.max - slider.min) / (slider.step or 0.01)))
        value = slider.min + (slider.step or 0.01) * round(place * steps)
        state = WidgetState(id=slider.id)
        if slider.options:  # of texts
            state.string_array_value.data.append(slider.options[round(value)])
        else:
            state.double_array_value.data.append(value)
        return value, await self.ask(state, fragment=fragment)

    def slider(self, label: str) -> tuple[Any, str]:
        """A slider of the page and its fragment; CvdemoError where there is none of that label."""
        return self._element(self.sliders, label)

    @staticmethod
    def _element(elements: dict[str, tuple[Any, str]], label: str) -> tuple[Any, str]:
        if label not in elements:
            there = ", ".join(sorted(elements)) or "none"
            raise CvdemoError(f"this page has no {label!r}; it has: {there}")
        return elements[label]

    async def _listen(self) -> None:
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        try:
            async for raw in self.socket:
                data = raw.encode() if isinstance(raw, str) else bytes(raw)
                self.received += len(data)
                message = ForwardMsg()
                message.ParseFromString(data)
                self.pictures.update(found.decode() for found in re.findall(rb"/media/\w+\.\w+", data))
                self._take(message)
        except websockets.ConnectionClosed:
            pass
        self.lost = True
        self.ran.set()
        self.told.set()

    def _take(self, message: Any) -> None:
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
            self.seen.setdefault(self.page_hash, 0.0)
        elif kind == "new_session":
            self.session = message.new_session.initialize.session_id or self.session
            if not message.metadata.run.fragment_ids:  # what was there before is taken away
                for elements in self._elements():
                    elements.clear()
        elif kind == "file_urls_response":
            self.addresses = list(message.file_urls_response.file_urls)
            self.told.set()
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.HasField("new_element"):
            self._take_element(message.delta)
        elif kind == "delta" and message.delta.add_block.HasField("expandable"):
            self.folds.append(message.delta.add_block.expandable.label)
        elif kind == "script_finished" and message.script_finished in (0, 3):  # whole, or a fragment
            for text, at in self.seen.items():
                self.seen[text] = at or time.perf_counter()
            self.ran.set()

    def _take_element(self, delta: Any) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        self.fresh.add(str(getattr(getattr(element, kind), "label", "")) if kind else "")
        if kind == "exception":
            self.errors.append(element.exception.message[:200])
        elif kind == "slider":
            slider = element.slider
            self.sliders[slider.label] = (slider, delta.fragment_id)
            if slider.label == self.watched and slider.set_value:
                self.seen.setdefault(f"{slider.value[0]:.6g}", 0.0)
        elif kind == "file_uploader":
            self.uploaders[element.file_uploader.label] = (element.file_uploader, delta.fragment_id)
        elif kind == "button":
            self.buttons[element.button.label] = (element.button, delta.fragment_id)
