"""A folder of picture pairs with true flow: NN-0.png, NN-1.png and NN.flo, as of FlyingChairs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from cvdemo.data.flo import read_flo
from cvdemo.data.pictures import read_picture
from cvdemo.errors import DataError


class PairFiles(NamedTuple):
    """The files of a pair: both pictures, and the flow from the first to the second."""

    first: Path
    second: Path
    flow: Path

    def read(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pictures [H, W, 3] uint8 RGB and flow [H, W, 2]; DataError where their sizes differ."""
        first, second, flow = read_picture(self.first), read_picture(self.second), read_flo(self.flow)
        sizes = {part.shape[:2] for part in (first, second, flow)}
        if len(sizes) > 1:
            of = ", ".join(f"{part.shape[1]} x {part.shape[0]}" for part in (first, second, flow))
            raise DataError(f"pair '{self.flow.stem}' has pictures and a flow of different sizes: {of}")
        return first, second, flow


def flow_pairs(folder: Path) -> list[PairFiles]:
    """The pairs of a folder, by name; DataError where it has none, or one lacks a picture."""
    flows = sorted(folder.glob("*.flo")) if folder.is_dir() else []
    if not flows:
        raise DataError(f"'{folder.name}' has no .flo files: a pair is NN-0.png, NN-1.png and NN.flo")
    pairs = [_of(folder, flow) for flow in flows]
    for pair in pairs:
        for path in pair:
            if not path.is_file():
                raise DataError(f"'{folder.name}' lacks '{path.name}', which '{pair.flow.name}' is about")
    return pairs


def _of(folder: Path, flow: Path) -> PairFiles:
    return PairFiles(folder / f"{flow.stem}-0.png", folder / f"{flow.stem}-1.png", flow)
