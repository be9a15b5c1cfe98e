"""The texts within the components' scripts and HTML, and these in another language.

A text of a script is a literal, or a template literal with `{}` for each `${...}`; the table
`assets/texts/LANGUAGE/scripts/*.yaml` has them by script, such as "nms/state", so that a literal that is a
key of the code elsewhere stays. Templates are as in `translation.py`: numbered places, words by a number.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cvdemo.assets import asset
from cvdemo.ui.translation import PLACE, read_yaml

BEFORE_REGEX = re.compile(r"(^|[(,=:\[!&|?{};+\-*%~^<>]|\breturn)\s*$")
ONE_WORD = re.compile(r"[a-z-]+")
TEXT_OF_HTML = re.compile(r"(?<=>)[^<>]+(?=<)")
ATTRIBUTE = re.compile(r'(?<= )(?:aria-label|title|alt|placeholder)="([^"]*)"')
PLURAL = """
function pluralForm(value, forms) {
  const found = /\\d[\\d,\\u202f\\u00a0]*(\\.\\d+)?/.exec(String(value));
  if (!found || found[1]) return forms[Math.min(1, forms.length - 1)];
  const n = Number(found[0].replace(/\\D/g, '')), teen = n % 100 >= 11 && n % 100 <= 14;
  const form = n % 10 === 1 && !teen ? 0 : n % 10 >= 2 && n % 10 <= 4 && !teen ? 1 : 2;
  return forms[Math.min(form, forms.length - 1)];
}
"""


class Literal(NamedTuple):
    """A literal of a script between `start` and `end`, its text as a template, and the values' source."""

    start: int
    end: int
    text: str
    values: tuple[str, ...]


def literals(script: str) -> Iterator[Literal]:
    """The string and template literals of a script, those within the values of others not among them."""
    at = 0
    while at < len(script):
        char = script[at]
        if script.startswith("//", at):
            at = _after(script, "\n", at)
        elif script.startswith("/*", at):
            at = _after(script, "*/", at)
        elif char == "/" and BEFORE_REGEX.search(script[max(0, at - 40) : at]):
            at = _end_of_regex(script, at)
        elif char in "'\"`":
            found = _literal(script, at)
            yield found
            at = found.end
        else:
            at += 1


def _after(script: str, end: str, at: int) -> int:
    found = script.find(end, at)
    return len(script) if found < 0 else found + len(end)


def _end_of_regex(script: str, at: int) -> int:
    """The place behind a regular expression; a slash in a class of signs does not end it."""
    within = False
    at += 1
    while at < len(script) and (script[at] != "/" or within):
        at += 1 + (script[at] == "\\")
        within = (within or script[at - 1] == "[") and script[at - 1] != "]"
    return at + 1


def _literal(script: str, start: int) -> Literal:
    quote, at, text, values = script[start], start + 1, "", list[str]()
    while script[at] != quote:
        if script[at] == "\\":
            text += script[at + 1] if script[at + 1] in "'\"`" else script[at : at + 2]
            at += 2
        elif quote == "`" and script.startswith("${", at):
            end = _end_of_value(script, at + 2)
            values.append(script[at + 2 : end])
            text += "{}"
            at = end + 1
        else:
            text += script[at]
            at += 1
    return Literal(start, at + 1, normal(text), tuple(values))


def _end_of_value(script: str, at: int) -> int:
    """The place of the brace that closes a `${`."""
    depth = 0
    while script[at] != "}" or depth:
        if script[at] in "'\"`":
            at = _literal(script, at).end
            continue
        depth += {"{": 1, "}": -1}.get(script[at], 0)
        at += 1
    return at


def normal(text: str) -> str:
    """A text as the table has it: line breaks and what stands around them as one space."""
    return re.sub(r"\s*\n\s*", " ", text)


def translated_script(script: str, entries: Mapping[str, str]) -> str:
    """A script with the literals of the table replaced, those within the values of others too."""
    parts, at = [], 0
    for literal in literals(script):
        parts.append(script[at : literal.start])
        values = [translated_script(value, entries) for value in literal.values]
        if (said := entries.get(literal.text)) and _is_text(script, literal):
            parts.append(_written(said, values, script[literal.start]))
        elif values:
            parts.append(_with_values(script[literal.start : literal.end], literal.values, values))
        else:
            parts.append(script[literal.start : literal.end])
        at = literal.end
    return "".join([*parts, script[at:]])


def _is_text(script: str, literal: Literal) -> bool:
    """Whether a literal may be replaced: a single small word only within `said(...)`: it may be a key."""
    return not ONE_WORD.fullmatch(literal.text) or script.endswith("said(", 0, literal.start)


def _with_values(source: str, before: tuple[str, ...], after: list[str]) -> str:
    at = 0
    for old, new in zip(before, after, strict=True):
        start = source.index("${" + old + "}", at) + 2
        source = source[:start] + new + source[start + len(old) :]
        at = start + len(new)
    return source


def _written(said: str, values: list[str], quote: str) -> str:
    """A text of the table as a literal."""
    following = 0

    def place(found: re.Match[str]) -> str:
        nonlocal following
        number = int(found[1]) if found[1] else following
        following = number + 1 if not found[2] else following
        if not found[2]:
            return "${" + values[number] + "}"
        forms = ", ".join(f'"{form}"' for form in found[2][1:].split("|"))
        return f"${{pluralForm({values[number]}, [{forms}])}}"

    parts, at = [], 0
    for found in PLACE.finditer(said) if quote == "`" else ():
        parts += [said[at : found.start()].replace("`", "\\`"), place(found)]
        at = found.end()
    return f"{quote}{''.join(parts)}{said[at:].replace(quote, chr(92) + quote)}{quote}"


def html_texts(html: str) -> list[str]:
    """The texts and the named attributes of a piece of HTML."""
    found = [*TEXT_OF_HTML.findall(html), *ATTRIBUTE.findall(html)]
    return [normal(text).strip() for text in found if text.strip()]


def translated_html(html: str, entries: Mapping[str, str]) -> str:
    """HTML with the texts of the table replaced."""

    def said(found: re.Match[str]) -> str:
        text = found[found.lastindex or 0]
        known = entries.get(normal(text).strip())
        return found[0].replace(text.strip(), known) if known else found[0]

    return ATTRIBUTE.sub(said, TEXT_OF_HTML.sub(said, html))


@functools.cache
def script_entries(language: str) -> dict[str, dict[str, str]]:
    """The table of a language for scripts: by script, then by English text."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(asset("texts", language, "scripts").glob("*.yaml")):
        for name, own in read_yaml(file).items():
            found.setdefault(name, {}).update({k: v for k, v in (own or {}).items() if v})
    return found
