"""What a notebook shows under a cell: pictures in a row, a film, a table; all of it within the file."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.pictures import fit, to_png


class Html(str):
    """Text that a notebook shows as HTML where it is the last thing in a cell."""

    def _repr_html_(self) -> str:
        return str(self)


def row(pictures: Mapping[str, NDArray[np.uint8]], *, width: int = 420) -> Html:
    """Pictures [H, W, 3] or [H, W, 4] beside one another, each under its title, at most `width` pixels wide.

    Small ones are enlarged without smoothing, so that their pixels can be seen.
    """
    cells = [
        f'<figure style="margin:0"><figcaption>{html.escape(title)}</figcaption>'
        f'<img alt="{html.escape(title)}" style="width:{width}px;{_rendering(picture, width)}" '
        f'src="{_address("image/png", to_png(fit(picture, 2 * width)))}"></figure>'
        for title, picture in pictures.items()
    ]
    return Html(f'<div style="display:flex;flex-wrap:wrap;gap:12px">{"".join(cells)}</div>')


def film(mp4: bytes, *, width: int = 720) -> Html:
    """A film in H.264 with the browser's player."""
    return Html(f'<video controls loop style="width:{width}px" src="{_address("video/mp4", mp4)}"></video>')


def table(rows: Sequence[Mapping[str, Any]]) -> Html:
    """Rows under the names of their columns, which are those of the first row."""
    names = list(rows[0]) if rows else []
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    lines = ("".join(f"<td>{html.escape(_text(line.get(name)))}</td>" for name in names) for line in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return Html(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _rendering(picture: NDArray[np.uint8], width: int) -> str:
    return "image-rendering:pixelated" if 2 * picture.shape[1] < width else ""


def _address(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
