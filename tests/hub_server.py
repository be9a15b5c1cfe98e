"""A small hub on this machine: it answers what `snapshot_download` asks, from a folder of repositories."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMIT = "0" * 40


def listing(folder: Path, name: str) -> bytes:
    """What the hub says of a repository: its files."""
    siblings = [{"rfilename": path.name} for path in sorted((folder / name).iterdir())]
    return json.dumps(
        {"id": name, "sha": COMMIT, "siblings": siblings, "tags": [], "private": False}
    ).encode()


def tree(folder: Path, name: str) -> bytes:
    """What the hub says of a repository's files, one by one."""
    files = [path for path in sorted((folder / name).iterdir()) if path.is_file()]
    rows = [{"type": "file", "path": p.name, "size": p.stat().st_size, "oid": COMMIT} for p in files]
    return json.dumps(rows).encode()


@contextmanager
def hub_of(folder: Path) -> Iterator[str]:
    """The address of a hub whose repositories are the folders `folder/OWNER/NAME`."""

    class Hub(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(body=True)

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def answer(self, *, body: bool) -> None:
            parts = self.path.split("?")[0].strip("/").split("/")
            if parts[:2] == ["api", "models"] and (folder / parts[2] / parts[3]).is_dir():
                what = tree if parts[4:5] == ["tree"] else listing
                self.send(200, what(folder, "/".join(parts[2:4])), body, "application/json")
                return
            file = folder.joinpath(*parts[:2], *parts[4:])
            if len(parts) == 5 and parts[2] == "resolve" and file.is_file():
                self.send(200, file.read_bytes(), body, "text/plain")
                return
            self.send(404, b"{}", body, "application/json")

        def send(self, status: int, content: bytes, body: bool, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
