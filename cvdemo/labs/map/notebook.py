"""mAP as a notebook: the curve of a class, what AP depends on, what errors cost."""

from __future__ import annotations

from cvdemo.labs.map.experiment import NMS_IOU, drawn_detectors
from cvdemo.notebook import Cells, PageState, code, fetched, model_key, text
from cvdemo.zoo.spec import Task


def cells(state: PageState) -> Cells:
    """The set, its changes, the curve of a class, the table of classes and thresholds, the errors."""
    kind = state.get("data", "example")
    yield from {"my photos": _photos, "my results": _results}.get(kind, _example)(state)
    yield from _curve(state)
    yield code("""
        from cvdemo.labs.map.draw import threshold_table
        from cvdemo.metrics.coco import score

        scores = score(eligible.data, eligible.conventions)
        print({name: round(value, 3) for name, value in scores.summary().items()})
        threshold_table(scores, names)
    """)
    yield code(f"""
        from cvdemo.labs.map.draw import tide_bars
        from cvdemo.metrics.tide import tide
        from cvdemo.metrics.what_if import above

        kept = EligiblePairs(above(eligible.data, {state.get("score", 0.3)}), eligible.conventions)
        tide_bars(tide(kept, iou))  # what each kind of error costs
    """)
    yield text("Try `nms=1.0` (duplicates stay), `alarms=1` (one confident false alarm), or `iou = 0.9`.")


def _example(state: PageState) -> Cells:
    keys = drawn_detectors()
    key = state.get("detector", keys[0] if keys else "simulated")
    if key == "simulated":
        yield code("""
            from cvdemo.labs.map.experiment import drawn_example, simulated_set

            found = simulated_set(drawn_example())  # 40 scenes; the detections are made up, no network ran
            print(found.about)
        """)
        return
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.labs.map.experiment import detect, detected_set, drawn_example, pictures_of_example

        example, model = drawn_example(), zoo.load({key!r})
        categories = example.truth["categories"]
        rows = [row for one in pictures_of_example(example) for row in detect(model, one, categories)]
        found = detected_set(example, model.spec, rows)
        print(found.about)
    """)


def _photos(state: PageState) -> Cells:
    key = model_key(state, Task.DETECT, first="sample")
    yield code(f"""
        # Put your photos and their truth in one COCO JSON file, or a ZIP of both, into the folder `photos` beside
        # this notebook; until then drawn scenes with simulated detections stand in.
        from pathlib import Path

        from cvdemo import zoo
        from cvdemo.labs.map.experiment import detect, drawn_example, simulated_set
        from cvdemo.labs.map.files import photo_evaluation, read_photo_set

        files = [(path.name, path.read_bytes()) for path in sorted(Path("photos").glob("*"))]
        if files:
            photos, model = read_photo_set(files), zoo.load({key!r}){fetched(key)}
            categories = photos.truth["categories"]
            rows = [row for one in photos.pictures for row in detect(model, one, categories)]
            found = photo_evaluation("own", model.spec, photos, rows)
        else:
            found = simulated_set(drawn_example())
        print(found.about)
    """)


def _results(state: PageState) -> Cells:
    format_ = state.get("format", "guess")
    shape = {"masks": "segm", "keypoints": "keypoints"}.get(state.get("shape", "boxes"), "bbox")
    yield code(f"""
        # Put your truth into the folder `truth` and your results into the folder `results` beside this notebook;
        # until then drawn scenes with simulated detections stand in.
        from pathlib import Path

        from cvdemo.labs.map.experiment import drawn_example, simulated_set
        from cvdemo.labs.map.files import read_own_set

        truth, results = (
            [(path.name, path.read_bytes()) for path in sorted(Path(folder).glob("*"))]
            for folder in ("truth", "results")
        )
        found = (
            read_own_set("own", truth, results, iou_type={shape!r}, format={None if format_ == "guess" else format_!r})
            if truth else simulated_set(drawn_example())
        )
        print(found.about)
    """)


def _curve(state: PageState) -> Cells:
    nms = state.get("nms", NMS_IOU if state.get("data", "example") == "example" else 1.0)
    yield code(f"""
        from cvdemo.draw.inline import Html
        from cvdemo.labs.map.draw import class_bars, curve_svg
        from cvdemo.labs.map.experiment import changed, classes_by_truth, conventions_of, mean_ap
        from cvdemo.metrics.curve import curves, unique_names
        from cvdemo.metrics.eligible_pairs import EligiblePairs

        untouched = EligiblePairs(found.data)
        names = unique_names(untouched)
        name = {state.get("class", "duck")!r}
        category = names.index(name) if name in names else classes_by_truth(untouched)[0]
        data = changed(found.data, nms={nms}, alarms={state.get("alarms", 0)}, category=category)
        eligible = EligiblePairs(data, conventions_of({state.get("rules", "COCO")!r}, data))
        iou = {state.get("iou", 0.5)}
        by_class = curves(eligible, iou)
        curve = by_class[category]
        point = curve.at_score({state.get("score", 0.3)})
        print(f"AP of {{curve.name}} {{curve.ap('101-point'):.3f}}, mAP {{mean_ap(by_class):.3f}} at IoU {{iou}}")
        print(f"at the score threshold: precision {{point.precision:.3f}}, recall {{point.recall:.3f}}")
        Html(curve_svg(curve))
    """)
    yield code("""
        aps = {names[k]: one.ap("101-point") for k, one in by_class.items()}
        class_bars(aps, mean_ap(by_class), curve.name)
    """)
