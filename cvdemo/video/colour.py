"""HDR pictures as ordinary ones: HLG and PQ light to sRGB."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

PQ, HLG = 16, 18
"""Transfer characteristics by their numbers in ITU-T H.273: SMPTE ST 2084 and ARIB STD-B67."""

WHITE = 203.0  # nits of a white sheet in HDR (ITU-R BT.2408)
PEAK = 1000.0  # nits of the brightest light that is kept apart from less bright light
TO_709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)
"""Linear RGB of BT.2020 to that of BT.709 (ITU-R BT.2087)."""


def to_sdr(picture: NDArray[np.uint16], transfer: int) -> NDArray[np.uint8]:
    """A picture [H, W, 3] uint16 RGB in BT.2020 with the transfer `PQ` or `HLG` as uint8 sRGB.

    White stays near white, brighter light is compressed (Reinhard et al. 2002, eq. 4).
    """
    linear = _light(transfer)[picture] @ TO_709.T  # 1 is white
    top = np.maximum(linear.max(axis=2, keepdims=True), 1e-6)
    peak = PEAK / WHITE
    mapped = top * (1 + top / peak**2) / (1 + top)
    steps = 4095 * (linear / top * mapped).clip(0, 1)
    return _gamma()[steps.astype(np.uint16)]


@cache
def _light(transfer: int) -> NDArray[np.float32]:
    """Light of each of 65536 code values, 1 for white."""
    signal = np.linspace(0, 1, 65536)
    if transfer == PQ:
        m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
        power = signal ** (1 / m2)
        nits = 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    else:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
        nits = PEAK * scene**1.2
    return (nits / WHITE).astype(np.float32)


@cache
def _gamma() -> NDArray[np.uint8]:
    """sRGB's code value of 4096 steps of light in 0..1."""
    light = np.linspace(0, 1, 4096)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return (255 * coded).round().astype(np.uint8)
