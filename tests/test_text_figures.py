"""Figures that the texts quote from cards are those of the cards."""

from __future__ import annotations

import re

import pytest

from cvdemo.assets import asset
from cvdemo.zoo.weights import LONGER, read_card


def own(key: str, name: str = "", digits: int = 3) -> str:
    """A figure of a net's card, its metric by default: ".853"."""
    card = read_card(key)
    assert card is not None
    return _short(card, name or card["metric"], digits)


def after(key: str, name: str = "", digits: int = 3) -> str:
    """That of the longer training on the card."""
    card = read_card(key)
    assert card is not None
    return _short(card[LONGER], name or card["metric"], digits)


def _short(part: dict, name: str, digits: int) -> str:
    figures = part["metrics"]
    value = figures["per_class"][name] if name not in figures else figures[name]
    return f"{value:.{digits}f}".removeprefix("0")


FIGURE = re.compile(r"\d*\.\d+")
QUOTED = {
    "stacked": [f"{after('early-fusion-5')} of all clips against {own('early-fusion-7')}"],
    "captions": [
        f"a BLEU-4 of {after('show-attend-tell')}, and {after('show-attend-tell', 'exact')} of its captions",
    ],
    "dilated": [
        f"{own('deeplabv2')} and {own('deeplabv3')}, that of v1 {own('deeplabv1')}",
        f"{after('deeplabv2')} and {after('deeplabv3')}, and v1 {after('deeplabv1')}",
    ],
    "decoders": [
        f"its mIoU is 0{after('segnet')} instead of 0{own('segnet')}",
        f"has 0{after('segnet', 'ball', 2)} instead of 0{own('segnet', 'ball', 2)}",
        f"gets from 0{own('unet-noskip')} to 0{after('unet-noskip')}",
        f"from 0{own('unet')} to 0{after('unet')}",
        f"0{after('deeplabv1')}, 0{after('deeplabv2')}, 0{after('deeplabv3')} and 0{after('pspnet')}, ",
        f"have 0{after('deeplabv3plus')} and 0{after('refinenet')}; U-Net",
        f"stride 2 and has 0{after('unet')}",
    ],
    "tradeoffs": [
        f"SSD has {own('ssd-light')} and {own('ssd')}, "
        f"Faster R-CNN {own('faster-rcnn-light')} and {own('faster-rcnn')}.",
        f"After 4,000 it has {after('faster-rcnn')}, on the light extractor {after('faster-rcnn-light')}",
    ],
    "rcnn": [
        # Before commit 164d405 their cards held the figures of maps of stride 8, after the same 2,000 steps.
        "they had an AP of .635 and .630, both less than R-CNN",
        "R-FCN had .351",
        f"{own('fast-rcnn-plus')} against {own('fast-rcnn')}",
        f"It has {own('rfcn')} against {own('faster-rcnn')}.",
        f"has {own('rfcn-plus')}, and Faster R-CNN+ has {own('faster-rcnn-plus')}.",
        # `cvdemo train rfcn --out DIR` with `VotingHeadConfig(pooling="align")` in its config.
        "has .826, and of small objects .816",
        f"the rounded bins have {own('rfcn', 'APs')}",
    ],
}


@pytest.mark.parametrize(("page", "text"), [(page, text) for page, texts in QUOTED.items() for text in texts])
def test_a_text_quotes_the_card(page: str, text: str) -> None:
    assert text in asset("texts", "en", f"{page}.md").read_text()


@pytest.mark.parametrize("page", QUOTED)
def test_the_russian_text_quotes_the_same_figures(page: str) -> None:
    russian = asset("texts", "ru", f"{page}.md").read_text()
    for text in QUOTED[page]:
        assert all(figure in russian for figure in FIGURE.findall(text))
