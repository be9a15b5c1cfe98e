"""Stacked frames as a notebook: neighbouring frames as channels, and what each neighbour adds."""

from __future__ import annotations

from cvdemo.data.chosen import SPLIT
from cvdemo.labs.stacked.experiment import FIRST_ACTIVITY, FIRST_MOMENT, FIRST_SEED, lengths
from cvdemo.notebook import Cells, PageState, code, text


def cells(state: PageState) -> Cells:
    """What the stacks are for: activities, or a frame's label map."""
    return _segmentation(state) if state.get("use", "activity") == "segmentation" else _activity(state)


def _segmentation(state: PageState) -> Cells:
    """The frames, each net's map and its score."""
    scene = ", ".join(
        str(v)
        for v in (
            state.get("clip", 3), state.get("frame", 25) - 1, state.get("noise", 12.0), state.get("weather", True)
        )
    )  # fmt: skip
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.draw.inline import row, table
        from cvdemo.draw.segmentation import paint_labels
        from cvdemo.labs.stacked.frames import Scene, draw, frame_nets, segment
        from cvdemo.metrics.segmentation import SegmentationScores
        from cvdemo.world import SEMANTIC

        seen = draw(Scene({scene}))  # seed, frame from 0, noise, rain or snow
        row({{f"frame {{k + 1}} of the stack": frame for k, frame in enumerate(seen.stack.frames)}}, width=260)
    """)
    yield code("""
        shown, rows = {"truth": paint_labels(seen.truth.semantic, SEMANTIC)}, []
        for key in frame_nets():
            _, labels, milliseconds = segment(key, seen.stack)
            scores = SegmentationScores(len(SEMANTIC))
            scores.add(seen.truth.semantic, labels)
            shown[zoo.spec(key).title] = paint_labels(labels, SEMANTIC)
            rows.append({"net": key, "mIoU": scores.mean_iou(), "ms": milliseconds})
        row(shown, width=260)
    """)
    yield code("table(rows)")
    yield text("Try a noise of 0: what do the neighbours add then?")


def _activity(state: PageState) -> Cells:
    """The clip, one stack with its motion, the answers by number of frames, the first layer."""
    known = lengths()
    length = state.get("frames", 3 if 3 in known else known[-1])
    seed, activity = state.get("seed", FIRST_SEED), state.get("activity", FIRST_ACTIVITY)
    yield code(f"""
        from cvdemo import world
        from cvdemo.labs.stacked.experiment import (
            first_layer, fringes, look, motion_before, responses, stack_ending,
        )

        clip = world.activity_clip({seed}, split={SPLIT!r}, activity={activity!r})
        seen = look(clip)  # the frames as nets see them, their motion, and what the nets say
    """)
    yield code(f"""
        from cvdemo.draw.flow import bright, flow_colours
        from cvdemo.draw.inline import row, table
        from cvdemo.ops.clip_flow import LARGEST_ERROR

        length, moment = {length}, {state.get("moment", FIRST_MOMENT) - 1}  # the stack ends at this frame, from 0 on
        stack = stack_ending(seen.frames, moment, length)
        shown = {{f"frame {{k + 1}} of {{length}}": frame for k, frame in enumerate(stack)}}
        motion = motion_before(seen, moment)
        row({{
            **shown, "in one picture": fringes(stack),
            "motion": flow_colours(motion[..., :2], 4.0), "its error": bright(motion[..., 2], LARGEST_ERROR),
        }}, width=200)
    """)
    yield code("""
        k = world.ACTIVITIES.index(clip.activity)
        table([
            {"frames": n, f"this stack: {clip.activity}": float(seen.said[n][moment, k]),
             f"all stacks so far: {clip.activity}": float(seen.so_far[n][moment, k])}
            for n in seen.said
        ])
    """)
    yield code("""
        from cvdemo.draw.stacks import filter_rows, response_grid

        filters = first_layer(length)
        order = filters.order[:8]  # those that see most motion
        row({
            "filters, frame after frame": filter_rows(filters.weights[order]),
            "what they answer": response_grid(responses(stack)[order]),
        })
    """)
    yield text("Try `length = 1`: which of the answers need no neighbour?")
