"""Columns and rows of the detector that answer too much, too little or not at all."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.scene import CENTRE_PX, Scene


def line(scene: Scene, rng: np.random.Generator) -> None:
    """A line of 1 to 3 pixels width through the centre or just beside it, whole or ending there."""
    width, at = rng.integers(1, 4), CENTRE_PX + rng.integers(-2, 3)
    part = slice(None) if rng.random() < 0.5 else slice(rng.integers(0, CENTRE_PX), CENTRE_PX + rng.integers(0, 4))
    height = scene.noise * draw.log_uniform(4, 100, rng) * rng.choice([-1, 1])
    values = height * rng.uniform(0.6, 1.4, scene.difference[part].shape[0])[:, None]
    turned = rng.random() < 0.3
    for image in (scene.science, scene.difference):
        (image.T if turned else image)[part, at : at + width] += values.astype(image.dtype)
