"""The track of a cosmic ray: sharper than any star, straight, in the science image alone."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.scene import X_PX, Y_PX, Scene

#: Dispersion of the charge around its track (pixels).
DIFFUSION_PX = (0.25, 0.6)


def track(scene: Scene, rng: np.random.Generator) -> None:
    """A track of 1 to 25 pixels through the centre, 8 to 400 times the noise in each pixel."""
    y, x = draw.near_centre(0.7, rng)
    length, direction = draw.log_uniform(1.0, 25.0, rng), draw.angle(rng)
    along = (X_PX - x) * np.cos(direction) + (Y_PX - y) * np.sin(direction)
    across = (Y_PX - y) * np.cos(direction) - (X_PX - x) * np.sin(direction)
    beyond = np.clip(np.abs(along + length * rng.uniform(-0.3, 0.3)) - length / 2, 0, None)
    charge = np.exp(-(across**2 + beyond**2) / 2 / rng.uniform(*DIFFUSION_PX) ** 2)
    scene.observe(charge * scene.noise * draw.log_uniform(8, 400, rng), rng)
