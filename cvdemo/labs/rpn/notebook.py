"""RPN and anchors as a notebook: the funnel from all anchors to the detections."""

from __future__ import annotations

from cvdemo.labs.rpn.experiment import SHAPES, FunnelKnobs
from cvdemo.notebook import Cells, PageState, code, is_drawn, picture, text

FIRST = FunnelKnobs()


def cells(state: PageState) -> Cells:
    """The picture, one run of the network, the funnel for the page's knobs."""
    shapes = state.get("ratios", list(SHAPES))
    yield picture(state)
    yield code("""
        from cvdemo.labs.rpn.experiment import FunnelKnobs, filter_proposals, predict

        prediction = predict(picture)  # the network runs once
        print(f"{len(prediction.anchors):,} anchors on {prediction.size[1]} x {prediction.size[0]} pixels")
    """)
    yield code(f"""
        from cvdemo.draw.inline import row, table

        knobs = FunnelKnobs(
            scales={tuple(sorted(state.get("scales", FIRST.scales)))},
            ratios={tuple(ratio for name, ratio in SHAPES.items() if name in shapes)},
            before={state.get("before", FIRST.before)}, iou={state.get("nms", FIRST.iou)},
            after={state.get("after", FIRST.after)},
        )
        filtered = filter_proposals(prediction, knobs, truth)
        table([
            {{"stage": stage.title, "boxes": len(stage.boxes), "recall at IoU .5, .7": stage.recall}}
            for stage in filtered.stages
        ])
    """)
    yield code("""
        from cvdemo.draw.detections import draw_detections
        from cvdemo.labs.rpn.experiment import proposals_in_picture
        from cvdemo.ops.detections import scaled

        size = picture.shape[:2]
        proposals = proposals_in_picture(prediction, filtered, size)
        row({
            "proposals": draw_detections(picture, proposals, labels=False),
            "detections": draw_detections(picture, scaled(filtered.detections, prediction.size, size)),
        })
    """)
    if is_drawn(state):
        yield code("print(filtered.score.text())")
    yield text("Try `iou=1.0, after=20`: without NMS the best proposals are all around one object.")
