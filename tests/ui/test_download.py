"""The download button of a page, with a hub and a file server on this machine."""

from __future__ import annotations

import hashlib
import http.server
import os
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
import torch
import transformers as hf

from tests.hub_server import hub_of

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = '''
import sys
from dataclasses import replace
from streamlit.testing.v1 import AppTest
from cvdemo.zoo.catalogue import CATALOGUE

key, weights = sys.argv[1], sys.argv[2]
if weights:
    build = {"min_size": 64, "max_size": 96}
    CATALOGUE[key] = replace(CATALOGUE[key], weights=weights)

PAGE = """
import streamlit as st
from cvdemo import zoo
from cvdemo.errors import CvdemoError
from cvdemo.ui.models import ready

try:
    if ready(zoo.spec(st.query_params["key"])):
        st.write("it is ready")
except CvdemoError as error:  # as the frame of every page does
    st.write(str(error))
"""
app = AppTest.from_string(PAGE, default_timeout=240)
app.query_params["key"] = key
app.run()
assert app.button, "there is no button"
app.button[0].click().run()
print([e.value for e in app.exception] or [m.value for m in app.markdown])
'''


def press(key: str, tmp_path: Path, *, weights: str = "", **environment: str) -> str:
    """Press the button of a model in a process of its own, whose hub is another; what the page says."""
    env = {
        **os.environ, "PYTHONPATH": str(ROOT), "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1",
        "TORCH_HOME": str(tmp_path / "torch"), "XDG_CACHE_HOME": str(tmp_path / "cache"), **environment,
    }  # fmt: skip
    env.pop("HF_HUB_OFFLINE", None)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, key, weights],
        capture_output=True,
        text=True,
        env=env,
        cwd=ROOT,
        check=False,
    )
    return done.stdout + done.stderr


def test_a_model_of_the_hub_is_fetched_by_the_button(tmp_path: Path) -> None:
    torch.manual_seed(0)
    folder = tmp_path / "hub" / "hustvl" / "yolos-tiny"
    config = hf.YolosConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=[64, 96],
        num_detection_tokens=20, id2label={0: "cat", 1: "dog"},
    )  # fmt: skip
    hf.YolosForObjectDetection(config).save_pretrained(folder)
    hf.YolosImageProcessor(size={"shortest_edge": 64, "longest_edge": 96}).save_pretrained(folder)
    with hub_of(tmp_path / "hub") as address:
        said = press("yolos-tiny", tmp_path, HF_ENDPOINT=address)
    assert "it is ready" in said, said


def test_the_page_says_that_the_hub_has_no_such_model(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    with hub_of(tmp_path / "hub") as address:
        said = press("yolos-tiny", tmp_path, HF_ENDPOINT=address)
    assert "the server answers 404" in said, said


def test_the_page_says_that_there_is_no_network(tmp_path: Path) -> None:
    said = press("yolos-tiny", tmp_path, HF_ENDPOINT="http://127.0.0.1:9")
    assert "no network, or the server does not answer" in said, said


def test_a_file_of_torchvision_is_fetched_by_the_button(tmp_path: Path) -> None:
    from cvdemo import zoo
    from cvdemo.zoo.torchvision_detect import build

    served = tmp_path / "served"
    served.mkdir()
    key = "ssdlite320-mobilenet-v3-large"
    torch.save(build(zoo.spec(key)).state_dict(), served / "net.pth")
    digest = hashlib.sha256((served / "net.pth").read_bytes()).hexdigest()[:8]
    (served / "net.pth").rename(served / f"net-{digest}.pth")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{running.server_port}/net-{digest}.pth"
        said = press(key, tmp_path, weights=url)
        running.shutdown()
    assert "it is ready" in said, said


def test_reports_are_heard_in_the_calling_thread() -> None:
    from cvdemo.zoo.fetch import relayed

    heard: list[tuple[int, int, str]] = []

    def work(report) -> str:  # type: ignore[no-untyped-def]
        thread = threading.Thread(target=lambda: report(3, 5))
        thread.start()
        thread.join()
        return "done"

    me = threading.current_thread().name
    assert relayed(work, lambda a, b: heard.append((a, b, threading.current_thread().name))) == "done"
    assert heard == [(3, 5, me)]


def test_a_bug_of_progress_is_raised() -> None:
    from cvdemo.zoo.fetch import relayed

    def work(report) -> None:  # type: ignore[no-untyped-def]
        report(1, 2)

    with pytest.raises(ZeroDivisionError):
        relayed(work, lambda done, total: 1 // 0)  # type: ignore[arg-type, return-value]
