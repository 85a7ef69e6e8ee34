"""Single pixels that shine, alone or in a cluster."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.scene import CENTRE_PX, Scene


def cluster(scene: Scene, rng: np.random.Generator) -> None:
    """One to six pixels around the centre, each as high as it likes; some have dark neighbours."""
    n = rng.integers(1, 7)
    y, x = CENTRE_PX + np.rint(rng.normal(0, 0.3 * np.sqrt(n), (2, n))).astype(int)
    heights = scene.noise * draw.log_uniform(8, 300, rng) * rng.choice([-0.5, 1, 1, 1], n) * rng.uniform(0.3, 1, n)
    for image in (scene.science, scene.difference):
        image[y, x] += heights.astype(image.dtype)
