"""The truth of a clip's frame: a scene's truth, and the track and visibility of each object."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cvdemo.world.compose import THING_CODE
from cvdemo.world.film.clip import Clip
from cvdemo.world.painting import Detail, SceneLayout, check_size, fineness_of, lay_out, paint_picture
from cvdemo.world.raster import Picture, write_codes
from cvdemo.world.reading import Truth, read_truth

if TYPE_CHECKING:
    import supervision as sv


@dataclass(frozen=True, eq=False)
class ClipTruth(Truth):
    """The truth of one frame of a clip: that of its scene, with the objects' tracks.

    `tracks` [N] are the track ids, 1 and up, the same for an object in all frames. `visibility` [N] is the
    share 0..1 of the whole object, beyond the picture's edges too, that is seen; an object of which nothing
    is seen has no row.
    """

    tracks: NDArray[np.int64]
    visibility: NDArray[np.float32]

    def detections(self, *, difficult: bool = False) -> sv.Detections:
        """The objects as `supervision.Detections`; `tracker_id` is the track, and `data` has `visibility`."""
        found = super().detections(difficult=difficult)
        if len(found):
            keep = np.ones(len(self), dtype=bool) if difficult else ~self.difficult
            found.tracker_id = self.tracks[keep]
            found.data["visibility"] = self.visibility[keep]
        return found


def lay_out_frame(clip: Clip, k: int, width: int, height: int) -> tuple[SceneLayout, tuple[int, ...]]:
    """Frame k of a clip on a raster, and the track id of each object of its scene."""
    check_size(width, height)
    scene, tracks = clip.frame(k)
    camera = clip.camera
    reach = width / height / 2 + abs(camera.pan) + camera.shake
    scenery = clip.scenery(height * fineness_of(height) * camera.largest, reach)
    detail = Detail(camera.largest, reach, tuple(clip.largest[track] for track in tracks), scenery)
    return lay_out(scene, width, height, clip.view(k), detail), tracks


def read_clip_truth(drawn: SceneLayout, tracks: tuple[int, ...]) -> ClipTruth:
    """Reads the truth off a laid-out frame."""
    truth = read_truth(drawn)
    own = {item.name: getattr(truth, item.name) for item in fields(truth)}
    row_tracks = np.array([tracks[k] for k in truth.ids], dtype=np.int64)
    return ClipTruth(**own, tracks=row_tracks, visibility=_visibility(drawn, truth))


def _visibility(drawn: SceneLayout, truth: Truth) -> NDArray[np.float32]:
    """The seen share of each whole object, [N]: its visible pixels over those it would have alone."""
    seen = np.bincount(truth.instances.ravel(), minlength=int(truth.ids.max(initial=0)) + 2)
    alone = [_area_alone(drawn, int(k), box) for k, box in zip(truth.ids, truth.full_boxes, strict=True)]
    share = seen[truth.ids + 1] / np.maximum(np.array(alone, dtype=np.float64).reshape(-1), 1)
    return np.minimum(share, 1.0).astype(np.float32)


def _area_alone(drawn: SceneLayout, number: int, box: NDArray[np.float32]) -> float:
    """The area of an object in the picture's pixels if it were alone on a picture without edges."""
    x1, y1, x2, y2 = (
        int(v) for v in (*np.floor(box[:2] * drawn.fine - 2), *np.ceil(box[2:] * drawn.fine + 2))
    )
    canvas = np.zeros((y2 - y1, x2 - x1), dtype=np.uint8)
    for layer, item in enumerate(drawn.composition.layers):
        if item.code == THING_CODE + number:
            write_codes(canvas, drawn.outlines, layer, corner=(x1, y1))
    return float(np.count_nonzero(canvas)) / drawn.fine**2


def draw_clip_frame(clip: Clip, k: int, width: int = 1280, height: int = 960) -> tuple[Picture, ClipTruth]:
    """Picture [H, W, 3] and truth of frame k, from 0; DataError for a frame or size that there is not."""
    drawn, tracks = lay_out_frame(clip, k, width, height)
    return paint_picture(drawn), read_clip_truth(drawn, tracks)


def clip_picture(clip: Clip, k: int, width: int = 1280, height: int = 960) -> Picture:
    """The picture of frame k alone, [H, W, 3]."""
    return paint_picture(lay_out_frame(clip, k, width, height)[0])


def clip_truth(clip: Clip, k: int, width: int = 1280, height: int = 960) -> ClipTruth:
    """The truth of frame k alone."""
    return read_clip_truth(*lay_out_frame(clip, k, width, height))
