"""Five tasks as a notebook: five answers to one picture, and how much each holds."""

from __future__ import annotations

from cvdemo.notebook import Cells, PageState, code, domain, picture, text


def cells(state: PageState) -> Cells:
    """The picture, all five answers, and what they hold."""
    yield picture(state)
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.labs.five_tasks.experiment import five_tasks, models_of

        domain = zoo.Domain.{domain(state).name}
        found = five_tasks(picture, domain, score={state.get("score", 0.5)})
        {{task: spec.title for task, spec in models_of(domain).items()}}
    """)
    yield code("""
        from cvdemo.draw.detections import draw_detections
        from cvdemo.draw.inline import row
        from cvdemo.draw.segmentation import overlay_labels
        from cvdemo.labs.five_tasks.experiment import box_of

        print("class:", found.one.classes)
        row({
            "classification and localization": draw_detections(picture, box_of(found.one)),
            "detection": draw_detections(picture, found.detection),
            "semantic segmentation": overlay_labels(picture, found.semantic, found.names),
            "instance segmentation": draw_detections(picture, found.instances),
        })
    """)
    yield code("""
        from cvdemo.draw.inline import table
        from cvdemo.labs.five_tasks.experiment import holdings

        table(holdings(found))
    """)
    yield text("Try `score=0.1`: which of the five answers change, and which cannot?")
