"""Region proposals as a notebook: segments, merges, boxes, and what the boxes find."""

from __future__ import annotations

from cvdemo.labs.proposals.experiment import START
from cvdemo.notebook import Cells, PageState, code, is_drawn, picture, text
from cvdemo.ops.grouping import SIMILARITIES


def cells(state: PageState) -> Cells:
    """The picture, one hierarchy of merges, the boxes of a search, and its recall on a drawn scene."""
    alike = state.get("alike", SIMILARITIES)
    yield picture(state)
    yield code(f"""
        from cvdemo.labs.proposals.draw import draw_merges, draw_proposals, recall_curves
        from cvdemo.labs.proposals.experiment import merge_segments, search, start_segments, strategies
        from cvdemo.ops.regions import Strategy

        strategy = Strategy(
            space={state.get("space", START.space)!r}, scale={float(state.get("k", START.scale))},
            similarities={tuple(name for name in SIMILARITIES if name in alike)},
            sigma={state.get("sigma", START.sigma)}, min_size={state.get("least", START.min_size)},
        )
        merged = merge_segments(start_segments(picture, strategy), strategy)
        print(f"{{len(merged.start.segments)}} segments, {{len(merged.tree.parents)}} merges")
    """)
    yield code("""
        from cvdemo.draw.inline import row

        last = len(merged.tree.parents) - 1
        numbers = sorted({0, last // 2, 9 * last // 10})
        frames = draw_merges(merged.start.picture, merged.start.segments.labels, merged.tree, numbers)
        row({f"merge {n + 1}": frame for n, frame in zip(numbers, frames)})
    """)
    yield code(f"""
        from PIL import Image

        found = search(picture, strategies({state.get("search", "fast")!r}, strategy))
        boxes = found.proposals.boxes[:{state.get("n", 100)}]
        print(f"{{len(boxes)}} of {{len(found.proposals)}} boxes, {{found.seconds:.2f}} s")
        Image.fromarray(draw_proposals(picture, boxes))
    """)
    if is_drawn(state):
        yield from _recall(state)
    yield text(
        "Try `similarities=('colour',)`, or a search of all hierarchies: `strategies('quality', strategy)`."
    )


def _recall(state: PageState) -> Cells:
    yield code(f"""
        from cvdemo.draw.inline import table
        from cvdemo.labs.proposals.experiment import COUNTS, find_objects, objects_table, recall_curve, target_boxes

        targets = target_boxes(truth)
        best = find_objects(boxes, targets).iou
        print(f"{{(best >= {state.get("iou", 0.5)}).sum()}} of {{len(targets)}} objects found")
        columns = objects_table(truth, found.proposals.boxes, best)
        table([dict(zip(columns, line)) for line in zip(*columns.values())])
    """)
    yield code("""
        recall_curves(COUNTS, recall_curve(found.proposals.boxes, targets), None, len(boxes))
    """)
