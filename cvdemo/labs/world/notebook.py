"""The world page as a notebook: a drawn scene, or a clip, with what is known of it."""

from __future__ import annotations

from cvdemo import world
from cvdemo.data.chosen import SPLIT
from cvdemo.labs.world.experiment import FPS, SIZE
from cvdemo.notebook import Cells, PageState, code, difficulty, scene, text


def cells(state: PageState) -> Cells:
    """The scene and its truth, or the clip and one frame of it."""
    if state.get("show") == "clip":
        yield from _clip(state)
        return
    yield scene(state)
    yield code(f"""
        from PIL import Image

        from cvdemo.world.layers import LAYERS, overlay

        layers = {state.get("layers", ["boxes"])}  # any of LAYERS
        print(world.write_captions(truth)[0])
        Image.fromarray(overlay(picture, truth, layers))
    """)
    yield code("""
        from cvdemo.draw.inline import table

        columns = zip(truth.names(), truth.boxes.round(1).tolist(), truth.visible.tolist())
        table([{"object": name, "box": box, "visible": visible} for name, box, visible in columns])
    """)
    yield text("Try `world.named('hard')`, another seed, or `layers = ['semantic']`: no pixel is left out.")


def _clip(state: PageState) -> Cells:
    camera, seconds = state.get("camera", world.CAMERA.default), state.get("seconds", 4.0)
    yield code(f"""
        from cvdemo import world

        clip = world.clip(
            {state.get("seed", 7)}, split={SPLIT!r}, difficulty={difficulty(state)},
            seconds={seconds}, fps={FPS}, camera={camera},
        )
    """)
    yield code(f"""
        from cvdemo.draw.inline import film
        from cvdemo.labs.world import experiment

        size = {SIZE}
        made = experiment.film(clip, size)  # all frames are drawn, with the truth of each
        film(made.mp4)
    """)
    yield code(f"""
        from PIL import Image

        from cvdemo.world.film.layers import clip_overlay

        frame = len(clip) // 2
        layers = {state.get("over", ["tracks"])}
        Image.fromarray(clip_overlay(*world.draw_clip_frame(clip, frame, *size), layers))
    """)
    yield text("Try `camera=1.0` (a hand that shakes), or follow one track: `made.tracks`, `made.boxes`.")
