"""Work done ahead in a thread of its own: frames are decoded while a network runs, and encoded after it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_END = object()


def ahead(items: Iterable[T], depth: int = 4) -> Iterator[T]:
    """The same items, made in a thread up to `depth` ahead of whoever takes them.

    What making them raises is raised here. The thread ends when this iterator is closed or forgotten.
    """
    made: queue.Queue[Any] = queue.Queue(depth)
    stop = threading.Event()

    def put(value: Any) -> bool:
        while not stop.is_set():
            try:
                made.put(value, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for item in items:
                if not put((item, None)):
                    return
            put((_END, None))
        except BaseException as error:
            put((_END, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item, error = made.get()
            if error is not None:
                raise error
            if item is _END:
                return
            yield item
    finally:
        stop.set()
        thread.join()


class Behind(Generic[T]):
    """Calls of `work`, one after another in a thread; used by `with`, whose end waits for the last one.

    At most `depth` wait: then `give` waits too. What a call raises, the next `give` or the end raises.
    """

    def __init__(self, work: Callable[[T], None], depth: int = 4) -> None:
        self._work = work
        self._waiting: queue.Queue[Any] = queue.Queue(depth)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def give(self, item: T) -> None:
        """Have an item worked on."""
        self._raise()
        self._waiting.put(item)

    def __enter__(self) -> Behind[T]:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._waiting.put(_END)
        self._thread.join()
        if kind is None:
            self._raise()

    def _run(self) -> None:
        while (item := self._waiting.get()) is not _END:
            if self._error is not None:
                continue  # take what waits, so that nobody waits for ever
            try:
                self._work(item)
            except BaseException as error:
                self._error = error

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error
