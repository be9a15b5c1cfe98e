"""Tracking as a notebook: SORT and ByteTrack phase by phase on a clip's detections."""

from __future__ import annotations

from cvdemo import zoo
from cvdemo.labs.tracking.experiment import StepKnobs
from cvdemo.notebook import Cells, PageState, clip, code, fetched, is_drawn, text

FIRST = StepKnobs()
NAMES = {
    "tracker": "tracker", "score": "score", "nms": "nms", "iou": "iou", "buffer": "buffer", "hits": "hits",
    "low": "low", "second_iou": "second", "association": "association",
}  # fmt: skip
"""The name of each knob among the page's values."""


def cells(state: PageState) -> Cells:
    """The clip, its detections, the tracker's steps, one of them with its matrix of IoUs."""
    key = state.get("model", "ssd-plus" if is_drawn(state, "drawn") else zoo.first_model(zoo.Task.DETECT))
    prompt = ", 'person, dog'" if zoo.spec(key).prompt else ""
    knobs = [f"{field}={state.get(name, getattr(FIRST, field))!r}" for field, name in NAMES.items()]
    yield clip(state)
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.labs.tracking.experiment import ROUNDS, StepKnobs, first_change, track_steps
        from cvdemo.video.work import Work

        work = Work(zoo.load({key!r}), clip{prompt}){fetched(key)}
        for speed in work.run():  # the network runs once on each frame
            pass
        raw = work.result().raw
        knobs = StepKnobs(
            {", ".join(knobs[:5])},
            {", ".join(knobs[5:])},
        )
        found = track_steps(raw, knobs)
    """)
    yield code("""
        from cvdemo.draw.inline import table

        events = ("born", "confirmed", "lost", "found_again", "removed")
        table([
            {"frame": step.number, **{event: ", ".join(map(str, getattr(step, event))) for event in events}}
            for step in found.steps if any(getattr(step, event) for event in events)
        ])
    """)
    frame = state.get("frame")
    yield code(f"""
        frame = {"first_change(found)" if frame is None else f"min({frame}, len(found.steps) - 1)"}
        step = found.steps[frame]
        for name, one in zip(ROUNDS[knobs.tracker], step.rounds):
            print(f"{{name}}: tracks {{one.ids.tolist()}} against detections {{one.rows.tolist()}}")
            print(one.iou.round(2), "pairs", one.assignment.pairs.tolist())
        table([
            {{"track": t.id, "life": t.life.value, "box": t.box.round(1).tolist(), "hits": t.hits, "missed": t.missed}}
            for t in step.tracks
        ])
    """)
    yield text("Try `buffer=1`: a track that is hidden for a moment comes back with another number.")
