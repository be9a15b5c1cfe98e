"""Running the cells of a notebook in this process."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from cvdemo.notebook import PageState, cells_of


def sources(state: PageState) -> list[str]:
    """The source of every cell of code."""
    return [cell.source for cell in cells_of(state) if cell.is_code]


def run(state: PageState) -> tuple[dict[str, Any], str]:
    """The variables that the cells leave, and what they print."""
    left: dict[str, Any] = {"__name__": "__main__"}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for source in sources(state):
            exec(compile(source, f"<notebook of {state.key}>", "exec"), left)
    return left, said.getvalue()
