"""Detect as a notebook: raw boxes, two thresholds, the score where the truth is known."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.notebook import Cells, PageState, code, fetched, is_drawn, model_key, picture, text


def cells(state: PageState) -> Cells:
    """The picture, and one model's detections or two's."""
    yield picture(state, first="sample")
    names = [("model", "prompt"), ("model2", "prompt2")][: 2 if state.get("compare") else 1]
    for name, prompt in names:
        yield from _model(state, model_key(state, zoo.Task.DETECT, name=name, first="sample"), prompt)
    yield text("Try `score=0.02, iou=1.0`: all that the network says, before anything is suppressed.")


def _model(state: PageState, key: str, prompt: str) -> Cells:
    spec = zoo.spec(key)
    asked = f", prompt={state.get(prompt, 'a cat, a person, a cup')!r}" if spec.prompt else ""
    yield code(f"""
        from cvdemo import zoo

        model = zoo.load({key!r}){fetched(key)}
        raw = model.raw(picture{asked})  # supervision.Detections: every class of every box
        print(f"{{len(raw)}} raw detections, {{raw.metadata['milliseconds']:.0f}} ms")
    """)
    iou, remark = (state.get("iou", 0.5), "") if spec.nms else (1.0, "  # 1: this model needs no NMS")
    yield code(f"""
        from PIL import Image

        from cvdemo.draw.detections import draw_detections
        from cvdemo.ops.detections import select

        only = {state.get("only", [])}  # names of classes; none: all of them
        classes = {{k for k, name in zip(raw.class_id, raw.data["class_name"]) if name in only}} or None
        score, iou = {state.get("score", 0.5)}, {iou}{remark}
        found = select(raw, score=score, iou=iou, classes=classes, max_detections={state.get("most", 100)})
        Image.fromarray(draw_detections(picture, found))
    """)
    yield from _score(state)


def _score(state: PageState) -> Cells:
    if is_drawn(state, "sample"):
        yield code("""
            from cvdemo.metrics.scene import scene_score

            print(scene_score(found, truth).text())
        """)
    elif (state.source or "sample") == "sample":
        yield code(f"""
            from cvdemo.data.photo_objects import photo_objects
            from cvdemo.metrics.scene import photo_score

            objects = photo_objects({state.get("sample", "cat")!r})  # drawn by hand
            print("no objects are known" if objects is None else photo_score(found, objects).text())
        """)
