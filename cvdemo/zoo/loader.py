"""Load models once: a cache bounded in bytes, shared by all visitors of a process."""

from __future__ import annotations

import importlib
import inspect
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from cvdemo.errors import CheckpointError, ModelNotAvailableError
from cvdemo.zoo.catalogue import first_model, spec
from cvdemo.zoo.device import check_device, default_device, settled
from cvdemo.zoo.fetch import is_here, may_fetch
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.turns import TURNS

if TYPE_CHECKING:  # supervision takes most of a second to import: not for the first page
    from cvdemo.zoo.model import Model

Progress = Callable[[int, int], None]  # bytes done, bytes in all


class ModelCache:
    """Loaded models, the least recently used dropped first when they outgrow `limit` bytes.

    Two threads that ask for the same model load it once; the second waits. A model larger than the limit
    is kept alone. A model that was dropped lives on for whoever still runs it.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._models: OrderedDict[tuple[str, str], Model] = OrderedDict()
        self._loading: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str], build: Callable[[], Model]) -> Model:
        """The model of a (key, device), built by `build` if it is not here."""
        with self._lock:
            if found := self._touch(key):
                return found
            loading = self._loading.setdefault(key, threading.Lock())
        with TURNS.held(loading):
            with self._lock:
                if found := self._touch(key):
                    return found
            model = build()
            with self._lock:
                self._models[key] = model
                self._evict()
            return model

    def _touch(self, key: tuple[str, str]) -> Model | None:
        if key in self._models:
            self._models.move_to_end(key)
        return self._models.get(key)

    def _evict(self) -> None:
        while len(self._models) > 1 and self.nbytes > self.limit:
            self._models.popitem(last=False)

    @property
    def nbytes(self) -> int:
        """Bytes of all models that are kept."""
        return sum(m.nbytes for m in self._models.values())

    def keys(self) -> list[tuple[str, str]]:
        """The (key, device) pairs that are kept, least recently used first."""
        with self._lock:
            return list(self._models)

    def clear(self) -> None:
        """Drop every model."""
        with self._lock:
            self._models.clear()


def _limit() -> int:
    """`CVDEMO_MODEL_MEMORY` in MiB, else 2 GiB."""
    try:
        return int(os.environ.get("CVDEMO_MODEL_MEMORY", "2048")) * 2**20
    except ValueError:
        return 2048 * 2**20


CACHE = ModelCache(_limit())


def load(key: str, device: str | None = None, *, progress: Progress | None = None) -> Model:
    """The loaded model of the catalogue's `key` on `device` (default: the best there is).

    Where `CVDEMO_SERVE` names a server of models and no device is asked for, it is the server's: see
    `cvdemo.zoo.served`. Else it comes from the process's cache, and is downloaded if need be (`progress`
    hears of it). Raises `UnknownModelError`, `DeviceError`, `ModelNotAvailableError` or `CheckpointError`,
    each one sentence.
    """
    entry = spec(key)
    if device is None and "CVDEMO_SERVE" in os.environ:
        from cvdemo.zoo.served import served

        if (elsewhere := served(entry, lambda: load(key, default_device(), progress=progress))) is not None:
            return elsewhere
    device = settled(default_device() if device is None else check_device(device))
    return CACHE.get((key, device), lambda: build(entry, device, progress))


def build(entry: ModelSpec, device: str, progress: Progress | None = None) -> Model:
    """A fresh model of a spec on a device, outside the cache; the real loading code of every entry."""
    module, function = entry.adapter.split(":")
    adapter = getattr(importlib.import_module(module), function)
    extra = {"progress": progress} if "progress" in inspect.signature(adapter).parameters else {}
    try:
        if not (may_fetch(entry) or is_here(entry)):
            raise ModelNotAvailableError(f"{entry.title} is not on this machine, which may not download it")
        return adapter(entry, device, **extra)
    except ModelNotAvailableError as error:
        raise ModelNotAvailableError(f"{error}{_instead(entry)}") from error
    except MemoryError as error:
        raise CheckpointError(f"not enough memory to load {entry.title}: choose a smaller model") from error


def _instead(entry: ModelSpec) -> str:
    ready = spec(first_model(entry.task, entry.domain))
    return f"; {ready.title} works now" if is_here(ready) and ready.key != entry.key else ""
