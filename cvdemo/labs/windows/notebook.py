"""Sliding window as a notebook: every window of a pyramid, both ways, and what comes out of it."""

from __future__ import annotations

from cvdemo.labs.windows.experiment import KEY
from cvdemo.notebook import Cell, Cells, PageState, code, is_drawn, picture, text


def cells(state: PageState) -> Cells:
    """The picture, the scores of all windows, the detections; other nets for drawings and photos."""
    yield picture(state)
    classifier = state.get("classifier", KEY if is_drawn(state) else "")
    yield from _drawn(state) if classifier == KEY else _photo(state)


def _drawn(state: PageState) -> Cells:
    ratios = (0.5, 1.0, 2.0) if state.get("shapes") else (1.0,)
    yield code(f"""
        from cvdemo.labs.windows.experiment import Search, raw_windows, search_both_ways

        search = Search(
            smallest={state.get("smallest", 24)}, scales={state.get("scales", 4)},
            stride={state.get("stride", 8)}, ratios={ratios},
        )
        found = search_both_ways(picture, search)  # window by window, and as convolutions
        for way, cost in (("window by window", found.windows), ("by convolution", found.convolved)):
            print(f"{{way}}: {{cost.calls:,}} calls, {{cost.seconds:.3f}} s")
        print("largest difference of two scores:", found.apart)
    """)
    yield _detections(state, "raw_windows(found, picture.shape[1], picture.shape[0])", "score", 0.5)
    yield text("Try `stride=4`: how many windows does it cost, and what does it bring?")


def _photo(state: PageState) -> Cells:
    yield code(f"""
        from cvdemo.labs.windows.photo import photo_pyramid, raw_photo_windows

        smallest, scales = {state.get("photo-smallest", 128)}, {state.get("photo-scales", 3)}
        found = photo_pyramid(picture, smallest, scales)
        print(f"{{found.windows}} windows, {{found.milliseconds:.0f}} ms by convolution")
    """)
    yield _detections(state, "raw_photo_windows(found, picture)", "photo-score", 0.4)
    yield text("Try a larger smallest window: which window is the most certain one?")


def _detections(state: PageState, raw: str, score: str, first: float) -> Cell:
    return code(f"""
        from PIL import Image

        from cvdemo.draw.detections import draw_detections
        from cvdemo.ops.detections import select

        raw = {raw}
        kept = select(raw, score={state.get(score, first)}, iou={state.get("iou", 0.3)})
        print(f"{{len(raw)}} windows before threshold and NMS, {{len(kept)}} after")
        Image.fromarray(draw_detections(picture, kept))
    """)
