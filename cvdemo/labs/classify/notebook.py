"""Classify as a notebook: a probability for every class, and where the network looked."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.notebook import Cells, PageState, code, fetched, model_key, picture, text


def cells(state: PageState) -> Cells:
    """The picture, the most probable classes, the activation map of one."""
    key = model_key(state, zoo.Task.CLASSIFY, first="sample")
    yield picture(state, first="sample")
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.labs.classify.draw import activation_map, bars

        model = zoo.load({key!r}){fetched(key)}
        answer = model(picture)  # probabilities [C], and activation maps [C, h, w] where the model has them
        names = zoo.labels(model.spec.labels)
        best = answer.top({state.get("k", 5)})
        bars([names[k] for k, _ in best], [p for _, p in best])
    """)
    look = state.get("look")
    chosen = "best[0][0]" if look in (None, "nothing") else f"next(k for k in names if names[k] == {look!r})"
    yield code(f"""
        from PIL import Image

        class_id = {chosen}  # any of `names`
        print(names[class_id])
        Image.fromarray(picture if answer.maps is None else activation_map(picture, answer, class_id))
    """)
    yield text("Try the second class of `best`: does the network look at another place?")
