"""Labels, captions and messages in another language, by the table `assets/texts/LANGUAGE/labels/*.yaml`.

An entry is `"English": "Russian"`. Where the English has values in it, as an f-string of the code does, the
entry is a template with `{}` for each of them; the other language numbers them where their order differs, may
leave some out, and chooses a word by a number:

    "Score threshold": "Порог оценки"
    "{} frames as {} channels": "{0} {0|кадр|кадра|кадров} как {1} {1|канал|канала|каналов}"

A value is looked up in the table itself. What is in the table neither as a whole nor by a template is taken
apart: lines, parts between " · ", sentences, items between commas, each within its Markdown and its emoji.
"""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cvdemo.assets import asset

LANGUAGES = ("en", "ru")
LONGEST = 1500  # characters of a text that can be a template's
WEAK = 8  # letters that a template needs so that any text may stand in its places
DEEP = 5  # texts within texts
KEPT = 20_000  # translations that are remembered

PLACE = re.compile(r"\{(\d*)((?:\|[^{}|]*)*)\}")
WORD = re.compile(r"[^\W\d_]+")
DECORATED = re.compile(r"^([^\w{]*(?::\w+\[)?[^\w{]*)(.*?)([^\w})%°]*)$", re.DOTALL)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BETWEEN = ("\n", " · ", " | ")
SENTENCES = re.compile(r"(?<=[.!?:;…]) +")


def plural(number: str, forms: tuple[str, ...]) -> str:
    """The word that stands beside a number in Russian: `forms` are those of one, of a few and of many.

    The number is the first in the text; one with a fraction takes the form of a few.
    """
    found = re.search(r"\d[\d,\u202f\u00a0]*(\.\d+)?", number)
    if found is None or found[1]:
        return forms[min(1, len(forms) - 1)]
    n = int(re.sub(r"\D", "", found[0]))
    if n % 10 == 1 and n % 100 != 11:
        form = 0
    else:
        form = 1 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 2
    return forms[min(form, len(forms) - 1)]


def filled(text: str, values: list[str]) -> str:
    """The other language's template with its places filled; `{}` counts on from the last one."""
    following = 0

    def value(place: re.Match[str]) -> str:
        nonlocal following
        number = int(place[1]) if place[1] else following
        following = number + 1 if not place[2] else following
        said = values[number] if number < len(values) else ""
        return plural(said, tuple(place[2][1:].split("|"))) if place[2] else said

    return PLACE.sub(value, text)


@dataclass(frozen=True)
class Template:
    """An entry with places: what it matches, what it becomes, and how many letters of it are fixed."""

    pattern: re.Pattern[str]
    becomes: str
    letters: int
    anchor: str

    @classmethod
    def of(cls, english: str, other: str, rare: Callable[[str], int]) -> Template:
        """The template of an entry; `rare` counts the entries that have a word."""
        fixed = PLACE.sub("\0", english).split("\0")
        pattern = re.compile("(.*?)".join(re.escape(part) for part in fixed), re.DOTALL)
        anchor = min(whole_words(fixed), key=lambda word: (rare(word), -len(word)), default="")
        return cls(pattern, other, sum(map(str.isalpha, "".join(fixed))), anchor)

    def match(self, text: str) -> list[str] | None:
        """The values in its places, None where the text is another one."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        values = list(found.groups())
        if self.letters < WEAK and any(len(value) > 24 for value in values):
            return None
        return values


def whole_words(fixed: list[str]) -> Iterator[str]:
    """Words of a template's fixed parts that a matching text has as words too: none that touches a place."""
    for number, part in enumerate(fixed):
        for word in WORD.finditer(part):
            touches_left = word.start() == 0 and number > 0
            touches_right = word.end() == len(part) and number < len(fixed) - 1
            if not touches_left and not touches_right:
                yield word[0]


@dataclass
class Table:
    """The entries of one language: whole texts, and templates by a word that each of them has."""

    whole: dict[str, str] = field(default_factory=dict)
    by_word: dict[str, list[Template]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, entries: Mapping[str, str]) -> Table:
        """The table of entries; those without a translation count as not there."""
        table = cls()
        said = {english: other for english, other in entries.items() if other}
        count = Counter(word for english in said for word in set(WORD.findall(english)))
        for english, other in said.items():
            if PLACE.search(english):
                template = Template.of(english, other, count.__getitem__)
                table.by_word[template.anchor].append(template)
            else:
                table.whole[english] = other
        return table

    def candidates(self, text: str) -> list[Template]:
        """Templates that could match, the one with most fixed letters first."""
        words = {*WORD.findall(text), ""} & self.by_word.keys()
        return sorted((t for word in words for t in self.by_word[word]), key=lambda t: -t.letters)

    def find(self, text: str, deep: int = DEEP) -> str | None:
        """The translation, None where no part of the text has one."""
        if deep == 0 or not WORD.search(text):
            return None
        if (whole := self.whole.get(text)) is not None:
            return whole
        ways = (self._by_template, self._within, self._in_parts, self._by_any_template)
        return next((found for way in ways if (found := way(text, deep - 1)) is not None), None)

    def _by_template(self, text: str, deep: int, within_part: bool = True) -> str | None:
        if len(text) > LONGEST:
            return None
        for template in self.candidates(text):
            values = template.match(text)
            if values is None or (within_part and any(b in v for v in values for b in BETWEEN)):
                continue
            return filled(template.becomes, [self.find(v, deep) or v for v in values])
        return None

    def _by_any_template(self, text: str, deep: int) -> str | None:
        """By a template in whose places whole lists of parts stand."""
        return self._by_template(text, deep, within_part=False)

    def _within(self, text: str, deep: int) -> str | None:
        """A text within Markdown's signs, or beside an emoji or an arrow."""
        found = DECORATED.match(text)
        if found is None or not (found[1] or found[3]) or not found[2]:
            return None
        for inner, after in ((found[2] + found[3], ""), (found[2], found[3])):
            if inner != text and (said := self.whole.get(inner) or self._by_template(inner, deep)):
                return f"{found[1]}{said}{after}"
        return None

    def _in_parts(self, text: str, deep: int) -> str | None:
        for between in BETWEEN:
            if between in text:
                return self._each(text.split(between), between, deep)
        sentences = SENTENCES.split(text)
        if len(sentences) > 1:
            return self._each(sentences, " ", deep)
        if ", " in text:
            items = [self.find(item, deep) for item in text.split(", ")]
            return None if None in items else ", ".join(item or "" for item in items)
        return None

    def _each(self, parts: Iterable[str], between: str, deep: int) -> str | None:
        parts = list(parts)
        found = [self.find(part, deep) for part in parts]
        if all(one is None for one in found):
            return None
        return between.join(part if one is None else one for part, one in zip(parts, found, strict=True))


def read_yaml(file: Path) -> dict[str, Any]:
    """A mapping of YAML, empty where the file is."""
    return yaml.load(file.read_text("utf-8"), LOADER) or {}


def entries(language: str) -> dict[str, str]:
    """All entries of a language's table for what Python says."""
    found: dict[str, str] = {}
    for file in sorted(asset("texts", language, "labels").glob("*.yaml")):
        found |= {str(english): other or "" for english, other in read_yaml(file).items()}
    return found


@functools.cache
def table(language: str) -> Table:
    """The table of a language, read once."""
    return Table.of(entries(language))


@functools.lru_cache(KEPT)
def translated(text: str, language: str) -> str:
    """A text in a language, or as it is where the table has nothing for it."""
    found = table(language).find(text)
    return text if found is None else found
