"""How captioners are scored: a parrot of the references is perfect, and what it gets wrong is counted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cvdemo import world, zoo
from cvdemo.data.coco_captions import read_captions
from cvdemo.data.pictures import sample, to_png
from cvdemo.errors import DataError
from cvdemo.world.captions.checker import SINGULAR, is_named
from cvdemo.zoo.evaluate_captions import drawn_captions, evaluate_captions, open_captions
from cvdemo.zoo.evaluators import evaluator, open_data
from tests.zoo.captioners import GRID, Parrot

N = 12


def cell_of(box: np.ndarray) -> tuple[int, int]:
    """The cell of the grid over 192 x 160 pixels that has the middle of a box."""
    x, y = (box[:2] + box[2:]) / 2
    return int(y * GRID[0] / 160), int(x * GRID[1] / 192)


@pytest.fixture(scope="module")
def data() -> list:
    return [one() for one in drawn_captions("val", N)]


def taught(data: list, change: object = lambda text: text, *, look: bool = True) -> Parrot:
    places = {}
    for one in data:
        own = places[one.picture.tobytes()] = {}
        for noun, name in SINGULAR.items():
            rows = [k for k in range(len(one.truth)) if is_named(one.truth, k, name)]
            if rows:
                largest = max(rows, key=lambda k: np.prod(one.truth.boxes[k][2:] - one.truth.boxes[k][:2]))
                own[noun.split()[0]] = cell_of(one.truth.boxes[largest])
    said = {one.picture.tobytes(): change(one.references[0]) for one in data}  # type: ignore[operator]
    return Parrot(said, places if look else None)


def test_who_repeats_the_references_is_perfect(data: list) -> None:
    found = evaluate_captions(taught(data), [lambda one=one: one for one in data])
    names = ("BLEU1", "BLEU2", "BLEU3", "BLEU4", "ROUGE_L", "exact", "truthful", "attention_on_noun")
    assert [found[name] for name in names] == pytest.approx([1] * len(names))
    assert found["n"] == N and found["beam"] == 3 and found["unfinished"] == 0 and found["CIDEr"] > 2
    assert set(found["per_kind"].values()) == {1.0} and {"object", "count"} <= set(found["per_kind"])


def test_mistakes_are_counted_where_they_are(data: list) -> None:
    def twice(text: str) -> str:  # left for right, and a colour that nothing has
        return text.replace("left", "?").replace("right", "left").replace("?", "right")

    found = evaluate_captions(taught(data, twice, look=False), [lambda one=one: one for one in data])
    assert found["per_kind"]["relation"] < 0.5 and found["per_kind"]["object"] == 1
    assert 0.5 < found["truthful"] < 1 and found["exact"] < 1
    assert "attention_on_noun" not in found  # it does not attend


def test_looking_elsewhere_is_told(data: list) -> None:
    blind = taught(data)
    blind.places = {key: {} for key in blind.places}  # type: ignore[union-attr]
    found = evaluate_captions(blind, [lambda one=one: one for one in data])
    assert found["attention_on_noun"] < 0.2 and found["truthful"] == 1


def test_captions_without_an_end_are_told(data: list) -> None:
    model = taught(data)
    model.longest = 3
    found = evaluate_captions(model, [lambda one=one: one for one in data])
    assert found["unfinished"] == 1 and found["BLEU4"] < 0.2


# --- COCO's captions ----------------------------------------------------------------------------------


def captions(folder: Path, **changed: object) -> str:
    (folder / "cat.png").write_bytes(to_png(sample("cat")))
    truth = {
        "images": [{"id": 7, "file_name": "cat.png"}],
        "annotations": [
            {"id": 1, "image_id": 7, "caption": "A dog on the grass. "},
            {"id": 2, "image_id": 7, "caption": "Two brown dogs running!"},
        ],
        **changed,
    }
    (folder / "captions.json").write_text(json.dumps(truth))
    return f"coco-captions:{folder / 'captions.json'}:{folder}"


def test_photos_with_cocos_captions(tmp_path: Path) -> None:
    spec = zoo.spec("show-attend-tell")
    data = open_data(spec, captions(tmp_path), None)
    one = data[0]()
    assert one.references == ("a dog on the grass", "two brown dogs running") and one.truth is None
    parrot = Parrot({one.picture.tobytes(): "two brown dogs running"})
    found = evaluator(spec).score(parrot, data)
    assert found["BLEU4"] == pytest.approx(1) and "truthful" not in found and "exact" not in found
    assert read_captions(tmp_path / "captions.json")[7].captions[0] == "A dog on the grass."


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"annotations": []}, "'annotations' is empty"),
        ({"images": []}, "'images' is empty"),
        ({"images": None}, "'images' must be a list"),
        ({"annotations": [{"image_id": 7, "bbox": [0, 0, 1, 1]}]}, "is this a file of captions?"),
        ({"annotations": [{"image_id": 9, "caption": "a"}]}, "image_id 9 is of none of the 1 images"),
        ({"annotations": [{"image_id": 7, "caption": 5}]}, "a caption is text, not 5"),
        ({"annotations": [{"image_id": 7, "caption": " "}]}, "1 of 1 pictures have no caption, such as"),
        ({"images": [{"id": 7, "file_name": "none.png"}]}, "lacks 1 of 1 pictures of the truth"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, changed: dict, message: str) -> None:
    with pytest.raises(DataError, match=message.replace("?", r"\?")):
        open_captions(captions(tmp_path, **changed), None)


def test_other_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="write it as world:SPLIT or coco-captions:"):
        open_captions("coco:a.json:b", None)
    with pytest.raises(DataError, match="split"):
        drawn_captions("elsewhere", 3)
    with pytest.raises(DataError, match="no picture with captions"):
        evaluate_captions(Parrot({}), [])


def test_the_world_s_captions_are_its_own(data: list) -> None:
    truth = world.truth(world.scene(3, split="val"), 192, 160)
    assert data[3].references == world.write_captions(truth)
