"""A template that was scaled wrongly, as happens through clouds: each star of the stamp is left in the difference."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.psf import moffat
from tom_alerce_like.plugins.classifiers.simulate.scene import FIELD_PX, Scene


def stars(scene: Scene, rng: np.random.Generator) -> None:
    """A constant star in the middle, two to seven around it, and 3 to 100 per cent of all light left over.

    The stars stand in the difference together; that of the middle is a detection of 5 to 50 times the noise.
    """
    share = draw.log_uniform(0.03, 1.0, rng)
    detected = draw.log_uniform(5, 50, rng) / share
    light = scene.science - np.median(scene.science)
    left = np.where(light > 3 * scene.noise, light, 0) * share
    for number in range(rng.integers(3, 9)):
        at = draw.near_centre(1.0, rng) if number == 0 else tuple(rng.uniform(-FIELD_PX, FIELD_PX, 2))
        flux = scene.flux(detected * (1 if number == 0 else draw.log_uniform(0.3, 3.0, rng)))
        seen = moffat(scene.psf_px, at)
        scene.host(flux * seen, flux * moffat(scene.template_psf_px, at), rng)
        left = left + share * flux * seen
    scene.difference[:] += left * rng.choice([-1, 1])
