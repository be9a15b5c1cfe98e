"""The hall in several processes behind one address: `cvdemo app --hall --workers 4`.

This process starts the others and looks after them: nginx at the address, and workers at Unix sockets, each
the whole app with a share of the memory and of the cores. A visitor stays with one worker by a cookie, since
their session is there. Rooms are held here (`cvdemo.lecture.hub`). A worker that ends is started again; its
visitors go on with another one, at the address of their page.
"""

from __future__ import annotations

import os
import pwd
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from cvdemo.errors import CvdemoError
from cvdemo.lecture.hub import Hub

COOKIE = "cvdemo_worker"
MEGABYTES = 60  # of a request: more than the app takes as a file
READY, LOOK, END = 180.0, 0.3, 10.0  # seconds: to start, between two looks, to end
AGAIN = 15.0  # seconds between two starts of a worker
SHARED = {"CVDEMO_MODEL_MEMORY": 2048, "CVDEMO_RESULT_MEMORY": 1024}
"""What the workers share, in MiB, where nothing else is said."""

_CONFIGURATION = """\
daemon off;
{user}pid {folder}/nginx.pid;
error_log stderr error;
worker_processes 1;
events {{ worker_connections {connections}; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size {megabytes}m;
  proxy_request_buffering off;
  map $http_upgrade $connection_header {{ default upgrade; '' ''; }}
  # A browser opens the page first, and keeps the worker that it gets then. One that keeps no cookies has the
  # worker of its address.
  split_clients $request_id $any {{ {shares} }}
  split_clients "$remote_addr $http_user_agent" $own {{ {shares} }}
  map $http_accept $new {{ ~text/html $any; default $own; }}
  map $cookie_{cookie} $worker {{ "~^({numbers})$" $cookie_{cookie}; default $new; }}
  # Who has been served by another one, since theirs was not there, stays with that: their session is there.
  map $upstream_addr $by {{ "~worker-(?<last>[0-9]+)$" $last; default $worker; }}
  map "$by $cookie_{cookie}" $kept {{
    "~^(?<one>[0-9]+) \\k<one>$" '';
    default "{cookie}=$by; Path=/; HttpOnly; SameSite=Lax";
  }}
{upstreams}
  server {{
    listen {host}:{port};
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_header;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_read_timeout 1d;
    proxy_send_timeout 1d;
    location / {{ proxy_pass http://worker$worker; add_header Set-Cookie $kept always; }}
    # A picture that somebody in a room is shown may be the leader's, at another worker.
    location /media/ {{ proxy_pass http://worker$worker; proxy_next_upstream error timeout http_404; }}
  }}
}}
"""


def serve(count: int, host: str, port: int) -> None:
    """Serve the hall by `count` workers until this process is told to end.

    CvdemoError where there is no nginx, where the port cannot be had, or where a worker does not start.
    """
    if (program := nginx()) is None:
        raise CvdemoError("several workers need nginx: `apt-get install nginx-light`, or leave --workers out")
    _check_port(host, port)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _end)
    _many_files()
    with tempfile.TemporaryDirectory(prefix="cvdemo-") as name:
        folder, key = Path(name), secrets.token_bytes(16)
        hub = Hub(str(folder / "hub"), key)
        workers: list[subprocess.Popen[bytes]] = []
        try:
            workers.extend(_start(folder, key, number, count) for number in range(count))
            _wait_until_ready(folder, workers)
            with _serving(program, folder, count, host, port) as front:
                _look_after(front, workers, lambda number: _start(folder, key, number, count))
        except KeyboardInterrupt:
            pass
        finally:
            end_all(workers)
            hub.close()


def nginx() -> str | None:
    """The installed nginx, which is not on everybody's path, or None."""
    return shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin")))


def configuration(folder: Path, count: int, host: str, port: int) -> str:
    """nginx's configuration: `count` workers at sockets in a folder, behind `host`:`port`."""
    shares = " ".join(f"{100 / count:.2f}% {k};" for k in range(count - 1)) + f" * {count - 1};"
    user = f"user {pwd.getpwuid(0).pw_name};\n" if os.geteuid() == 0 else ""
    return _CONFIGURATION.format(
        folder=folder,
        user=user,
        shares=shares,
        cookie=COOKIE,
        numbers="|".join(map(str, range(count))),
        upstreams="\n".join(_upstream(folder, number, count) for number in range(count)),
        host=f"[{host}]" if ":" in host else host,
        port=port,
        connections=min(8192, max(512, _many_files() - 64)),
        megabytes=MEGABYTES,
    )


def _upstream(folder: Path, number: int, count: int) -> str:
    """One worker, and the others for when it is not there."""
    order = [(number + k) % count for k in range(count)]
    servers = [f"server unix:{_socket(folder, k)} max_fails=1 fail_timeout=2s" for k in order]
    lines = "; ".join([servers[0], *(f"{server} backup" for server in servers[1:])])
    return f"  upstream worker{number} {{ {lines}; }}"


def _socket(folder: Path, number: int) -> Path:
    return folder / f"worker-{number}"


def environment(
    given: Mapping[str, str], folder: Path, key: bytes, number: int, count: int
) -> dict[str, str]:
    """That of a worker: its share of the memory and of the cores, and where it finds the others."""
    cores, given_threads = os.cpu_count() or 1, given.get("OMP_NUM_THREADS", "")
    threads = int(given_threads) if given_threads.isdigit() else 1
    own = {
        "OMP_NUM_THREADS": "1",
        "CVDEMO_RUNS": str(max(1, cores // (count * max(1, threads)))),
        **given,
        "CVDEMO_HUB": str(folder / "hub"),
        "CVDEMO_HUB_KEY": key.hex(),
        "CVDEMO_WORKER": str(number),
    }
    for name, mib in SHARED.items():
        with suppress(ValueError):
            mib = int(given.get(name, mib))
        own[name] = str(max(1, mib // count))
    port = given.get("CVDEMO_METRICS", "")
    if port.isdigit() and int(port):  # 0 is any port
        own["CVDEMO_METRICS"] = str(int(port) + number)
    return own


def _start(folder: Path, key: bytes, number: int, count: int) -> subprocess.Popen[bytes]:
    _socket(folder, number).unlink(missing_ok=True)
    command = [sys.executable, "-m", "cvdemo", "app", "--hall", "--socket", str(_socket(folder, number))]
    return subprocess.Popen(command, env=environment(os.environ, folder, key, number, count))


def _wait_until_ready(folder: Path, workers: list[subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + READY
    while not all(_answers(_socket(folder, number)) for number in range(len(workers))):
        if any(worker.poll() is not None for worker in workers):
            raise CvdemoError("a worker did not start: what it said stands above")
        if time.monotonic() > end:
            raise CvdemoError(f"the workers did not answer within {READY:.0f} s")
        time.sleep(LOOK)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as there:
        try:
            there.connect(str(path))
        except OSError:
            return False
        return True


@contextmanager
def _serving(
    program: str, folder: Path, count: int, host: str, port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """nginx as a process of its own, ended at the end."""
    path = folder / "nginx.conf"
    path.write_text(configuration(folder, count, host, port), "utf-8")
    process = subprocess.Popen([program, "-e", "stderr", "-p", str(folder), "-c", str(path)])
    try:
        yield process
    finally:
        end_all([process])


def _look_after(
    front: subprocess.Popen[bytes],
    workers: list[subprocess.Popen[bytes]],
    start: Callable[[int], subprocess.Popen[bytes]],
) -> None:
    """Start workers that have ended again; CvdemoError where nginx has."""
    _say(f"{len(workers)} workers are ready.")
    begun = [-AGAIN] * len(workers)
    while front.poll() is None:
        for number, worker in enumerate(workers):
            if worker.poll() is not None and time.monotonic() - begun[number] > AGAIN:
                _say(f"Worker {number} has ended and is started again.")
                workers[number], begun[number] = start(number), time.monotonic()
        time.sleep(LOOK)
    raise CvdemoError("nginx has ended: what it said stands above")


def _many_files() -> int:
    """Let this process and those that it starts have as many files open as they may; how many that is."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 1 << 20


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            free.bind((host, port))
        except OSError as error:
            raise CvdemoError(f"{host}:{port} cannot be served on: {error}") from error


def end_all(processes: Sequence[subprocess.Popen[Any]]) -> None:
    """Tell processes to end, and kill those that do not within `END` seconds."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end(signal_: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
