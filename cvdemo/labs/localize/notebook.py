"""Classify and localize as a notebook: one class, one box, both losses."""

from __future__ import annotations

from cvdemo.notebook import Cells, PageState, code, picture, text


def cells(state: PageState) -> Cells:
    """The picture, the prediction of one net, and the losses at every weight."""
    yield picture(state, knobs={"objects": 1})
    yield code(f"""
        from cvdemo.labs.localize.draw import class_bars
        from cvdemo.labs.localize.experiment import KEYS, WEIGHTS, localize, losses, target_of
        from cvdemo.world.vocabulary import THINGS

        key = {state.get("weight", "localizer")!r}  # one of KEYS: nets that differ in the weight of the box loss
        found, target = localize(key, picture), target_of(truth)
        class_bars(THINGS, found.probabilities.tolist(), target and THINGS[target.class_id])
    """)
    yield code("""
        from PIL import Image

        from cvdemo.draw.detections import draw_detections
        from cvdemo.draw.iou import draw_overlap
        from cvdemo.labs.localize.experiment import as_detections

        height, width = picture.shape[:2]
        shown = picture
        if target is not None:  # blue is the truth, orange the net's box, green what they share
            shown = draw_overlap(picture, target.box.tolist(), found.box(width, height).tolist())
        Image.fromarray(draw_detections(shown, as_detections(found, width, height)))
    """)
    yield code("""
        from cvdemo.draw.inline import table

        rows = []
        for key in KEYS:
            found = localize(key, picture)
            line = {"weight": WEIGHTS[key], "class": THINGS[found.best]}
            if target is not None:
                measured = losses(found, target, (width, height))
                line |= {"softmax": measured.softmax, "L2": measured.l2, "IoU": measured.iou}
            rows.append(line)
        table(rows)
    """)
    yield text(
        "Try a scene with several objects, `world.named('normal', objects=6)`: there is still one box."
    )
