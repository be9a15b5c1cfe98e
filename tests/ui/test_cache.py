"""The cache of results: bounded in bytes, shared, each result computed once."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from cvdemo.ops.crf_kernels import bilateral_filter
from cvdemo.ui import cache
from cvdemo.ui.cache import ResultCache, cached, nbytes_of


class Pair(NamedTuple):
    first: np.ndarray
    second: torch.Tensor


@dataclass
class Holder:
    pair: Pair
    name: str


def test_bytes_of_arrays_tensors_and_containers() -> None:
    pair = Pair(np.zeros((10, 100)), torch.zeros(50, 10))
    inside = 8 * 1000 + 4 * 500
    assert inside <= nbytes_of(Holder(pair, "x" * 10)) <= inside + 1500
    assert inside <= nbytes_of({"a": [pair, pair]}) <= inside + 1500  # the same object counts once
    whole = np.zeros(10_000)
    assert nbytes_of(whole[:5]) >= whole.nbytes  # a view keeps all of its base alive


def test_bytes_of_functions_and_sparse_arrays() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    lattice = bilateral_filter(picture, 20, 10, method="lattice")
    exact = bilateral_filter(picture[:10, :10], 20, 10, method="exact")
    assert nbytes_of(lattice) > 60 * 80 * 6 * 4  # six weights a pixel
    assert 4 * 100**2 <= nbytes_of(exact) < 4 * 100**2 + 2000


def test_a_result_that_grows_while_it_is_measured() -> None:
    class Growing:
        """As a clip whose frames another thread draws: each look finds one more."""

        def __init__(self, kept: dict[int, Any] | set[Any]) -> None:
            self.kept = kept

        @property
        def nbytes(self) -> int:
            more = object()
            if isinstance(self.kept, dict):
                self.kept[id(more)] = more
            else:
                self.kept.add(more)
            return 1000

    table: dict[int, Any] = {}
    table |= {k: Growing(table) for k in range(3)}
    some: set[Any] = set()
    some |= {Growing(some) for _ in range(3)}
    assert nbytes_of(table) > 3000 and nbytes_of(some) > 3000


def test_the_least_recently_used_go_first_and_the_limit_holds() -> None:
    kept = ResultCache(limit=10_000)
    computed = []

    def ask(key: str, size: int = 3000) -> np.ndarray:
        return kept.get(key, lambda: (computed.append(key), np.zeros(size, np.uint8))[1])

    for key in "abc":
        ask(key)
    ask("a")
    ask("d")  # "b" goes
    assert kept.nbytes <= kept.limit
    ask("a"), ask("c"), ask("d")
    assert computed == [*"abcd"]
    ask("b")
    assert computed == [*"abcdb"]
    ask("huge", 20_000), ask("huge", 20_000)
    assert computed[-2:] == ["huge", "huge"] and kept.nbytes <= kept.limit


def test_a_result_that_grows_after_it_is_kept_is_counted() -> None:
    kept = ResultCache(limit=10_000)
    lazy: dict[str, np.ndarray] = {}
    kept.get("small", lambda: 1)
    kept.get("lazy", lambda: lazy)
    lazy["masks"] = np.zeros(9_000, np.uint8)
    kept.get("lazy", lambda: lazy)
    assert 9_000 < kept.nbytes < 10_000
    lazy["more"] = np.zeros(9_000, np.uint8)
    assert kept.get("lazy", lambda: lazy) is lazy  # larger than the limit now: given back, no longer kept
    assert kept.nbytes == 0 == len(kept)


def test_threads_compute_a_result_once_and_an_error_is_not_kept() -> None:
    kept, computed = ResultCache(10_000), []

    def slow() -> int:
        computed.append(1)
        time.sleep(0.05)
        return 7

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(kept.get("k", slow))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [7] * 8 and len(computed) == 1
    with pytest.raises(ZeroDivisionError):
        kept.get("bad", lambda: 1 // 0)
    assert kept.get("bad", lambda: 3) == 3


def test_forty_visitors_on_forty_pictures_compute_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "RESULTS", ResultCache(64 * 2**20))
    computed = []

    @cached
    def traced(identity: str, _picture: np.ndarray) -> np.ndarray:
        computed.append(identity)
        return np.zeros(2**20, np.uint8)

    picture = np.zeros((4, 4, 3), np.uint8)
    for _ in range(5):
        for visitor in range(40):
            traced(f"scene:{visitor}", picture)
    assert len(computed) == 40
    traced.clear()
    traced("scene:0", picture)
    assert len(computed) == 41


def test_a_result_can_be_looked_up_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "RESULTS", ResultCache(10_000))
    computed = []

    @cached
    def measured(key: str, _how: str = "fast") -> list[int]:
        computed.append(key)
        return [len(computed)]

    assert measured.peek("a") is None and not computed
    assert measured("a", "slow") == measured.peek("a") == [1]
    measured.forget("b")
    measured.forget("a", "slow")
    assert measured.peek("a") is None and cache.RESULTS.nbytes == 0
    assert measured("a") == [2]
