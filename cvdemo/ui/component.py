"""Browser components: a room's HTML, CSS and JavaScript, mounted without a build or an iframe."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from cvdemo.data.pictures import to_jpeg

WEB = Path(__file__).parent / "web"
LABS = Path(__file__).parents[1] / "labs"


def component(name: str, *shared: str) -> Callable[..., Any]:
    """The component of `NAME.html`, `.css` and `.js`; the `shared` ones come before it.

    A name such as "rpn/lab" is a file of the room `labs/rpn`, one such as "player" a shared file of `ui/web`.
    The script of the component itself has `export default function ({ data, parentElement, ... })`; it is
    called again at every rerun and must leave alone what did not change. Shared scripts only define
    functions.
    """
    html, css, js = (_joined((*shared, name), suffix) for suffix in (".html", ".css", ".js"))
    return st.components.v2.component(f"cvdemo_{name.replace('/', '_')}", html=html, css=css, js=js)


def _joined(names: tuple[str, ...], suffix: str) -> str:
    files = ((LABS if "/" in name else WEB) / f"{name}{suffix}" for name in names)
    return "\n".join(file.read_text("utf-8") for file in files if file.is_file())


def with_picture(fields: dict[str, Any], picture: np.ndarray) -> bytes:
    """A component's data with a picture [H, W, 3] uint8 RGB in it as JPEG, for `unpacked` of `picture.js`.

    Raw bytes reach the browser in a fraction of the time that a data URL within JSON takes there.
    """
    jpeg = to_jpeg(picture)
    head = json.dumps({**fields, "identity": f"{len(jpeg)}-{zlib.crc32(jpeg)}"}).encode()
    return len(head).to_bytes(4, "little") + head + jpeg


def packed(fields: Mapping[str, Any], parts: Mapping[str, bytes]) -> bytes:
    """A component's data: fields as JSON and named byte strings, for `unpackedParts` of `parts.js`."""
    lengths = [(name, len(part)) for name, part in parts.items()]
    head = json.dumps({**fields, "parts": lengths}).encode()
    return b"".join([len(head).to_bytes(4, "little"), head, *parts.values()])
