"""Dense captions as a notebook: every region in words, and words that find regions."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.notebook import Cells, PageState, code, fetched, is_drawn, model_key, picture, text
from cvdemo.zoo.dense_captioner import NMS_IOU, SCORE


def cells(state: PageState) -> Cells:
    """The picture, one model's regions or two's, the search where there is one."""
    yield picture(state)
    beside = state.get("beside", "none")
    for key in [model_key(state, zoo.Task.DENSE_CAPTION), *([beside] if beside != "none" else [])]:
        yield from _model(state, key)
    yield text("Try `score=0.02, iou=0.7`: one object gets many sentences.")


def _model(state: PageState, key: str) -> Cells:
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.draw.inline import row, table
        from cvdemo.labs.dense_captions.draw import draw_regions
        from cvdemo.labs.dense_captions.experiment import as_json, picture_score, search
        from cvdemo.zoo.dense_captioner import select_regions

        model = zoo.load({key!r}){fetched(key)}
        raw = model.regions(picture)
        found = select_regions(raw, score={state.get("score", SCORE)}, iou={state.get("iou", NMS_IOU)})
        row({{model.spec.title: draw_regions(picture, picture.shape, found)}}, width=800)
    """)
    yield code("table(as_json(found))")
    if is_drawn(state):
        yield code("print(picture_score(found, truth).text())")
    if query := state.get("query", ""):
        yield code(f"""
            fits = search(model, found, {query!r})
            order = [] if fits is None else fits.values.argsort()[::-1]
            table([{{"region": found.texts[k], "fit": float(fits.values[k])}} for k in order])
        """)
