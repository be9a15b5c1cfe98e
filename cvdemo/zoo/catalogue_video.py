"""The catalogue's classifiers of whole videos that are downloaded on first use: torchvision's.

Figures are those of torchvision's own weights; a test compares them.
"""

from __future__ import annotations

from cvdemo.zoo.catalogue_hub import MIB, TORCHVISION_FIGURES, TORCHVISION_URL
from cvdemo.zoo.spec import ModelSpec, Published, Source, Task


def _video(
    name: str, title: str, arxiv: str, file: str, mebibytes: float, top1: float, window: int, fps: float
) -> ModelSpec:
    """A classifier of Kinetics' 400 activities, of windows of so many frames at so many a second."""
    return ModelSpec(
        key=name.replace("_", "-"),
        task=Task.VIDEO,
        title=title,
        paper=f"https://arxiv.org/abs/{arxiv}",
        source=Source.TORCHVISION,
        licence="BSD-3-Clause",
        download_bytes=round(mebibytes * MIB),
        labels="kinetics",
        adapter="cvdemo.zoo.torchvision_video:load",
        published=Published("Kinetics-400 top-1", top1, "Kinetics-400 validation", TORCHVISION_FIGURES),
        weights=TORCHVISION_URL + file,
        note=f"It sees {window} frames at a time, {fps:g} a second.",
        options={"name": name, "window": window, "fps": fps},
    )


VIDEO: tuple[ModelSpec, ...] = (
    _video("mc3_18", "MC3-18", "1711.11248", "mc3_18-a90a0ba3.pth", 44.672, 63.96, 16, 15),
    _video("r3d_18", "R3D-18", "1711.11248", "r3d_18-b3b3357e.pth", 127.359, 63.2, 16, 15),
    _video("r2plus1d_18", "R(2+1)D-18", "1711.11248", "r2plus1d_18-91a641e6.pth", 120.318, 67.463, 16, 15),
    _video("s3d", "S3D", "1712.04851", "s3d-d76dad2f.pth", 31.972, 68.368, 32, 15),
    _video("mvit_v2_s", "MViT v2, small", "2112.01526", "mvit_v2_s-ae3be167.pth", 131.884, 80.757, 16, 7.5),
    _video("swin3d_t", "Video Swin, tiny", "2106.13230", "swin3d_t-7615ae03.pth", 121.543, 77.715, 32, 15),
)
"""Of the same kind as the lecture's net of 3-D convolutions first, attention last."""
