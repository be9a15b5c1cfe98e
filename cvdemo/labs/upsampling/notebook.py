"""Upsampling as a notebook: a small map becomes a large one, on numbers and on a picture."""

from __future__ import annotations

from cvdemo.labs.upsampling.experiment import METHODS, PRESETS, WAYS
from cvdemo.notebook import Cells, PageState, code, picture, text

GRIDS = ("map", "before", "kernel")


def cells(state: PageState) -> Cells:
    """The grids with the way up, then the same on the picture."""
    typed = {name: grid for name in GRIDS if (grid := state.get(f"{name}-grid")) is not None}
    yield code(f"""
        import numpy as np

        from cvdemo.labs.upsampling.experiment import UpsamplingOptions, default_grids, upsample
        from cvdemo.ops.transposed import Layout

        options = {_options(state)}
        grids = default_grids(options)
        for name, numbers in {typed}.items():  # what was typed on the page, where it has the size that is needed
            if np.shape(numbers) == getattr(grids, name).shape:
                grids = grids._replace(**{{name: np.array(numbers, float)}})
        print(grids.map, "becomes", upsample(options, grids), sep="\\n")
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


def _options(state: PageState) -> str:
    way = WAYS[state.get("way", next(iter(WAYS)))]
    cells_ = state.get("cells", 2)
    if way != "transposed":
        factor = state.get("factor", 2)
        corners = way == "bilinear" and bool(state.get("corners"))
        given = f"factor={factor}, corners={corners}, kernel={2 * factor}, preset='bilinear', layout=Layout({factor})"
        return f"UpsamplingOptions({way!r}, cells={cells_}, {given})"
    numbers = ", ".join(
        str(state.get(n, v)) for n, v in (("stride", 2), ("padding", 0), ("added", 0), ("dilation", 1))
    )
    kernel, preset = state.get("kernel", 3), state.get("weights", PRESETS[0])
    given = f"factor=2, corners=False, kernel={kernel}, preset={preset!r}, layout=Layout({numbers})"
    return f"UpsamplingOptions({way!r}, cells={cells_}, {given})"
