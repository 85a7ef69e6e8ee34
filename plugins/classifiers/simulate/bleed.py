"""A saturated star: a flat core, charge that bled along its column, and spikes."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.psf import moffat
from tom_alerce_like.plugins.classifiers.simulate.scene import X_PX, Y_PX, Scene

_SPIKE_LENGTH_PX = 25.0


def saturated(scene: Scene, rng: np.random.Generator) -> None:
    """A star above the full well, its column about the centre; the difference is what clipping left."""
    at = (rng.normal(0, 12), rng.normal(0, 1.0))
    peak = scene.noise * draw.log_uniform(300, 5000, rng)
    y, x = Y_PX - at[0], X_PX - at[1]
    bled = np.exp(-np.abs(y) / draw.log_uniform(3, 40, rng)) * (np.abs(x) < rng.uniform(0.6, 2.0))
    spikes = 0.02 * sum(np.exp(-(near**2) / 2 - np.abs(far) / _SPIKE_LENGTH_PX) for near, far in ((x, y), (y, x)))
    images = []
    for width in (scene.psf_px, scene.template_psf_px):
        star = moffat(width, at)
        light = peak * rng.uniform(2, 20) * star / star.max() + peak * (bled * rng.uniform(0.5, 1.5) + spikes)
        images.append(np.minimum(light, peak * rng.uniform(0.9, 1.1)))
    wrong = (images[0] - images[1]) * rng.uniform(0.1, 1.0)
    scene.science[:] += images[0]
    scene.template[:] += images[1]
    scene.difference[:] += wrong + rng.standard_normal(wrong.shape) * 0.02 * images[0]
