"""Captioners: what a slider of decoding costs, against the one run of the encoder that it spares."""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median
from typing import Any

from cvdemo import world, zoo
from cvdemo.labs.captions.experiment import Decoding, write
from cvdemo.zoo.captioner import Captioner, Encoded, PrefixMemo
from cvdemo.zoo.entries import entries
from cvdemo.zoo.evaluate import SIZE

WIDTHS = (1, 3, 5)


def run(*, n: int = 20, device: str = "cpu") -> dict[str, Any]:
    """Milliseconds of encoder and decoding for each net of the drawn world, medians of n test scenes.

    Decoding is what the page does when a slider rests: the search from the encoded picture with nothing
    remembered, then probabilities, rivals and attention of every word.
    """
    scenes = [world.draw(world.scene(seed, split="test"), *SIZE)[0] for seed in range(n)]
    return {"scenes": n, "nets": [_times(entry.key, scenes, device) for entry in entries(zoo.Task.CAPTION)]}


def _times(key: str, scenes: list[Any], device: str) -> dict[str, Any]:
    model = zoo.load(key, device)
    assert isinstance(model, Captioner)
    encoded = [model.encoded(scene) for scene in scenes]
    for width in WIDTHS:  # once for what is built at the first call
        _decode(model, encoded[0], width)
    encoder = median(one.milliseconds for one in encoded[1:])
    decoding = {width: median(_decode(model, one, width) for one in encoded) for width in WIDTHS}
    return {
        "net": key,
        "encoder ms": round(encoder, 1),
        "decoding ms": {f"beam {width}": round(ms, 1) for width, ms in decoding.items()},
        "decoding at beam 5 / encoder": round(decoding[5] / encoder, 2),
    }


def _decode(model: Captioner, encoded: Encoded, width: int) -> float:
    """Milliseconds of a caption and all that the page shows of it."""
    fresh = replace(encoded, memo=PrefixMemo())
    start = time.perf_counter()
    write(model, fresh, Decoding(width=width))
    return 1000 * (time.perf_counter() - start)
