"""Nothing but noise: the highest of the small peaks that chance makes."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate.galaxy import seen_through
from tom_alerce_like.plugins.classifiers.simulate.scene import CENTRE_PX, SIZE_PX, Scene

_SEARCH_PX = 10


def peak(scene: Scene, rng: np.random.Generator) -> None:
    """Move the stamp until a peak of its noise is in the middle; what comes in from outside is mirrored."""
    noise = rng.standard_normal(scene.difference.shape) * scene.noise * rng.uniform(0.5, 1.5)
    scene.science[:] += noise
    scene.difference[:] += noise
    inner = slice(CENTRE_PX - _SEARCH_PX, CENTRE_PX + _SEARCH_PX + 1)
    found = np.argmax(np.abs(seen_through(scene.difference.astype(float), scene.psf_px)[inner, inner]))
    y, x = np.unravel_index(found, (2 * _SEARCH_PX + 1,) * 2)
    wide = np.pad(scene.images, ((0, 0), (_SEARCH_PX,) * 2, (_SEARCH_PX,) * 2), mode="reflect")
    scene.images[:] = wide[:, y : y + SIZE_PX, x : x + SIZE_PX]
