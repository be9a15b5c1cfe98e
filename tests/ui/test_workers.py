"""The hall in several processes: visitors stay with one, rooms are over all, one that ends starts again."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
from click.testing import CliRunner

from cvdemo.bench.hall import _code_of
from cvdemo.bench.ui import start_hall, wait_until_healthy
from cvdemo.cli.app import command
from cvdemo.ui import workers
from cvdemo.ui.visitor import Visitor
from cvdemo.ui.workers import COOKIE, configuration, environment

needs_nginx = pytest.mark.skipif(workers.nginx() is None, reason="`make nginx` installs it")
START = "Start a room"
SLIDER = "Overlap"


@pytest.fixture(scope="module")
def hall() -> Iterator[tuple[str, int]]:
    """Two workers behind one address, and the process that started them."""
    with start_hall(2) as (address, process):
        wait_until_healthy(address, 180)
        yield address, process


def fetched(url: str, **headers: str) -> tuple[bytes, list[str]]:
    """A page, and the cookies that come with it."""
    asked = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return answer.read(), answer.headers.get_all("Set-Cookie") or []


@needs_nginx
def test_who_comes_gets_a_worker_and_keeps_it(hall: tuple[str, int]) -> None:
    given = Counter(fetched(hall[0], Accept="text/html")[1][0].split(";")[0] for _ in range(40))
    assert set(given) == {f"{COOKIE}=0", f"{COOKIE}=1"} and min(given.values()) > 4
    for cookie in given:
        body, again = fetched(hall[0], Accept="text/html", Cookie=f"other=3; {cookie}")
        assert b"<html" in body and not again
    assert fetched(hall[0], Accept="text/html", Cookie=f"{COOKIE}=7")[1]  # there is no such worker


@needs_nginx
def test_who_keeps_no_cookie_has_the_worker_of_their_address(hall: tuple[str, int]) -> None:
    given = [fetched(f"{hall[0]}/_stcore/health", Accept="*/*")[1] for _ in range(12)]
    workers_ = {cookie.split(";")[0] for cookies in given for cookie in cookies if COOKIE in cookie}
    assert len(workers_) == 1


@needs_nginx
def test_a_room_is_over_all_workers_and_a_picture_of_one_is_found_by_another(hall: tuple[str, int]) -> None:
    address = hall[0]

    async def lecture() -> tuple[float, list[Visitor], str]:
        leader = Visitor(address, "iou", cookie=f"{COOKIE}=0")
        await leader.open()
        await leader.press(START)
        query = f"room={_code_of(leader)}"
        label = next(iter(leader.sliders))
        members = [
            Visitor(address, "iou", query, watched=label, cookie=f"{COOKIE}={k % 2}") for k in range(4)
        ]
        for member in members:
            await member.open()
        value, _ = await leader.move(label, 0.37)
        end = time.monotonic() + 30
        while not all(member.seen.get(f"{value:.6g}") for member in members) and time.monotonic() < end:
            await asyncio.sleep(0.05)
        for visitor in (leader, *members):
            await visitor.close()
        return value, members, next(iter(leader.pictures))

    value, members, picture = asyncio.run(lecture())
    assert [bool(member.seen.get(f"{value:.6g}")) for member in members] == [True] * 4
    assert not any(member.errors for member in members)
    both = [fetched(address + picture, Cookie=f"{COOKIE}={k}")[0] for k in range(2)]
    assert both[0] == both[1] != b""
    with pytest.raises(HTTPError, match="404"):
        fetched(f"{address}/media/{'0' * 40}.jpg", Cookie=f"{COOKIE}=0")


@needs_nginx
def test_a_worker_that_ends_is_started_again_and_nobody_is_turned_away(hall: tuple[str, int]) -> None:
    address, process = hall
    first = workers_of(process)
    os.kill(first["worker-1"], signal.SIGKILL)

    async def come() -> Visitor:
        visitor = Visitor(address, "iou", cookie=f"{COOKIE}=1")
        await visitor.open()
        await visitor.close()
        return visitor

    visitor = asyncio.run(come())  # at once, by the other one
    assert visitor.sliders and not visitor.errors
    assert fetched(address, Accept="text/html", Cookie=f"{COOKIE}=1")[1][0].startswith(f"{COOKIE}=0;")
    end = time.monotonic() + 60
    while (now := workers_of(process)).get("worker-1", first["worker-1"]) == first["worker-1"]:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert now["worker-0"] == first["worker-0"]


def workers_of(process: int) -> dict[str, int]:
    """The process ids of the workers that a process has started, by the name of their socket."""
    found: dict[str, int] = {}
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        line = Path(f"/proc/{child}/cmdline").read_text().split("\0")
        if "--socket" in line:
            found[Path(line[line.index("--socket") + 1]).name] = int(child)
    return found


@needs_nginx
def test_nginx_reads_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "nginx.conf"
    for count, host in ((1, "127.0.0.1"), (3, "localhost"), (64, "::")):
        path.write_text(configuration(tmp_path, count, host, 8501), "utf-8")
        done = subprocess.run(
            [str(workers.nginx()), "-t", "-e", "stderr", "-p", str(tmp_path), "-c", str(path)],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr


@needs_nginx
def test_what_is_far_too_large_is_refused_before_it_comes(hall: tuple[str, int]) -> None:
    with pytest.raises(HTTPError, match="413"):
        asked = urllib.request.Request(f"{hall[0]}/_stcore/upload_file/a/b", method="PUT", data=b"x")
        asked.add_header("Content-Length", str(10**9))
        urllib.request.urlopen(asked, timeout=30)


def test_every_worker_has_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    own = environment(
        {"CVDEMO_MODEL_MEMORY": "900", "CVDEMO_METRICS": "9101", "HOME": "/h"}, tmp_path, b"k", 2, 4
    )
    assert own["CVDEMO_MODEL_MEMORY"] == "225" and own["CVDEMO_RESULT_MEMORY"] == "256"
    assert (own["CVDEMO_RUNS"], own["OMP_NUM_THREADS"], own["HOME"]) == ("2", "1", "/h")
    assert (own["CVDEMO_METRICS"], own["CVDEMO_WORKER"]) == ("9103", "2")
    odd = environment({"CVDEMO_MODEL_MEMORY": "much", "OMP_NUM_THREADS": "3"}, tmp_path, b"k", 0, 16)
    assert (odd["CVDEMO_MODEL_MEMORY"], odd["CVDEMO_RUNS"], odd["OMP_NUM_THREADS"]) == ("128", "1", "3")
    few = environment({"OMP_NUM_THREADS": "2", "CVDEMO_METRICS": "0"}, tmp_path, b"k", 1, 2)
    assert (few["CVDEMO_RUNS"], few["CVDEMO_METRICS"]) == ("2", "0")


def test_what_cannot_be_served_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = CliRunner().invoke(command, ["--workers", "2"])
    assert asked.exit_code == 2 and "--workers and --socket are for a --hall" in asked.output
    asked = CliRunner().invoke(command, ["--hall", "--workers", "2", "--socket", "here"])
    assert asked.exit_code == 2 and "one --socket is for one worker" in asked.output
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(workers, "nginx", lambda: "nginx")
        with pytest.raises(Exception, match=rf"127\.0\.0\.1:{port} cannot be served on: .*in use"):
            workers.serve(2, "127.0.0.1", port)
    monkeypatch.setattr(workers, "nginx", lambda: None)
    with pytest.raises(
        Exception, match=re.escape("several workers need nginx: `apt-get install nginx-light`")
    ):
        workers.serve(2, "127.0.0.1", port)
