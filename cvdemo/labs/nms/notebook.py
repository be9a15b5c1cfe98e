"""NMS as a notebook: every step on a model's raw boxes, on simulated ones, or on the visitor's own."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.notebook import Cell, Cells, PageState, code, fetched, is_drawn, model_key, picture, text
from cvdemo.ops.replay import Method

MATCHES = code("""
    from cvdemo.labs.nms.experiment import match_kept

    counts = match_kept(run, truth).counts
    print(f"{counts.found.sum()} of {len(truth)} objects found, {counts.duplicate.sum()} duplicates")
""")


def cells(state: PageState) -> Cells:
    """The picture, the boxes, one method or two, and what every IoU threshold would keep."""
    kind = state.get("boxes", "detector")
    drawn = is_drawn(state, "sample")
    yield picture(state, first="sample")
    yield _boxes(state, kind)
    source = zoo.spec(model_key(state, zoo.Task.DETECT, first="sample")).source
    known = drawn and (kind == "simulated" or (kind == "detector" and source is zoo.Source.DRAWN))
    names = ("method", "method2") if state.get("compare") else ("method",)
    for name, first in zip(names, (Method.GREEDY, Method.GAUSSIAN), strict=False):
        yield _method(state, str(state.get(name, first.value)))
        if known:
            yield MATCHES
    yield _sweep(state, known)
    yield text("Try `iou=0.9` and `iou=0.1`: where do duplicates begin, where are objects lost?")


def _boxes(state: PageState, kind: str) -> Cell:
    if kind == "simulated":
        return code("""
            from cvdemo.world.proposals import simulated_proposals

            raw = simulated_proposals(truth)  # the truth of the scene, jittered at random; no network ran
        """)
    if kind == "my own":
        own = state.get("own")
        boxes = "first_boxes(picture.shape[1], picture.shape[0])" if own is None else own
        return code(f"""
            from cvdemo.labs.nms.own_boxes import as_detections, first_boxes

            raw = as_detections({boxes})
        """)
    key = model_key(state, zoo.Task.DETECT, first="sample")
    return code(f"""
        from cvdemo import zoo

        raw = zoo.load({key!r}).raw(picture){fetched(key)}
        print(len(raw), "raw boxes")
    """)


def _method(state: PageState, method: str) -> Cell:
    return code(f"""
        from cvdemo.draw.inline import row
        from cvdemo.labs.nms.draw import draw_frames, frame_count
        from cvdemo.labs.nms.experiment import NMSSettings, run_nms
        from cvdemo.ops.replay import Method

        settings = NMSSettings(
            iou={state.get("iou", 0.5)}, score={state.get("score", 0.3)}, per_class={not state.get("across", False)}
        )
        run = run_nms(
            raw, settings, Method({method!r}), sigma={state.get("sigma", 0.5)}, classes={tuple(state.get("only", ()))}
        )
        print(f"{{len(run.detections)}} boxes pass the score threshold, {{len(run.kept)}} are kept")
        frames = [0, 1, frame_count(run.replay) - 1]  # all boxes, the first step, the result
        pictures = draw_frames(picture, run, frames)
        row(dict(zip(("all boxes", "the first step", "the result"), pictures)))
    """)


def _sweep(state: PageState, known: bool) -> Cell:
    return code(f"""
        import plotly.graph_objects as go

        from cvdemo.labs.nms.experiment import sweep_thresholds

        swept = sweep_thresholds(
            raw, settings.score, per_class=settings.per_class, classes={tuple(state.get("only", ()))},
            truth={"truth" if known else None},
        )
        figure = go.Figure()
        for name in ("kept", "found", "duplicates"):
            figure.add_scatter(x=swept.thresholds, y=getattr(swept, name), name=name)
        figure.add_vline(x=settings.iou, line_dash="dash")
        figure.update_layout(xaxis_title="IoU threshold of greedy NMS", yaxis_title="boxes", height=320)
    """)
