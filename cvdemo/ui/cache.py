"""Results of pages, kept for all visitors of a process and bounded in bytes, all of them together."""

from __future__ import annotations

import functools
import inspect
import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

from cvdemo.zoo.turns import TURNS

P = ParamSpec("P")
T = TypeVar("T")

DEFAULT_MIB = 1024


@dataclass
class _Entry:
    """A kept result, its size when last measured, and how often it was asked for."""

    value: Any
    nbytes: int
    uses: int = 0


class ResultCache:
    """Results by key, the least recently used dropped first when they outgrow `limit` bytes.

    Two threads that ask for the same key compute it once; the second waits. A result larger than the limit
    is given back and not kept. An exception is not kept either. A result may grow after it is kept (cached
    properties), so it is measured again at its first, second, fourth, eighth ... use.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._kept: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._computing: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self.nbytes = 0
        self.before: Callable[[], None] = lambda: None
        """Called before something is computed, where nobody else waits for it yet."""
        self._here = threading.local()

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The result of a key, computed if it is not here."""
        with self._lock:
            if key in self._kept:
                return self._use(key)
        depth: int = getattr(self._here, "depth", 0)
        if not depth:
            self.before()
        with self._lock:
            computing = self._computing.setdefault(key, threading.Lock())
        with TURNS.held(computing):
            with self._lock:
                if key in self._kept:
                    return self._use(key)
            self._here.depth = depth + 1
            try:
                value = compute()
                self._keep(key, value)
                return value
            finally:
                self._here.depth = depth
                with self._lock:
                    if self._computing.get(key) is computing:
                        del self._computing[key]

    def peek(self, key: Hashable) -> Any:
        """The result of a key if it is here, else None."""
        with self._lock:
            return self._use(key) if key in self._kept else None

    def drop(self, key: Hashable) -> None:
        """Forget the result of a key, if it is here."""
        with self._lock:
            if key in self._kept:
                self.nbytes -= self._kept.pop(key).nbytes

    def _use(self, key: Hashable) -> Any:
        entry = self._kept[key]
        self._kept.move_to_end(key)
        entry.uses += 1
        if entry.uses & (entry.uses - 1) == 0:
            grown = nbytes_of(entry.value)
            self.nbytes += grown - entry.nbytes
            entry.nbytes = grown
            self._drop_oldest()
        return entry.value

    def _keep(self, key: Hashable, value: Any) -> None:
        size = nbytes_of(value)
        if size > self.limit:
            return
        with self._lock:
            self._kept[key] = _Entry(value, size)
            self.nbytes += size
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        while self.nbytes > self.limit:
            _, dropped = self._kept.popitem(last=False)
            self.nbytes -= dropped.nbytes

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self, owner: Hashable = None) -> None:
        """Drop the results of one function (`owner` is its name), or all."""
        with self._lock:
            for key in [k for k in self._kept if owner is None or (isinstance(k, tuple) and k[0] == owner)]:
                self.nbytes -= self._kept.pop(key).nbytes


def nbytes_of(value: Any) -> int:
    """Bytes of a result: its arrays, tensors, texts and byte strings, through containers and dataclasses.

    What says its `nbytes` is believed. Of a function, what it encloses or is a method of. What is met twice
    within one result counts once. Anything else counts as its own object alone. Another thread may add to a
    result meanwhile: what a container holds is listed first, in one step.
    """
    seen: set[int] = set()

    def size(item: Any) -> int:
        if id(item) in seen:
            return 0
        seen.add(id(item))
        if isinstance(item, np.ndarray):
            return size(item.base) if isinstance(item.base, np.ndarray) else int(item.nbytes) + 112
        if hasattr(item, "untyped_storage"):  # a torch tensor, without importing torch
            return int(item.untyped_storage().nbytes()) + 112
        if isinstance(getattr(item, "nbytes", None), int):  # whoever knows its own size
            return int(item.nbytes)
        own = sys.getsizeof(item, 64)
        if isinstance(item, Mapping):
            return own + sum(size(k) + size(v) for k, v in list(item.items()))
        if isinstance(item, list | tuple | set | frozenset):
            return own + sum(map(size, list(item)))
        if hasattr(item, "indptr"):  # a sparse array of scipy, without importing scipy
            return own + size(item.data) + size(item.indices) + size(item.indptr)
        if inspect.isroutine(item):
            enclosed = [cell.cell_contents for cell in getattr(item, "__closure__", None) or ()]
            return own + sum(map(size, enclosed)) + size(getattr(item, "__self__", None))
        if is_dataclass(item) and not isinstance(item, type):
            cached = getattr(item, "__dict__", {})  # holds cached properties besides the fields
            return own + sum(map(size, [getattr(item, f.name) for f in fields(item)] + [*cached.values()]))
        return own

    return size(value)


def _limit() -> int:
    """`CVDEMO_RESULT_MEMORY` in MiB, else `DEFAULT_MIB`."""
    try:
        return int(os.environ.get("CVDEMO_RESULT_MEMORY", DEFAULT_MIB)) * 2**20
    except ValueError:
        return DEFAULT_MIB * 2**20


RESULTS = ResultCache(_limit())


class Cached(Generic[P, T]):
    """A function whose results are kept in `RESULTS`, as `cached` makes it."""

    def __init__(self, function: Callable[P, T]) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._signature = inspect.signature(function)
        self._owner = f"{function.__module__}.{function.__qualname__}"

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return RESULTS.get(self._key(*args, **kwargs), lambda: self._function(*args, **kwargs))

    def peek(self, *args: P.args, **kwargs: P.kwargs) -> T | None:
        """The result for these arguments if it is kept; nothing is computed."""
        found: T | None = RESULTS.peek(self._key(*args, **kwargs))
        return found

    def forget(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Compute the result for these arguments anew when it is asked for next."""
        RESULTS.drop(self._key(*args, **kwargs))

    def _key(self, *args: P.args, **kwargs: P.kwargs) -> Hashable:
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return self._owner, tuple(v for name, v in bound.arguments.items() if not name.startswith("_"))

    def clear(self) -> None:
        """Forget this function's results."""
        RESULTS.clear(self._owner)


def cached(function: Callable[P, T]) -> Cached[P, T]:
    """Keep a function's results for all visitors, by its arguments; those named `_like_this` are no key.

    The other arguments must be hashable. Results are shared: nobody may change one.
    """
    return Cached(function)
