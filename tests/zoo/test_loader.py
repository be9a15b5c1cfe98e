"""The cache of models, devices, keys, and what is not imported."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from cvdemo import zoo
from cvdemo.errors import DeviceError, UnknownModelError
from cvdemo.zoo import device
from cvdemo.zoo.loader import ModelCache
from cvdemo.zoo.model import Model


def of(nbytes: int) -> Callable[[], Model]:
    return lambda: cast(Model, SimpleNamespace(nbytes=nbytes))


def keys(cache: ModelCache) -> str:
    kept = cache.keys()
    return "".join(key for key, _ in kept)


def test_least_recently_used_goes_first_by_bytes() -> None:
    cache = ModelCache(100)
    for key in "ab":
        cache.get((key, "cpu"), of(40))
    cache.get(("a", "cpu"), of(40))
    cache.get(("c", "cpu"), of(60))
    assert keys(cache) == "ac"
    assert cache.nbytes == 100
    cache.get(("d", "cpu"), of(70))
    assert keys(cache) == "d"


def test_a_model_beyond_the_limit_is_kept_alone() -> None:
    cache = ModelCache(100)
    cache.get(("a", "cpu"), of(40))
    big = cache.get(("b", "cpu"), of(400))
    assert keys(cache) == "b"
    assert cache.get(("b", "cpu"), of(1)) is big


def test_two_threads_load_once() -> None:
    cache, builds = ModelCache(100), []
    go, ready = threading.Event(), threading.Barrier(3)

    def build() -> Model:
        builds.append(1)
        go.wait(10)
        return of(1)()

    def visit() -> None:
        ready.wait(10)
        got.append(cache.get(("a", "cpu"), build))

    got: list[Model] = []
    visitors = [threading.Thread(target=visit) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    ready.wait(10)
    go.set()
    for visitor in visitors:
        visitor.join(10)
    assert len(builds) == 1
    assert got[0] is got[1]


def test_a_failed_build_is_tried_again() -> None:
    cache = ModelCache(100)

    def fails() -> Model:
        raise ValueError

    with pytest.raises(ValueError):
        cache.get(("a", "cpu"), fails)
    assert cache.get(("a", "cpu"), of(1)).nbytes == 1


def test_an_unknown_key_names_near_ones() -> None:
    with pytest.raises(UnknownModelError, match=r"'ssd-mobilenet': did you mean .*ssd-mobilenet-v2"):
        zoo.load("ssd-mobilenet")


def test_the_device_asked_for_is_checked(monkeypatch) -> None:
    monkeypatch.setattr(device, "_cuda_name", lambda: None)
    monkeypatch.setattr(device.platform, "system", lambda: "Linux")
    monkeypatch.setenv("CVDEMO_DEVICE", " CPU ")
    assert zoo.default_device() == "cpu"
    monkeypatch.setenv("CVDEMO_DEVICE", "")
    assert zoo.default_device() == "cpu"
    for wanted, message in {"tpu": "use one of cpu", "cuda": "use 'cpu'", "mps": "not a Mac"}.items():
        monkeypatch.setenv("CVDEMO_DEVICE", wanted)
        with pytest.raises(DeviceError, match=message):
            zoo.default_device()
        with pytest.raises(DeviceError, match=message):
            zoo.load("ssd-mobilenet-v2", wanted)


def test_the_default_detector_runs_without_torch() -> None:
    code = (
        "import sys, numpy as np; from cvdemo import zoo;"
        "zoo.load('ssd-mobilenet-v2')(np.zeros((90, 120, 3), np.uint8));"
        "print(*sorted({'torch', 'torchvision', 'transformers', 'streamlit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
