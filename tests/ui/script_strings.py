"""Every text of the components that a visitor can see, from their scripts and HTML."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from cvdemo.ui.component import LABS, WEB
from cvdemo.ui.script_texts import ONE_WORD, Literal, html_texts, literals

WORD = re.compile(r"[A-Za-z]{2,}")
TECHNICAL = re.compile(
    r"^(#|\.|> |M\d|M\$|0 0|--|:|\[|translate|scale\(|rotate|rgb|hsl|calc|var\(|https?:|[a-z-]+:\s*[^ ]+;?$|"
    r"\d+px|left:|width:|height:|top:|background|transform|position:|\(prefers|image/|inset\(|grayscale|blur\(|"
    r"color-mix|aside )|(sans-serif|monospace)$|;\s*[a-z-]+:|^\{\}[a-z-]*$|^[a-z-]+: |^\$\{"
)
TECHNICAL_PLACE = re.compile(
    r"(className\s*[:=+]*\s*[^,;]*|class: ?|\bclass(Name)?: |querySelector(All)?\(|closest\(|getContext\(|"
    r"addEventListener\(|element\(|svgElement\(|classList\.\w+\(|setAttribute\(|getPropertyValue\(|"
    r"\bfont ?= ?|font: |cursor[:=] ?|=== ?|!== ?|case |style\.\w+ ?= ?|cssText ?\+?= ?|setLineDash|"
    r"toggleAttribute\(|"
    r"globalCompositeOperation = |createElementNS\(|transform: |new Error\(|type: |role: |id: |colour: |"
    r"mark\(|type = |aria-\w+', |preserveAspectRatio: |fillStyle = |strokeStyle = |insertAdjacentHTML\()$"
)
SHOWN_PLACE = re.compile(
    r"(textContent|innerHTML|title|ariaLabel|alt|fillText\(|text: |label: |legend).{0,40}$"
)
SAME = {"IoU", "RoIPool", "RoIAlign", "RoIAlign minus RoIPool", "METEOR {} · IoU {}", "IoU {}", "IoU = {} {}"}
SAME |= {"{} px", "log p {}", "Python", "mask IoU"}
"""What is the same in every language."""


def is_text(script: str, literal: Literal) -> bool:
    """Whether a literal is language, by its words and by what stands before it."""
    words = re.sub(r"\{\}", " ", re.sub(r"<[^>]*>", " ", literal.text)).strip()
    before = script[max(0, literal.start - 60) : literal.start].split("\n")[-1]
    if literal.text in SAME or not WORD.search(words) or TECHNICAL.search(literal.text.strip()):
        return False
    if TECHNICAL_PLACE.search(before):
        return False
    if ONE_WORD.fullmatch(literal.text):
        return before.endswith("said(")
    one = re.fullmatch(r"[a-z]+[A-Z]\w*|[\w.-]+", words) and not re.match(r"[A-Z][a-z]", words)
    return not one or bool(SHOWN_PLACE.search(before) and "class" not in before)


def _all(script: str) -> Iterator[tuple[str, Literal]]:
    for literal in literals(script):
        yield script, literal
        for value in literal.values:
            yield from _all(value)


def script_texts() -> dict[str, dict[str, tuple[str, ...]]]:
    """By script its texts, each with the source of its values.

    A text of two words that is one in one script is so in all others that have it: it may be a key there.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    every: dict[str, set[str]] = defaultdict(set)
    for name, file in _files(".js"):
        for script, literal in _all(file.read_text("utf-8")):
            every[literal.text].add(name)
            if is_text(script, literal):
                found[name].setdefault(literal.text, literal.values)
    for texts in list(found.values()):
        for text, values in texts.items():
            for name in every[text] if " " in text.strip() else ():
                found[name].setdefault(text, values)
    for name, file in _files(".html"):
        for text in html_texts(file.read_text("utf-8")):
            if WORD.search(text) and text not in SAME:
                found[name].setdefault(text, ())
    return {name: found[name] for name in sorted(found) if found[name]}


def _files(suffix: str) -> Iterator[tuple[str, Path]]:
    for folder in (WEB, LABS):
        for file in sorted(folder.rglob(f"*{suffix}")):
            yield file.relative_to(folder).with_suffix("").as_posix(), file
