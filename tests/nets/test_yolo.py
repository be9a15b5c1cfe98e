"""YOLO: the grid, the loss against the paper's formula written out, a batch by heart, the paper's own net."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from cvdemo.errors import DataError
from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.matching import Targets
from cvdemo.nets.yolo import YOLO, Grid, YOLOConfig, YOLOTrace, assign_targets, boxes_of, cells, yolo_loss
from cvdemo.nets.yolo_paper import PaperYOLO

SMALL = YOLOConfig(channels=24, depth=1, backbone=BackboneConfig((8, 8, 16, 16, 16), (1, 1, 1, 1)))
NOTHING = Targets(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), torch.zeros(0, dtype=torch.bool))


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def targets(boxes: list[list[float]], classes: list[int], difficult: list[bool] | None = None) -> Targets:
    return Targets(
        torch.tensor(boxes), torch.tensor(classes), torch.tensor(difficult or [False] * len(classes))
    )


@pytest.mark.parametrize("size", [(160, 192), (1, 1), (33, 70), (64, 31)])
def test_every_cell_answers(size: tuple[int, int]) -> None:
    trace = YOLO(SMALL).eval()(torch.rand(2, 3, *size))
    rows, columns = (2 * -(-s // 32) for s in size)
    assert trace.located.shape == (2, rows, columns, 2, 4)
    assert trace.confidence.shape == (2, rows, columns, 2)
    assert trace.classes.shape == (2, rows, columns, 8)
    assert trace.boxes().shape == (2, 2 * rows * columns, 4)
    assert trace.scores().shape == (2, 2 * rows * columns, 8)
    assert 0 <= trace.scores().min() <= trace.scores().max() <= 1


def test_a_box_is_where_its_numbers_say() -> None:
    values = torch.zeros(1, 2, 3, 18)
    values[0, 1, 2, 5:10] = torch.tensor([0.5, 0.25, 0.5, 1.0, 0.8])
    values[0, 1, 2, 10 + 3] = 0.9
    trace = cells(values, Grid())
    row = (1 * 3 + 2) * 2 + 1
    centre, half = np.array([2.5, 1.25]) * 16, np.array([0.25, 1.0]) * 192 / 2
    np.testing.assert_allclose(trace.boxes()[0, row], [*(centre - half), *(centre + half)], rtol=1e-5)
    assert trace.scores()[0].nonzero().tolist() == [[row, 3]]
    assert trace.scores()[0, row, 3] == pytest.approx(0.72)


def literal_loss(trace: YOLOTrace, truth: list[Targets]) -> list[float]:
    """Equation 3, sum by sum, cell by cell, box by box."""
    grid, sums = trace.grid, np.zeros(5)
    boxes = boxes_of(trace.located, grid)
    for n, seen in enumerate(truth):
        rows, columns = trace.confidence.shape[1:3]
        for i in range(rows):
            for j in range(columns):
                here = [t for t in range(len(seen.boxes)) if centred(seen.boxes[t], i, j, grid.stride)]
                valid = [t for t in here if not seen.difficult[t]]
                if here and not valid:
                    continue
                responsible = -1
                if valid:
                    t = max(valid, key=lambda t: area(seen.boxes[t]))
                    x1, y1, x2, y2 = seen.boxes[t].tolist()
                    ious = [
                        iou(seen.boxes[t].tolist(), boxes[n, i, j, b].tolist()) for b in range(grid.boxes)
                    ]
                    responsible = int(np.argmax(ious))
                    x, y, root_w, root_h = trace.located[n, i, j, responsible].tolist()
                    sums[0] += 5 * (x - ((x1 + x2) / 2 / grid.stride - j)) ** 2
                    sums[0] += 5 * (y - ((y1 + y2) / 2 / grid.stride - i)) ** 2
                    sums[1] += 5 * (root_w - ((x2 - x1) / grid.unit) ** 0.5) ** 2
                    sums[1] += 5 * (root_h - ((y2 - y1) / grid.unit) ** 0.5) ** 2
                    sums[2] += (float(trace.confidence[n, i, j, responsible]) - max(ious)) ** 2
                    for k in range(grid.classes):
                        sums[4] += (float(trace.classes[n, i, j, k]) - (k == int(seen.classes[t]))) ** 2
                for b in range(grid.boxes):
                    if b != responsible:
                        sums[3] += 0.5 * float(trace.confidence[n, i, j, b]) ** 2
    return (sums / len(truth)).tolist()


def centred(box: Tensor, i: int, j: int, stride: int) -> bool:
    x, y = ((box[:2] + box[2:]) / 2 / stride).tolist()
    return int(y) == i and int(x) == j


def area(box: Tensor) -> float:
    return float((box[2:] - box[:2]).prod())


def iou(a: list[float], b: list[float]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    inter = max(width, 0) * max(height, 0)
    return inter / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter + 1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_the_loss_is_the_papers_formula(seed: int) -> None:
    rng = torch.Generator().manual_seed(seed)
    trace = cells(torch.rand(3, 4, 5, 18, generator=rng), Grid())
    truth = []
    for count in (7, 1, 0):
        corner = torch.rand(count, 2, generator=rng) * torch.tensor([50.0, 40.0])
        boxes = torch.cat([corner, corner + 2 + 22 * torch.rand(count, 2, generator=rng)], dim=1)
        classes = torch.randint(0, 8, (count,), generator=rng)
        truth.append(Targets(boxes, classes, torch.rand(count, generator=rng) < 0.3))
    np.testing.assert_allclose(
        [float(v) for v in yolo_loss(trace, truth)], literal_loss(trace, truth), rtol=1e-4
    )


def test_one_thing_a_cell() -> None:
    seen = targets(
        [[0, 0, 6, 6], [0, 0, 9, 9], [20, 0, 28, 9], [20, 0, 24, 9]],
        [1, 2, 3, 4],
        [False] * 2 + [True, False],
    )
    want = assign_targets([seen, NOTHING], 2, 2, Grid())
    assert want.has_object[0].tolist() == [[True, True], [False, False]]
    assert want.classes[0, 0].tolist() == [2, 4]  # the larger; the one that is not too hard
    assert not want.has_object[1].any() and want.valid.all()
    hard = assign_targets([targets([[0, 0, 6, 6]], [1], [True])], 2, 2, Grid())
    assert hard.valid[0].tolist() == [[False, True], [True, True]]


def test_it_learns_a_batch_by_heart() -> None:
    pictures = torch.rand(2, 3, 64, 64)
    truth = [targets([[8.0, 8, 30, 40]], [2]), NOTHING]
    net = YOLO(SMALL)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    losses = []
    for _ in range(80):
        loss = yolo_loss(net(pictures), truth).total
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 * losses[0]
    trace = net(pictures)
    best = int(trace.scores()[0, :, 2].argmax())
    assert trace.scores()[0, best, 2] > 0.7 > 0.3 > trace.scores()[1].max()
    np.testing.assert_allclose(trace.boxes()[0, best].detach(), [8, 8, 30, 40], atol=4)


def test_the_papers_net_has_the_count_of_its_figure() -> None:
    """Kernel, inputs and outputs of each convolution as figure 3 of arXiv:1506.02640 has them, read there."""
    with torch.device("meta"):
        net = PaperYOLO()
        trace = net(torch.zeros(2, 3, 448, 448))
    table = [(7, 3, 64), (3, 64, 192), (1, 192, 128), (3, 128, 256), (1, 256, 256), (3, 256, 512)]
    table += 4 * [(1, 512, 256), (3, 256, 512)] + [(1, 512, 512), (3, 512, 1024)]
    table += 2 * [(1, 1024, 512), (3, 512, 1024)] + 4 * [(3, 1024, 1024)]
    assert len(table) == 24
    convolutions = sum(kernel**2 * a * b + b for kernel, a, b in table)
    connected = (7 * 7 * 1024 + 1) * 4096 + (4096 + 1) * 7 * 7 * 30
    assert sum(p.numel() for p in net.parameters()) == convolutions + connected == 271_703_550
    assert trace.located.shape == (2, 7, 7, 2, 4) and trace.classes.shape == (2, 7, 7, 20)
    with pytest.raises(DataError, match="192 x 160: this net takes 448 x 448"):
        net(torch.zeros(1, 3, 160, 192, device="meta"))
