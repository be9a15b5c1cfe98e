"""Pose as a notebook: people with keypoints, heat maps against regression, and how they are scored."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.notebook import Cells, PageState, code, fetched, is_drawn, model_key, picture, text


def cells(state: PageState) -> Cells:
    """The picture, its people, one person's heat map, both ways' errors."""
    key = model_key(state, zoo.Task.POSE)
    yield picture(state)
    yield code(f"""
        from PIL import Image

        from cvdemo import zoo
        from cvdemo.draw.detections import draw_detections
        from cvdemo.labs.pose.experiment import compare, people, pose_trace

        model = zoo.load({key!r}){fetched(key)}
        person_id = [k for k, name in model.names().items() if name == "person"]
        found = model(picture, score={state.get("score", 0.3)}, iou=0.5, classes=person_id)
        listed = people(found, truth)  # those found, then those of a scene who were missed
        for number, one in enumerate(listed):
            print(one.title(number + 1))
        Image.fromarray(draw_detections(picture, found))
    """)
    if is_drawn(state):
        yield code("""
            from cvdemo.metrics.people import people_score

            print(people_score(found, truth).text(measure="OKS AP", objects="people"))
        """)
    yield code(f"""
        import cv2

        from cvdemo.draw.heat import overlay_heat
        from cvdemo.draw.inline import row
        from cvdemo.ops.keypoints import KEYPOINT_NAMES

        number, keypoint = {state.get("person", 0)}, {state.get("keypoint", "left_ankle")!r}
        person = listed[number] if number < len(listed) else None
        trace = None if person is None else pose_trace(model.spec, picture, person.box)
        shown = {{}}
        if trace is not None and trace.maps is not None:
            x1, y1, x2, y2 = (max(0, round(float(v))) for v in trace.area)
            part = picture[y1:y2, x1:x2]
            heat = cv2.resize(trace.maps[KEYPOINT_NAMES.index(keypoint)], part.shape[1::-1])
            shown[f"{{trace.title}}: {{keypoint}}"] = overlay_heat(part, heat)
        row(shown)
    """)
    moved = state.get("moved")
    yield code(f"""
        from cvdemo.labs.pose.draw import error_bars

        ways, alpha = {{}}, {state.get("alpha", 0.1)}
        if person is not None:
            ways = {{"heat maps": trace.keypoints, "regression": trace.regressed, "as found": person.points.copy()}}
            for k, place in {moved or {}}.items():  # keypoints that were dragged
                ways["as found"][k] = place
        errors = {{}}
        for name, points in ways.items():
            if points is not None:
                result = compare(points[:, :2], person, alpha)
                errors[name] = result.errors
                print(f"{{name}}: OKS {{result.oks:.3f}}, PCK {{result.correct.sum()}} keypoints")
        error_bars(errors) if errors else None
    """)
    yield text("Try another keypoint: which maps have a second peak?")
