"""A Kalman filter of a box that moves at constant velocity, with SORT's state and noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MOTION = np.eye(7) + np.eye(7, k=4)  # centre and area move by their velocities every frame
MEASURED = np.eye(4, 7)  # centre, area and aspect ratio are seen; velocities are not
PROCESS_NOISE = np.diag([1, 1, 1, 1, 1e-2, 1e-2, 1e-4])
MEASUREMENT_NOISE = np.diag([1.0, 1, 10, 10])
FIRST_COVARIANCE = np.diag([10.0, 10, 10, 10, 1e4, 1e4, 1e4])  # at first, nothing is known of velocities


class BoxFilter:
    """A box with the state u, v, s, r, u', v', s': centre, area, width over height, and three velocities.

    arXiv:1602.00763, sec. 3.2; the noise is that of the authors' code. The aspect ratio has no velocity.
    `state` [7] and `covariance` [7, 7] are in pixels and frames.
    """

    def __init__(self, box: ArrayLike) -> None:
        self.state = np.concatenate([to_measurement(box), np.zeros(3)])
        self.covariance = FIRST_COVARIANCE.copy()

    def predict(self) -> Floats:
        """Move the state on by a frame; the predicted box [4]."""
        if self.state[2] + self.state[6] <= 0:  # the area would vanish
            self.state[6] = 0.0
        self.state = MOTION @ self.state
        self.covariance = MOTION @ self.covariance @ MOTION.T + PROCESS_NOISE
        return self.box

    def update(self, box: ArrayLike) -> Floats:
        """Correct the state by a box [4] that was detected; the corrected box [4]."""
        residual = to_measurement(box) - MEASURED @ self.state
        spread = MEASURED @ self.covariance @ MEASURED.T + MEASUREMENT_NOISE
        gain = np.linalg.solve(spread, MEASURED @ self.covariance).T  # [7, 4]
        self.state = self.state + gain @ residual
        self.covariance = self.covariance - gain @ MEASURED @ self.covariance
        return self.box

    @property
    def box(self) -> Floats:
        """The state's box x1 y1 x2 y2, [4]."""
        return to_box(self.state)

    @property
    def velocity(self) -> Floats:
        """Pixels that the centre moves in a frame, across and down, [2]."""
        return self.state[4:6]


def to_measurement(box: ArrayLike) -> Floats:
    """A box x1 y1 x2 y2 as u, v, s, r: centre, area and width over height, [4]."""
    x1, y1, x2, y2 = np.asarray(box, np.float64)
    width, height = max(x2 - x1, 1e-3), max(y2 - y1, 1e-3)
    return np.array([(x1 + x2) / 2, (y1 + y2) / 2, width * height, width / height])


def to_box(state: ArrayLike) -> Floats:
    """u, v, s, r, and whatever follows, as a box x1 y1 x2 y2, [4]."""
    u, v, area, aspect = np.asarray(state, np.float64)[:4]
    width = np.sqrt(max(area, 0.0) * max(aspect, 0.0))
    height = max(area, 0.0) / width if width > 0 else 0.0
    return np.array([u - width / 2, v - height / 2, u + width / 2, v + height / 2])
