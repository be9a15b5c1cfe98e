"""Upsampling as a notebook: a small map becomes a large one, on numbers and on a picture."""

from __future__ import annotations

from cvdemo.labs.upsampling.experiment import METHODS, PRESETS, WAYS
from cvdemo.notebook import Cells, PageState, code, picture, text

GRIDS = ("map", "before", "kernel")


def cells(state: PageState) -> Cells:
    """The grids with the way up, then the same on the picture."""
    typed = {name: grid for name in GRIDS if (grid := state.get(f"{name}-grid")) is not None}
    layout, options = _options(state)
    yield code(f"""
        from cvdemo.labs.upsampling.experiment import UpsamplingOptions, default_grids, upsample
        from cvdemo.ops.transposed import Layout

        options = UpsamplingOptions(
            {options}, layout={layout}
        )
        grids = default_grids(options)
        print(grids.map, "becomes", upsample(options, grids), sep="\\n")
    """)
    if typed:
        yield code(f"""
            import numpy as np

            for name, numbers in {typed}.items():  # what was typed on the page, where its size fits
                if np.shape(numbers) == getattr(grids, name).shape:
                    grids = grids._replace(**{{name: np.array(numbers, float)}})
            print(upsample(options, grids))
        """)
    yield picture(state)
    yield code(f"""
        from cvdemo.draw.inline import row
        from cvdemo.labs.upsampling.experiment import round_trips

        trips = round_trips(picture, options, grids.kernel, {state.get("down", METHODS[0])!r})
        row({{
            name if trip.error is None else f"{{name}}: off by {{trip.error:.1f}} of 255": trip.picture
            for name, trip in trips.items()
        }})
    """)
    yield text("Try a transposed convolution of kernel 3 and stride 2: the sums make a checkerboard.")


def _options(state: PageState) -> tuple[str, str]:
    """The calls that give the layout of the cells, and the options without it."""
    way = WAYS[state.get("way", next(iter(WAYS)))]
    side = f"{way!r}, cells={state.get('cells', 2)}"
    if way != "transposed":
        factor = state.get("factor", 2)
        corners = way == "bilinear" and bool(state.get("corners"))
        given = f"factor={factor}, corners={corners}, kernel={2 * factor}, preset='bilinear'"
        return f"Layout({factor})", f"{side}, {given}"
    first = {"stride": 2, "padding": 0, "added": 0, "dilation": 1}
    layout = ", ".join(str(state.get(name, value)) for name, value in first.items())
    kernel, preset = state.get("kernel", 3), state.get("weights", PRESETS[0])
    return f"Layout({layout})", f"{side}, factor=2, corners=False, kernel={kernel}, preset={preset!r}"
