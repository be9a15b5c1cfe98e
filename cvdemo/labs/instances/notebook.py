"""Instances as a notebook: a mask for every object, thresholds, regions against objects, a cut-out."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.notebook import Cells, PageState, code, fetched, is_drawn, model_key, picture, text


def cells(state: PageState) -> Cells:
    """The picture, and one model's masks or two's."""
    yield picture(state)
    for name, place in (("model", "object"), ("model2", "object-second"))[: 2 if state.get("compare") else 1]:
        yield from _model(state, model_key(state, zoo.Task.INSTANCES, name=name), place)
    yield text("Try `mask=0.95` (masks become thin), or `iou=0.25` (one of two objects that touch is lost).")


def _model(state: PageState, key: str, place: str) -> Cells:
    iou = state.get("iou", 0.5) if zoo.spec(key).nms else 1.0
    yield code(f"""
        from PIL import Image

        from cvdemo import zoo
        from cvdemo.draw.detections import draw_detections
        from cvdemo.draw.inline import row, table
        from cvdemo.labs.instances.experiment import areas_by_class, cut_out, find_instances, score_instances

        raw = zoo.load({key!r}).raw(picture){fetched(key)}
        found = find_instances(
            raw, score={state.get("score", 0.5)}, iou={iou}, mask={state.get("mask", 0.5)}
        )
        Image.fromarray(draw_detections(picture, found))
    """)
    if is_drawn(state):
        yield code("""
            scores = score_instances(found, truth)
            print("boxes:", scores.boxes.score.text(), "\\nmasks:", scores.masks.score.text())
        """)
    yield code(
        "table([area._asdict() for area in areas_by_class(found)])  # two objects that touch: one region"
    )
    picked = state.get(place)
    yield code(f"""
        picked = {picked}  # the number of a raw detection, as in found.data["raw_index"]
        rows = [k for k, raw_row in enumerate(found.data["raw_index"]) if picked in (None, raw_row)]
        row({{found.data["class_name"][k]: cut_out(picture, found, k) for k in rows[:1]}}, width=300)
    """)
