"""A clip on the page: drawn with a progress bar, sent once, played with the truth that is switched on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from cvdemo import world
from cvdemo.data.chosen import SPLIT
from cvdemo.data.pictures import to_jpeg
from cvdemo.draw.skeletons import SIDE_COLOURS, side_of_limb
from cvdemo.labs.world.experiment import COARSE, FPS, SIZE, Film, film
from cvdemo.ops.keypoints import LIMBS, SIDES
from cvdemo.ui.cache import cached
from cvdemo.ui.component import component, packed
from cvdemo.ui.downloads import offer, text
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.film.layers import track_colour

LAYERS = ("boxes", "masks", "semantic", "keypoints", "tracks")

_source = component("world/source")
_player = component("world/player")


@cached
def _film(
    seed: int, difficulty: Difficulty, camera: float, seconds: float, _progress: Callable[[int], None] | None
) -> Film:
    return film(_clip(seed, difficulty, camera, seconds), SIZE, _progress)


def _clip(seed: int, difficulty: Difficulty, camera: float, seconds: float) -> world.Clip:
    return world.clip(seed, split=SPLIT, difficulty=difficulty, seconds=seconds, fps=FPS, camera=camera)


class ClipBoard:
    """One drawn clip; drawing it takes seconds at first and nothing for the next visitor."""

    def __init__(self, seed: int, difficulty: Difficulty, camera: float, seconds: float) -> None:
        asked = (seed, difficulty, camera, seconds)
        self.name, self.clip = f"clip-{seed}", _clip(*asked)
        self.identity = f"{asked} {SIZE}"
        found: Film | None = _film.peek(*asked, None)
        if found is None:
            # The first frame stands here while the others are drawn.
            picture = to_jpeg(world.clip_picture(self.clip, 0, *SIZE))
            first = st.image(picture, width="stretch", alt=f"{self.name}: the first frame")
            bar, count = st.progress(0.0, "Drawing …"), len(self.clip)

            def progress(k: int) -> None:
                bar.progress(k / count, f"Drawing frame {k} of {count}")

            found = _film(*asked, progress)
            first.empty()
            bar.empty()
        self.film = found

    def send(self) -> None:
        """Film and truth for the browser; to stand outside of what a switch runs again."""
        width, height = self.film.size
        fields = {
            "key": "world",
            "identity": self.identity,
            "width": width,
            "height": height,
            "coarse": COARSE,
            "names": [self._title(track) for track in self.clip.tracks()],
            "trackColours": [track_colour(track) for track in self.clip.tracks()],
            "palette": [world.COLOURS[name] for name in world.SEMANTIC],
            "limbs": [[a, b, SIDE_COLOURS[side_of_limb(a, b)]] for a, b in LIMBS],
            "joints": [SIDE_COLOURS[side] for side in SIDES],
        }
        made = self.film
        parts: dict[str, bytes | np.ndarray] = {
            "film": made.mp4,
            "times": made.times.astype("<f8"),
            "offsets": made.offsets.astype("<i4"),
            "tracks": made.tracks.astype("<i4"),
            "boxes": made.boxes.astype("<f4"),
            "visibility": made.visibility.astype("<f4"),
            "keypoints": made.keypoints.astype("<f4"),
            "masks": made.masks,
            "semantic": made.semantic,
        }
        _source(data=packed(fields, parts), key="world-source")

    def show(self, layers: Sequence[str]) -> None:
        """The player with these kinds of truth over the film; all that runs when one is switched."""
        names = ", ".join(self._title(track) for track in self.clip.tracks())
        data = {"of": self.identity, "layers": list(layers), "alt": f"A drawn clip with {names or 'nobody'}."}
        _player(data=data, key="world-player")

    def downloads(self) -> None:
        """The clip as it is, and who is where in it."""
        mp4 = text("MP4", "mp4", lambda: self.film.mp4)
        offer(self.name, mp4, text("MOT text", "txt", lambda: self.film.mot))

    def _title(self, track: int) -> str:
        thing = self.clip.objects[track - 1].thing
        return f"{thing.colour} {thing.kind}"
