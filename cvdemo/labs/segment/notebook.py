"""Segment as a notebook: a class for every pixel, by one model or several, scored on a drawn scene."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.notebook import Cells, PageState, code, domain, fetched, is_drawn, picture, text


def cells(state: PageState) -> Cells:
    """The picture, every model's label map, errors and scores where the truth is known."""
    keys = state.get("models") or [zoo.first_model(zoo.Task.SEGMENT, domain(state))]
    remarks = dict.fromkeys(filter(None, map(fetched, keys)))
    yield picture(state)
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.draw.inline import row
        from cvdemo.draw.segmentation import overlay_labels

        models = [zoo.load(key) for key in {keys}]{"".join(remarks)}
        labels = {{model.spec.title: model(picture) for model in models}}  # [H, W] class ids
        names = {{
            model.spec.title: [name for _, name in sorted(model.names().items())] for model in models
        }}
        row({{title: overlay_labels(picture, found, names[title]) for title, found in labels.items()}}, width=640)
    """)
    yield code("""
        import numpy as np

        for title, found in labels.items():
            shares = np.bincount(found.ravel(), minlength=len(names[title])) / found.size
            print(title, {names[title][k]: f"{shares[k]:.1%}" for k in np.argsort(-shares) if shares[k] > 0})
    """)
    if is_drawn(state):
        yield code("""
            from cvdemo.draw.segmentation import error_map
            from cvdemo.metrics.segmentation import SegmentationScores
            from cvdemo.world.vocabulary import SEMANTIC

            errors = {}
            for title, found in labels.items():
                if tuple(names[title]) == SEMANTIC:  # the truth is known in the drawn world's classes
                    score = SegmentationScores(len(SEMANTIC))
                    score.add(truth.semantic, found)
                    print(f"{title}: mIoU {score.mean_iou():.3f}, boundary F1 {score.mean_boundary_f1():.3f}")
                    errors[title] = error_map(picture, found, truth.semantic)
            row(errors, width=640)
        """)
    yield text("Try another model: `[spec.key for spec in zoo.models('segment')]` lists them.")
