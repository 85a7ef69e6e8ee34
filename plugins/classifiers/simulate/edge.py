"""The edge of the detector: what lies beyond has no value, and the last lines cannot be trusted."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.pixels import Pixels
from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.scene import CENTRE_PX, Scene


def glow(scene: Scene, rng: np.random.Generator) -> None:
    """A false detection on the last lines before the edge, which passes within three pixels of the centre."""
    last = CENTRE_PX + rng.integers(0, 4)
    deep = rng.uniform(0.5, 3)
    fading = np.exp(-(last - np.arange(last + 1)) / deep) * scene.noise * draw.log_uniform(5, 100, rng)
    bumpy = rng.uniform(0.3, 1.0, scene.images.shape[1])[:, None] * fading * rng.choice([-1, 1])
    turned = rng.random() < 0.5
    for image in (scene.science, scene.difference):
        (image.T if turned else image)[:, : last + 1] += bumpy.astype(image.dtype)
    (scene.images.transpose(0, 2, 1) if turned else scene.images)[:, :, last + 1 :] = np.nan


def cut(images: Pixels, rng: np.random.Generator) -> None:
    """Make NaN of all three images beyond a line that is 3 to 28 pixels from the centre."""
    beyond = rng.integers(3, 29)
    turned = np.rot90(images, rng.integers(4), axes=(1, 2))
    turned[:, :, CENTRE_PX + beyond :] = np.nan
