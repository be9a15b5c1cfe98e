"""Pictures and label maps of scenes at any size."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.world.backdrop.land import ground_colour, haze_colour, paint_ground
from cvdemo.world.backdrop.sky import paint_sky
from cvdemo.world.backdrop.weather import add_noise, blotches, draw_falling, even_out
from cvdemo.world.compose import STUFF_CODE, THING_CODE, Composition, Scenery, compose
from cvdemo.world.graph import Scene
from cvdemo.world.raster import (
    WHOLE,
    Frame,
    Layer,
    Outlines,
    Picture,
    View,
    compile_layers,
    paint,
    write_codes,
)
from cvdemo.world.surface import add_texture

SMALLEST, LARGEST = 32, 4096


class SceneLayout(NamedTuple):
    """A scene on a raster: the outlines from which both the picture and the truth are made."""

    scene: Scene
    width: int
    height: int
    fine: int
    composition: Composition
    outlines: Outlines
    view: View = WHOLE

    @property
    def frame(self) -> Frame:
        """The raster on which it is painted, finer than the picture for small ones."""
        return Frame(self.width * self.fine, self.height * self.fine, self.view)


class Detail(NamedTuple):
    """How fine a clip is drawn, so that nothing changes its shapes when it or the camera moves.

    `zoom` is the largest of the camera, `reach` half the width of all that it sees in picture heights, and
    `sizes` [N] the largest size of each object. `scenery` is what stands still, where it is drawn already.
    """

    zoom: float
    reach: float
    sizes: tuple[float, ...]
    scenery: Scenery | None = None


def lay_out(
    scene: Scene, width: int, height: int, view: View = WHOLE, detail: Detail | None = None
) -> SceneLayout:
    """The scene's shapes for a picture of 32 to 4096 pixels per side, 3 : 1 to 1 : 2, else DataError."""
    check_size(width, height)
    fine = fineness_of(height)
    frame = Frame(int(width) * fine, int(height) * fine, view)
    zoom, reach, sizes, scenery = detail or Detail(1.0, width / height / 2, ())
    fineness = [size / thing.size for size, thing in zip(sizes, scene.things, strict=bool(sizes))]
    composition = compose(scene, frame.height * zoom, reach, fineness, scenery)
    outlines = compile_layers(composition.layers, frame, tint=scene.light.tint, haze=haze_colour(scene))
    return SceneLayout(scene, int(width), int(height), fine, composition, outlines, view)


def fineness_of(height: int) -> int:
    """How many rows of the raster make one of a picture of this height: small ones are drawn finer."""
    return 2 if height < 560 else 1


def check_size(width: int, height: int) -> None:
    """DataError for a picture that cannot be drawn: 32 to 4096 pixels per side, 3 : 1 to 1 : 2."""
    for name, side in (("width", width), ("height", height)):
        if (
            isinstance(side, bool)
            or not isinstance(side, int | np.integer)
            or not SMALLEST <= side <= LARGEST
        ):
            raise DataError(f"cannot draw a picture of {name} {side!r}: give {SMALLEST} to {LARGEST} pixels")
    if not 1 / 2 <= width / height <= 3:
        raise DataError(
            f"cannot draw a picture of {width} x {height}: "
            "give at most three times as wide as high, or twice as high as wide"
        )


def paint_picture(drawn: SceneLayout) -> Picture:
    """The picture, uint8 RGB [H, W, 3]."""
    return finish(paint_standing(drawn), drawn)


def paint_standing(drawn: SceneLayout) -> Picture:
    """All but rain, snow, vignette and noise, on the raster, uint8 RGB [H * fine, W * fine, 3]."""
    scene, fine = drawn.scene, drawn.fine
    picture: Picture = np.empty((drawn.height * fine, drawn.width * fine, 3), dtype=np.uint8)
    stages = drawn.composition
    paint_sky(picture, scene, drawn.view)
    paint(picture, drawn.outlines, 0, stages.hills)
    paint_ground(picture, scene, drawn.view)
    paint(picture, drawn.outlines, stages.hills, stages.ground)
    _shade_ground(picture, drawn)
    paint(picture, drawn.outlines, stages.ground, len(stages.layers))
    return picture


def finish(picture: Picture, drawn: SceneLayout) -> Picture:
    """What `paint_standing` gave at the picture's size, seen through the air and by a camera."""
    scene = drawn.scene
    if drawn.fine > 1:
        picture = cv2.resize(picture, (drawn.width, drawn.height), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    if scene.light.texture > 0:
        codes, frame = write_code_map(drawn)[0], Frame(drawn.width, drawn.height, drawn.view)
        add_texture(picture, codes, scene, drawn.composition.layers, frame)
    _falling(picture, drawn)
    even_out(picture, scene)
    add_noise(picture, scene)
    return picture


def _falling(picture: Picture, drawn: SceneLayout) -> None:
    if drawn.scene.weather not in ("rain", "snowfall"):
        return
    pen = draw_falling(drawn.scene, float(drawn.height))
    if not pen.shapes:  # a small picture of light rain
        return
    frame = Frame(drawn.width, drawn.height)
    outlines = compile_layers([Layer(pen, 0)], frame, tint=(1, 1, 1), haze=(0, 0, 0))
    above = picture.copy()
    paint(above, outlines, 0, 1)
    share = 0.45 if drawn.scene.weather == "rain" else 0.85
    cv2.addWeighted(above, share, picture, 1 - share, 0, dst=picture)


def _shade_ground(picture: Picture, drawn: SceneLayout) -> None:
    """Darken the ground under soft shadows, and add the uneven tone of the paint, in place."""
    first, shade = shade_below(drawn, *picture.shape[:2])
    if shade is not None:
        tone = _tone(drawn, *shade.shape[:2])
        gain_below(picture[first:], (1 + 0.10 * tone[..., None]) * shade)


def _tone(drawn: SceneLayout, height: int, width: int) -> NDArray[np.float32]:
    """The uneven tone of the ground's paint, around 0, on the rows [height, width] below the horizon."""
    tone = cv2.resize(blotches(drawn.scene), (width, height), interpolation=cv2.INTER_CUBIC)
    if drawn.view == WHOLE:
        return tone  # type: ignore[return-value]
    # It lies on the ground from side to side of the whole view, and moves as the ground does.
    seen, whole = (
        Frame(width, round(width * drawn.height / drawn.width), view) for view in (drawn.view, WHOLE)
    )
    top = drawn.scene.land.horizon + 0.015
    scale = whole.pixels / seen.pixels
    rows = height / (whole.height - whole.row(top))
    right = (whole.shift[0] - seen.shift[0]) * whole.pixels
    down = (max(top, -seen.shift[1]) - top) * whole.pixels * rows
    into = np.array([[scale, 0.0, right], [0.0, scale * rows, down]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(tone, into, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT)  # type: ignore[return-value]


def shade_below(drawn: SceneLayout, height: int, width: int) -> tuple[int, NDArray[np.float32] | None]:
    """The first row of the ground, and below it the light that shadows leave, coarse [h, w, 3], 0..1."""
    scene = drawn.scene
    frame = Frame(width, height, drawn.view)
    first = max(0, round(frame.row(scene.land.horizon + 0.015)))
    if first >= height - 2:
        return first, None
    small_height = max(24, min(240, height // 5))
    coarse = Frame(max(8, round(small_height * width / height)), small_height, drawn.view)
    start = max(0, round(coarse.row(scene.land.horizon + 0.015)))
    shade = _shadow_map(drawn, coarse)[start:].astype(np.float32) * (scene.light.shadow_strength / 255)
    return first, 1 - shade[..., None] * np.array((1.0, 0.92, 0.66), dtype=np.float32)


def gain_below(below: Picture, gain: NDArray[np.float32]) -> None:
    """Multiplies a picture [H, W, 3] by a coarse gain [h, w, 3], 0 to 1.1, in place."""
    map8 = np.clip(gain * 230, 0, 255).astype(np.uint8)
    veil = cv2.resize(map8, (below.shape[1], below.shape[0]), interpolation=cv2.INTER_LINEAR)
    cv2.multiply(below, veil, dst=below, scale=1 / 230)


def _shadow_map(drawn: SceneLayout, frame: Frame) -> Picture:
    """The shadow on each pixel of the ground, [height, width], from 0 (none) to 255 (full)."""
    shadow = np.zeros((frame.height, frame.width), dtype=np.uint8)
    slant, fall = drawn.scene.light.shadow
    outlines = drawn.outlines
    for layer, ground, wet in drawn.composition.shadows:
        a, b = outlines.layers[layer]
        if a == b:
            continue
        start = outlines.spans[a][0]
        points = outlines.places[start : outlines.spans[b - 1][1]]
        above = ground - points[:, 1]
        cast = np.empty_like(points)
        cast[:, 0] = points[:, 0] + (0.0 if wet else slant) * above + frame.shift[0]
        cast[:, 1] = ground + (0.80 if wet else fall) * above + frame.shift[1]
        fixed = np.rint((cast * frame.pixels - 0.5) * 16).astype(np.int32)
        for k in range(a, b):
            if outlines.owned[k]:
                first, last = outlines.spans[k]
                fill = cv2.fillConvexPoly if outlines.convex[k] else _fill_any
                fill(shadow, fixed[first - start : last - start], 190 if wet else 205, cv2.LINE_8, 4)
        if points[:, 1].max() > ground - 0.02 and not wet:
            _contact(shadow, frame, float(points[:, 0].min()), float(points[:, 0].max()), ground)
    k = max(1, frame.height // 50) * 2 + 1
    return cv2.blur(shadow, (k, k))  # type: ignore[return-value]


def _fill_any(picture: Picture, corners: NDArray[np.int32], colour: float, line: int, shift: int) -> None:
    cv2.fillPoly(picture, [corners], colour, line, shift)


def _contact(shadow: Picture, frame: Frame, west: float, east: float, ground: float) -> None:
    """Draw the darker contact shadow directly under an object."""
    centre = (((west + east) / 2 + frame.shift[0]) * frame.pixels, frame.row(ground))
    size = ((east - west) * 0.46 * frame.pixels, max(1.0, (east - west) * 0.085 * frame.pixels))
    cv2.ellipse(
        shadow,
        (round(centre[0]), round(centre[1])),
        (round(size[0]), round(size[1])),
        0,
        0,
        360,
        255,
        -1,
    )


def write_code_map(drawn: SceneLayout) -> tuple[Picture, NDArray[np.int64]]:
    """The code of each pixel, uint8 [H, W] (stuff 1.., objects 16..), and the full area of objects [N]."""
    scene, fine = drawn.scene, drawn.fine
    stages, outlines = drawn.composition, drawn.outlines
    codes: Picture = np.full((drawn.height * fine, drawn.width * fine), STUFF_CODE["sky"], dtype=np.uint8)
    for layer in range(stages.hills):
        write_codes(codes, outlines, layer)
    first = max(0, min(len(codes), round(drawn.frame.row(scene.land.horizon + 0.018))))
    codes[first:] = STUFF_CODE[scene.land.cover]
    whole = np.zeros(len(scene.things), dtype=np.int64)
    for layer in range(stages.hills, len(stages.layers)):
        write_codes(codes, outlines, layer)
        code = stages.layers[layer].code
        if code >= THING_CODE:
            whole[code - THING_CODE] = max(whole[code - THING_CODE], _count(codes, code, outlines, layer))
    if fine > 1:
        codes = np.ascontiguousarray(codes[fine // 2 :: fine, fine // 2 :: fine])
    return codes, whole // (fine * fine)


def _count(codes: Picture, code: int, outlines: Outlines, layer: int) -> int:
    a, b = outlines.layers[layer]
    if a == b:
        return 0
    x0, y0 = np.maximum(outlines.boxes[a:b, :2].min(axis=0).astype(int) - 2, 0)
    x1, y1 = outlines.boxes[a:b, 2:].max(axis=0).astype(int) + 3
    return int(np.count_nonzero(codes[y0 : max(y0, y1), x0 : max(x0, x1)] == code))


__all__ = ["SceneLayout", "ground_colour", "lay_out", "paint_picture", "write_code_map"]
