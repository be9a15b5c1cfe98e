"""Which box belongs to which object, against torchvision's matcher and a literal double; balanced choices."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torchvision.models.detection._utils import Matcher
from torchvision.ops import box_iou

from cvdemo.nets.matching import (
    BACKGROUND,
    IGNORE,
    Targets,
    match,
    sample_positives_negatives,
    targets_of_batch,
)

HIGH, LOW = 0.5, 0.3


def random_boxes(n: int, generator: torch.Generator) -> Tensor:
    corners = torch.rand(n, 2, generator=generator) * 60
    return torch.cat([corners, corners + 8 + torch.rand(n, 2, generator=generator) * 40], dim=1)


def random_case(seed: int) -> tuple[Tensor, Targets]:
    generator = torch.Generator().manual_seed(seed)
    boxes, true = random_boxes(200, generator), random_boxes(6, generator)
    difficult = torch.rand(6, generator=generator) < 0.3
    return boxes, Targets(true, torch.arange(6), difficult)


@pytest.mark.parametrize("seed", range(8))
def test_labels_are_torchvisions(seed: int) -> None:
    """Of all boxes but an object's best that overlaps another object more: there ours goes to the first."""
    boxes, targets = random_case(seed)
    targets = targets._replace(difficult=torch.zeros(6, dtype=torch.bool))
    iou = box_iou(targets.boxes, boxes)
    theirs = Matcher(HIGH, LOW, allow_low_quality_matches=True)(iou)
    found = match(boxes, targets, HIGH, background=LOW).target
    best = iou.argmax(dim=1)
    other = best[iou.argmax(dim=0)[best] != torch.arange(6)]
    same = torch.ones(len(boxes), dtype=torch.bool)
    same[other] = False
    assert len(other) < 6
    assert torch.equal(found[same], theirs[same])
    plain = Matcher(HIGH, LOW)(iou)
    assert torch.equal(match(boxes, targets, HIGH, background=LOW, each=False).target, plain)


def literally(boxes: Tensor, targets: Targets, each: bool) -> list[int]:
    iou = box_iou(boxes, targets.boxes)
    labels = []
    for row in iou:
        best = int(row.argmax())
        label = best if row[best] >= HIGH else IGNORE if row[best] >= LOW else BACKGROUND
        labels.append(label)
    for target in range(len(targets.boxes)):
        if each and not targets.difficult[target]:
            labels[int(iou[:, target].argmax())] = target
    return [IGNORE if k >= 0 and targets.difficult[k] else k for k in labels]


@pytest.mark.parametrize("each", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_labels_are_the_rule_taken_literally(seed: int, each: bool) -> None:
    boxes, targets = random_case(seed)
    found = match(boxes, targets, HIGH, background=LOW, each=each)
    assert found.target.tolist() == literally(boxes, targets, each)
    torch.testing.assert_close(found.iou, box_iou(boxes, targets.boxes).amax(dim=1))


@pytest.mark.parametrize(("count", "positive_fraction"), [(16, 0.5), (64, 0.25), (1000, 0.5), (1, 0.5)])
def test_a_balanced_choice(count: int, positive_fraction: float) -> None:
    target = torch.tensor([0] * 30 + [BACKGROUND] * 50 + [IGNORE] * 20)[torch.randperm(100)]
    matched, nothing = sample_positives_negatives(target, count, positive_fraction)
    assert (target[matched] >= 0).all()
    assert (target[nothing] == BACKGROUND).all()
    assert len(set(matched.tolist() + nothing.tolist())) == len(matched) + len(nothing)
    assert len(matched) == min(30, int(positive_fraction * count))
    assert len(nothing) == min(50, count - len(matched))


def test_a_balanced_choice_is_made_at_random() -> None:
    target = torch.tensor([0] * 50 + [BACKGROUND] * 50)
    choices = {
        tuple(sorted(torch.cat(sample_positives_negatives(target, 20, 0.5)).tolist())) for _ in range(5)
    }
    assert len(choices) > 1


def test_things_of_a_batch_are_looked_up_picture_by_picture() -> None:
    truth = [random_case(seed)[1] for seed in range(3)]
    truth[1] = Targets(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), torch.zeros(0, dtype=torch.bool))
    picture, row = torch.tensor([2, 0, 2, 0]), torch.tensor([5, 1, 0, 0])
    boxes, classes = targets_of_batch(truth, picture, row)
    pairs = list(zip(picture.tolist(), row.tolist(), strict=True))
    torch.testing.assert_close(boxes, torch.stack([truth[p].boxes[r] for p, r in pairs]))
    assert classes.tolist() == [int(truth[p].classes[r]) for p, r in pairs]
