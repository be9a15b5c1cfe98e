"""Stacked frames as a notebook: neighbouring frames as channels, and what each neighbour adds."""

from __future__ import annotations

from cvdemo.data.chosen import SPLIT
from cvdemo.labs.stacked.experiment import lengths
from cvdemo.notebook import Cells, PageState, code, text


def cells(state: PageState) -> Cells:
    """The clip, one stack with its motion, the answers by number of frames, the first layer."""
    known = lengths()
    length = state.get("frames", 5 if 5 in known else known[-1])
    yield code(f"""
        from cvdemo import world
        from cvdemo.labs.stacked.experiment import first_layer, fringes, look, responses, stack_ending

        clip = world.activity_clip({state.get("seed", 6)}, split={SPLIT!r}, activity={state.get("activity", "throw")!r})
        seen = look(clip)  # the frames as nets see them, their flow, and what nets of 1, 3, 5 frames say
    """)
    yield code(f"""
        from cvdemo.draw.flow import flow_colours
        from cvdemo.draw.inline import row, table

        length, moment = {length}, {state.get("moment", 9) - 1}  # the stack ends at this frame, from 0 on
        stack = stack_ending(seen.frames, moment, length)
        shown = {{f"frame {{k + 1}} of {{length}}": frame for k, frame in enumerate(stack)}}
        flow = seen.flow[max(moment - 1, 0)]
        row({{**shown, "in one picture": fringes(stack), "motion": flow_colours(flow, 4.0)}}, width=200)
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
