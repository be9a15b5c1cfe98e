"""The rooms of several processes: one holds them, the others ask it, and all hear what changes.

    hub = Hub(address, key)          # in the process that starts the others
    line = Line(address, key)        # in each of the others
    line.rooms.join("ACDE", member)  # as `Rooms.join`
    line.tell(message)               # to every other line

A line is two connections of a Unix socket: one asks and is answered, by the other one comes what others tell.
"""

from __future__ import annotations

import functools
import logging
import os
import queue
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Client, Connection, Listener
from typing import Any, cast

from cvdemo.lecture.rooms import RoomError, Rooms

ASKED = frozenset(name for name in vars(Rooms) if not name.startswith("_"))
"""What may be asked of the rooms of another process."""

CHANGED = "changed"
"""The kind of message by which the hub itself says that the room of a code has changed."""

READY = "ready"

Message = tuple[str, str, bytes]
"""Of what kind, of which room, and anything else."""

_log = logging.getLogger(__name__)


class Hub:
    """Holds rooms and serves lines at the path `address`; whoever has the `key` may ask and tell."""

    def __init__(self, address: str, key: bytes) -> None:
        self.rooms = Rooms(changed=self._changed)
        self._listener = Listener(address, "AF_UNIX", backlog=64, authkey=key)
        self._hearers: dict[int, queue.SimpleQueue[Message | None]] = {}
        self._connections: set[Connection] = set()
        self._is_closed = False
        self._lock = threading.Lock()
        self._here = threading.local()
        _background(self._accept)

    def close(self) -> None:
        """Serve no more lines."""
        self._is_closed = True
        self._listener.close()
        for connection in list(self._connections):
            _hang_up(connection)

    def _accept(self) -> None:
        while not self._is_closed:
            try:
                connection = self._listener.accept()
                kind, number = connection.recv()
            except Exception:  # somebody without the key, or who ended in the middle
                if not self._is_closed:
                    _log.warning("a line was refused", exc_info=True)
                continue
            _background(self._serve, self._answer if kind == "ask" else self._pass_on, connection, number)

    def _serve(self, act: Callable[[Connection, int], None], connection: Connection, number: int) -> None:
        self._connections.add(connection)
        try:
            act(connection, number)
        finally:
            self._connections.discard(connection)
            connection.close()

    def _answer(self, connection: Connection, number: int) -> None:
        """Answer what one line asks, until it ends; then its members are in no room any more."""
        self._here.number = number
        members: set[tuple[str, str]] = set()
        try:
            connection.send(READY)
            while True:
                name, given = connection.recv()
                connection.send(self._asked(name, given))
                if name == "join":
                    members.add(given)
                elif name == "leave":
                    members.discard(given)
        except (EOFError, OSError):
            for code, member in members:
                self.rooms.leave(code, member)

    def _asked(self, name: str, given: tuple[Any, ...]) -> tuple[bool, Any]:
        if name not in ASKED:
            return False, RoomError(f"rooms have no {name}")
        try:
            return True, getattr(self.rooms, name)(*given)
        except Exception as error:  # for who has asked
            return False, error

    def _pass_on(self, connection: Connection, number: int) -> None:
        """Tell the others what one line tells, and it what they do."""
        waiting: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        with self._lock:
            self._hearers[number] = waiting
        self._here.number = number
        try:
            connection.send(READY)
            _background(_send_all, connection, waiting)
            while True:
                self._tell(connection.recv())
        except (EOFError, OSError):
            pass
        finally:
            with self._lock:
                if self._hearers.get(number) is waiting:  # and not one that has come meanwhile
                    del self._hearers[number]
            waiting.put(None)

    def _tell(self, message: Message) -> None:
        """Tell all lines but the one whose thread this is."""
        own = getattr(self._here, "number", None)
        with self._lock:
            hearers = [hearer for number, hearer in self._hearers.items() if number != own]
        for hearer in hearers:
            hearer.put(message)

    def _changed(self, code: str) -> None:
        self._tell((CHANGED, code, b""))


class Line:
    """To the hub at `address`, as the process `number`; `gone` is called when there is no hub any more.

    `hear` is called, in a thread of its own, with what the others tell.
    """

    def __init__(
        self, address: str, key: bytes, number: int, gone: Callable[[], None] = lambda: None
    ) -> None:
        self._asking = threading.Lock()
        self._ask = _connect(address, key, "ask", number)
        self._hear = _connect(address, key, "hear", number)
        self._waiting: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self.hear: Callable[[Message], None] = lambda message: None
        _background(_send_all, self._hear, self._waiting)
        _background(self._listen, gone)

    @property
    def rooms(self) -> Rooms:
        """The hub's rooms; as there, RoomError says what is wrong."""
        return cast(Rooms, _Asking(self._asked))

    def tell(self, message: Message) -> None:
        """Tell all other lines something, soon."""
        self._waiting.put(message)

    def _asked(self, name: str, *given: Any) -> Any:
        with self._asking:
            self._ask.send((name, given))
            good, value = self._ask.recv()
        if not good:
            raise value
        return value

    def _listen(self, gone: Callable[[], None]) -> None:
        while True:
            try:
                message = self._hear.recv()
            except (EOFError, OSError):
                gone()
                return
            try:
                self.hear(message)
            except Exception:
                _log.exception("what another process told was lost")


class _Asking:
    """Every method that may be asked for, as one that asks."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        for name in ASKED:
            setattr(self, name, functools.partial(ask, name))


def _connect(address: str, key: bytes, kind: str, number: int) -> Connection:
    """A connection that the hub serves already."""
    connection = Client(address, "AF_UNIX", authkey=key)
    connection.send((kind, number))
    connection.recv()
    return connection


def _hang_up(connection: Connection) -> None:
    """End a connection at both ends, one that is being listened to in another thread too."""
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as same:
        same.shutdown(socket.SHUT_RDWR)


def _send_all(connection: Connection, waiting: queue.SimpleQueue[Message | None]) -> None:
    """Send what waits until None comes, or nobody is at the other end."""
    while (message := waiting.get()) is not None:
        try:
            connection.send(message)
        except OSError:
            return


def _background(act: Callable[..., None], *given: Any) -> None:
    threading.Thread(target=act, args=given, name=f"hub {act.__name__}", daemon=True).start()
