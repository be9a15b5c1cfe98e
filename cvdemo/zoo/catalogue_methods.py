"""The catalogue's methods that need no weights: nothing was trained for them."""

from __future__ import annotations

from cvdemo.zoo.spec import Chart, ModelSpec, Source, Task

BY_HAND = Chart("by hand")


def _flow(key: str, title: str, paper: str, licence: str, adapter: str, note: str) -> ModelSpec:
    return ModelSpec(
        key=key, task=Task.FLOW, title=title, paper=paper, source=Source.METHOD, licence=licence,
        download_bytes=0, labels="", adapter=f"cvdemo.zoo.flow_methods:{adapter}", note=note, chart=BY_HAND,
        default=key == "dis",
    )  # fmt: skip


METHODS = (
    _flow(
        "lucas-kanade", "Lucas-Kanade", "https://doi.org/10.5555/1623264.1623280", "MIT", "lucas_kanade",
        "One motion for a window of 15 x 15 pixels, by least squares, from coarse to fine.",
    ),
    _flow(
        "horn-schunck", "Horn-Schunck", "https://doi.org/10.1016/0004-3702(81)90024-2", "MIT",
        "horn_schunck", "Brightness stays and neighbours move alike, for the whole picture at once.",
    ),
    _flow(
        "farneback", "Farnebäck", "https://doi.org/10.1007/3-540-45103-X_50", "Apache-2.0",
        "farneback_method", "Polynomials fitted round every pixel, and how far each is moved; OpenCV's.",
    ),
    _flow(
        "dis", "DIS", "https://arxiv.org/abs/1603.03590", "Apache-2.0", "dis_method",
        "Patches found by gradient descent from coarse to fine, then refined; OpenCV's, made for speed.",
    ),
)  # fmt: skip
