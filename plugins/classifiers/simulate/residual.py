"""What is left of a constant star when the two PSFs were not matched: a ring, a quadrupole, a hole."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.psf import moffat
from tom_alerce_like.plugins.classifiers.simulate.scene import Scene, photon_noise


def mismatch(scene: Scene, rng: np.random.Generator) -> None:
    """A bright star whose width or shape was matched to some per cent only; its light did not change."""
    at = draw.near_centre(1.5, rng)
    flux = scene.flux(draw.log_uniform(100, 5000, rng))
    wrong = rng.normal(1, 0.08)
    direction = draw.angle(rng)
    true = moffat(scene.psf_px, at, rng.uniform(1.0, 1.3), direction)
    matched = moffat(
        scene.psf_px * np.clip(wrong, 0.75, 1.3), at, rng.uniform(1.0, 1.3), direction + draw.angle(rng) / 4
    )
    noise = photon_noise(flux * true, rng) * rng.uniform(1, 3)
    scene.science[:] += flux * true + noise
    scene.template[:] += flux * moffat(scene.template_psf_px, at)
    scene.difference[:] += flux * (true - matched) + noise
