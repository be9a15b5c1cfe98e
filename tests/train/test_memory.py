"""Freed memory: it stays with a training's process, and systems without glibc are left as they are."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from cvdemo.train import memory

PROGRAM = """
import sys
import numpy as np
from cvdemo.train.memory import keep_freed_memory

def resident():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024  # MiB

if sys.argv[1] == "keep":
    keep_freed_memory()
before = resident()
large = np.ones(2**27, np.uint8)  # 128 MiB
del large
print(round(resident() - before))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the settings are glibc's")
@pytest.mark.parametrize(("how", "kept"), [("keep", True), ("free", False)])
def test_freed_memory_stays_when_asked_for(how: str, kept: bool) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    assert (int(done.stdout) > 100) == kept


@pytest.mark.parametrize("error", [OSError, TypeError])
def test_another_system_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def none(name: object) -> object:
        raise error

    monkeypatch.setattr(memory.ctypes, "CDLL", none)
    memory.keep_freed_memory()
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: object())  # a C library that has no mallopt
    memory.keep_freed_memory()
