"""Lines of code of a module's file."""

from __future__ import annotations

import ast
import importlib.util
from functools import cache
from pathlib import Path


@cache
def file_of(module: str) -> Path:
    """The source file of a module, without importing it."""
    found = importlib.util.find_spec(module)
    assert found is not None and found.origin is not None
    return Path(found.origin)


@cache
def code_lines(file: Path) -> int:
    """Lines of a Python file that are code: no blank ones, no comments, no docstrings."""
    text = file.read_text("utf-8")
    lines = {
        number
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    }
    for node in ast.walk(ast.parse(text)):
        value = node.value if isinstance(node, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            lines -= set(range(value.lineno, (value.end_lineno or value.lineno) + 1))
    return len(lines)
