"""A new point source: with no host to be seen, or on a galaxy."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.galaxy import seen_through, sersic
from tom_alerce_like.plugins.classifiers.simulate.psf import moffat
from tom_alerce_like.plugins.classifiers.simulate.scene import Scene

#: Alerts are centred on the source to a fraction of a pixel.
CENTRING_PX = 0.4


def hostless(scene: Scene, rng: np.random.Generator) -> None:
    """A new source on empty sky."""
    at = draw.near_centre(CENTRING_PX, rng)
    scene.observe(scene.flux(draw.detected(rng)) * moffat(scene.psf_px, at), rng)


def in_galaxy(scene: Scene, rng: np.random.Generator) -> None:
    """A new source within two half-light radii of a galaxy: a supernova, where light is."""
    radius = draw.log_uniform(1.0, 8.0, rng)
    far, direction = radius * rng.uniform(0.1, 2.0), draw.angle(rng)
    add_galaxy(scene, radius, (far * np.sin(direction), far * np.cos(direction)), rng)
    hostless(scene, rng)


def in_nucleus(scene: Scene, rng: np.random.Generator) -> None:
    """A source that brightened or faded in the middle of a galaxy: an active nucleus, or a tidal disruption."""
    at = draw.near_centre(CENTRING_PX, rng)
    add_galaxy(scene, draw.log_uniform(0.7, 5.0, rng), at, rng)
    change = scene.flux(draw.detected(rng)) * (1 if rng.random() < 0.7 else -1)
    scene.observe(change * moffat(scene.psf_px, at), rng)


def add_galaxy(scene: Scene, radius_px: float, at_px: tuple[float, float], rng: np.random.Generator) -> None:
    """Put a galaxy into science and template, 20 to 2,000 times the noise."""
    shape = sersic(rng.uniform(0.8, 4.0), radius_px, rng.uniform(0.25, 1.0), draw.angle(rng), at_px)
    flux = scene.flux(draw.log_uniform(20, 2000, rng))
    light, reference = (flux * seen_through(shape, width) for width in (scene.psf_px, scene.template_psf_px))
    scene.host(light, reference, rng)
