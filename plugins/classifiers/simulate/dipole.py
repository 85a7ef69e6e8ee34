"""What is left of a constant star when the two images were not aligned: a bright and a dark side."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.psf import moffat
from tom_alerce_like.plugins.classifiers.simulate.scene import Scene, photon_noise


def misregistered(scene: Scene, rng: np.random.Generator) -> None:
    """A star that stands 0.1 to 1.5 pixels off where the template has it."""
    y, x = draw.near_centre(1.0, rng)
    shift, direction = draw.log_uniform(0.1, 1.5, rng), draw.angle(rng)
    moved = (y + shift * np.sin(direction), x + shift * np.cos(direction))
    # the fainter lobe is detected at all
    flux = scene.flux(draw.log_uniform(15, 300, rng)) * scene.psf_px / shift / 2
    true = flux * moffat(scene.psf_px, moved)
    noise = photon_noise(true, rng)
    scene.science[:] += true + noise
    scene.template[:] += flux * moffat(scene.template_psf_px, (y, x))
    scene.difference[:] += true + noise - flux * moffat(scene.psf_px, (y, x))
