"""How good tracks are: MOTA, IDF1, HOTA, ID switches, fragmentations, on one clip or summed over several.

    counts = [count(truth, found) for truth, found in clips]
    scores(counts).mota

Classes play no part here: a box that finds its object counts, whatever it is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.ops.iou import box_iou

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

MATCH_IOU = 0.5  # from which on a box counts as right, in MOTA and IDF1
ALPHAS = np.arange(0.05, 0.99, 0.05)
"""HOTA's IoU thresholds, .05 to .95 (arXiv:2009.07736, sec. 5)."""


class FrameTracks(NamedTuple):
    """The boxes of a frame: `ids` [N] of their tracks, different from one another, and boxes [N, 4]."""

    ids: Indices
    boxes: NDArray[np.floating]


class Counts(NamedTuple):
    """What is counted in a clip; counts of several clips add up.

    `switches` and `fragments` as MOTA's authors count them, `id_hits` are the boxes that IDF1 calls right.
    `hota_hits` [19] are pairs at each of `ALPHAS`, `association` [19] the sum of their association scores.
    """

    truths: int
    found: int
    misses: int
    false: int
    switches: int
    fragments: int
    overlap: float
    id_hits: int
    hota_hits: Floats
    association: Floats


class TrackingScores(NamedTuple):
    """MOTA (-inf..1), MOTP (mean IoU of pairs), IDF1, HOTA with its parts DetA and AssA (0..1), counts."""

    mota: float
    motp: float
    idf1: float
    hota: float
    deta: float
    assa: float
    switches: int
    fragments: int
    misses: int
    false: int


class FrameMatches(NamedTuple):
    """MOTA's pairs of a frame: rows of the truth and of what was found, [P, 2], and their IoU [P]."""

    pairs: Indices
    iou: Floats


def scores(counts: Sequence[Counts]) -> TrackingScores:
    """The scores of clips together; without true boxes MOTA is -inf where anything was found, and else 1.

    MOTA: Bernardin and Stiefelhagen 2008; IDF1: arXiv:1609.01775, sec. 2; HOTA: arXiv:2009.07736, eq. 2 to 7.
    """
    total = Counts(*(sum(column) for column in zip(*counts, strict=True)))
    pairs = total.truths - total.misses
    wrong = total.misses + total.false + total.switches
    mota = 1 - wrong / total.truths if total.truths else (1.0 if not wrong else -np.inf)
    union = total.truths + total.found - total.hota_hits
    deta = _share(total.hota_hits, union)
    assa = _share(total.association, total.hota_hits)
    idf1 = 2 * total.id_hits / (total.truths + total.found) if total.truths + total.found else 1.0
    return TrackingScores(
        float(mota),
        total.overlap / pairs if pairs else 0.0,
        idf1,
        float(np.sqrt(deta * assa).mean()),
        float(deta.mean()),
        float(assa.mean()),
        total.switches,
        total.fragments,
        total.misses,
        total.false,
    )


def count(truth: Sequence[FrameTracks], found: Sequence[FrameTracks]) -> Counts:
    """Everything that the scores of one clip need; `truth` and `found` have one entry a frame."""
    overlaps = [box_iou(t.boxes, f.boxes) for t, f in zip(truth, found, strict=True)]
    matches = match(truth, found, overlaps)
    paired = sum(len(m.pairs) for m in matches)
    truths, boxes = (sum(len(frame.ids) for frame in side) for side in (truth, found))
    hits, association = _hota(truth, found, overlaps)
    return Counts(
        truths,
        boxes,
        truths - paired,
        boxes - paired,
        _switches(truth, found, matches),
        _fragments(truth, matches),
        float(sum(m.iou.sum() for m in matches)),
        _id_hits(truth, found, overlaps),
        hits,
        association,
    )


def match(
    truth: Sequence[FrameTracks], found: Sequence[FrameTracks], overlaps: Sequence[Floats] | None = None
) -> list[FrameMatches]:
    """MOTA's pairs of every frame: an object keeps the track that it had while their IoU is at least .5.

    The rest is paired by the largest sum of IoUs (Bernardin and Stiefelhagen 2008, sec. 2.1.5).
    """
    from scipy.optimize import linear_sum_assignment

    last: dict[int, int] = {}
    matches = []
    if overlaps is None:
        overlaps = [box_iou(t.boxes, f.boxes) for t, f in zip(truth, found, strict=True)]
    for true, now, iou in zip(truth, found, overlaps, strict=True):
        rows = {int(k): i for i, k in enumerate(now.ids)}
        pairs: list[tuple[int, int]] = []
        taken: set[int] = set()
        for t, identity in enumerate(true.ids.tolist()):
            row = rows.get(last.get(identity, -1))
            if row is not None and row not in taken and iou[t, row] >= MATCH_IOU:
                pairs.append((t, row))
                taken.add(row)
        free = _without(iou, [t for t, _ in pairs], [f for _, f in pairs])
        # A pair that is too far apart must never be better than one that is not.
        for t, f in zip(*linear_sum_assignment(np.where(free >= MATCH_IOU, 1 - free, 1e4)), strict=True):
            if free[t, f] >= MATCH_IOU:
                pairs.append((int(t), int(f)))
        last |= {int(true.ids[t]): int(now.ids[f]) for t, f in pairs}
        both = np.array(sorted(pairs), np.int64).reshape(-1, 2)
        matches.append(FrameMatches(both, iou[both[:, 0], both[:, 1]]))
    return matches


def _without(iou: Floats, rows: list[int], columns: list[int]) -> Floats:
    left = iou.copy()
    left[rows], left[:, columns] = -1, -1
    return left


def _switches(
    truth: Sequence[FrameTracks], found: Sequence[FrameTracks], matches: Sequence[FrameMatches]
) -> int:
    """How often an object is found by another track than the last time."""
    last: dict[int, int] = {}
    switches = 0
    for true, now, frame in zip(truth, found, matches, strict=True):
        pairs = {int(true.ids[t]): int(now.ids[f]) for t, f in frame.pairs}
        switches += sum(last.get(identity, track) != track for identity, track in pairs.items())
        last |= pairs
    return switches


def _fragments(truth: Sequence[FrameTracks], matches: Sequence[FrameMatches]) -> int:
    """How often an object that was found is missed and later found again."""
    found_before: dict[int, bool] = {}
    interrupted: set[int] = set()
    fragments = 0
    for true, frame in zip(truth, matches, strict=True):
        hit = set(true.ids[frame.pairs[:, 0]].tolist())
        for identity in true.ids.tolist():
            if identity in hit:
                fragments += identity in interrupted
                interrupted.discard(identity)
            elif found_before.get(identity):
                interrupted.add(identity)
            found_before[identity] = identity in hit
    return fragments


def _id_hits(truth: Sequence[FrameTracks], found: Sequence[FrameTracks], overlaps: Sequence[Floats]) -> int:
    """Frames in which objects and tracks overlap, each object paired with one track for the whole clip."""
    from scipy.optimize import linear_sum_assignment

    together = _sum_of_pairs(truth, found, [(iou >= MATCH_IOU).astype(np.float64) for iou in overlaps])
    rows, columns = linear_sum_assignment(together, maximize=True)
    return int(together[rows, columns].sum())


def _hota(
    truth: Sequence[FrameTracks], found: Sequence[FrameTracks], overlaps: Sequence[Floats]
) -> tuple[Floats, Floats]:
    """Pairs at each of `ALPHAS`, [19], and the sum of A(c) over them, [19] (arXiv:2009.07736, eq. 2 to 5)."""
    from scipy.optimize import linear_sum_assignment

    shares = [_share(iou, iou.sum(0)[None] + iou.sum(1)[:, None] - iou) for iou in overlaps]
    near = _sum_of_pairs(truth, found, shares)
    lives = _lives(truth)[:, None] + _lives(found)[None]
    alignment = _share(near, lives - near)
    paired = np.zeros((len(ALPHAS), *near.shape))
    for true, now, iou in zip(_numbered(truth), _numbered(found), overlaps, strict=True):
        rows, columns = linear_sum_assignment(alignment[np.ix_(true, now)] * iou, maximize=True)
        right = iou[rows, columns][None] >= ALPHAS[:, None] - np.finfo(float).eps  # [19, P]
        for alpha, pair in zip(*np.nonzero(right), strict=True):
            paired[alpha, true[rows[pair]], now[columns[pair]]] += 1
    association = paired * _share(paired, lives[None] - paired)
    return paired.sum((1, 2)), association.sum((1, 2))


def _sum_of_pairs(
    truth: Sequence[FrameTracks], found: Sequence[FrameTracks], values: Sequence[Floats]
) -> Floats:
    """Values of pairs in frames summed for each object and each track, [objects, tracks]."""
    rows, columns = _numbered(truth), _numbered(found)
    total = np.zeros((len(_lives(truth)), len(_lives(found))))
    for row, column, value in zip(rows, columns, values, strict=True):
        total[np.ix_(row, column)] += value
    return total


def _numbered(frames: Sequence[FrameTracks]) -> list[Indices]:
    """The ids of each frame as numbers 0, 1 ... of those that there are."""
    known = np.unique(np.concatenate([frame.ids for frame in frames])) if frames else np.zeros(0, np.int64)
    return [np.searchsorted(known, frame.ids) for frame in frames]


def _lives(frames: Sequence[FrameTracks]) -> Floats:
    """In how many frames each object or track is."""
    numbers = np.concatenate(_numbered(frames)) if frames else np.zeros(0, np.int64)
    return np.bincount(numbers).astype(np.float64)


def _share(part: Floats, whole: Floats) -> Floats:
    """part / whole, 0 where the whole is 0."""
    return np.divide(
        part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 1e-15
    )
