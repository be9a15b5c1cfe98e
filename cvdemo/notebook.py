"""A page's state as a notebook: short cells that compute with this package what the page shows.

    state = PageState("detect", "Detect", "Which objects are there?", "http://localhost:8501/detect?score=0.3",
                      {"score": 0.3})
    Path("detect.ipynb").write_text(write(state))

A room's `notebook.py` gives the cells: `cells(state)` yields `code(...)` and `text(...)`. What several rooms
need is here: the picture, the clip, the model. No page has to be open and Streamlit is not needed.
"""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cvdemo import world, zoo
from cvdemo.data.chosen import HEIGHT, SPLIT, WIDTH
from cvdemo.video.drawn import FPS, SECONDS, SIZE
from cvdemo.world.difficulty import KNOBS

UPLOAD, CAMERA = "upload", "camera"
FALLBACK = "cat"  # the sample photo that stands in for a visitor's own


class Cell(NamedTuple):
    """A cell of a notebook: its source, and whether it is Python or Markdown."""

    source: str
    is_code: bool


def code(source: str) -> Cell:
    """A cell of Python; what all its lines are indented by is taken away."""
    return Cell(inspect.cleandoc(source), True)


def text(source: str) -> Cell:
    """A cell of Markdown."""
    return Cell(inspect.cleandoc(source), False)


Cells = Iterator[Cell]


@dataclass(frozen=True)
class PageState:
    """What a page shows: its key, title and question, and the `address` that opens it so.

    `values` are what its widgets and components say, by their names in the address; what the page has not
    drawn is not among them. `own` are the names of the visitor's files.
    """

    key: str
    title: str
    question: str
    address: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    own: tuple[str, ...] = ()

    def get(self, name: str, first: Any = None) -> Any:
        """A value in plain Python; `first` where the page has none."""
        found = self.values.get(name)
        return first if found is None else plain(found)

    def arguments(self, **names: str) -> str:
        """Arguments of a call such as "score=0.3, iou=0.5", by the names of values; those that are there."""
        known = {argument: self.get(name) for argument, name in names.items()}
        return ", ".join(f"{argument}={v!r}" for argument, v in known.items() if v is not None)

    @property
    def source(self) -> str:
        """Where picture or clip come from: "scene", "sample", "drawn" and so on; "" where nothing says it."""
        return str(self.get("source", ""))


def plain(value: Any) -> Any:
    """A value as Python writes it: no enums, tuples of tuples for arrays, floats without rounding errors."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return float(f"{value:.10g}") if isinstance(value, float) else value


def cells_of(state: PageState) -> list[Cell]:
    """The cells of a page's notebook, its head first."""
    module = importlib.import_module(f"cvdemo.labs.{state.key}.notebook")
    return [_head(state), *module.cells(state)]


def has_notebook(page: str) -> bool:
    """Whether a page's room writes a notebook; the lecture's own page has nothing to compute."""
    return (Path(__file__).parent / "labs" / page / "notebook.py").is_file()


def write(state: PageState) -> str:
    """A page's notebook as the text of an `.ipynb` file."""
    from nbformat import v4

    made = []
    for k, cell in enumerate(cells_of(state)):
        new = v4.new_code_cell if cell.is_code else v4.new_markdown_cell
        made.append(new(cell.source, id=f"cell-{k}"))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps(v4.new_notebook(cells=made, metadata=kernel), indent=1, ensure_ascii=False)


def _head(state: PageState) -> Cell:
    address = f"[Open the page in this state]({state.address}) (the lab has to run there: `cvdemo app`)."
    lines = [
        f"# {state.title}",
        f"**{state.question}**",
        *([address] if state.address else []),
        "The cells compute with the package `cvdemo` what the page shows. Change a number and run them.",
    ]
    return text("\n\n".join(lines))


# --- what several rooms need ----------------------------------------------------------------------


def picture(state: PageState, *, first: str = "scene", knobs: Mapping[str, Any] | None = None) -> Cell:
    """The page's picture as `picture`, and its `truth`, None where none is known.

    `first` is the source where the page has none; `knobs` where it sets a scene's knobs itself.
    """
    source = state.source or first
    if source == "scene":
        return scene(state, knobs)
    if source == "sample":
        return code(f"""
            from cvdemo.data.pictures import sample

            picture, truth = sample({state.get("sample", FALLBACK)!r}), None
        """)
    return own_picture(state.own[0] if source == UPLOAD and state.own else "photo.jpg")


def scene(state: PageState, knobs: Mapping[str, Any] | None = None) -> Cell:
    """A drawn scene as `picture` with its `truth`."""
    seed = state.get("seed", 7)
    return code(f"""
        from cvdemo import world

        difficulty = {difficulty(state, knobs)}
        scene = world.scene({seed}, split={SPLIT!r}, difficulty=difficulty)  # no net has seen it
        picture, truth = world.draw(scene, {WIDTH}, {HEIGHT})
    """)


def difficulty(state: PageState, knobs: Mapping[str, Any] | None = None) -> str:
    """The call that gives a scene's difficulty: the preset, and the knobs that do not stand as it says."""
    preset = state.get("preset", "normal")
    usual = world.PRESETS[preset]
    asked = {name: state.get(f"scene-{name.replace('_', '-')}", (knobs or {}).get(name)) for name in KNOBS}
    moved = {k: v for k, v in asked.items() if v is not None and v != getattr(usual, k)}
    return f"world.named({', '.join([repr(preset), *(f'{k}={v!r}' for k, v in moved.items())])})"


def own_picture(name: str, *, sample: str = FALLBACK) -> Cell:
    """The visitor's own picture, or a sample photo where its file does not lie beside the notebook."""
    return code(f"""
        # Put your picture beside this notebook as the file below; until then a sample photo stands in for it.
        from pathlib import Path

        from cvdemo.data.pictures import read_picture, sample

        file = Path({name!r})
        picture = read_picture(file) if file.is_file() else sample({sample!r})
        truth = None
    """)


def is_drawn(state: PageState, first: str = "scene") -> bool:
    """Whether the page's picture or clip is one of the drawn world."""
    return (state.source or first) in ("scene", "drawn", "study")


def domain(state: PageState, first: str = "scene") -> zoo.Domain:
    """What kind of picture the page shows."""
    return zoo.Domain.DRAWINGS if is_drawn(state, first) else zoo.Domain.PHOTOS


def model_key(state: PageState, task: zoo.Task, *, name: str = "model", first: str = "scene") -> str:
    """The key of the page's model; of the task's best for its picture where the page has none."""
    return str(state.get(name) or zoo.first_model(task, domain(state, first)))


def fetched(key: str) -> str:
    """A comment on what the first call of a model downloads, "" for one that is here anyhow."""
    spec = zoo.spec(key)
    return "" if spec.offline else f"  # {spec.download_bytes / 2**20:.0f} MB are fetched on the first call"


def clip(state: PageState, *, size: tuple[int, int] = SIZE) -> Cell:
    """The page's clip as `clip`; drawn frames have a size (width, height)."""
    if is_drawn(state, "drawn"):
        seconds, camera = state.get("seconds", SECONDS), state.get("camera", world.CAMERA.default)
        return code(f"""
            from cvdemo import world
            from cvdemo.video.drawn import drawn_clip

            difficulty = world.named({state.get("preset", "normal")!r})
            film = world.clip(
                {state.get("seed", 7)}, split={SPLIT!r}, difficulty=difficulty,
                seconds={seconds}, fps={FPS}, camera={camera},
            )
            clip = drawn_clip(film, {size})  # frames of this width and height, drawn when they are read
        """)
    if state.source == "sample":
        return code(f"""
            from cvdemo.assets import asset
            from cvdemo.video.read import read_video

            clip = read_video(asset("clips", {f"{state.get('sample', 'vtest')}.mp4"!r}))
        """)
    return code(f"""
        # Put your video beside this notebook as the file below; until then a sample clip stands in for it.
        from pathlib import Path

        from cvdemo.assets import asset
        from cvdemo.video.read import Limits, read_video

        file = Path({(state.own or ("video.mp4",))[0]!r})
        clip = read_video(
            file if file.is_file() else asset("clips", "vtest.mp4"), limits=Limits(seconds=60), longest=1280
        )
    """)
