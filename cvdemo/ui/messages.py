"""The texts of Streamlit's messages to the browser, and how each is put into another language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from cvdemo.ui.message_tables import translate_table

Say = Callable[[str], str]

LABELLED = ("label", "help", "placeholder")
ALTERNATIVE = ("alt",)
TEXTS: dict[str, tuple[str, ...]] = {
    "alert": ("title", "body"),
    "markdown": ("body", "help"),
    "heading": ("body", "help"),
    "text": ("body", "help"),
    "metric": ("label", "body", "delta", "help"),
    "progress": ("text",),
    "spinner": ("text",),
    "toast": ("body",),
    "dialog": ("title",),
    "radio": ("label", "help", "captions"),
    **dict.fromkeys(
        (
            "button", "button_group", "download_button", "link_button", "page_link", "menu_button",
            "camera_input", "checkbox", "color_picker", "date_input", "file_uploader", "multiselect",
            "number_input", "selectbox", "slider", "text_area", "text_input", "time_input",
            "expandable", "tab", "popover",
        ),
        LABELLED,
    ),
}  # fmt: skip
"""The fields with texts, by the kind of an element or block. The options of a widget are not among them:
the browser sends them back, so `widgets.py` puts them into the language by `format_func`."""

HOLDERS = ("xaxis", "yaxis", "zaxis", "legend", "colorbar", "coloraxis", "marker", "polar")


def translate_message(message: Any, say: Say) -> None:
    """Put the texts of a ForwardMsg into another language, in place."""
    kind = message.WhichOneof("type")
    if kind == "navigation":
        sections = [say(section) for section in message.navigation.sections]
        message.navigation.sections[:] = sections
        for page in message.navigation.app_pages:
            page.page_name, page.section_header = say(page.page_name), say(page.section_header)
    elif kind == "delta":
        for name, element in _elements(message.delta):
            _translate_element(name, element, say)


def _elements(delta: Any) -> Iterator[tuple[str, Any]]:
    match delta.WhichOneof("type"):
        case "new_element":
            holders = [delta.new_element]
        case "add_block":
            holders = [delta.add_block]
        case _:
            holders = list(delta.new_transient.elements)
    for holder in holders:
        if name := holder.WhichOneof("type"):
            yield name, getattr(holder, name)


def _translate_element(name: str, element: Any, say: Say) -> None:
    if name == "imgs":
        for image in element.imgs:
            _translate_fields(image, ("caption", "alt"), say)
    elif name == "plotly_chart":
        element.spec = chart(element.spec, say)
    elif name in ("dataframe", "table"):
        translate_table(element, say)
    elif name == "markdown" and element.element_type == element.Type.Value("LATEX"):
        return
    _translate_fields(element, (*TEXTS.get(name, ()), *ALTERNATIVE), say)


def _translate_fields(element: Any, names: tuple[str, ...], say: Say) -> None:
    for name in names:
        value = getattr(element, name, "")
        if isinstance(value, str):
            if value and (said := say(value)) != value:
                setattr(element, name, said)
        elif value:
            said_all = [say(one) for one in value]
            value[:] = said_all


def chart(spec: str, say: Say) -> str:
    """A Plotly figure's JSON with its titles, names and texts said."""
    figure = json.loads(spec)
    for trace in figure.get("data", ()):
        _said(trace, ("name", "hovertemplate", "text", "hovertext"), say)
        _titles(trace, say)
    layout = figure.get("layout", {})
    _titles(layout, say)
    for note in layout.get("annotations", ()):
        _said(note, ("text",), say)
    return json.dumps(figure)


def _titles(holder: dict[str, Any], say: Say) -> None:
    """Say the titles of a trace or layout, of its axes, legends and colour bars, and their marks."""
    for key, value in holder.items():
        if key == "template" or not isinstance(value, dict):
            continue
        if key == "title":
            _said(value, ("text",), say)
        elif key.startswith(HOLDERS):
            _said(value, ("ticktext",), say)
            _titles(value, say)


def _said(holder: dict[str, Any], names: tuple[str, ...], say: Say) -> None:
    for name in names:
        value = holder.get(name)
        if isinstance(value, str):
            holder[name] = say(value)
        elif isinstance(value, list):
            holder[name] = [say(one) if isinstance(one, str) else one for one in value]
