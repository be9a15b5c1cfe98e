"""Words as numbers and back; what is not known has a number too."""

from __future__ import annotations

import pytest

from cvdemo.ops.vocabulary import END, MARKERS, PAD, START, UNKNOWN, Vocabulary

WORDS = Vocabulary(("a", "dog", "left", "of"))


def test_there_and_back() -> None:
    ids = WORDS.encode("a dog left of a dog")
    assert ids == [4, 5, 6, 7, 4, 5]
    assert WORDS.decode([START, *ids, END, 4, PAD]) == "a dog left of a dog"
    assert WORDS.decode(ids) == "a dog left of a dog"  # a sentence that does not end
    assert (len(WORDS), WORDS.words[:4]) == (8, MARKERS)


def test_unknown_words_and_no_words() -> None:
    assert WORDS.encode("A  unicorn\n") == [4, UNKNOWN]
    assert WORDS.decode([4, UNKNOWN]) == "a <unknown>"
    assert WORDS.encode("  ") == [] and WORDS.decode([END, 5]) == ""
    assert "dog" in WORDS and "unicorn" not in WORDS


def test_a_word_that_is_there_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        Vocabulary(("dog", "dog"))
