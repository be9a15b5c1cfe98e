"""Sliding window to FCN as a notebook: the same scores window by window and as convolutions."""

from __future__ import annotations

from cvdemo.labs.fcn.experiment import KEY, STRIDES
from cvdemo.notebook import Cells, PageState, code, is_drawn, picture, text


def cells(state: PageState) -> Cells:
    """The picture, both ways and their cost; on a photo the heat map of a class."""
    yield picture(state)
    classifier = state.get("classifier", KEY if is_drawn(state) else "")
    yield from _drawn(state) if classifier == KEY else _photo(state)


def _drawn(state: PageState) -> Cells:
    yield code(f"""
        from cvdemo.labs.fcn.experiment import at_size, both_ways, pixel_accuracy

        small = at_size(picture, {state.get("longest", 192)})
        found = both_ways(small, {state.get("stride", 8)})
        for way, run in (("window by window", found.slid), ("as convolutions", found.convolved)):
            print(f"{{way}}: {{run.value.calls:,}} calls, {{run.milliseconds:.0f}} ms")
        print("largest difference of two scores:", found.apart)
    """)
    yield code("""
        from cvdemo.draw.inline import row
        from cvdemo.draw.segmentation import paint_labels
        from cvdemo.world.vocabulary import SEMANTIC

        maps = {"window by window": found.slid.value.scores, "as convolutions": found.convolved.value.scores}
        classes = {name: scores.argmax(0).astype("uint8") for name, scores in maps.items()}
        row({"picture": small, **{name: paint_labels(one, SEMANTIC) for name, one in classes.items()}})
    """)
    if is_drawn(state):
        yield code(
            'print(f"{pixel_accuracy(found, truth.semantic):.1%} of the windows have the centre\'s class")'
        )
    yield code(f"""
        from cvdemo.labs.fcn.draw import cost_curves
        from cvdemo.labs.fcn.experiment import convolved_cost, window_cost

        strides, (height, width) = {STRIDES}, small.shape[:2]
        ways = {{"window by window": window_cost, "as convolutions": convolved_cost}}
        costs = {{name: [cost(height, width, s).multiply_adds for s in strides] for name, cost in ways.items()}}
        cost_curves(strides, costs, found.stride)
    """)
    yield text("Try a stride of 4: the windows cost four times as much, the convolutions the same.")


def _photo(state: PageState) -> Cells:
    chosen = state.get("photo-class")
    shown = "maps.best(1)[0][0]" if chosen is None else repr(chosen)
    yield code(f"""
        from PIL import Image

        from cvdemo import zoo
        from cvdemo.labs.fcn.photo import class_maps, overlay

        maps = class_maps(picture, {state.get("photo-longest", 448)}, {state.get("photo-pool", 3)})
        names = zoo.labels("imagenet")
        print(f"{{maps.probabilities.shape}} probabilities in {{maps.milliseconds:.0f}} ms")
        print({{names[k]: round(peak, 2) for k, peak in maps.best(8)}})
        Image.fromarray(overlay(maps, {shown}))  # the heat map of a class
    """)
    if state.get("photo-windows"):
        yield code(f"""
            from cvdemo.labs.fcn.photo import run_windows

            run_windows(picture, {state.get("photo-longest", 448)})  # every window by itself: it takes a while
        """)
    yield text("Try another class of `maps.best(8)`, or a larger picture.")
