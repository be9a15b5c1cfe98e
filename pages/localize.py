"""Classification + localization (L2): one class, one box, two losses and the weight between them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.errors import ModelNotAvailableError
from cvdemo.labs.localize.board import choose_weight, localizations, prediction, weightings
from cvdemo.labs.localize.experiment import KEYS, losses
from cvdemo.nets.localizer import Localizer, localizer_loss
from cvdemo.train.localizer import LocalizerTask
from cvdemo.ui.page import code_fold, guarded, header, picture_first, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this

SCENE = {"source": "scene", "preset": "normal", "scene-objects": 1}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "In balance": {**SCENE, "seed": 7, "weight": "localizer"},
    "Class first": {**SCENE, "seed": 7, "weight": "localizer-class"},
    "Box first": {**SCENE, "seed": 7, "weight": "localizer-box"},
    "Several objects": {**SCENE, "seed": 7, "weight": "localizer", "scene-objects": 6},
    "A photo": {"source": "sample", "sample": "cat", "weight": "localizer"},
}


@st.fragment
@guarded
def lab() -> None:
    """Picture and weight on top, then the prediction, the losses, the trained nets' figures."""
    if not KEYS:
        raise ModelNotAvailableError("no weights are here: `cvdemo train localizer` makes them")
    try_this("localize", {name: s for name, s in EXPERIMENTS.items() if s["weight"] in KEYS})
    left, right = st.columns(2, gap="large", vertical_alignment="bottom")
    with left:
        chosen = choose_picture("scene")
    with right:
        key = choose_weight()
    if chosen is None:
        return
    say_what_it_knows(chosen, zoo.spec(key))
    with picture_first():
        prediction(chosen, localizations(chosen), key)
    weightings(key)


def main() -> None:
    """The page from top to bottom."""
    header("localize")
    lab()
    theory("localize")
    code_fold(
        Localizer,
        localizer_loss,
        LocalizerTask,
        losses,
        paper="https://arxiv.org/abs/1312.6229",
        ready_made="any classifier of `torchvision.models` with a second head of four numbers",
    )


main()
