"""Fetch weights once and find them again: torchvision's files and Hugging Face repositories."""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import re
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import urlparse

from cvdemo.errors import CheckpointError, ModelNotAvailableError
from cvdemo.zoo.spec import ModelSpec, Source

Progress = Callable[[int, int], None]  # bytes done, bytes in all (those done where it is not known)

T = TypeVar("T")

EVERY = 0.1  # seconds between two reports of progress
TIMEOUT = 4.0  # seconds: without a network a visitor waits no longer
CHUNK = 2**18
PATTERNS = ("*.json", "*.txt", "*.safetensors", "*.model")  # no pickles
NEEDED = ("config.json", "*processor_config.json", "*.safetensors")


class BrokenDownloadError(OSError):
    """A server that ended before its file did."""


def torch_home() -> Path:
    """Folder of torch's downloads, as `torch.hub` computes it, without importing torch."""
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    return Path(os.environ.get("TORCH_HOME", Path(cache) / "torch")).expanduser()


def cache_folder() -> Path:
    """Folder of this project's own files that can be made again, in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "cvdemo"


def weights_path(url: str) -> Path:
    """Where the file of a URL is kept: where `torch.hub` keeps it. A local path is its own place."""
    parts = urlparse(url)
    if parts.scheme not in ("http", "https"):
        return Path(url)
    return torch_home() / "hub" / "checkpoints" / Path(parts.path).name


def fetch_file(url: str, progress: Progress | None = None) -> Path:
    """The local file of a URL, downloaded if it is not here; a local path is given back as it is.

    Raises `ModelNotAvailableError`, which says why it cannot be downloaded, and `CheckpointError` where the
    file's SHA-256 does not begin as its name says (`name-258fb6c6.pth`).
    """
    path = weights_path(url)
    if path.is_file():
        return path
    if str(path) == url:
        raise ModelNotAvailableError(f"weights file '{path.name}' does not exist")
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f"{path.name}.", suffix=".part", delete=False
        ) as file:
            part = Path(file.name)
            digest = _download(url, file, progress)
        _check_hash(path.name, digest)
        part.replace(path)
    except (OSError, http.client.HTTPException) as error:
        raise ModelNotAvailableError(f"'{path.name}' cannot be downloaded ({_reason(error)})") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
    return path


def _download(url: str, file: IO[bytes], progress: Progress | None) -> str:
    """Write the URL's bytes to `file`; gives their SHA-256."""
    digest, done = hashlib.sha256(), 0
    with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
        total = int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(CHUNK):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if progress:
                progress(done, max(done, total))
    if done < total:
        raise BrokenDownloadError(f"it broke off after {done} of {total} bytes")
    return digest.hexdigest()


def _check_hash(name: str, digest: str) -> None:
    found = re.search(r"-([0-9a-f]{8,})\.[a-z]+$", name)
    if found and not digest.startswith(found[1]):
        raise CheckpointError(
            f"'{name}' arrived damaged: its SHA-256 begins {digest[: len(found[1])]}; try again"
        )


def _reason(error: BaseException) -> str:
    """Why a download failed, in a few words: of the error or of what led to it."""
    chain = list(_causes(error))
    for one in chain:
        status = getattr(one, "code", None) or getattr(getattr(one, "response", None), "status_code", None)
        if isinstance(status, int):
            return f"the server answers {status}"
        if isinstance(one, OSError) and one.errno == errno.ENOSPC:
            return "there is no space left on the disk"
        if isinstance(one, PermissionError):
            return "the cache folder cannot be written to"
        if isinstance(one, BrokenDownloadError):
            return str(one)
    return "no network, or the server does not answer"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what led to it."""
    while error is not None:
        yield error
        reason = getattr(error, "reason", None)  # of urllib's errors
        error = error.__cause__ or error.__context__ or (reason if isinstance(reason, OSError) else None)


def fetch_repository(repo: str, progress: Progress | None = None, *, revision: str | None = None) -> str:
    """Local folder of a Hugging Face repository (configuration and safetensors, no pickles).

    A local folder is given back as it is; what was fetched before is found without a network. `progress`
    is called in the calling thread. Raises `ModelNotAvailableError`, which says why.
    """
    if found := local_repository(repo, revision):
        return found
    from huggingface_hub import snapshot_download

    def download(report: Progress) -> str:
        return snapshot_download(
            repo,
            revision=revision,
            allow_patterns=list(PATTERNS),
            etag_timeout=TIMEOUT,
            tqdm_class=_bar(report),
        )

    try:
        return relayed(download, progress)
    except _hub_errors() as error:
        raise ModelNotAvailableError(f"'{repo}' cannot be downloaded ({_reason(error)})") from error


def _hub_errors() -> tuple[type[Exception], ...]:
    """What a download from the hub fails with; all else is a bug, and raised as it is."""
    from huggingface_hub.errors import HfHubHTTPError

    errors: list[type[Exception]] = [OSError, HfHubHTTPError]
    if httpx := sys.modules.get("httpx"):  # the hub's HTTP library, whose errors are no OSErrors
        errors.append(httpx.HTTPError)
    return tuple(errors)


def relayed(work: Callable[[Progress], T], progress: Progress | None) -> T:
    """Do work that reports from threads of its own; `progress` hears the newest report in this thread.

    A page may only draw in the thread that runs its script. What `progress` raises ends the waiting; the
    work goes on.
    """
    newest: list[tuple[int, int]] = []
    pool = ThreadPoolExecutor(1, thread_name_prefix="download")
    doing = pool.submit(work, lambda done, total: newest.append((done, total)))
    pool.shutdown(wait=False)
    while True:
        finished = wait([doing], timeout=EVERY).done
        if newest and progress:
            progress(*newest[-1])
            newest.clear()
        if finished:
            return doing.result()


def local_repository(repo: str, revision: str | None = None) -> str | None:
    """Local folder of a repository that is wholly on this machine, or None; asks no network."""
    if Path(repo).is_dir():
        return repo
    from huggingface_hub import snapshot_download

    try:
        folder = snapshot_download(
            repo, revision=revision, allow_patterns=list(PATTERNS), local_files_only=True
        )
    except (OSError, ValueError):
        return None
    return folder if all(any(Path(folder).glob(p)) for p in NEEDED) else None


def _bar(progress: Progress | None) -> type[Any]:
    """A tqdm class that draws nothing and tells `progress` of bytes."""
    from tqdm.auto import tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            # The hub counts bytes twice: as received ("Downloading bytes") and as written to disk.
            self.bytes = kwargs.get("unit") == "B" and kwargs.get("desc") != "Downloading bytes"
            self.done = int(kwargs.get("initial") or 0)
            kwargs.pop("name", None)
            super().__init__(*args, **{**kwargs, "disable": True})
            self.total = kwargs.get("total")

        def update(self, n: float | None = 1) -> bool | None:
            self.done += int(n or 0)
            if self.bytes and progress:
                progress(self.done, max(int(self.total or 0), self.done))
            return None

    return Bar


def is_here(spec: ModelSpec) -> bool:
    """Whether a model's weights are on this machine already; asks no network."""
    if spec.offline:
        return True
    if spec.source is Source.TORCHVISION:
        return weights_path(spec.weights).is_file()
    return local_repository(spec.weights, spec.options.get("revision")) is not None


def may_fetch(spec: ModelSpec) -> bool:
    """Whether a model's weights may be downloaded: `CVDEMO_DOWNLOADS` is "on", "off" or keys with commas."""
    allowed = os.environ.get("CVDEMO_DOWNLOADS", "").strip() or "on"
    return allowed == "on" or spec.key in (key.strip() for key in allowed.split(","))
