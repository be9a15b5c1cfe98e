"""Drawn samples kept on disk while several nets learn from the same ones.

No torch here: the drawing processes import this module.
"""

from __future__ import annotations

import os
import pickle
import shutil
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cvdemo.train.recipes import Recipe, TrainingData

SPARE = 4_000_000_000  # bytes of the disk, for checkpoints and all else that it is there for


def drawing(data: TrainingData) -> TrainingData:
    """What alone the sample of a seed depends on: the data whatever the size of its pool."""
    return replace(data, pool=0, fresh=0)


def draw(data: TrainingData, seed: int, folder: Path | None) -> Any:
    """The sample of a seed: the one kept in the folder, else it is drawn, and kept where a folder is given.

    A disk with less than `SPARE` bytes left is not filled: the next net then has the sample drawn again.
    """
    if folder is None:
        return data.draw(seed)
    path = folder / str(seed)
    if path.is_file():
        return pickle.loads(zlib.decompress(path.read_bytes()))
    sample = data.draw(seed)
    if shutil.disk_usage(folder).free > SPARE:
        part = path.with_name(f"{seed}.{os.getpid()}.part")  # another process may draw the same one
        part.write_bytes(zlib.compress(pickle.dumps(sample), 1))
        part.replace(path)
    return sample


class KeptSamples:
    """Where the samples of some nets are kept while these are trained: till the last that needs them.

    Below `folder` each kind of sample has a folder of its own. What one net alone needs is not kept.
    """

    def __init__(self, folder: Path, nets: Sequence[Recipe]) -> None:
        self._folder = folder
        self._left = Counter(drawing(one.data) for one in nets)
        self._kinds = [kind for kind, count in self._left.items() if count > 1]

    def folder(self, data: TrainingData) -> Path | None:
        """The folder for a net's samples; None where no other net needs them."""
        kind = drawing(data)
        if kind not in self._kinds:
            return None
        folder = self._folder / str(self._kinds.index(kind))
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def done(self, data: TrainingData) -> None:
        """Say that a net is trained; behind the last one its samples are deleted."""
        kind = drawing(data)
        self._left[kind] -= 1
        folder = self.folder(data)
        if folder is not None and not self._left[kind]:
            shutil.rmtree(folder, ignore_errors=True)
