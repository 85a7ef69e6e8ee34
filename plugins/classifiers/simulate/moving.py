"""A minor planet: a point source, or one that moved a little while the shutter was open."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.psf import moffat
from tom_alerce_like.plugins.classifiers.simulate.scene import Scene
from tom_alerce_like.plugins.classifiers.simulate.transient import CENTRING_PX

#: Main-belt objects move 0.5 arcsec in a ZTF exposure of 30 s; faster ones leave trails of a few pixels.
TRAIL_PX = (0.2, 4.0)
_STEPS = 5


def minor_planet(scene: Scene, rng: np.random.Generator) -> None:
    """A source that is in the science image alone, short trails included; nothing is in the template."""
    y, x = draw.near_centre(CENTRING_PX, rng)
    length, direction = draw.log_uniform(*TRAIL_PX, rng), draw.angle(rng)
    steps = np.linspace(-length / 2, length / 2, _STEPS)
    trail = [moffat(scene.psf_px, (y + step * np.sin(direction), x + step * np.cos(direction))) for step in steps]
    scene.observe(scene.flux(draw.detected(rng)) * np.mean(trail, axis=0), rng)
