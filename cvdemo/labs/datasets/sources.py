"""Where the data set comes from: the drawn example, a folder on the server, a ZIP file of the visitor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from cvdemo.data.archive import Archive, open_files, open_path
from cvdemo.data.formats import FORMATS, format_module, guess, read_dataset
from cvdemo.errors import DataError
from cvdemo.labs.datasets.experiment import Opened, below, data_root, entries, opened
from cvdemo.ui import state, widgets
from cvdemo.ui.cache import cached
from cvdemo.world.as_dataset import drawn_dataset

SCENES = 24
EXAMPLE, FOLDER, UPLOAD = "example", "folder", "upload"
SHOWN_PROBLEMS = 8
PLACES = (  # in the page's values: what belongs to one data set only
    "image", "page", "classes", "size", "least", "most", "split", "text",
)  # fmt: skip


def choose_dataset() -> Opened | None:
    """Draws the source widget and returns the open data set, or None while there is none yet."""
    kinds = [EXAMPLE, *([FOLDER] if data_root() else []), UPLOAD]
    row = st.container(horizontal=True, gap="small", vertical_alignment="bottom")
    kind = widgets.segmented_control("data", "Data", kinds, EXAMPLE, on_change=leave, place=row)
    found = {EXAMPLE: _example, FOLDER: _folder, UPLOAD: _upload}[kind](row)
    if found is not None:
        _show_problems(found)
    return found


def leave() -> None:
    """Forget filters and the open image, in the callback of what chooses another data set."""
    state.drop(*PLACES)


@cached
def _drawn() -> Opened:
    return opened("example", "24 scenes of the drawn world", drawn_dataset(SCENES))


def _example(_row: Any) -> Opened:
    with st.spinner(f"Drawing {SCENES} scenes …"):
        return _drawn()


def _folder(row: Any) -> Opened | None:
    """A folder or ZIP file below the server's folder of data sets."""
    root = data_root()
    assert root is not None  # the choice is not offered without it
    asked = widgets.text_input(
        "folder", "Folder or ZIP file", placeholder="below the folder of data sets", on_change=leave,
        place=row, width=280,
    )  # fmt: skip
    path = below(root, asked) if asked.strip() else root
    if path.is_dir():
        _browse(
            root,
            path,
            st.container(horizontal=True) if path == root else row.popover(":material/folder_open: Browse"),
        )
    if path == root:
        st.info("Choose a folder or a ZIP file to begin.")
        return None
    stamp = f"folder:{path.relative_to(root)}:{path.stat().st_mtime_ns}"
    with st.spinner("Reading the files …", show_time=True):
        archive = _files(stamp, path)
        return _read(stamp, _format(archive, row), path.name, archive)


def _browse(root: Path, folder: Path, place: Any) -> None:
    """A button for each folder and ZIP file in a folder, and one for the folder above."""
    if folder != root:
        above = folder.parent.relative_to(root).as_posix()
        place.button(
            ":material/arrow_upward: ..",
            key="open-above",
            on_click=_open,
            args=("" if above == "." else above,),
        )
    for entry in entries(root, folder):
        label = (
            f":material/folder: {Path(entry).name}"
            if (root / entry).is_dir()
            else f":material/inventory_2: {Path(entry).name}"
        )
        place.button(label, key=f"open-{entry}", on_click=_open, args=(entry,))


def _open(entry: str) -> None:
    leave()
    state.put({"folder": entry})


def _upload(row: Any) -> Opened | None:
    files = st.file_uploader(
        "A ZIP file with annotations and pictures, or such files themselves", accept_multiple_files=True,
        key=state.key("files"), on_change=leave,
    )  # fmt: skip
    if not files:
        st.info("Drop a ZIP file to begin: annotations, with or without pictures.")
        return None
    stamp = "files:" + ",".join(file.file_id for file in files)
    state.note_own(files[0].name if len(files) == 1 else "dataset")
    with st.spinner("Reading the files …", show_time=True):
        archive = _uploaded(stamp, files)
        return _read(stamp, _format(archive, row), files[0].name, archive)


@cached
def _files(stamp: str, _path: Path) -> Archive:
    return open_path(_path)


@cached
def _uploaded(stamp: str, _files: list[Any]) -> Archive:
    return open_files([(file.name, file.getvalue()) for file in _files])


def _format(archive: Archive, row: Any) -> str:
    """The key of the format: as guessed, unless the visitor knows better."""
    try:
        guessed = guess(archive)
    except DataError:
        guessed = ""
    said = f"as guessed: {format_module(guessed).TITLE}" if guessed else "guess (nothing fits)"
    asked = widgets.selectbox(
        "format", "Format", ["", *FORMATS], width=260, place=row,
        format_func=lambda key: format_module(key).TITLE if key else said,
    )  # fmt: skip
    return str(asked or guessed)


@cached
def _read(stamp: str, key: str, name: str, _archive: Archive) -> Opened:
    dataset = read_dataset(_archive, key or None)
    return opened(f"{stamp}:{key}", f"{name}, {dataset.format}", dataset)


def _show_problems(found: Opened) -> None:
    """What was left out when the files were read, a sentence each."""
    problems = found.dataset.problems
    if not problems:
        return
    lines = [f"- {escaped(text)}" for text in problems[:SHOWN_PROBLEMS]]
    if len(problems) > SHOWN_PROBLEMS:
        lines.append(f"- … and {len(problems) - SHOWN_PROBLEMS} more")
    with st.expander(f"Remarks on the files: {len(problems)}", icon=":material/warning:"):
        st.markdown("\n".join(lines))


def escaped(text: str) -> str:
    """Text from a file, with nothing in it that Markdown would read."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|~$:" else c for c in text)
