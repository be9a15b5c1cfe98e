"""Models of another process or machine, which answer as if they were loaded here.

Where `CVDEMO_SERVE` is the address of a `cvdemo serve` and `CVDEMO_SERVE_KEY` its key, `zoo.load(key)` gives
a model of the same class, without its network: its public methods are called there, all else is done here.
What needs the network itself, such as the weights of a layer, loads the model here after all. When nobody
answers, models run here, and the log says so in a sentence.

Calls and answers are pickled, so that each side takes only what is signed with the key.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import inspect
import logging
import os
import pickle
import threading
import time
from abc import ABC
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

import numpy as np
import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ReadTimeoutError,
)

from cvdemo.errors import ServeError
from cvdemo.zoo.activity import ActivityClassifier
from cvdemo.zoo.captioner import Captioner
from cvdemo.zoo.dense_captioner import DenseCaptioner
from cvdemo.zoo.flow import FlowEstimator
from cvdemo.zoo.model import Classifier, Detector, Model, Segmenter, Timed, without_gradients
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.turns import TURNS

ANSWER, AGAIN, TRIES, REST = 120.0, 60.0, 4, 0.5
"""Seconds: for an answer, until a lost server is looked for again; how often a call is tried, and between."""

AT_ONCE = 32  # connections that are kept

MODEL_HEADER = "serve_multiplexed_model_id"
"""By which Ray Serve finds a replica that has a model."""

REFUSED = 403
"""What the server answers to what is not signed with its key."""

_HERE = (Model, Detector, Classifier, Segmenter, ActivityClassifier, FlowEstimator, Captioner, DenseCaptioner)
"""The classes whose methods run on this side."""

_log = logging.getLogger(__name__)
T = TypeVar("T")


class UnsendableError(ServeError):
    """What a method is given cannot be pickled."""


class Answer(NamedTuple):
    """What a call gave, or the error that it ended with; the milliseconds that it took over there."""

    value: Any
    error: Exception | None
    milliseconds: float


class Call(NamedTuple):
    """A method of a model, none for what the model is, and what it is given."""

    key: str
    name: str = ""
    given: tuple[Any, ...] = ()
    named: Mapping[str, Any] = {}


class Description(NamedTuple):
    """A model over there: its class, and those of its attributes that are plain values."""

    kind: type[Model]
    values: Mapping[str, Any]


class Server:
    """The models of a `cvdemo serve`; `call` is what reaches them.

    When it does not, nobody is asked for a minute, and the log says so once.
    """

    def __init__(self, call: Callable[[Call], Answer]) -> None:
        self._call = call
        self._lost = -AGAIN
        self._models: dict[str, Model] = {}
        self._asking: dict[str, threading.Lock] = {}

    def model(self, spec: ModelSpec, build: Callable[[], Model]) -> Model:
        """The served model of a spec; `build` makes the one that takes its place where it is needed."""
        with TURNS.held(self._asking.setdefault(spec.key, threading.Lock())):
            if spec.key not in self._models:
                said = self.ask(Call(spec.key))
                if said.error is not None:
                    raise said.error
                self._models[spec.key] = _stand_in(spec, said.value, self.ask, build)
            elif self._is_lost():
                raise ServeError("the models' server did not answer a moment ago")
            return self._models[spec.key]

    def ask(self, call: Call) -> Answer:
        """What the server answers; ServeError where it does not, or did not a moment ago."""
        if self._is_lost():
            raise ServeError("the models' server did not answer a moment ago")
        try:
            return self._call(call)
        except UnsendableError:
            raise
        except ServeError as error:
            self._lost = time.monotonic()
            _log.warning("%s: models run here", error)
            raise

    def _is_lost(self) -> bool:
        return time.monotonic() - self._lost < AGAIN


class _Served:
    """What every model of another process has besides its class."""

    spec: ModelSpec
    _call: Callable[[Call], Answer]
    _build: Callable[[], Model]
    _changed: Any

    def run(self, work: Callable[[], T], *, warm: Hashable = None) -> Timed[T]:
        """Call `work` at once: locks are the server's, and so are the milliseconds."""
        with TURNS.meanwhile(), without_gradients(), _counted() as spent:
            start = time.perf_counter()
            value = work()
            here = 1000 * (time.perf_counter() - start)
        self.__dict__["runs"] += 1
        if spent:
            TURNS.ended(self.spec.key, sum(spent) / 1000)
        return Timed(value, sum(spent) if spent else here)

    def own(self) -> Any:
        """The model loaded here: the one that all share, or this one's changed copy of it."""
        return self.__dict__.get("_changed") or self._build()

    def __getattr__(self, name: str) -> Any:
        """What the stand-in has not is the model's own."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.own(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        """A model that is changed runs here from then on, as a copy of its own."""
        changed = copy.copy(self.own())
        setattr(changed, name, value)
        self.__dict__.update({name: value, "_changed": changed})


def _stand_in(
    spec: ModelSpec, said: Description, call: Callable[[Call], Answer], build: Callable[[], Model]
) -> Model:
    """A model of the class that was described, whose own methods are called over there."""
    methods = {name: _forwarded(name) for name in _forwardable(said.kind)}
    kind: Any = type(said.kind.__name__, (_Served, said.kind), methods)
    model: Model = object.__new__(kind)
    first = Model(spec, device="cpu", nbytes=0)
    own = {"_call": call, "_build": build, "_changed": None}
    model.__dict__.update({**vars(first), **said.values, **own})
    return model


def _forwardable(kind: type[Model]) -> Iterator[str]:
    """The public methods that a class has in itself, and not of the classes that all models have."""
    for base in kind.__mro__:
        if base not in (*_HERE, ABC, object):
            yield from (
                name for name, value in vars(base).items()
                if inspect.isfunction(value) and not name.startswith("_")
            )  # fmt: skip


def _forwarded(name: str) -> Callable[..., Any]:
    def method(self: Any, *given: Any, **named: Any) -> Any:
        try:
            answer = None if self._changed else self._call(Call(self.spec.key, name, given, named))
        except ServeError:
            answer = None
        if answer is None:
            here = self.own()
            return here.run(lambda: getattr(here, name)(*given, **named)).value
        _spend(answer.milliseconds)
        if answer.error is not None:
            raise answer.error
        return answer.value

    method.__name__ = name
    return method


_spending = threading.local()


@contextmanager
def _counted() -> Iterator[list[float]]:
    """The milliseconds of the calls that this thread makes meanwhile."""
    before, _spending.now = getattr(_spending, "now", None), (spent := list[float]())
    try:
        yield spent
    finally:
        _spending.now = before


def _spend(milliseconds: float) -> None:
    now = getattr(_spending, "now", None)
    if now is not None:
        now.append(milliseconds)


# --- the way there ---

_connecting = threading.Lock()
_server: Server | None = None


def served(spec: ModelSpec, build: Callable[[], Model]) -> Model | None:
    """The model of a spec as the server of `CVDEMO_SERVE` has it; None where there is no such server.

    `build` loads the model here.
    """
    there = server()
    try:
        return None if there is None else there.model(spec, build)
    except ServeError:
        return None


def server() -> Server | None:
    """The server of `CVDEMO_SERVE`, None where none is named."""
    global _server
    address = os.environ.get("CVDEMO_SERVE", "")
    if not address:
        return None
    with _connecting:
        if _server is None:
            _server = Server(_through(address, os.environ.get("CVDEMO_SERVE_KEY", "")))
        return _server


def forget() -> None:
    """Read the environment anew at the next call."""
    global _server
    with _connecting:
        _server = None


def _through(address: str, key: str) -> Callable[[Call], Answer]:
    """Calls by HTTP; a replica that ends meanwhile is not the caller's concern."""
    patience = urllib3.Timeout(connect=3.0, read=ANSWER)
    pool = urllib3.PoolManager(maxsize=AT_ONCE, retries=False, timeout=patience)

    def post(call: Call) -> bytes:
        try:
            body = signed(key, pickle.dumps(call, protocol=5))
        except Exception as error:
            raise UnsendableError(
                f"{call.name} of {call.key} cannot be sent ({type(error).__name__})"
            ) from error
        said = "nothing"
        for attempt in range(TRIES):
            time.sleep(attempt * REST)
            try:
                answer = pool.request("POST", address, body=body, headers={MODEL_HEADER: call.key})
            except (NewConnectionError, ConnectTimeoutError, LocationValueError) as error:
                raise ServeError(f"no models are served at {address} ({type(error).__name__})") from error
            except ReadTimeoutError as error:
                raise ServeError(f"the models' server at {address} takes too long") from error
            except HTTPError as error:  # in the middle
                said = type(error).__name__
                continue
            if answer.status == REFUSED:
                raise ServeError(f"CVDEMO_SERVE_KEY is not the key of {address}")
            if answer.status == HTTPStatus.OK:
                return answer.data
            said = f"HTTP {answer.status}"
        raise ServeError(f"the models' server at {address} did not answer ({said})")

    def call(asked: Call) -> Answer:
        data = post(asked)
        try:
            answer = pickle.loads(checked(key, data))
        except Exception as error:
            raise ServeError(f"what {address} answers cannot be read ({type(error).__name__})") from error
        if not isinstance(answer, Answer):
            raise ServeError(f"no cvdemo is served at {address}")
        return answer

    return call


def signed(key: str, data: bytes) -> bytes:
    """Data behind its signature."""
    return hmac.digest(key.encode(), data, hashlib.sha256) + data


def checked(key: str, data: bytes) -> bytes:
    """The data behind a signature; ServeError where it is not that of the key."""
    mark, rest = data[:32], data[32:]
    if not key or not hmac.compare_digest(mark, hmac.digest(key.encode(), rest, hashlib.sha256)):
        raise ServeError("it is not signed with CVDEMO_SERVE_KEY")
    return rest


def is_plain(value: Any, most: int = 1_000_000) -> bool:
    """Whether a value is made of numbers, texts and small arrays alone."""
    if isinstance(value, np.ndarray):
        return value.nbytes <= most and value.dtype != object
    if isinstance(value, list | tuple | set | frozenset):
        return len(value) <= most and all(map(is_plain, value))
    if isinstance(value, dict):
        return len(value) <= most and all(is_plain(k) and is_plain(v) for k, v in value.items())
    return value is None or isinstance(value, bool | int | float | str)
