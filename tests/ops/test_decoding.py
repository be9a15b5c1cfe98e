"""Decoding against exhaustive search, greedy search and the definitions of top-k and the nucleus."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvdemo.errors import DataError
from cvdemo.ops.decoding import (
    BeamStep,
    Fate,
    Hypothesis,
    NextWords,
    Words,
    beam_search,
    best,
    greedy,
    normalised,
    ranked,
    reshaped,
    sample,
    search,
)

V, END, LONGEST = 6, 2, 5
PENALTIES = st.sampled_from([0.0, 0.6, 1.0, -0.5])


def network(seed: int, *, vocabulary: int = V, sharp: float = 2.0, ends: float = 0.0) -> NextWords:
    """Random distributions of the next word, a fixed one for every beginning."""

    def row(words: Words) -> np.ndarray:
        logits = np.random.default_rng([seed, *words, len(words)]).normal(0, sharp, vocabulary)
        logits[END] += ends
        return logits - np.log(np.exp(logits).sum())

    return lambda beginnings: np.stack([row(words) for words in beginnings])


def every_sentence(next_words: NextWords, penalty: float) -> list[Hypothesis]:
    """All sentences of at most LONGEST words, END included, by their definition; the best first."""
    words = [w for w in range(V) if w != END]
    found = []
    for length in range(LONGEST):
        for sentence in itertools.product(words, repeat=length):
            whole = [*sentence, END]
            total = sum(float(next_words([tuple(whole[:k])])[0][w]) for k, w in enumerate(whole))
            found.append(Hypothesis(sentence, total, total / ((5 + length + 1) / 6) ** penalty, True))
    return sorted(found, key=lambda h: -h.score)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), penalty=PENALTIES)
def test_a_wide_beam_is_exhaustive_search(seed: int, penalty: float) -> None:
    next_words = network(seed)
    memo: dict[Words, np.ndarray] = {}

    def remembered(beginnings: Sequence[Words]) -> np.ndarray:
        for words in beginnings:
            if words not in memo:
                memo[words] = next_words([words])[0]
        return np.stack([memo[words] for words in beginnings])

    theirs = every_sentence(remembered, penalty)
    width = (V - 1) ** (LONGEST - 1) * V  # all candidates of the last step
    ours = ranked(beam_search(remembered, end=END, longest=LONGEST, width=width, length_penalty=penalty))
    assert len(ours) == len(theirs) == sum(5**k for k in range(LONGEST))
    assert ours[0].words == theirs[0].words
    np.testing.assert_allclose([h.score for h in ours], [h.score for h in theirs], rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), penalty=PENALTIES, ends=st.sampled_from([-9.0, 0.0, 3.0]))
def test_width_one_is_greedy(seed: int, penalty: float, ends: float) -> None:
    next_words = network(seed, ends=ends)
    one = search(next_words, end=END, longest=LONGEST, width=1, length_penalty=penalty)
    other = greedy(next_words, end=END, longest=LONGEST)
    assert (one.words, one.finished) == (other.words, other.finished)
    assert one.log_probability == pytest.approx(other.log_probability, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), width=st.integers(1, 9), penalty=PENALTIES)
def test_steps_say_what_became_of_every_candidate(seed: int, width: int, penalty: float) -> None:
    next_words = network(seed)
    steps = list(beam_search(next_words, end=END, longest=LONGEST, width=width, length_penalty=penalty))
    assert [s.number for s in steps] == list(range(1, len(steps) + 1))
    assert [s.last for s in steps] == [False] * (len(steps) - 1) + [True]
    for step, after in itertools.zip_longest(steps, steps[1:]):
        check_step(step, next_words, width, penalty)
        assert after is None or after.live == step.kept
    assert best(steps) == (steps[-1].finished or steps[-1].kept)[0]


def check_step(step: BeamStep, next_words: NextWords, width: int, penalty: float) -> None:
    scores = step.scores
    np.testing.assert_array_equal(step.next_words, next_words([h.words for h in step.live]))
    for row, hypothesis in enumerate(step.live):
        total = hypothesis.log_probability + step.next_words[row]
        np.testing.assert_allclose(scores[row], normalised(total, step.number, penalty), rtol=1e-12)
    candidates = step.candidates()
    assert sorted((c.parent, c.word) for c in candidates) == list(np.ndindex(scores.shape))
    in_order = [c.score for c in candidates]
    assert in_order == sorted(in_order, reverse=True)
    assert tuple(candidates[: len(step.chosen)]) == step.chosen == tuple(step.candidates(width))
    assert len(step.chosen) == min(width, scores.size)
    assert all((c.fate is Fate.FINISHED) == (c.word == END) for c in step.chosen)
    assert {c.fate for c in candidates[width:]} <= {Fate.OUTRANKED}
    going_on = Fate.KEPT if not step.last else None
    assert {c.fate for c in step.chosen} - {Fate.FINISHED, Fate.CUT, Fate.HOPELESS} <= {going_on}
    assert len(step.kept) == sum(c.word != END for c in step.chosen)


@pytest.mark.parametrize("width", [V + 1, 50, 10_000])
def test_a_width_beyond_the_vocabulary_keeps_all(width: int) -> None:
    steps = list(beam_search(network(3), end=END, longest=3, width=width))
    assert [len(s.chosen) for s in steps] == [min(width, V), min(width, 5 * V), min(width, 25 * V)]
    assert steps[0].live == (Hypothesis((), 0.0, 0.0, False),)


def test_a_search_ends_early_only_where_nothing_can_be_gained() -> None:
    ended = 0
    for seed in range(60):
        for penalty in (0.0, 1.0):
            steps = list(
                beam_search(network(seed, ends=2), end=END, longest=30, width=2, length_penalty=penalty)
            )
            if steps[-1].chosen[0].fate is Fate.HOPELESS or steps[-1].chosen[-1].fate is Fate.HOPELESS:
                ended += 1
                worst = steps[-1].finished[-1].score
                furthest = [normalised(h.log_probability, 30, penalty) for h in steps[-1].kept]
                assert len(steps[-1].finished) == 2 and max(furthest) <= worst
    assert ended > 50


def test_the_length_limit_is_told() -> None:
    never = network(0, ends=-100)
    for found in (
        greedy(never, end=END, longest=7),
        search(never, end=END, longest=7, width=3),
        sample(never, end=END, longest=7, rng=np.random.default_rng(0)),
    ):
        assert len(found.words) == 7 and not found.finished
    *_, last = beam_search(never, end=END, longest=7, width=3)
    assert [c.fate for c in last.chosen] == [Fate.CUT] * 3


def test_a_length_penalty_favours_long_sentences() -> None:
    lengths = [
        np.mean(
            [len(search(network(s), end=END, longest=9, width=8, length_penalty=p).words) for s in range(40)]
        )
        for p in (-1.0, 0.0, 1.0, 2.0)
    ]
    assert lengths == sorted(lengths) and lengths[-1] > lengths[0] + 1
    assert normalised(-7.0, 1, 1.0) == -7  # the length of one word changes nothing
    assert normalised(-8.0, 7, 1.0) == pytest.approx(-4)


def test_a_given_beginning_is_kept_and_costs_nothing() -> None:
    next_words = network(5)
    for found in (
        greedy(next_words, end=END, longest=6, begin=(4, 1)),
        search(next_words, end=END, longest=6, width=4, begin=(4, 1)),
        sample(next_words, end=END, longest=6, begin=(4, 1), rng=np.random.default_rng(1)),
    ):
        whole = [*found.words, *[END] * found.finished]
        said = [next_words([tuple(whole[:k])])[0][whole[k]] for k in range(2, len(whole))]
        assert found.words[:2] == (4, 1) and len(whole) <= 6
        assert found.log_probability == pytest.approx(sum(said))


def test_an_impossible_word_is_never_said() -> None:
    def next_words(beginnings: Sequence[Words]) -> np.ndarray:
        return np.tile(np.array([-np.inf, np.log(0.5), np.log(0.5)]), (len(beginnings), 1))

    steps = list(beam_search(next_words, end=2, longest=3, width=10))
    assert steps[0].fate(0, 0) is Fate.IMPOSSIBLE and steps[0].fate(0, 1) is Fate.KEPT
    assert [h.words for h in ranked(steps)] == [(), (1,), (1, 1)]


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    temperature=st.floats(0.1, 5),
    top_k=st.none() | st.integers(1, 12),
    top_p=st.floats(0.01, 1),
)
def test_reshaped_by_definition(seed: int, temperature: float, top_k: int | None, top_p: float) -> None:
    row = network(seed, vocabulary=9)([()])[0]
    found = reshaped(row, temperature=temperature, top_k=top_k, top_p=top_p)
    warm = np.exp(row / temperature)
    likely = sorted(range(9), key=lambda w: -row[w])[: top_k or 9]
    share = {w: warm[w] / warm[likely].sum() for w in likely}
    nucleus: list[int] = []
    while likely and sum(share[w] for w in nucleus) < top_p - 1e-12:
        nucleus.append(likely.pop(0))
    assert set(np.flatnonzero(found)) == set(nucleus)
    np.testing.assert_allclose(found[nucleus], warm[nucleus] / warm[nucleus].sum(), rtol=1e-9)


def test_samples_follow_the_reshaped_distribution() -> None:
    next_words = network(8, sharp=1.0)
    chances = reshaped(next_words([()])[0], temperature=1.5, top_k=5, top_p=0.9)
    rng = np.random.default_rng(0)
    options = {"temperature": 1.5, "top_k": 5, "top_p": 0.9, "rng": rng}
    drawn = [sample(next_words, end=END, longest=1, **options) for _ in range(6000)]
    first = np.bincount([END if h.finished else h.words[0] for h in drawn], minlength=V) / len(drawn)
    assert 2 <= (chances > 0).sum() < V and ((first > 0) <= (chances > 0)).all()
    np.testing.assert_allclose(first, chances, atol=0.03)


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda n: search(n, end=END, longest=5, width=0), "its width cannot be 0"),
        (lambda n: greedy(n, end=END, longest=0), "leaves no word"),
        (lambda n: search(n, end=END, longest=2, width=2, begin=(1, 1)), "leaves no word to add to the 2"),
        (lambda n: reshaped(n([()])[0], temperature=0), "temperature above 0"),
        (lambda n: reshaped(n([()])[0], top_k=0), "top-k from 1"),
        (lambda n: reshaped(n([()])[0], top_p=0), "top-p above 0"),
        (lambda n: greedy(lambda b: np.full((1, V), np.nan), end=END, longest=3), "weights are damaged"),
        (lambda n: greedy(lambda b: np.full((1, V), -np.inf), end=END, longest=3), "weights are damaged"),
        (lambda n: best([]), "no sentence"),
    ],
)
def test_what_cannot_be_is_said(work: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        work(network(0))  # type: ignore[operator]
