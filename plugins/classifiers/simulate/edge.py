"""Edges of the detector and masked blocks: pixels without a value, and lines beside them that cannot be trusted."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.pixels import Pixels
from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.scene import CENTRE_PX, SIZE_PX, Scene


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


def mask(images: Pixels, rng: np.random.Generator) -> None:
    """Make NaN of a block of 6 to 24 pixels in all three images, three pixels or more from the centre."""
    height, width = rng.integers(6, 25, 2)
    y, x = rng.integers(CENTRE_PX + 3, SIZE_PX - 3), rng.integers(0, SIZE_PX - 6)
    np.rot90(images, rng.integers(4), axes=(1, 2))[:, y : y + height, x : x + width] = np.nan
