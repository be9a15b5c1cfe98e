"""YOLO and SSD as a notebook: all that both predict in one pass, before threshold and NMS."""

from __future__ import annotations

from cvdemo.labs.yolo_ssd.experiment import LEVELS, PHOTO_LEVELS, first_ssd
from cvdemo.notebook import Cells, PageState, code, is_drawn, picture, text


def cells(state: PageState) -> Cells:
    """The picture; YOLO's grid and SSD's levels, or the SSD that knows photos."""
    yield picture(state)
    nets = state.get("nets")
    drawn = is_drawn(state) if nets is None else nets.startswith("YOLO")
    yield from _both(state) if drawn else _photo(state)


def _both(state: PageState) -> Cells:
    levels = [LEVELS.index(name) for name in state.get("levels", LEVELS)]
    yield code(f"""
        from cvdemo.labs.yolo_ssd.experiment import from_levels, ssd_cells, ssd_levels, yolo_cells, yolo_grid

        grid, ssd = yolo_grid(picture), ssd_levels(picture, {state.get("ssd", first_ssd())!r})
        rows, columns, boxes = grid.confidence.shape
        print(f"YOLO: {{rows}} x {{columns}} cells x {{boxes}} boxes, {{grid.milliseconds:.0f}} ms")
        print(f"{{ssd.key}}: {{len(ssd.boxes):,}} default boxes on {{ssd.names}}, {{ssd.milliseconds:.0f}} ms")
    """)
    shown = "draw_matches(picture, kept, truth)" if is_drawn(state) else "draw_detections(picture, kept)"
    yield code(f"""
        from cvdemo.draw.detections import draw_detections
        from cvdemo.draw.inline import row
        from cvdemo.draw.matches import draw_matches
        from cvdemo.ops.detections import select

        score, iou = {state.get("score", 0.3)}, {state.get("iou", 0.5)}
        raw = {{"YOLO": grid.raw, "SSD": from_levels(ssd, {levels})}}  # which of SSD's levels are on
        found = {{name: select(one, score=score, iou=iou) for name, one in raw.items()}}
        row({{name: {shown} for name, kept in found.items()}})
    """)
    if is_drawn(state):
        yield code("""
            from cvdemo.labs.yolo_ssd.experiment import recall_by_size
            from cvdemo.metrics.scene import scene_score

            for name, kept in found.items():
                print(name, scene_score(kept, truth).text(), recall_by_size(kept, truth))
        """)
    yield code("""
        from cvdemo.data.pictures import fit
        from cvdemo.labs.yolo_ssd.draw import draw_cell_map
        from cvdemo.world.vocabulary import THINGS

        small = fit(picture, 480)
        unit = small.shape[1] / picture.shape[1]
        maps = {"YOLO's grid": yolo_cells(grid), **{f"SSD, {one.name}": one for one in ssd_cells(ssd)}}
        row({
            name: draw_cell_map(small, one._replace(cell=(unit * one.cell[0], unit * one.cell[1])), THINGS)
            for name, one in maps.items()
        })
    """)
    yield text("Try `score=0.1, iou=1.0`: several cells answer for one object.")


def _photo(state: PageState) -> Cells:
    levels = [PHOTO_LEVELS.index(name) for name in state.get("photo-levels", PHOTO_LEVELS)]
    yield code(f"""
        from PIL import Image

        from cvdemo.draw.detections import draw_detections
        from cvdemo.labs.yolo_ssd.experiment import from_levels, mobilenet_levels
        from cvdemo.ops.detections import select

        ssd = mobilenet_levels(picture)
        print(f"{{len(ssd.boxes):,}} default boxes on {{ssd.names}}, {{ssd.milliseconds:.0f}} ms")
        kept = select(
            from_levels(ssd, {levels}), score={state.get("score", 0.3)}, iou={state.get("iou", 0.5)}
        )
        print([ssd.names[level] for level in kept.data["level"]])
        Image.fromarray(draw_detections(picture, kept))
    """)
    yield text("Try `from_levels(ssd, [0, 1])`: the fine levels alone lose the large objects.")
