"""Imports run one way, and streamlit stays where pages are."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = [*ROOT.glob("cvdemo/**/*.py"), *ROOT.glob("pages/**/*.py"), *ROOT.glob("app.py")]
# What a package may not import: all that stands above it.
ABOVE = {"ops": 0, "metrics": 1, "nets": 1, "world": 1, "train": 2, "zoo": 2, "video": 3, "ui": 4, "labs": 4}


def imported(file: Path) -> set[str]:
    """Names of all modules a file imports, at its top or inside functions; imports are absolute here."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def packages(file: Path) -> set[str]:
    """The packages of cvdemo that a file imports from."""
    return {name.split(".")[1] for name in imported(file) if name.startswith("cvdemo.")}


@pytest.mark.parametrize("package", ABOVE)
def test_imports_run_one_way(package: str) -> None:
    higher = {name for name, level in ABOVE.items() if level > ABOVE[package]} | {"cli", "bench"}
    wrong = {str(f.relative_to(ROOT)): packages(f) & higher for f in ROOT.glob(f"cvdemo/{package}/**/*.py")}
    assert {file: names for file, names in wrong.items() if names} == {}


def test_nothing_imports_pages() -> None:
    inside = [f for f in FILES if f.parts[len(ROOT.parts)] == "cvdemo"]
    assert [f for f in inside if any(n.split(".")[0] in ("pages", "app") for n in imported(f))] == []


def test_streamlit_only_where_pages_are() -> None:
    users = {f.relative_to(ROOT) for f in FILES if any(n.split(".")[0] == "streamlit" for n in imported(f))}
    homes = (Path("cvdemo/ui"), Path("cvdemo/labs"), Path("pages"), Path("app.py"))
    assert {f for f in users if not any(f.is_relative_to(home) for home in homes)} == set()


def test_the_zoo_imports_neither_torch_nor_streamlit() -> None:
    code = (
        "import sys, cvdemo.zoo;"
        "print(*sorted({'torch', 'torchvision', 'transformers', 'streamlit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
