"""A GPU that torch cannot use: one sentence, and the CPU."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cvdemo import zoo
from cvdemo.zoo import device, loader

pytest.importorskip("torch")


@pytest.fixture
def too_old(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A driver that names a GPU which torch cannot use."""

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("The NVIDIA driver on your system is too old (found version 11040).\nUpdate it.")

    monkeypatch.delenv("CVDEMO_DEVICE", raising=False)
    monkeypatch.setattr(device, "_cuda_name", lambda: "NVIDIA Old")
    monkeypatch.setattr("torch.zeros", refuse)
    device.cuda_trouble.cache_clear()
    yield
    device.cuda_trouble.cache_clear()


@pytest.mark.usefixtures("too_old")
@pytest.mark.parametrize("asked", [None, "cuda"])
def test_models_load_on_the_cpu(
    asked: str | None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    loaded: list[str] = []

    class Loaded:
        nbytes = 0

    def build(entry: object, where: str, progress: object = None) -> Loaded:
        loaded.append(where)
        return Loaded()

    monkeypatch.setattr(loader, "build", build)
    monkeypatch.setattr(loader, "CACHE", loader.ModelCache(1000))
    zoo.load("unet", asked)
    zoo.load("ssd-plus", asked)
    assert loaded == ["cpu", "cpu"]
    assert [r.message for r in caplog.records] == [
        "torch cannot use NVIDIA Old, so models run on the CPU: The NVIDIA driver on your system is too old "
        "(found version 11040)"
    ]
    assert device.default_device() == "cpu"
    assert device.device_title().startswith("CPU")
