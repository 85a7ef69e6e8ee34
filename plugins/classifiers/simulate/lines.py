"""What moves: random streaks, trails and rows of glints, each a row of segments on one straight line."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.scene import CENTRE_PX

Floats = NDArray[np.float64]
Random = np.random.Generator
#: An asteroid at 4 to 24 degrees a day moves so far in ZTF's 30 s.
LENGTH_PX = (5.0, 30.0)
SPACING_PX = (7.0, 22.0)
#: Farthest from the alert that a trail passes.
OFFSET_PX = 22.0
#: What crosses the stamp ends beyond its corners.
BEYOND_PX = 1.5 * CENTRE_PX


class Line(NamedTuple):
    """Segments from ``start`` to ``end`` (pixels along the line) of ``flux`` per pixel, on a line past the alert."""

    start: Floats
    end: Floats
    flux: Floats
    angle_rad: float
    offset_px: float


def streak(rng: Random) -> Line:
    """Return an asteroid's streak, uniform or fading towards an end; the alert is not exactly in its middle."""
    length = draw.log_uniform(*LENGTH_PX, rng)
    edges = np.linspace(-length / 2, length / 2, 17) + rng.normal(0, 0.1 * length)
    flux = 1 + rng.choice([-1, 0, 1]) * rng.uniform(0, 0.8) * np.linspace(-1, 1, 16)
    return Line(edges[:-1], edges[1:], flux, draw.angle(rng), rng.normal(0, 0.4))


def trail(rng: Random) -> Line:
    """Return a satellite's trail: half of them made the alert, half pass somewhere else."""
    edges = np.linspace(-BEYOND_PX, BEYOND_PX, 25)
    flux = 1 + rng.uniform(0, 0.5) * np.sin(edges[1:] / rng.uniform(8, 60) + rng.uniform(0, 2 * np.pi))
    offset = rng.normal(0, 0.7) if rng.random() < 0.5 else rng.uniform(-OFFSET_PX, OFFSET_PX)
    return Line(edges[:-1], edges[1:], flux, draw.angle(rng), offset)


def glints(rng: Random) -> Line:
    """Return a train of dots or dashes through the alert."""
    spacing = draw.log_uniform(*SPACING_PX, rng)
    dash = rng.choice([0.1, spacing * rng.uniform(0.01, 0.4)])
    count = int(np.ceil(BEYOND_PX / spacing))
    middle = np.arange(-count, count + 1) * spacing + rng.normal(0, 0.4)
    flux = np.exp(rng.normal(0, rng.uniform(0.1, 0.5), len(middle)))
    return Line(middle - dash / 2, middle + dash / 2, flux, draw.angle(rng), rng.normal(0, 0.4))
