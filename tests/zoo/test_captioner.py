"""Captioners in the zoo: the picture is encoded once, what was decoded is remembered, any picture will do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cvdemo import zoo
from cvdemo.errors import DataError
from cvdemo.ops.decoding import Hypothesis, greedy
from cvdemo.ops.vocabulary import END, PAD, START, UNKNOWN
from cvdemo.world.captions.words import vocabulary
from cvdemo.zoo.captioner import Encoded, NextWord, PrefixMemo
from cvdemo.zoo.drawn_captions import DrawnCaptioner
from cvdemo.zoo.entries import build_net, entries, entry
from cvdemo.zoo.weights import load_weights, write_weights

KEYS = [one.key for one in entries(zoo.Task.CAPTION)]
PICTURE = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
PREFIXES = [(), (5,), (5, 6, 7), (5, 8), (9, 5, 8, UNKNOWN)]


@pytest.fixture(scope="module", params=KEYS)
def model(request: pytest.FixtureRequest) -> DrawnCaptioner:
    torch.manual_seed(0)
    made = entry(request.param).model(build_net(request.param), "cpu")
    assert isinstance(made, DrawnCaptioner)
    return made


def encoder_runs(model: DrawnCaptioner) -> list[int]:
    """A list that grows with every run of the CNN."""
    runs: list[int] = []
    net: Any = model.net
    net.backbone.register_forward_hook(lambda *_: runs.append(1))
    return runs


def test_next_words_are_those_of_teacher_forcing(model: DrawnCaptioner) -> None:
    encoded = model.encoded(PICTURE)
    found = model.next_words(encoded, PREFIXES)
    assert found.log_probabilities.shape == (5, len(model.words)) == (5, len(vocabulary()))
    for row, prefix in enumerate(PREFIXES):
        with torch.inference_mode():
            trace = model.net.tell(encoded.memory, torch.tensor([[START, *prefix]]))
            logits = trace.logits[0, -1].clone()
            logits[[PAD, START, UNKNOWN]] = -torch.inf  # no sentence has them
            likely = logits.log_softmax(0)
        np.testing.assert_allclose(found.log_probabilities[row], likely, rtol=1e-4, atol=1e-5)
        if trace.attention is not None:
            assert found.attention is not None
            np.testing.assert_allclose(found.attention[row], trace.attention[0, -1], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(np.exp(found.log_probabilities).sum(1), 1, rtol=1e-5)
    assert (found.attention is not None) == model.attends == (encoded.grid is not None)
    if found.attention is not None:
        assert found.attention.shape == (5, *(encoded.grid or ())) == (5, 8, 12)
        np.testing.assert_allclose(found.attention.sum((1, 2)), 1, rtol=1e-5)


def test_decoding_never_runs_the_cnn_again(model: DrawnCaptioner) -> None:
    cnn = encoder_runs(model)
    encoded = model.encoded(PICTURE)
    found = model.next_words(encoded, PREFIXES)
    assert len(cnn) == 1
    runs = model.runs
    again = model.next_words(encoded, [PREFIXES[3], *PREFIXES, (5, 6)])  # (5, 6) leads to one of them
    assert model.runs == runs and len(cnn) == 1
    np.testing.assert_array_equal(again.log_probabilities[1:6], found.log_probabilities)
    np.testing.assert_array_equal(again.log_probabilities[0], found.log_probabilities[3])
    assert model.next_words(encoded, [(5, 6, 7, 8)]).log_probabilities.shape[0] == 1
    assert model.runs == runs + 1 and len(cnn) == 1  # the decoder went on by one word


def test_what_is_forgotten_is_decoded_again(model: DrawnCaptioner) -> None:
    encoded = model.encoded(PICTURE)
    small = Encoded(encoded.memory, encoded.grid, encoded.padded, encoded.size, 0.0, PrefixMemo(2))
    for prefixes in (PREFIXES, PREFIXES[::-1], [(5, 6, 7, 8, 9)]):
        known = model.next_words(encoded, prefixes).log_probabilities
        np.testing.assert_allclose(model.next_words(small, prefixes).log_probabilities, known, atol=1e-5)
        assert len(small.memo) == 2


def test_a_caption(model: DrawnCaptioner) -> None:
    caption = model(PICTURE, beam=1, longest=6)
    encoded = model.encoded(PICTURE)
    found = greedy(lambda p: model.next_words(encoded, p).log_probabilities, end=END, longest=6)
    assert (caption.words, caption.finished) == (found.words, found.finished)
    assert caption.log_probability == pytest.approx(found.log_probability, abs=1e-4)
    assert caption.text == vocabulary().decode(caption.words) and caption.milliseconds > 0
    assert len(model(PICTURE, beam=2).words) <= model.longest


def test_its_own_length_penalty_where_none_is_given(
    model: DrawnCaptioner, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []

    def searched(*_: Any, length_penalty: float, **__: Any) -> Hypothesis:
        given.append(length_penalty)
        return Hypothesis((), 0.0, 0.0, True)

    monkeypatch.setattr("cvdemo.zoo.captioner.search", searched)
    model(PICTURE)
    model(PICTURE, length_penalty=0.0)
    assert given == [model.length_penalty, 0.0] == [0.4, 0.0]


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 7), (90, 121)])
def test_any_picture(model: DrawnCaptioner, shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    encoded = model.encoded(picture)
    found = model.next_words(encoded, [()])
    assert encoded.size == shape and encoded.padded[0] >= shape[0] and encoded.padded[1] >= shape[1]
    if found.attention is not None:
        assert encoded.over_picture(found.attention[0]).shape == shape


def test_a_word_that_is_none(model: DrawnCaptioner) -> None:
    encoded = model.encoded(PICTURE)
    with pytest.raises(DataError, match="there is no word 999"):
        model.next_words(encoded, [(5, 999)])
    with pytest.raises(DataError, match="there is no word -1"):
        model.next_words(encoded, [(-1,)])


def test_attention_lies_over_the_padded_picture() -> None:
    """A cell's middle has the cell's value; where the picture ends before the padding, the map is cut."""
    attention = np.arange(12, dtype=np.float32).reshape(3, 4)
    whole = Encoded(None, (3, 4), (30.0, 40.0), (30, 40), 0.0).over_picture(attention)
    for row in range(3):
        for column in range(4):
            middle = whole[10 * row + 4 : 10 * row + 6, 10 * column + 4 : 10 * column + 6].mean()
            assert middle == pytest.approx(attention[row, column], abs=0.15)  # it is clamped outside
    part = Encoded(None, (3, 4), (30.0, 40.0), (20, 40), 0.0).over_picture(attention)
    np.testing.assert_array_equal(part, whole[:20])


def test_the_memo_forgets_what_was_not_asked_about_for_longest() -> None:
    memo, one = PrefixMemo(2), NextWord(np.zeros(3, np.float32), None)
    memo.add({(): one, (1,): one})
    assert memo.get(()) is one
    memo.add({(2,): one})
    assert memo.get((1,)) is None and memo.get(()) is one and len(memo) == 2


def test_the_memo_says_its_bytes() -> None:
    memo, shared, row = PrefixMemo(2), torch.zeros(100), np.zeros(10, np.float32)
    assert memo.nbytes == 0
    for k in range(3):
        memo.add({(k,): NextWord(row.copy(), None, ((shared, (1, 2)), torch.zeros(1, 5)))})
    assert memo.nbytes == 400 + 2 * (40 + 20)


@pytest.mark.parametrize("key", KEYS)
def test_weights_in_eight_bits_come_back(key: str, tmp_path: Path) -> None:
    net, other, path = build_net(key), build_net(key), tmp_path / f"{key}.safetensors"
    write_weights(net, key, path, eight_bits=True)
    load_weights(other, key, path)
    for name, value in net.state_dict().items():
        if value.is_floating_point():
            step = value.flatten(1).abs().amax(1).max() / 127 if value.ndim > 1 else 1e-3
            assert (other.state_dict()[name] - value).abs().max() <= step
    assert path.stat().st_size < 1.15 * sum(p.numel() for p in net.parameters())
