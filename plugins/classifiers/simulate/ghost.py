"""Reflections of a bright star: a faint disc or ring of the telescope's pupil, and haloes."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.scene import X_PX, Y_PX, Scene


def pupil(scene: Scene, rng: np.random.Generator) -> None:
    """A ring with a soft rim, 6 to 60 pixels wide, whose rim or body crosses the centre."""
    radius, direction = draw.log_uniform(6, 60, rng), draw.angle(rng)
    far = radius * rng.uniform(0.7, 1.05)
    r = np.hypot(Y_PX - far * np.sin(direction), X_PX - far * np.cos(direction))
    soft = draw.log_uniform(0.8, 5.0, rng)
    disc = 1 / (1 + np.exp(np.clip((r - radius) / soft, -50, 50)))
    hole = rng.uniform(0, 0.5) * radius
    ring = disc - rng.uniform(0, 1) / (1 + np.exp(np.clip((r - hole) / soft, -50, 50)))
    scene.observe(ring * scene.noise * draw.log_uniform(1.5, 20, rng), rng)
