"""Every page's notebook in a clean environment made from the built wheel: `make wheel`.

`python -m tests.from_wheel FOLDER` builds the wheel into the folder, makes an environment there that has
nothing of the checkout, and runs the notebook of every page in it by a Jupyter kernel, as the page opens.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = "from hatchling.build import build_wheel; print(build_wheel({!r}))"

RUN = """
import pkgutil, sys, time
from importlib.util import find_spec
from pathlib import Path

import nbformat
from nbclient import NotebookClient

import cvdemo.labs
from cvdemo.notebook import PageState, write

folder = Path.cwd()
assert not Path(cvdemo.__file__).is_relative_to(Path(sys.argv[1])), cvdemo.__file__
rooms = [room.name for room in pkgutil.iter_modules(cvdemo.labs.__path__)]
failed = 0
for room in rooms:
    if find_spec(f"cvdemo.labs.{room}.notebook") is None:
        continue
    source = write(PageState(room, room.title(), "What?", f"http://localhost:8501/{room}"))
    notebook = nbformat.reads(source, 4)
    began = time.perf_counter()
    try:
        NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()
        said = "ran"
    except Exception as error:
        said, failed = f"failed: {error}", failed + 1
    print(f"{room:16} {said} in {time.perf_counter() - began:.1f} s", flush=True)
sys.exit(failed)
"""


def built(folder: Path) -> Path:
    """The wheel of the checkout, built into a folder."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD.format(str(folder))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return folder / done.stdout.split()[-1]


def main(folder: Path) -> int:
    """Build, install, run; how many notebooks failed."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    wheel = built(folder)
    venv.create(folder / "env", with_pip=True, clear=True)
    python = folder / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel, "nbclient", "ipykernel"], check=True)
    elsewhere = folder / "notebooks"
    elsewhere.mkdir(exist_ok=True)
    apart = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([python, "-c", RUN, str(ROOT)], cwd=elsewhere, env=apart, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
