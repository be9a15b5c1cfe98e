"""ImageNet's files of WordNet ids: which words belong to an id such as n02121808."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from cvdemo.data.archive import Archive

MAPPING = "LOC_synset_mapping.txt"
FILES = (MAPPING, "synset_words.txt", "map_clsloc.txt", "words.txt")
"""`n01440764 tench, Tinca tinca` per line; map_clsloc.txt has a number between, words.txt a tabulator."""

LINE = re.compile(r"\s*(n\d{8})\s+(?:\d+\s+)?(\S.*?)\s*$")


def synset_words(archive: Archive) -> dict[str, str]:
    """The words of each id, {} where no file gives them."""
    found: dict[str, str] = {}
    for name in FILES:
        for path in archive.paths(".txt"):
            if PurePosixPath(path).name == name:
                rows = map(LINE.match, archive.read(path).decode("utf-8-sig", "replace").splitlines())
                found = {row[1]: row[2] for row in rows if row} | found
    return found


def display_names(ids: Iterable[str], words: Mapping[str, str]) -> dict[str, str]:
    """A name of its own for each id: its words, with the id where others have the same words."""
    names = {own: words.get(own, own) for own in ids}
    counts = Counter(names.values())
    return {own: name if counts[name] == 1 else f"{name} ({own})" for own, name in names.items()}
