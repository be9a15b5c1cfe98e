"""Imports run one way, nothing imports in a circle, and streamlit stays where pages are."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = [*ROOT.glob("cvdemo/**/*.py"), *ROOT.glob("pages/**/*.py"), *ROOT.glob("app.py")]

LAYERS = (
    {"ops"},
    {"metrics", "nets", "world", "data"},
    {"train", "zoo", "video", "draw", "lecture"},
    {"labs/*/experiment"},
    {"ui", "labs"},
    {"cli", "bench"},
    {"pages", "app"},
)
"""Every folder; a file imports from its own layer and from those before it."""

LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def folder_of(module: str) -> str | None:
    """The folder of a module by its dotted name; None outside the project and for `cvdemo.errors`."""
    first, *parts = module.split(".")
    if first in ("pages", "app"):
        return first
    if first != "cvdemo" or not parts or parts[0] not in LEVEL:
        return None
    if parts[0] == "labs" and len(parts) > 2 and parts[2] == "experiment":
        return "labs/*/experiment"
    return parts[0]


def module_of(file: Path) -> str:
    """The dotted name of a file."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(nodes: Iterator[ast.AST], file: Path) -> set[str]:
    """Names of all modules and of what is taken from them; imports are absolute here."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def everywhere(file: Path) -> set[str]:
    """What a file imports, at its top or inside functions."""
    return imported(ast.walk(ast.parse(file.read_text(encoding="utf-8"))), file)


def at_import(file: Path) -> set[str]:
    """What a file imports while it is imported itself: not inside functions, not for type checking."""

    def executed(node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            yield child
            yield from executed(child)

    return imported(executed(ast.parse(file.read_text(encoding="utf-8"))), file)


MODULES = {module_of(file): file for file in FILES}


def modules_among(names: set[str]) -> set[str]:
    """The modules of ours among imported names: `from a.b import c` is `a.b.c` where that is a module."""
    return {
        found for name in names if (found := name if name in MODULES else name.rpartition(".")[0]) in MODULES
    }


def test_every_folder_has_its_layer() -> None:
    folders = {path.name for path in (ROOT / "cvdemo").iterdir() if (path / "__init__.py").is_file()}
    assert folders == set(LEVEL) - {"pages", "app", "labs/*/experiment"}


@pytest.mark.parametrize("folder", sorted(LEVEL))
def test_imports_run_one_way(folder: str) -> None:
    wrong = {
        module: sorted(above)
        for module, file in MODULES.items()
        if folder_of(module) == folder
        and (above := {n for n in everywhere(file) if LEVEL.get(folder_of(n) or "", -1) > LEVEL[folder]})
    }
    assert wrong == {}


def lab_of(module: str) -> str:
    """The lab of a module, such as "rpn"; "" for what is in none."""
    return module.split(".")[2] if module.startswith("cvdemo.labs.") else ""


def test_no_lab_imports_another_and_ui_imports_none() -> None:
    wrong = {
        module: sorted(others)
        for module, file in MODULES.items()
        if folder_of(module) in ("ui", "labs", "labs/*/experiment")
        and (others := {n for n in everywhere(file) if lab_of(n) not in ("", lab_of(module))})
    }
    assert wrong == {}


def test_modules_import_in_no_circle() -> None:
    graph = {module: modules_among(at_import(file)) - {module} for module, file in MODULES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}")


def test_streamlit_only_where_pages_are() -> None:
    users = {
        module
        for module, file in MODULES.items()
        if any(n.split(".")[0] == "streamlit" for n in everywhere(file))
    }
    assert {module for module in users if folder_of(module) not in ("ui", "labs", "pages", "app")} == set()


def test_experiments_and_notebooks_need_no_streamlit() -> None:
    experiments = sorted(module for module in MODULES if folder_of(module) == "labs/*/experiment")
    assert experiments
    experiments += sorted(module for module in MODULES if lab_of(module) and module.endswith(".notebook"))
    code = f"import sys, {', '.join(experiments)}; print('streamlit' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_zoo_imports_neither_torch_nor_streamlit() -> None:
    code = (
        "import sys, cvdemo.zoo;"
        "print(*sorted({'torch', 'torchvision', 'transformers', 'streamlit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_home_opens_without_opencv_and_the_world() -> None:
    heavy = "'cv2', 'scipy', 'torch', 'av', 'cvdemo.world.graph', 'cvdemo.world.raster'"
    code = (
        "import sys, importlib; from cvdemo.ui import ahead;"
        "[importlib.import_module(name) for name in ahead.FIRST];"
        f"print(*sorted({{{heavy}}} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
