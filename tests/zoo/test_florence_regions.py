"""Florence-2 as a dense captioner, loaded by the real code from a tiny random checkpoint."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from cvdemo import zoo
from cvdemo.zoo import florence_regions, loader
from cvdemo.zoo.dense_captioner import DenseCaptioner
from cvdemo.zoo.florence_regions import REGIONS, read_regions
from tests.zoo.tiny_captioners import saved

pytestmark = pytest.mark.usefixtures("no_hub", "no_denormals")


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Any:
    spec = saved(zoo.spec("florence-2-base-regions"), tmp_path_factory.mktemp("hub"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        return loader.build(spec, "cpu")


def answer_of(tokenizer: Any, text: str) -> list[int]:
    return [0, *tokenizer(text, add_special_tokens=False).input_ids, 2]


ANSWER = (
    " a red dog<loc_10><loc_20><loc_500><loc_600> two cats on grass<loc_0><loc_0><loc_300><loc_999>"
    "<loc_400><loc_100><loc_700><loc_800> the sky<loc_5><loc_6>"
)


def test_regions_are_read_as_the_library_reads_them(regions: Any) -> None:
    tokenizer = regions.processor.tokenizer
    ids = answer_of(tokenizer, ANSWER)
    found = read_regions(ids, tokenizer)
    theirs = regions.processor.post_process_generation(
        sequence=torch.tensor(ids), task=REGIONS, image_size=(1000, 1000)
    )[REGIONS]
    assert [tokenizer.decode(r.words).strip() for r in found] == theirs["labels"]
    assert [list(r.bins) for r in found] == theirs["bboxes"]
    assert theirs["labels"] == ["a red dog", "two cats on grass", "two cats on grass"]
    assert read_regions(answer_of(tokenizer, "<loc_1><loc_2><loc_3><loc_4>"), tokenizer) == []


def test_dense_captions(regions: Any, picture: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(regions, DenseCaptioner)
    ids = answer_of(regions.processor.tokenizer, ANSWER)
    monkeypatch.setattr(regions.net, "generate", lambda **options: torch.tensor([[2, *ids]]))
    found = regions.regions(picture)
    height, width = picture.shape[:2]
    assert sorted(found.texts) == ["a red dog", "two cats on grass", "two cats on grass"]
    first = found.texts.index("a red dog")
    scale = np.array([width, height, width, height]) / 1000
    np.testing.assert_allclose(found.boxes[first], np.array([10.5, 20.5, 500.5, 600.5]) * scale, rtol=1e-5)
    assert ((found.scores > 0) & (found.scores < 1)).all() and (np.diff(found.scores) <= 0).all()
    inputs = regions.processor(text=REGIONS, images=picture, return_tensors="pt")
    with torch.inference_mode():
        logits = regions.net(**inputs, decoder_input_ids=torch.tensor([[2, *ids[:-1]]])).logits[0]
    likely = logits.log_softmax(-1)[torch.arange(len(ids)), torch.tensor(ids)].numpy()
    words = len(found.words[first])
    assert found.log_probabilities[first] == pytest.approx(likely[1 : 1 + words].sum(), abs=1e-3)
    assert np.log(found.scores[first]) == pytest.approx(likely[1 : 5 + words].mean(), abs=1e-3)
    assert len(found.words[first]) > 2


def test_it_may_find_nothing(regions: Any, picture: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(florence_regions, "MOST_TOKENS", 12)
    before = regions.runs
    found = regions.regions(picture)  # a random network writes no region
    assert len(found) == 0 and found.boxes.shape == (0, 4) and regions.runs == before + 1
