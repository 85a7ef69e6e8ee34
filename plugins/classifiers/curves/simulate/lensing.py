"""Single lenses on single stars, blended with neighbours, and stars that vary with a period."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate.light import COLOUR_SCALE, Ints, Light, njy


def magnification(separation: Floats) -> Floats:
    """Return how much brighter a point source looks at separations in Einstein radii.

    Paczynski 1986, doi:10.1086/164140.
    """
    square = separation**2
    return (square + 2) / np.sqrt(square * (square + 4))


def microlensing(n: int, faintest_mag: float, rng: np.random.Generator, whole: bool = False) -> Light:
    """Return the difference from the baseline of n lensed stars, or their whole light; day 0 is the closest approach.

    Einstein times of the Galaxy's fields: Mroz+2019, doi:10.3847/1538-4365/ab426b; each band has its blend.
    """
    baseline = rng.uniform(faintest_mag - 4, faintest_mag + 2, n)
    colour = rng.normal(0.8, 0.4, n)
    einstein_days = rng.lognormal(np.log(25), 0.8, n)
    closest = rng.uniform(0.005, 1.0, n)
    lensed = np.where(rng.random((n, 1)) < 0.4, 1.0, rng.uniform(0.1, 1.0, (n, 1)))
    share = np.clip(lensed * (1 + 0.1 * rng.standard_normal((n, 6))), 0.05, 1.0)

    def light(row: Ints, days: Floats, band: Ints) -> Floats:
        brighter = magnification(np.hypot(closest[row], days / einstein_days[row])) - 1
        return njy(baseline[row] - colour[row] * COLOUR_SCALE[band]) * (share[row, band] * brighter + whole)

    return light


def periodic(n: int, faintest_mag: float, rng: np.random.Generator, whole: bool = False) -> Light:
    """Return the difference from the mean, or the whole light, of n stars that pulsate or rotate, hours to years.

    Three harmonics of one period, smaller towards the red; long periods have large amplitudes, as Miras have.
    """
    mean = rng.uniform(14.0, faintest_mag, n)
    colour = rng.normal(0.8, 0.5, n)
    period = np.exp(rng.uniform(np.log(0.2), np.log(600), n))
    size = rng.lognormal(np.log(0.25), 0.6, n) * np.where(period > 80, 3.0, 1.0)
    height = size[:, None] * np.array([1.0, 0.4, 0.15]) * rng.random((n, 3)) ** np.array([0.0, 1.0, 1.0])
    phase = rng.uniform(0, 2 * np.pi, (n, 3))

    def light(row: Ints, days: Floats, band: Ints) -> Floats:
        angle = 2 * np.pi * (days / period[row])[:, None] * np.array([1, 2, 3]) + phase[row]
        change = (height[row] * np.sin(angle)).sum(axis=1) * (1 - 0.25 * COLOUR_SCALE[band])
        base = mean[row] - colour[row] * COLOUR_SCALE[band]
        return njy(base + change) - (0 if whole else njy(base))

    return light
