"""Scripts of the components: what each uses exists, is used, and is named once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from cvdemo.ui.component import LABS, WEB, packed, text, used, with_picture

SCRIPTS = [
    path.relative_to(folder).with_suffix("").as_posix()
    for folder in (WEB, LABS)
    for path in sorted(folder.rglob("*.js"))
]
CALLS = re.compile(r'\bcomponent\("(.+?)"\)')
COMPONENTS = [
    name for path in sorted(WEB.parents[1].rglob("*.py")) for name in CALLS.findall(path.read_text())
]


def _defined(name: str) -> set[str]:
    return set(re.findall(r"^(?:async )?(?:function|const|class) (\w+)", text(name, ".js"), re.MULTILINE))


def test_a_name_is_one_file() -> None:
    assert Counter(SCRIPTS).most_common(1)[0][1] == 1


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_script_uses_it_mentions(name: str) -> None:
    code = re.sub(r"^//.*$", "", text(name, ".js"), flags=re.MULTILINE)
    mentioned = set(re.findall(r"\w+", code))
    for line in re.findall(r"^// uses (.+)$", text(name, ".js"), re.MULTILINE):
        for other in line.split():
            assert _defined(other) & mentioned, f"{name} uses nothing of {other}"


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_uses_whatever_of_the_library_it_calls(name: str) -> None:
    code = re.sub(r"^\s*//.*$", "", text(name, ".js"), flags=re.MULTILINE)
    called = set(re.findall(r"(?<![\w.])(\w+)\(", code)) - set(
        re.findall(r"\b(?:const|let) (\w+) = \(", code)
    )
    for other in (s for s in SCRIPTS if s.startswith("lib/") and s not in used(name)):
        assert not _defined(other) & called, f"{name} calls what {other} defines"


def test_every_script_belongs_to_a_component() -> None:
    assert {other for name in COMPONENTS for other in used(name)} == set(SCRIPTS)


def test_one_scope_has_each_name_once() -> None:
    for name in COMPONENTS:
        names = Counter(n for other in used(name) for n in _defined(other))
        assert names.most_common(1)[0][1] == 1 if names else True, (name, names.most_common(3))


def test_a_library_script_comes_before_what_uses_it() -> None:
    order = used("map/player")
    assert order[-1] == "map/player"
    assert order.index("lib/svg") < order.index("lib/icons") < order.index("lib/player")
    assert len(order) == len(set(order))


def test_a_message_names_its_parts() -> None:
    message = packed({"a": 1}, {"raw": b"xyz", "numbers": np.arange(6, dtype="<f4").reshape(2, 3)})
    length = int.from_bytes(message[:4], "little")
    assert message[4 : 4 + length].endswith(b'"parts": [["raw", "u1", 3], ["numbers", "f4", 24]]}')
    assert len(message) == 4 + length + 3 + 24


def test_a_picture_has_an_identity() -> None:
    black, white = np.zeros((8, 8, 3), np.uint8), np.full((8, 8, 3), 255, np.uint8)
    assert with_picture({}, black) == with_picture({}, black) != with_picture({}, white)


def test_components_are_found() -> None:
    assert {"map/player", "boxes"} < set(COMPONENTS)
    assert all(Path(LABS / f"{n}.js").exists() or Path(WEB / f"{n}.js").exists() for n in COMPONENTS)
