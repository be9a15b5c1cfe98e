"""`cvdemo caption` as a user calls it, with a captioner that says what it was taught."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cvdemo import world, zoo
from cvdemo.cli import main
from cvdemo.data.pictures import to_png
from cvdemo.zoo import loader
from cvdemo.zoo.dense_captioner import DenseCaptioner, RawRegions
from tests.hub_server import hub_of
from tests.zoo.captioners import Parrot
from tests.zoo.tiny_captioners import saved

SENTENCE = "two brown dogs running on the grass"


def caption(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["caption", *map(str, arguments)])


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A drawn scene as a file, and the parrot in the place of every captioner."""
    picture = world.render(world.scene(1, split="test"), 192, 160)
    other = world.render(world.scene(2, split="test"), 192, 160)
    parrot = Parrot({picture.tobytes(): SENTENCE, other.tobytes(): "a duck"})
    monkeypatch.setattr("cvdemo.zoo.load", lambda key, device=None, progress=None: parrot)
    monkeypatch.setattr("cvdemo.cli.caption._first", lambda task: "show-attend-tell")
    (tmp_path / "one.png").write_bytes(to_png(picture))
    (tmp_path / "two.png").write_bytes(to_png(other))
    return tmp_path / "one.png"


def test_json_is_cocos_form_of_captions(scene: Path, tmp_path: Path) -> None:
    done = caption(tmp_path, "--json", tmp_path / "captions.json")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [f"one.png: {SENTENCE}", "two.png: a duck"]
    assert "knows the drawn world only" in done.stderr
    truth = json.loads((tmp_path / "captions.json").read_text())
    assert [i["file_name"] for i in truth["images"]] == ["one.png", "two.png"]
    assert truth["images"][1] == {"id": 2, "file_name": "two.png", "width": 192, "height": 160}
    assert [(a["id"], a["image_id"], a["caption"]) for a in truth["annotations"]] == [
        (1, 1, SENTENCE),
        (2, 2, "a duck"),
    ]
    words = 1 + len(SENTENCE.split())  # the end too
    assert truth["annotations"][0]["finished"] is True
    assert truth["annotations"][0]["log_probability"] == pytest.approx(words * np.log(0.9), abs=1e-3)


def test_what_is_written_is_read_as_truth(scene: Path, tmp_path: Path) -> None:
    file = tmp_path / "captions.json"
    assert caption(scene, "--model", "show-attend-tell", "--json", file).exit_code == 0
    data = f"coco-captions:{file}:{tmp_path}"
    done = CliRunner().invoke(main, ["evaluate", "show-attend-tell", "--data", data])
    assert done.exit_code == 0, done.output
    numbers = {row.split()[0]: float(row.split()[1]) for row in done.stdout.splitlines()}
    assert numbers["BLEU4"] == pytest.approx(1) and numbers["n"] == 1 and numbers["beam"] == 3


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--beam", "1"], f"one.png: {SENTENCE}"),
        (["--beam", "5", "--length-penalty", "1"], f"one.png: {SENTENCE}"),
        (["--longest", "3"], "one.png: two brown dogs ... (cut at the limit of 3 words)"),
        (["--begin", "two brown"], f"one.png: {SENTENCE}"),
        (["--begin", "Two red"], "one.png: two red"),  # after words of another's choice it has no more to say
        (["--sample", "--temperature", "0.1"], f"one.png: {SENTENCE}"),
        (["--sample", "--top-k", "1"], f"one.png: {SENTENCE}"),
    ],
)
def test_decoding(scene: Path, options: list[str], line: str) -> None:
    done = caption(scene, *options)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [line]


def test_samples_differ_by_their_seed(scene: Path) -> None:
    said = {caption(scene, "--sample", "--temperature", 3, "--seed", seed).stdout for seed in range(4)}
    again = caption(scene, "--sample", "--temperature", 3, "--seed", 0).stdout
    assert len(said) > 1 and again in said


def test_a_photo_that_cannot_be_read_is_named_and_the_rest_goes_on(scene: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"not a picture")
    done = caption(tmp_path / "bad.png", scene, "--model", "show-attend-tell")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [f"one.png: {SENTENCE}"]
    assert "bad.png" in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--begin", "two unicorns"], "Parrot has no word 'unicorns'"),
        (["--begin", "two bron"], "did you mean brown"),
        (["--beam", "5000"], "a beam of 5000 is wider than the"),
        (["--begin", "two brown", "--longest", "2"], "leaves no word to add to the 2 given"),
        (["--sample", "--beam", "2"], "--beam belongs to beam search: leave it out with --sample"),
        (["--temperature", "2"], "--temperature belongs to words that are drawn: it goes with --sample"),
        (["--score", "0.1"], "--score belongs to regions: it goes with --dense"),
        (["--dense", "--begin", "a"], "--begin belongs to captions of whole photos"),
        (["--model", "ssd-mobilenet-v2"], "does not write captions: `cvdemo models --task caption`"),
        (["--model", "show-atend-tell"], "did you mean show-attend-tell"),
        (["--json", "none/captions.json"], "cannot write 'captions.json'"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(scene: Path, options: list[str], message: str) -> None:
    more = (
        options if "--model" in options or "--dense" in options else ["--model", "show-attend-tell", *options]
    )
    done = caption(scene, *more)
    assert done.exit_code == 1
    assert message in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_beam_has_a_hypothesis(scene: Path) -> None:
    done = caption(scene, "--beam", "0")
    assert done.exit_code == 2 and "--beam" in done.stderr


class Describer(DenseCaptioner):
    """Finds the same two regions in every picture, and one that is not sure enough."""

    def network(self, picture: np.ndarray) -> RawRegions:
        boxes = np.array([[60, 10, 100, 50], [10, 20, 50.5, 80], [0, 0, 9, 9]], np.float32)
        texts = ["a red kite", "a brown dog", "a cat"]
        scores = np.array([0.7, 0.9, 0.2], np.float32)
        return RawRegions(boxes, scores, [(5,), (6,), (7,)], texts, -np.ones(3, np.float32), 0.0)


def test_regions(scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    describer = Describer(zoo.spec("florence-2-base-regions"), device="cpu", nbytes=1)
    monkeypatch.setattr("cvdemo.zoo.load", lambda key, device=None, progress=None: describer)
    file = tmp_path / "regions.json"
    done = caption(scene, "--dense", "--model", "florence-2-base-regions", "--json", file)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "one.png: 2 regions",
        "  10 20 50 80  0.90  a brown dog",
        "  60 10 100 50  0.70  a red kite",
    ]
    first, second = json.loads(file.read_text())["annotations"]
    assert first["caption"] == "a brown dog" and first["bbox"] == [10, 20, 40.5, 60]
    assert first["area"] == 2430 and first["image_id"] == second["image_id"] == 1
    one = caption(scene, "--dense", "--model", "florence-2-base-regions", "--score", 0.8).stdout
    assert one.splitlines()[0] == "one.png: 1 region"
    wrong = caption(scene, "--dense", "--model", "show-attend-tell")
    assert "does not write captions of regions: `cvdemo models --task dense-caption`" in wrong.stderr


def test_a_captioner_of_the_hub_is_fetched_and_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = zoo.spec("vit-gpt2")
    folder = tmp_path / "hub" / spec.weights
    folder.mkdir(parents=True)
    saved(spec, folder)
    photo = np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)
    (tmp_path / "photo.png").write_bytes(to_png(photo))
    monkeypatch.setattr(loader, "CACHE", loader.ModelCache(2**30))
    with hub_of(tmp_path / "hub") as address:
        files = address + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", files)
        at = {"ENDPOINT": address, "HF_HUB_CACHE": str(tmp_path / "home"), "HF_HUB_OFFLINE": False}
        for name, value in {**at, "HF_HUB_DISABLE_XET": True}.items():
            monkeypatch.setattr(f"huggingface_hub.constants.{name}", value)
        done = caption(tmp_path / "photo.png", "--model", spec.key, "--beam", 2, "--longest", 6)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("photo.png: ") and "cut at the limit of 6 words" in done.stdout
    assert list((tmp_path / "home").rglob("model.safetensors"))
