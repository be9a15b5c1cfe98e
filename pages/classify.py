"""Classification (L1): one picture, a probability for every class, and where the network looked."""

from __future__ import annotations

import streamlit as st

from cvdemo import zoo
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.heat import overlay_heat
from cvdemo.labs.classify.draw import activation_map, bars
from cvdemo.ui import widgets
from cvdemo.ui.models import about, choose_model, classification, offer_better, ready
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this

EXPERIMENTS = {
    "One thing": {"source": "sample", "sample": "cat", "k": 5},
    "Two things": {"source": "sample", "sample": "coffee", "k": 5},
    "No class for it": {"source": "sample", "sample": "astronaut", "k": 5},
    "A cartoon": {"source": "scene", "seed": 14, "preset": "easy", "k": 8},
}


@st.fragment
@guarded
def lab() -> None:
    """Controls left, picture and bars right."""
    try_this("classify", EXPERIMENTS)
    left, middle, right = picture_beside([1.1, 1.4, 1.3], gap="medium")
    with left:
        chosen = choose_picture()
        entry = choose_model(zoo.Task.CLASSIFY, chosen)
        about(entry)
        k = widgets.slider("k", "Classes shown", 1, 20, 5)
    if chosen is None:
        return
    say_what_it_knows(chosen, entry)
    looked = middle.empty()
    looked.image(to_jpeg(fit(chosen.picture, 1280)), width="stretch", alt=chosen.name)
    with right:
        if not ready(entry):
            return
        answer = classification(entry, chosen)
        best = answer.top(k)
        names = zoo.labels(entry.labels)
        labels = [names[i] for i, _ in best]
        st.plotly_chart(bars(labels, [p for _, p in best]), config={"displayModeBar": False})
        st.caption(f"**{entry.title}** · network {answer.milliseconds:.0f} ms (once)")
        offer_better(entry, chosen, lambda key: {"model": key})
    with middle:
        if answer.maps is None:
            st.caption("No activation map: this head does not end in average pooling and one linear layer.")
            return
        show = widgets.selectbox("look", "Where it looked for", ["nothing", *labels], labels[0])
        if show != "nothing":
            heat = activation_map(chosen.picture, answer, best[labels.index(show)][0])
            looked.image(to_jpeg(heat), width="stretch", alt=f"{chosen.name}, activation map of {show}")


def main() -> None:
    """The page from top to bottom."""
    header("classify")
    lab()
    theory("classify")
    code_fold(
        activation_map,
        overlay_heat,
        paper="https://arxiv.org/abs/1512.04150",
        ready_made="`torchvision.models`, `transformers.pipeline('image-classification')`",
    )


main()
