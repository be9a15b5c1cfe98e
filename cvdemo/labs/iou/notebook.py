"""IoU as a notebook: two boxes, four measures, what a pixel of error costs, a detector's correct boxes."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.notebook import Cells, PageState, code, fetched, is_drawn, model_key, picture, text


def cells(state: PageState) -> Cells:
    """The picture with both boxes, all measures, the curves of a shift, a detector where one was asked for."""
    truth, prediction = state.get("truth"), state.get("prediction")
    given = truth is not None and prediction is not None
    pair = f"BoxPair({tuple(truth)}, {tuple(prediction)})" if given else "initial_pair(width, height, truth)"
    yield picture(state)
    yield code(f"""
        from PIL import Image

        from cvdemo.draw.iou import draw_overlap
        from cvdemo.labs.iou.experiment import BoxPair, initial_pair, overlap_measures

        height, width = picture.shape[:2]
        pair = {pair}  # a true box and a predicted one, x1 y1 x2 y2 in pixels
        print(overlap_measures(pair.truth, pair.prediction))
        Image.fromarray(draw_overlap(picture, pair.truth, pair.prediction))
    """)
    yield code("""
        from cvdemo.labs.iou.draw import shift_curves
        from cvdemo.labs.iou.experiment import centre_shift, square_side

        iou = overlap_measures(pair.truth, pair.prediction)["iou"]
        shift_curves(square_side(pair.truth), centre_shift(pair), iou)
    """)
    if state.get("detector") and is_drawn(state):
        yield from _detector(state)
    yield text(
        "Try a prediction that does not touch the truth: IoU is 0, and GIoU still tells near from far."
    )


def _detector(state: PageState) -> Cells:
    key = model_key(state, zoo.Task.DETECT)
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.labs.iou.draw import correct_boxes_chart
        from cvdemo.labs.iou.experiment import count_correct
        from cvdemo.metrics.conventions import COCO_THRESHOLDS

        found = zoo.load({key!r})(picture, score={state.get("score", 0.3)}, iou=0.5){fetched(key)}
        boxes = truth.boxes[~truth.difficult]
        counts = count_correct(boxes, found, width=truth.width, height=truth.height)
        correct_boxes_chart(COCO_THRESHOLDS, counts, len(boxes), len(found))
    """)
