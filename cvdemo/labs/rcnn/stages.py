"""A picture and its caption for each net and stage: regions, the net's input, one region, detections."""

from __future__ import annotations

from typing import TypeAlias, cast

import cv2
import numpy as np
import supervision as sv

from cvdemo.data.pictures import fit
from cvdemo.draw.colours import PALETTE, palette_index
from cvdemo.draw.feature_maps import FeaturePalette, enlarged, feature_palette
from cvdemo.draw.heat import overlay_heat
from cvdemo.labs.rcnn.draw import (
    MarkedDetections,
    beside,
    contact_sheet,
    draw_bins,
    draw_cells,
    draw_correction,
    draw_marked,
    draw_regions,
    sheet_shape,
    vote_grid,
    vote_limit,
    vote_maps,
    window_around,
    with_context_frame,
)
from cvdemo.labs.rcnn.experiment import (
    FamilyRun,
    FollowedObject,
    KeptDetections,
    correction,
    nearest_region,
)
from cvdemo.nets.rcnn import RCNN
from cvdemo.nets.rfcn import VotingHead
from cvdemo.nets.roi_head import RoIHead
from cvdemo.ops.detections import scaled
from cvdemo.ops.iou import box_iou
from cvdemo.ops.warp import warp_regions
from cvdemo.zoo.region_stages import RegionVotes, class_maps, objectness, roi_features, votes_by_maps

WIDTH, HEIGHT = 400, 240  # pixels of a picture in a column, of the two of one region
SHEET = 12  # cut-outs beside each other, at most
LIMIT = 300  # boxes drawn before NMS

Captioned: TypeAlias = tuple[np.ndarray, str]
Size: TypeAlias = tuple[int, int]


def show_regions(run: FamilyRun, followed: FollowedObject) -> Captioned:
    """The regions on the picture, the best on top, the followed one in white."""
    small, boxes = _on_small(run, run.staged.regions)
    ranked, count = run.prepared.ranked, len(run.staged.regions)
    source = "of the net's own" if ranked is None else f"of {len(ranked):,} from Selective Search"
    text = f"**{run.milliseconds['proposals']:.1f} ms** · {count:,} {source}"
    return draw_regions(small, boxes, chosen=nearest_region(run, followed)), text


def _on_small(run: FamilyRun, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The whole picture at most `WIDTH` wide, and boxes of the working picture in its pixels."""
    small = fit(run.prepared.picture, WIDTH)
    return small, boxes / run.scale * (small.shape[1] / run.size[1])


def show_input(run: FamilyRun, followed: FollowedObject) -> Captioned:
    """What goes into the net: cut-outs, features with regions, objectness, maps of a class."""
    if isinstance(run.detector.net, RCNN):
        return _cut_outs(run, followed)
    if votes_by_maps(run.detector):
        return _class_maps(run, followed)
    return _features(run, followed) if run.prepared.rpn is None else _objectness(run, followed)


def _cut_outs(run: FamilyRun, followed: FollowedObject) -> Captioned:
    config = cast(RCNN, run.detector.net).config
    rows, columns = sheet_shape(len(run.staged.regions), run.working.shape, most=SHEET)
    numbers, nearest = list(range(len(run.staged.regions)))[: rows * columns], nearest_region(run, followed)
    if nearest is not None and nearest not in numbers:
        numbers[-1] = nearest
    some = run.staged.regions[numbers]
    warped = warp_regions(run.working, some, size=config.size, context=config.context)
    place = None if nearest is None else numbers.index(nearest)
    drawn = contact_sheet(warped, shape=(rows, columns), width=WIDTH, chosen=place)
    ms = run.milliseconds
    size = f"{config.size} × {config.size}"
    return drawn, (
        f"**{ms['warp']:.1f} ms** to warp to {size}, **{ms['features']:.1f} ms** for the features of each"
    )


def _features(run: FamilyRun, followed: FollowedObject) -> Captioned:
    stride = min(run.staged.trace.features)
    features = _on_picture(run.staged.trace.features[stride][0].float().cpu().numpy(), run)
    colours = feature_palette(features).colours(features)
    drawn = draw_cells(
        colours, run.staged.regions / stride, width=WIDTH, chosen=nearest_region(run, followed)
    )
    size = f"{colours.shape[1]} × {colours.shape[0]} cells"
    return drawn, f"{_features_once(run)}; here {size} at stride {stride}"


def _features_once(run: FamilyRun) -> str:
    return f"**{run.milliseconds['features']:.1f} ms** for all features, once"


def _objectness(run: FamilyRun, followed: FollowedObject) -> Captioned:
    number = nearest_region(run, followed)
    regions = run.staged.regions[[] if number is None else [number]]
    small, box = _on_small(run, regions)
    heat = _as_squares(objectness(run.detector, run.prepared), (small.shape[1], small.shape[0]))
    drawn = overlay_heat(small, heat, opacity=0.75)
    if len(box):
        drawn = draw_regions(drawn, box, chosen=0)
    return drawn, f"{_features_once(run)}; bright where an object may be"


def _as_squares(heat: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A map [h, w] at a size (width, height), its cells seen as squares."""
    rows = np.arange(size[1]) * heat.shape[0] // size[1]
    columns = np.arange(size[0]) * heat.shape[1] // size[0]
    return np.asarray(heat[np.ix_(rows, columns)])


def _class_maps(run: FamilyRun, followed: FollowedObject) -> Captioned:
    maps, number = class_maps(run.staged, followed.class_id), nearest_region(run, followed)
    box = None if number is None else run.staged.regions[number]
    drawn = vote_maps(maps, run.working, box, scale=1 / vote_stride(run), width=WIDTH)
    kind = f"{len(maps)} × {len(maps)} maps for every class, here *{run.detector.names()[followed.class_id]}*"
    return drawn, f"{_features_once(run)}; {kind}"


def vote_stride(run: FamilyRun) -> int:
    """The stride of R-FCN's maps."""
    return int(cast(VotingHead, run.detector.net.head).config.stride)


def show_region(run: FamilyRun, followed: FollowedObject) -> Captioned:
    """The nearest region, where it is cut from, what it becomes, and its classes; there must be one."""
    number = cast(int, nearest_region(run, followed))
    if isinstance(run.detector.net, RCNN):
        left, right, kind = _warped_region(run, number)
    elif votes_by_maps(run.detector):
        left, right, kind = _voting_region(run, number, followed.class_id)
    else:
        left, right, kind = _pooled_region(run, number)
    region = run.staged.regions[number]
    text = f"{_overlap(region, run, followed)}; {kind}. {_best_classes(run, number)}"
    return beside(left, right, height=HEIGHT), text


def _overlap(region: np.ndarray, run: FamilyRun, followed: FollowedObject) -> str:
    """The region's size, and its IoU with the followed object."""
    wide, high = region[2:] - region[:2]
    size = f"{wide:.0f} × {high:.0f} pixels"
    if followed.box is None:
        return size
    iou = box_iou(region[None], (followed.box * run.scale)[None])[0, 0]
    return f"{size}, IoU {iou:.2f} with the {followed.name}"


def _best_classes(run: FamilyRun, number: int) -> str:
    """The two most probable classes of a region."""
    scores = run.staged.trace.scores()[0][number].float().cpu().numpy()
    names = run.detector.names()
    return " · ".join(f"{names[k]} **{scores[k]:.2f}**" for k in np.argsort(-scores)[:2].tolist())


def _warped_region(run: FamilyRun, number: int) -> tuple[np.ndarray, np.ndarray, str]:
    """The picture with the region, and the region warped."""
    config = cast(RCNN, run.detector.net).config
    region = run.staged.regions[number]
    warped = warp_regions(run.working, region[None], size=config.size, context=config.context)[0]
    left = draw_regions(*_enlarged(run, region), chosen=0)
    kind = f"warped to {config.size} × {config.size} with {config.context} pixels of context"
    return left, with_context_frame(warped, config.context, side=HEIGHT), kind


def _pooled_region(run: FamilyRun, number: int) -> tuple[np.ndarray, np.ndarray, str]:
    """The level that the region is cut from, and the cells that it becomes, in the same colours."""
    roi = roi_features(run.detector, run.staged, number)
    colours = _palette(roi.features, run)
    level = colours.colours(_on_picture(roi.features, run))
    left = draw_cells(level, run.staged.regions[number] / roi.stride, width=WIDTH, chosen=0)
    how = cast(RoIHead, run.detector.net.head).config.pooling
    size = roi.cells.shape[-1]
    kind = f"{'maximum' if how == 'max' else 'bilinear samples'} at stride {roi.stride}, {size} × {size}"
    return left, enlarged(colours.colours(roi.cells), HEIGHT), f"{kind} cells of {len(roi.cells)}"


def _palette(features: np.ndarray, run: FamilyRun) -> FeaturePalette:
    """The palette of a map [C, h, w] by what lies on the picture, without the padding."""
    return feature_palette(_on_picture(features, run))


def _on_picture(features: np.ndarray, run: FamilyRun) -> np.ndarray:
    """The cells of a map [C, h, w] of the padded picture that lie on the picture."""
    height, width = run.working.shape[:2]
    padded = -(-width // 32) * 32
    stride = padded // features.shape[2]
    return features[:, : -(-height // stride), : -(-width // stride)]


def _voting_region(run: FamilyRun, number: int, class_id: int) -> tuple[np.ndarray, np.ndarray, str]:
    """The picture with the region's bins, and what each of them votes for a class."""
    bins = run.staged.trace.head.bins[number].float().cpu().numpy()
    votes = RegionVotes(bins, bins.mean(axis=(1, 2)))
    limit = vote_limit(class_maps(run.staged, class_id))
    large, region = _enlarged(run, run.staged.regions[number])
    mean, none = votes.logits[1 + class_id], votes.logits[0]
    kind = f"votes for *{run.detector.names()[class_id]}*, mean {mean:+.1f} against {none:+.1f} for nothing"
    right = vote_grid(bins[1 + class_id], limit=limit, side=HEIGHT)
    return draw_bins(large, region, bins.shape[-1]), right, kind


def _enlarged(run: FamilyRun, region: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The working picture `WIDTH` pixels wide, and a region [4] in its pixels."""
    return enlarged(run.working, WIDTH), region * (WIDTH / run.working.shape[1])


def show_correction(run: FamilyRun, followed: FollowedObject) -> Captioned:
    """The nearest region and the box that the head makes of it; there must be a region."""
    found = correction(run, cast(int, nearest_region(run, followed)), followed)
    picture, region, box = run.prepared.picture, found.region / run.scale, found.box / run.scale
    boxes = [region, box, *([] if followed.box is None else [followed.box])]
    x1, y1, x2, y2 = window_around(boxes, run.size)
    unit = WIDTH / max(x2 - x1, 1)
    part = cv2.resize(picture[y1:y2, x1:x2], (WIDTH, max(1, round((y2 - y1) * unit))))
    region, box, *target = ((one - [x1, y1, x1, y1]) * unit for one in boxes)
    name = run.detector.names()[found.class_id]
    ink = PALETTE.by_idx(palette_index(name)).as_rgb()
    drawn = draw_correction(np.asarray(part, np.uint8), region, box, target[0] if target else None, ink)
    if found.before is None or found.after is None:
        return drawn, f"as a box of *{name}*"
    return drawn, f"IoU with the {followed.name} **{found.before:.2f} → {found.after:.2f}**"


def show_before_nms(run: FamilyRun, kept: KeptDetections, small: np.ndarray) -> Captioned:
    """The best `LIMIT` detections that pass the threshold, on the picture at a smaller size."""
    best = kept.before_nms[:LIMIT]
    assert isinstance(best, sv.Detections)
    found = scaled(best, run.size, (small.shape[0], small.shape[1]))
    picture = draw_marked(small, MarkedDetections(found), labels=False)
    count = len(kept.before_nms)
    boxes = f"{count:,} box{'' if count == 1 else 'es'} of {len(run.raw):,} pass"
    return picture, f"**{run.milliseconds['head']:.1f} ms** · {boxes}"


def draw_kept(
    picture: np.ndarray, kept: KeptDetections, targets: sv.Detections | None, size: Size
) -> np.ndarray:
    """Detections after NMS on a picture of any size, with what is wrong and missed.

    `size` (height, width) is that of the picture in whose pixels the detections are.
    """
    there = picture.shape[0], picture.shape[1]
    found = scaled(kept.after_nms, size, there)
    if kept.matches is None or targets is None:
        return draw_marked(picture, MarkedDetections(found))
    missed = scaled(targets, size, there).xyxy[~kept.matches.found]
    return draw_marked(picture, MarkedDetections(found, ~kept.matches.true_positive, missed))
