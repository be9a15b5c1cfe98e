"""The hub's captioners, loaded by the real code from a tiny random checkpoint of their own kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cvdemo.errors import CheckpointError, DataError
from cvdemo.ops.decoding import greedy
from cvdemo.zoo import fetch, florence, loader
from cvdemo.zoo.captioner import Captioner
from cvdemo.zoo.catalogue_hub import TRANSFORMERS
from cvdemo.zoo.spec import ModelSpec, Task
from tests.zoo.tiny_captioners import saved

CAPTIONERS = [s for s in TRANSFORMERS if s.task is Task.CAPTION]
LONGEST = 8

pytestmark = pytest.mark.usefixtures("no_hub", "no_denormals")


def _id(spec: ModelSpec) -> str:
    return spec.key


@pytest.fixture(scope="module", params=CAPTIONERS, ids=_id)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Captioner:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        found = loader.build(saved(request.param, tmp_path_factory.mktemp("hub")), "cpu")
    assert isinstance(found, Captioner) and fetch.is_here(found.spec)
    return found


def inputs_of(model: Any, picture: np.ndarray) -> dict[str, Any]:
    text = {"text": florence.CAPTION} if model.spec.key.startswith("florence") else {}
    return dict(model.processor(images=picture, return_tensors="pt", **text))


def whole_network(model: Any, picture: np.ndarray, ids: list[list[int]]) -> np.ndarray:
    """Log-probabilities [B, T, V] after every token of some sentences, by one run without a cache."""
    words = torch.tensor(ids)
    inputs = {name: value.repeat_interleave(len(ids), 0) for name, value in inputs_of(model, picture).items()}
    key = model.spec.key
    with torch.inference_mode():
        if key in ("vit-gpt2", "florence-2-base"):
            logits = model.net(**inputs, decoder_input_ids=words).logits
        else:
            logits = model.net(pixel_values=inputs["pixel_values"], input_ids=words).logits
    return logits[:, -words.shape[1] :].float().log_softmax(-1).numpy()


def test_next_words_are_the_whole_networks(model: Any, picture: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    sentences = [tuple(rng.integers(5, 40, LONGEST).tolist()) for _ in range(3)]
    encoded = model.encoded(picture)
    whole = whole_network(model, picture, [[*model.start, *s] for s in sentences])
    for length in range(LONGEST + 1):
        found = model.next_words(encoded, [s[:length] for s in sentences])
        assert found.attention is None and found.log_probabilities.shape == (3, len(model.words))
        theirs = whole[:, len(model.start) - 1 + length]
        np.testing.assert_allclose(found.log_probabilities, theirs, atol=2e-4)
    mixed = model.next_words(model.encoded(picture), [sentences[0], (), sentences[1][:3]])
    np.testing.assert_allclose(mixed.log_probabilities[0], whole[0, -1], atol=2e-4)
    np.testing.assert_allclose(mixed.log_probabilities[2], whole[1, len(model.start) + 2], atol=2e-4)


def test_greedy_is_the_librarys(model: Any, picture: np.ndarray) -> None:
    inputs = inputs_of(model, picture)
    if "input_ids" not in inputs and model.spec.key == "blip-base":
        inputs["input_ids"] = torch.tensor([[*model.start, model.end]])  # BLIP drops the last
    longer = LONGEST + 3  # the last may be an end that is forced
    theirs = model.net.generate(**inputs, num_beams=1, do_sample=False, max_new_tokens=longer)[0].tolist()
    encoded = model.encoded(picture)
    found = greedy(lambda p: model.next_words(encoded, p).log_probabilities, end=model.end, longest=LONGEST)
    ours = [*model.start, *found.words, *[model.end] * found.finished]
    both = min(len(ours), len(theirs))
    assert ours[:both] == theirs[:both] and both > len(model.start) + 3
    assert model.caption(encoded, beam=1, longest=LONGEST).text == model.text(found.words)


def test_the_encoder_runs_once(model: Any, picture: np.ndarray) -> None:
    runs = []
    eyes = ("vision_model", "encoder", "model.vision_tower", "git.image_encoder")
    (eye,) = [module for name, module in model.net.named_modules() if name in eyes]
    handle = eye.register_forward_hook(lambda *a: runs.append(1))
    encoded = model.encoded(picture)
    for beam in (1, 3, 5):
        model.caption(encoded, beam=beam, longest=5)
    handle.remove()
    assert len(runs) == 1
    before = model.runs
    model.caption(encoded, beam=3, longest=5)  # all of it is remembered
    assert model.runs == before


def test_a_beginning_is_read_and_kept(model: Any, picture: np.ndarray) -> None:
    begin = model.ids("two dogs")
    assert model.text(begin).replace(" ", "") == "twodogs"
    found = model.caption(model.encoded(picture), beam=2, longest=6, begin=begin)
    assert found.words[: len(begin)] == begin and len(found.words) <= 6
    assert model.ids(" ") == ()


def test_words_beyond_its_places_are_refused(model: Any, picture: np.ndarray) -> None:
    encoded = model.encoded(picture)
    with pytest.raises(DataError, match=r"can write \d+ words at most"):
        model.next_words(encoded, [(5,) * model.places])


def test_a_word_that_cannot_be_written(picture: np.ndarray, tmp_path: Path) -> None:
    blip = loader.build(saved(CAPTIONERS[0], tmp_path), "cpu")
    with pytest.raises(DataError, match="BLIP base has no words for 'two Ωs'"):
        blip.ids("two Ωs")  # type: ignore[attr-defined]


def test_files_of_another_network_are_refused(tmp_path: Path) -> None:
    spec = saved(CAPTIONERS[0], tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:2000])
    with pytest.raises(CheckpointError, match="the files of BLIP base cannot be loaded"):
        loader.build(spec, "cpu")


def test_the_catalogue_says_what_they_are() -> None:
    for spec in CAPTIONERS:
        assert spec.licence in ("BSD-3-Clause", "MIT", "Apache-2.0") and spec.note
        assert 400e6 < spec.download_bytes < 1e9
        assert spec.published is None or 100 < spec.published.value < 150
