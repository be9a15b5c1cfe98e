"""R-CNN to Faster R-CNN as a notebook: one picture through four nets, stage by stage."""

from __future__ import annotations

from cvdemo.labs.rcnn.experiment import FAMILIES
from cvdemo.notebook import Cells, PageState, code, is_drawn, picture, text


def cells(state: PageState) -> Cells:
    """The picture, all nets' stages, one region, the detections; on a photo R-CNN with ImageNet's classes."""
    yield picture(state)
    if not is_drawn(state):
        yield from _photo(state)
    additions = ", additions=True" if state.get("family") == FAMILIES[1] else ""
    yield code(f"""
        from cvdemo.draw.inline import row, table
        from cvdemo.labs.rcnn.experiment import keep_detections, objects_to_follow, run_family, targets_of

        regions = {state.get("regions", 100)}
        runs = run_family(picture, regions{additions})  # R-CNN, Fast R-CNN, Faster R-CNN, R-FCN
        table([{{"net": run.title, **{{f"{{k}}, ms": v for k, v in run.milliseconds.items()}}}} for run in runs])
    """)
    follow = state.get("follow")
    yield code(f"""
        from cvdemo.labs.rcnn.stages import show_correction, show_input, show_region, show_regions

        targets = None if truth is None else targets_of(truth)
        objects = {{one.name: one for one in objects_to_follow(targets, runs)}}
        followed = {"next(iter(objects.values()))" if follow is None else f"objects[{follow!r}]"}
        print("followed:", followed.name, "of", ", ".join(objects))
        row({{f"{{run.title}}: regions": show_regions(run, followed)[0] for run in runs}})
    """)
    yield code("""
        stages = {"what the network is fed": show_input, "one region": show_region, "corrected": show_correction}
        row({f"{run.title}: {name}": show(run, followed)[0] for name, show in stages.items() for run in runs})
    """)
    yield code(f"""
        from cvdemo.data.pictures import fit
        from cvdemo.labs.rcnn.stages import draw_kept
        from cvdemo.metrics.scene import scene_score

        small, kept = fit(picture, 640), {{}}
        for run in runs:
            kept[run.title] = keep_detections(
                run.raw, targets, score={state.get("score", 0.3)}, iou={state.get("iou", 0.5)}
            )
            if truth is not None:
                print(f"{{run.title}}: {{scene_score(kept[run.title].after_nms, truth).text()}}")
        row({{title: draw_kept(small, one, targets, runs[0].size) for title, one in kept.items()}})
    """)
    yield text("Try `regions = 10`: R-CNN and Fast R-CNN lose objects, because nobody proposes them.")


def _photo(state: PageState) -> Cells:
    yield code(f"""
        from PIL import Image

        from cvdemo.draw.detections import draw_detections
        from cvdemo.labs.rcnn.experiment import keep_named, photo_regions

        found = photo_regions(picture, {state.get("photo-regions", 64)})  # search, warp, ImageNet's classes
        print(found.milliseconds)
        kept = keep_named(
            found.raw, score={state.get("photo-score", 0.2)}, iou={state.get("photo-iou", 0.3)},
            across={bool(state.get("photo-across", False))},
        )
        Image.fromarray(draw_detections(picture, kept))
    """)
