"""The device that models run on, chosen without importing torch until a torch model is needed."""

from __future__ import annotations

import ctypes
import logging
import os
import platform
import sys
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

from cvdemo.errors import DeviceError

DEVICES = ("cpu", "cuda", "mps")


@cache
def _cuda_name() -> str | None:
    """The first CUDA device's name as the driver gives it, or None where there is none."""
    library = "nvcuda.dll" if platform.system() == "Windows" else "libcuda.so.1"
    try:
        driver = ctypes.CDLL(library)
    except OSError:
        return None
    count, name = ctypes.c_int(0), ctypes.create_string_buffer(128)
    if driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count)) or not count.value:
        return None
    driver.cuDeviceGetName(name, 128, 0)
    return name.value.decode(errors="replace")


@cache
def cuda_trouble() -> str | None:
    """One sentence where torch cannot use the GPU that the driver shows, such as with a driver too old.

    It imports torch, and says the sentence once on stderr.
    """
    import torch

    try:
        torch.zeros(1, device="cuda")
    except (RuntimeError, AssertionError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        sentence = f"torch cannot use {_cuda_name()}, so models run on the CPU: {reason[:160]}"
        logging.getLogger(__name__).warning(sentence)
        return sentence
    return None


def settled(device: str) -> str:
    """The device, or "cpu" for a GPU that torch cannot use; called when a model is about to be loaded."""
    return "cpu" if device == "cuda" and cuda_trouble() else device


def _cuda_works() -> bool:
    """Whether there is a GPU and, once torch is imported, whether it can use it."""
    return bool(_cuda_name()) and not ("torch" in sys.modules and cuda_trouble())


def default_device() -> str:
    """`CVDEMO_DEVICE` where it is set, else "cuda", "mps" or "cpu", by what the machine has.

    Raises `DeviceError` for a device that does not exist or is not there.
    """
    wanted = os.environ.get("CVDEMO_DEVICE", "").strip().lower()
    if not wanted:
        if _cuda_works():
            return "cuda"
        return "mps" if (platform.system(), platform.machine()) == ("Darwin", "arm64") else "cpu"
    return check_device(wanted)


def check_device(device: str) -> str:
    """The device itself, after a check that it is one of `DEVICES` and that the machine has it."""
    if device not in DEVICES:
        raise DeviceError(f"device '{device}' is unknown: use one of {', '.join(DEVICES)}")
    if device == "cuda" and not _cuda_name():
        raise DeviceError("device 'cuda' was asked for, but no NVIDIA driver with a GPU is here: use 'cpu'")
    if device == "mps" and platform.system() != "Darwin":
        raise DeviceError("device 'mps' was asked for, but this is not a Mac: use 'cpu'")
    return device


def device_title() -> str:
    """One line for people: the default device's name, and the cores of a CPU."""
    device = default_device()
    if device == "cuda":
        return f"GPU: {_cuda_name()}"
    return "GPU: Apple (MPS)" if device == "mps" else f"CPU, {os.cpu_count()} cores"


def autocast(device: str) -> AbstractContextManager[Any]:
    """bfloat16 autocast on CUDA, where it is safe and fast; nothing elsewhere."""
    if device != "cuda":
        return nullcontext()
    import torch

    return torch.autocast("cuda", dtype=torch.bfloat16)
