"""Clips of the drawn world as clips to read, with the truth of every frame."""

from __future__ import annotations

from collections.abc import Iterator

from cvdemo import world
from cvdemo.data.packed_maps import PackedMaps
from cvdemo.video.clip import Clip, Frame, FrameTruth

SIZE = (640, 480)  # of the frames that the pages show
SECONDS, FPS = 4.0, 12.5


def drawn_clip(clip: world.Clip, size: tuple[int, int]) -> Clip:
    """A clip of the drawn world in frames of a size (width, height), drawn as they are asked for."""
    known: dict[int, FrameTruth] = {}  # of frames that were drawn: their truth comes with them

    def frames() -> Iterator[Frame]:
        for k in range(len(clip)):
            picture, truth = world.draw_clip_frame(clip, k, *size)
            known[k] = _kept_of(truth)
            yield Frame(clip.time(k), picture)

    def truths() -> list[FrameTruth]:
        for k in range(len(clip)):
            if k not in known:
                known[k] = _kept_of(world.clip_truth(clip, k, *size))
        return [known[k] for k in range(len(clip))]

    identity = (
        f"clip:{clip.split}:{clip.seed}:{clip.difficulty}:{clip.camera}:{clip.seconds}:{clip.fps}:{size}"
    )
    name = f"clip-{clip.seed}"
    return Clip(identity, name, size, clip.fps, clip.seconds, frames, truths, drawn=clip)


def _kept_of(truth: world.ClipTruth) -> FrameTruth:
    semantic = PackedMaps.of([truth.semantic], truth.semantic.shape)
    return FrameTruth(truth.tracks, truth.boxes, truth.classes, truth.difficult, semantic)
