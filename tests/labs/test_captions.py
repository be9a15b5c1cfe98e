"""How captions come about, with a captioner whose probabilities are a table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cvdemo import world, zoo
from cvdemo.data.domain import Domain
from cvdemo.errors import DataError
from cvdemo.labs.captions import draw, experiment
from cvdemo.labs.captions.experiment import Begin, Decoding, Method, begin_text, continued, read_begin, write
from cvdemo.labs.captions.judged import judge
from cvdemo.labs.captions.search import _path, _shown
from cvdemo.world.reading import Truth
from cvdemo.zoo import loader
from cvdemo.zoo.captioner import Captioner, Encoded, NextWord, Prefix
from cvdemo.zoo.spec import ModelSpec, Source, Task
from tests.zoo.tiny_captioners import saved

WORDS = ("<pad>", "<start>", "<end>", "<unknown>", "a", "two", "brown", "dog", "dogs", "running")
SAID = slice(2, None)
GRID = (3, 4)


class TableCaptioner(Captioner):
    """Probabilities that depend on the two last words alone; `stubborn` never ends."""

    def __init__(self, *, attends: bool = True, stubborn: bool = False) -> None:
        spec = ModelSpec(
            "table", Task.CAPTION, "Table", "", Source.PACKAGED, "MIT", 0, "coco", "", domain=Domain.DRAWINGS
        )
        super().__init__(spec, device="cpu", nbytes=0)
        self.words, self.end, self.longest, self.attends = WORDS, 2, 9, attends
        self.stubborn, self.encodings = stubborn, 0

    def encode(self, picture: np.ndarray) -> tuple[Any, tuple[int, int] | None, tuple[float, float]]:
        self.encodings += 1
        return int(picture.sum()), GRID if self.attends else None, (picture.shape[0], picture.shape[1])

    def decode(self, encoded: Encoded, prefixes: Sequence[Prefix]) -> dict[Prefix, NextWord]:
        return {prefix: self._next(encoded.memory, prefix) for prefix in prefixes}

    def _next(self, seed: int, prefix: Prefix) -> NextWord:
        rng = np.random.default_rng((seed, *prefix[-2:]))
        shares = np.zeros(len(WORDS))
        shares[SAID] = rng.dirichlet(np.full(len(WORDS) - 2, 0.5))
        shares[3] = 0  # the marker of an unknown word is never said
        shares[2] *= not self.stubborn
        with np.errstate(divide="ignore"):
            row = np.log(shares / shares.sum()).astype(np.float32)
        cells = rng.dirichlet(np.ones(GRID[0] * GRID[1])).reshape(GRID).astype(np.float32)
        return NextWord(row, cells if self.attends else None)

    def text(self, ids: Iterable[int]) -> str:
        return " ".join(self.words[k] for k in ids)


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, Truth]:
    return world.draw(world.scene(7, split="test"), 320, 240)


@pytest.fixture
def model() -> TableCaptioner:
    return TableCaptioner()


@pytest.fixture
def encoded(model: TableCaptioner, scene: tuple[np.ndarray, Truth]) -> Encoded:
    return model.encoded(scene[0])


def test_a_caption_s_places_are_what_the_model_says_of_its_beginnings(
    model: TableCaptioner, encoded: Encoded
) -> None:
    written = write(model, encoded, Decoding(width=4, longest=9))
    caption, best = written.caption, written.found[0]
    assert caption.log_probability == pytest.approx(best.log_probability, abs=1e-5)
    assert caption.words == best.words and len(caption.places) == len(best.words) + 1
    for k, place in enumerate(caption.places):
        row = model.next_words(encoded, [caption.words[:k]]).log_probabilities[0]
        assert place.log_probability == pytest.approx(float(row[place.word]))
        others = [r.probability for r in place.rivals]
        assert others == sorted(others, reverse=True) and place.word not in [r.word for r in place.rivals]
        assert max(others) == pytest.approx(np.exp(np.delete(row, place.word)).max(), rel=1e-5)
        assert 1 <= place.perplexity <= len(WORDS) - 2
        assert place.attention is not None and place.attention.sum() == pytest.approx(1, abs=1e-5)
    maps = experiment.attention_maps(caption)
    assert maps is not None and maps.shape == (len(caption.places), *GRID)


def test_a_rival_s_sentence_goes_on_from_it_and_the_cnn_runs_once(
    model: TableCaptioner, encoded: Encoded
) -> None:
    first = write(model, encoded, Decoding()).caption
    for place in range(len(first.places)):
        rival = first.places[place].rivals[0]
        begin = continued(first, place, rival.word, model.end)
        caption = write(model, encoded, Decoding(), begin).caption
        assert caption.words[:place] == first.words[:place]
        if rival.word == model.end:
            assert caption.words == first.words[:place] and caption.finished and caption.places[-1].given
        else:
            assert caption.words[place] == rival.word
            assert [p.given for p in caption.places].count(True) == place + 1
    for width in range(1, 9):
        write(model, encoded, Decoding(width=width, penalty=0.1 * width))
        write(model, encoded, Decoding(Method.SAMPLE, draw=width, temperature=0.3 * width))
    assert model.encodings == 1


def test_a_beam_wider_than_the_vocabulary_and_its_best_path(model: TableCaptioner, encoded: Encoded) -> None:
    for width, penalty in ((1, 0.0), (3, 1.0), (40, 0.5)):
        for begin in (Begin(), Begin((5, 6))):
            written = write(model, encoded, Decoding(width=width, penalty=penalty, longest=6), begin)
            said = [_shown(step)[n].word for step, n in zip(written.steps, _path(written), strict=False)]
            best = written.found[0]
            assert said == [*best.words[len(begin.words) :], *[model.end] * best.finished]


def test_a_caption_that_never_ends_is_cut_off(scene: tuple[np.ndarray, Truth]) -> None:
    stubborn = TableCaptioner(stubborn=True, attends=False)
    encoded = stubborn.encoded(scene[0])
    for decoding in (Decoding(longest=5), Decoding(Method.SAMPLE, longest=5)):
        caption = write(stubborn, encoded, decoding).caption
        assert not caption.finished and len(caption.words) == 5
        assert caption.places[-1].word is None and "cut" in caption.places[-1].text
        assert experiment.attention_maps(caption) is None


def test_a_typed_beginning(model: TableCaptioner, encoded: Encoded) -> None:
    assert read_begin("", model) == Begin()
    assert read_begin(" Two  brown ", model) == Begin((5, 6))
    assert read_begin("two dogs.", model) == Begin((5, 8), True)
    for begin in (Begin((5, 6)), Begin((4,), True), Begin((), True)):
        assert read_begin(begin_text(begin, model), model) == begin
    with pytest.raises(DataError, match="no word 'dgos'; did you mean dogs"):
        read_begin("two dgos", model)
    assert read_begin("#5,6", model) == Begin((5, 6)) and read_begin("#5.", model) == Begin((5,), True)
    for odd in ("#", "#5,", "#-1", "#10", "#x", "#²"):
        with pytest.raises(DataError, match="not numbers of words"):
            read_begin(odd, model)
    with pytest.raises(DataError, match="<unknown>"):
        read_begin("two <unknown>", model)
    with pytest.raises(DataError, match="leaves no word"):
        write(model, encoded, Decoding(longest=2), Begin((5, 6)))
    assert write(model, encoded, Decoding(), Begin((), True)).caption.text == ""


def test_draws_follow_their_seed_and_what_is_cut_has_no_chance(
    model: TableCaptioner, encoded: Encoded
) -> None:
    decoding = Decoding(Method.SAMPLE, temperature=1.5, top_k=2, draw=3)
    one, same = (write(model, encoded, decoding) for _ in range(2))
    assert [h.words for h in one.found] == [h.words for h in same.found]
    assert len(one.found) == experiment.DRAWS
    other = write(model, encoded, decoding._replace(draw=4))
    assert [h.words for h in one.found] != [h.words for h in other.found]
    for place in one.caption.places:
        chances = [place.chance, *(r.chance for r in place.rivals)]
        assert sum(c > 0 for c in chances) == 2 and sum(chances) == pytest.approx(1)
        assert place.chance > 0


def test_a_reference_is_true_and_a_wrong_colour_is_found_with_its_object(
    scene: tuple[np.ndarray, Truth],
) -> None:
    truth = scene[1]
    reference = world.write_captions(truth)[0]
    judged = judge(reference, truth)
    assert judged.exact and judged.truthful.share == 1 and judged.bleu[3] == pytest.approx(1, abs=1e-6)
    assert judged.cider > 1
    wrong = judge("a green kite in the sky", truth)
    (false,) = [s for s in wrong.truthful.statements if not s.true]
    assert false.words == "green" and not wrong.exact and wrong.bleu[3] < 1
    assert [truth.records[row].kind for row in false.rows] == ["kite"]


@pytest.mark.parametrize("attends", [True, False])
def test_files_of_any_caption(scene: tuple[np.ndarray, Truth], attends: bool) -> None:
    model = TableCaptioner(attends=attends)
    encoded = model.encoded(scene[0])
    for begin in (Begin(), Begin((), True)):
        decoding = Decoding()
        written = write(model, encoded, decoding, begin)
        caption = written.caption
        frames = draw.growing_frames(scene[0], caption, encoded)
        assert len(frames) == len(caption.words) + 1 and len({f.shape for f in frames}) == 1
        sheet = draw.attention_sheet(scene[0], caption, encoded)
        assert sheet.shape[1] >= draw.CELL
        text = json.dumps(experiment.caption_as_json(written, model, decoding), allow_nan=False)
        found = json.loads(text)
        assert [w["word"] for w in found["words"]] == [p.text for p in caption.places]
        product = math.prod(w["probability"] for w in found["words"])
        assert product == pytest.approx(math.exp(found["log_probability"]), rel=1e-2)


def test_the_spotlight_is_bright_where_the_attention_is() -> None:
    picture = np.full((30, 40, 3), 200, np.uint8)
    attention = np.zeros((30, 40), np.float32)
    attention[10, 20] = 1
    lit = draw.spotlight(picture, attention)
    assert lit[10, 20].min() == 200 and lit[0, 0].max() < 80


@pytest.mark.parametrize("key", ["blip-base", "vit-gpt2"])
def test_a_hub_model_s_tokens_are_words_with_rivals(
    key: str, scene: tuple[np.ndarray, Truth], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    model: Any = loader.build(saved(zoo.spec(key), tmp_path), "cpu")
    encoded, decoding = model.encoded(scene[0]), Decoding(longest=5)
    written = write(model, encoded, decoding)
    assert experiment.attention_maps(written.caption) is None
    for number, place in enumerate(written.caption.places):
        for rival in place.rivals:
            begin = continued(written.caption, number, rival.word, model.end)
            assert read_begin(begin_text(begin, model), model) == begin
    begin = continued(written.caption, 1, written.caption.places[1].rivals[0].word, model.end)
    text = json.dumps(experiment.caption_as_json(write(model, encoded, decoding, begin), model, decoding))
    assert json.loads(text)["model"] == key
