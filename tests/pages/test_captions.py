"""The captions page: what runs again, beginnings, sampling, two models, and pictures that are no use."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.data.pictures import sample
from cvdemo.labs.captions import controls, experiment, results
from cvdemo.labs.captions.experiment import Decoding
from cvdemo.labs.captions.judged import judge
from cvdemo.ui.scene import drawn
from cvdemo.world.difficulty import named
from cvdemo.world.reading import Truth
from cvdemo.zoo.captioner import Captioner
from cvdemo.zoo.drawn_captions import DrawnCaptioner
from tests.pages import driver
from tests.pages.driver import query, without_errors

open_page = partial(driver.open_page, "captions")


def text(app: AppTest) -> str:
    return " ".join(e.value for e in (*app.markdown, *app.caption, *app.info, *app.warning))


@pytest.fixture
def encodings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the captioners whose CNNs ran."""
    ran: list[str] = []
    encode = DrawnCaptioner.encode

    def counted(self: DrawnCaptioner, picture: np.ndarray) -> Any:
        ran.append(self.spec.key)
        return encode(self, picture)

    monkeypatch.setattr(DrawnCaptioner, "encode", counted)
    return ran


def test_no_slider_runs_the_cnn_again(encodings: list[str]) -> None:
    app = without_errors(open_page(seed="1234"))
    assert len(encodings) == 1
    assert app.slider(key="captions-penalty").value == DrawnCaptioner.length_penalty > 0
    without_errors(app.slider(key="captions-width").set_value(5).run())
    without_errors(app.slider(key="captions-penalty").set_value(1.0).run())
    without_errors(app.slider(key="captions-longest").set_value(4).run())
    without_errors(app.text_input(key="captions-begin").set_value("two red").run())
    assert query(app)["begin"] == ["two red"]
    without_errors(app.segmented_control(key="captions-method").set_value("sampling").run())
    without_errors(app.slider(key="captions-temperature").set_value(2.5).run())
    app.slider(key="captions-topk").set_value(3)
    without_errors(app.slider(key="captions-topp").set_value(0.5).run())
    without_errors(app.button(key="captions-draw").click().run())
    assert query(app)["draw"] == ["1"] and "6 draws" in text(app)
    assert len(encodings) == 1
    without_errors(app.toggle(key="captions-compare").set_value(True).run())
    assert len(encodings) == 2 and len(set(encodings)) == 2


@pytest.mark.parametrize(
    ("begin", "says"),
    [("two elefants", "has no word"), ("a " * 30, "leaves none to add"), ("two dogs.", "nothing to search")],
)
def test_a_beginning_that_cannot_go_on_gives_a_sentence(begin: str, says: str) -> None:
    app = without_errors(open_page(seed="7", begin=begin))
    assert says in text(app)


def upload(picture: np.ndarray, **more: str) -> AppTest:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    app = open_page(source="upload", **more)
    return app.file_uploader(key="captions-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()


@pytest.mark.parametrize("shape", [(1, 1), (40, 900)])
def test_a_grey_picture_of_any_shape(shape: tuple[int, int]) -> None:
    app = without_errors(upload(np.full((*shape, 3), 128, np.uint8), width="10"))
    assert "only seen drawings" in text(app)


def captioned(name: str, **more: Any) -> tuple[experiment.Caption, Truth | None, Captioner]:
    """What the net of an experiment says, and the truth of the picture."""
    settings = {**controls.EXPERIMENTS[name], **more}
    model = results.model_of(zoo.spec(settings["model"]))
    picture, truth = sample("coffee"), None
    if settings["source"] == "scene":
        picture, truth = drawn(settings["seed"], named(settings["preset"]))
    decoding = Decoding(longest=model.longest, penalty=settings.get("penalty", model.length_penalty))
    begin = experiment.read_begin(settings.get("begin", ""), model)
    return experiment.write(model, model.encoded(picture), decoding, begin).caption, truth, model


def false(caption: experiment.Caption, truth: Truth | None) -> list[str]:
    assert truth is not None
    return [s.words for s in judge(caption.text, truth).truthful.statements if not s.true]


def test_the_experiments_show_what_their_sentences_say() -> None:
    caption, truth, _ = captioned("A colour that fools it")
    assert false(caption, truth) == ["yellow"]
    assert caption.places[caption.text.split().index("yellow")].rivals[0].text == "white"
    caption, truth, _ = captioned("Two ducks or three?")
    assert false(caption, truth) == ["two ducks"] and caption.places[0].rivals[0].text == "three"
    caption, truth, _ = captioned("Two ducks or three?", begin="three")
    assert false(caption, truth) == []
    caption, truth, _ = captioned("A false start")
    assert caption.text.startswith("a car on the road") and "on the road" in false(caption, truth)
    short, _, _ = captioned("Short wins")
    long, truth, _ = captioned("Short wins", penalty=1.0)
    assert "kite" in long.text and "kite" not in short.text and not false(long, truth)
    _, _, model = captioned("No word for it")
    assert "cup" not in model.words and sum(not w.startswith("<") for w in model.words) == 89


def test_every_experiment_is_one_click_and_says_what_to_look_for() -> None:
    app = open_page()
    buttons = [b.key for b in app.button if (b.key or "").startswith("try-") and b.key != "try-back"]
    assert len(buttons) >= 4
    for key in buttons:
        without_errors(app.button(key=key).click().run())
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1, key
