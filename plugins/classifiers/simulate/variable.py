"""A star that is brighter or fainter than it was in the template."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.psf import moffat
from tom_alerce_like.plugins.classifiers.simulate.scene import Scene
from tom_alerce_like.plugins.classifiers.simulate.transient import CENTRING_PX


def star(scene: Scene, rng: np.random.Generator) -> None:
    """A star whose flux changed by 2 to 200 per cent of what it was, up or down."""
    at = draw.near_centre(CENTRING_PX, rng)
    change = scene.flux(draw.detected(rng))
    steady = change / draw.log_uniform(0.02, 2.0, rng)
    sign = 1 if rng.random() < 0.5 or change > steady else -1
    light, reference = moffat(scene.psf_px, at), moffat(scene.template_psf_px, at)
    scene.host(steady * light, steady * reference, rng)
    scene.observe(sign * change * light, rng)
