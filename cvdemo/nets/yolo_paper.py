"""YOLO v1 as in the paper: 24 convolutions, two connected layers, 7 x 7 cells (arXiv:1506.02640, fig. 3).

Without batch normalisation, which the paper does not have; leaky ReLU everywhere but at the end (eq. 2).
"""

from __future__ import annotations

from torch import Tensor, nn

from cvdemo.errors import DataError
from cvdemo.nets.yolo import Grid, YOLOTrace, cells

SIDE = 448
"""Pixels of a picture's width and height: the fully connected layers take no other."""

GRID = Grid(classes=20, boxes=2, stride=64, unit=SIDE)
"""7 x 7 cells of 2 boxes and the 20 classes of PASCAL VOC: 7 x 7 x 30 numbers."""

Step = tuple[int, int] | tuple[int, int, int] | str
POOL: Step = "2 x 2 maximum"

LAYERS: tuple[Step, ...] = (
    (7, 64, 2), POOL,
    (3, 192), POOL,
    (1, 128), (3, 256), (1, 256), (3, 512), POOL,
    *((1, 256), (3, 512)) * 4, (1, 512), (3, 1024), POOL,
    *((1, 512), (3, 1024)) * 2, (3, 1024), (3, 1024, 2),
    (3, 1024), (3, 1024),
)  # fmt: skip
"""Figure 3 from left to right: kernel, channels and, where it is not 1, stride of every convolution."""

HIDDEN = 4096


class PaperYOLO(nn.Module):
    """Pictures [N, 3, 448, 448], RGB in 0..1, to two boxes and a class for each of 7 x 7 cells."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for step in LAYERS:
            if isinstance(step, str):
                layers.append(nn.MaxPool2d(2))
                continue
            kernel, outputs, *stride = step
            step_by = stride[0] if stride else 1
            layers += [nn.Conv2d(channels, outputs, kernel, step_by, kernel // 2), nn.LeakyReLU(0.1)]
            channels = outputs
        self.features = nn.Sequential(*layers)
        side = SIDE // GRID.stride
        self.fc = nn.Sequential(
            nn.Flatten(),
            nn.Linear(channels * side**2, HIDDEN),
            nn.LeakyReLU(0.1),
            nn.Dropout(0.5),
            nn.Linear(HIDDEN, side**2 * GRID.values),
            nn.Unflatten(1, (side, side, GRID.values)),
        )

    def forward(self, pictures: Tensor) -> YOLOTrace:
        if tuple(pictures.shape[-2:]) != (SIDE, SIDE):
            height, width = pictures.shape[-2:]
            raise DataError(f"a picture of {width} x {height}: this net takes {SIDE} x {SIDE} only")
        features = self.features(2 * pictures - 1)  # [N, 1024, 7, 7]
        return cells(self.fc(features), GRID)  # [N, 7, 7, 30] inside
