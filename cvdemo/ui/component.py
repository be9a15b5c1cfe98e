"""Browser components: a room's HTML, CSS and JavaScript, mounted without a build or an iframe."""

from __future__ import annotations

import functools
import json
import re
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import streamlit as st

from cvdemo.data.pictures import to_jpeg
from cvdemo.ui.language import ENGLISH, language, translate
from cvdemo.ui.script_texts import PLURAL, script_entries, translated_html, translated_script

WEB = Path(__file__).parent / "web"
LABS = Path(__file__).parents[1] / "labs"

SAID = {
    "title", "titles", "label", "labels", "name", "names", "truthNames", "note", "notes", "alt", "none",
    "text", "opening", "source", "heads", "scores", "model", "says", "hint", "verdict", "blind", "caption",
}  # fmt: skip
"""Fields whose texts a visitor reads; scripts take them for nothing else."""
SENT_BACK = {"own", "words", "rivals", "references", "statements", "found", "steps", "regions", "truth"}
"""Fields within which all stays as it is: what the browser sends back, and the words of the nets."""

Parts: TypeAlias = Mapping[str, bytes | np.ndarray]
"""Byte strings and arrays by name: arrays are uint8, int32, uint32, float32 or float64, and arrive flat."""


def component(name: str) -> Callable[..., Any]:
    """The component of `NAME.html`, `.css` and `.js`, with the scripts that it uses before it.

    A name such as "rpn/lab" is a file of the room `labs/rpn`, one such as "boxes" or "lib/svg" of `ui/web`.
    The script of the component itself has `export default function ({ data, parentElement, ... })`; it is
    called again at every rerun and must leave alone what did not change. Shared scripts only define
    constants and functions; all of them are in one scope.
    """
    english = _registered(name, ENGLISH)

    def mount(**options: Any) -> Any:
        now = language()
        if now == ENGLISH:
            return english(**options)
        if isinstance(options.get("data"), Mapping):
            options["data"] = said(options["data"])
        return _registered(name, now)(**options)

    return mount


@functools.cache
def _registered(name: str, language: str) -> Callable[..., Any]:
    """The component in a language, under a name of its own."""
    of = "" if language == ENGLISH else f"_{language}"
    css = "\n".join(text(n, ".css") for n in used(name))
    html, js = (_all(name, suffix, language) for suffix in (".html", ".js"))
    return st.components.v2.component(f"cvdemo_{name.replace('/', '_')}{of}", html=html, css=css, js=js)


def _all(name: str, suffix: str, language: str) -> str:
    """The files that a component uses in one, their texts in a language."""
    if language == ENGLISH:
        return "\n".join(text(n, suffix) for n in used(name))
    put = translated_script if suffix == ".js" else translated_html
    parts = [put(text(n, suffix), script_entries(language).get(n, {})) for n in used(name)]
    return "\n".join([PLURAL, *parts] if suffix == ".js" else parts)


def used(name: str) -> list[str]:
    """The scripts that a script uses, each behind those that it uses itself, and the script last.

    A script names what it uses in lines such as "// uses lib/svg rpn/math".
    """
    found: dict[str, None] = {}
    for line in re.findall(r"^// uses (.+)$", text(name, ".js"), re.MULTILINE):
        for other in line.split():
            found |= dict.fromkeys(used(other))
    return [*found, name]


def text(name: str, suffix: str) -> str:
    """The text of a script or what belongs to it, empty where it has no such file."""
    files = [folder / f"{name}{suffix}" for folder in (LABS, WEB)]
    return "".join(file.read_text("utf-8") for file in files if file.is_file())


def said(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """A component's fields with the texts among them in the visitor's language."""
    if language() == ENGLISH:
        return fields
    return {name: _said(name, value) for name, value in fields.items()}


def _said(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return translate(value) if name in SAID else value
    if name in SENT_BACK:
        return value
    if isinstance(value, Mapping):
        return {key: _said(name if str(key).isdigit() else key, one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_said(name, one) for one in value]
    return value


def with_picture(fields: Mapping[str, Any], picture: np.ndarray, parts: Parts | None = None) -> bytes:
    """A component's data as `packed` makes it, with a picture [H, W, 3] uint8 RGB as JPEG in part "picture".

    The field "identity" is the same for the same picture.
    """
    jpeg = to_jpeg(picture)
    identity = f"{len(jpeg)}-{zlib.crc32(jpeg)}"
    return packed({**fields, "identity": identity}, {**(parts or {}), "picture": jpeg})


def packed(fields: Mapping[str, Any], parts: Parts) -> bytes:
    """A component's data, for `unpacked` of `lib/message.js`: fields as JSON, then the parts.

    Raw bytes reach the browser in a fraction of the time that a data URL or numbers within JSON take there.
    """
    bodies = {name: part if isinstance(part, bytes) else part.tobytes() for name, part in parts.items()}
    kinds = {name: "u1" if isinstance(part, bytes) else part.dtype.str[1:] for name, part in parts.items()}
    places = [(name, kinds[name], len(body)) for name, body in bodies.items()]
    head = json.dumps({**said(fields), "parts": places}).encode()
    return b"".join([len(head).to_bytes(4, "little"), head, *bodies.values()])
