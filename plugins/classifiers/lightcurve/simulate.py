"""Simulated active galaxies, variable stars and superluminous supernovae, as ZTF's differences show them.

Everything here is simulated. Sizes and times are those of the papers named; what they leave open is drawn widely.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate.light import Ints, Light, njy
from tom_alerce_like.plugins.classifiers.curves.simulate.others import random_walk
from tom_alerce_like.plugins.classifiers.curves.simulate.photosphere import Photosphere

#: Brightness of a star as a whole from its number, days and band, in magnitudes about its mean, (m,).
Change = Callable[[Ints, Floats, Ints], Floats]
#: Bands from blue to red; amplitudes are those of g.
G = 1


def superluminous(z: Floats, rng: np.random.Generator) -> Light:
    """Superluminous supernovae; day 0 is maximum. Gomez et al. 2024, arXiv:2407.07946; Nicholl et al. 2015."""
    n = len(z)
    days = np.concatenate([np.arange(-90, 0, 3.0), np.geomspace(0.5, 300, 60)])
    peak, rise = 10 ** rng.normal(44.1, 0.35, (n, 1)), rng.lognormal(np.log(18), 0.45, (n, 1))
    fall = rise * rng.uniform(1.3, 2.6, (n, 1))
    shape = np.where(days < 0, np.exp(-((days / rise) ** 2) / 2), 1 / (1 + (days.clip(0) / fall) ** 2))
    temperature = rng.lognormal(np.log(15e3), 0.15, (n, 1)) - rng.uniform(60, 160, (n, 1)) * days
    return Photosphere(days, peak * shape, np.clip(temperature, 5500, 2.5e4), z)


def wandering(
    n: int,
    size_mag: tuple[float, float],
    tau_days: tuple[float, float],
    colour: tuple[float, float],
    rng: np.random.Generator,
) -> Light:
    """A damped random walk against an earlier level; each pair is median and scatter, of size and time logarithmic.

    Active galaxies and quasars: MacLeod et al. 2010, doi:10.1088/0004-637X/721/2/1014; blazars: Ruan et al. 2012,
    doi:10.1088/0004-637X/760/1/51; young stars: Findeisen et al. 2015, doi:10.1088/0004-637X/798/2/89.
    """
    size = rng.lognormal(np.log(size_mag[0]), size_mag[1], n)
    walk = random_walk(rng.lognormal(np.log(tau_days[0]), tau_days[1], n), rng)
    redder = rng.normal(0, 0.25, n)

    def change(row: Ints, days: Floats, band: Ints) -> Floats:
        return size[row] * walk(row, days) * (1 + redder[row] * (band - G))

    return difference(change, n, colour, rng)


def quasar(n: int, rng: np.random.Generator) -> Light:
    return wandering(n, (0.2, 0.5), (250, 0.6), (0.2, 0.25), rng)


def seyfert(n: int, rng: np.random.Generator) -> Light:
    return wandering(n, (0.15, 0.6), (100, 0.7), (0.6, 0.25), rng)


def blazar(n: int, rng: np.random.Generator) -> Light:
    return wandering(n, (0.5, 0.5), (30, 1.0), (0.5, 0.2), rng)


def young_star(n: int, rng: np.random.Generator) -> Light:
    """Accretion that wanders, dips behind the disc, and spots that turn."""
    walk = random_walk(rng.lognormal(np.log(8), 1.2, n), rng)
    size, spots = rng.lognormal(np.log(0.25), 0.7, n), rng.lognormal(np.log(0.08), 0.6, n)
    turning = periodic_phase(rng.lognormal(np.log(5), 0.6, n), rng)
    dips = np.where(rng.random(n) < 0.4, rng.uniform(0.5, 2, n), 0)

    def change(row: Ints, days: Floats, band: Ints) -> Floats:
        level = walk(row, days)
        dip = dips[row] * np.maximum(level - 0.8, 0)
        made = size[row] * level + dip + spots[row] * np.cos(2 * np.pi * turning(row, days))
        return np.asarray(made * (1 - 0.15 * (band - G)))

    return difference(change, n, (1.4, 0.5), rng)


def _spread(bounds: tuple[float, float], n: int, rng: np.random.Generator) -> Floats:
    """Draw numbers whose logarithms are even between bounds."""
    return np.exp(rng.uniform(np.log(bounds[0]), np.log(bounds[1]), n))


def periodic_phase(period_days: Floats, rng: np.random.Generator) -> Callable[[Ints, Floats], Floats]:
    """Return the phase (0 to 1) of each object as a function of (row, days)."""
    start = rng.random(len(period_days))
    return lambda row, days: np.mod(days / period_days[row] + start[row], 1)


def pulsating(
    n: int,
    period_days: tuple[float, float],
    amplitude_mag: tuple[float, float],
    steepness: tuple[float, float],
    colour: tuple[float, float],
    rng: np.random.Generator,
) -> Light:
    """A steep rise and a slow fall, again and again; period and amplitude within bounds, logarithmic.

    Bounds of the classes: Catelan & Smith 2015, Pulsating Stars.
    """
    phase = periodic_phase(_spread(period_days, n, rng), rng)
    amplitude = _spread(amplitude_mag, n, rng)
    rise = rng.uniform(*steepness, n)
    wobble = random_walk(np.full(n, 1000.0), rng)

    def change(row: Ints, days: Floats, band: Ints) -> Floats:
        at = phase(row, days)
        saw = np.where(at < rise[row], at / rise[row], (1 - at) / (1 - rise[row]))
        wave = 0.5 * np.cos(np.pi * saw) + 0.03 * wobble(row, days)
        return np.asarray(amplitude[row] * wave * (1 - 0.25 * (band - G)))

    return difference(change, n, colour, rng)


def rr_lyrae(n: int, rng: np.random.Generator) -> Light:
    return pulsating(n, (0.23, 0.85), (0.3, 1.3), (0.12, 0.45), (0.2, 0.15), rng)


def delta_scuti(n: int, rng: np.random.Generator) -> Light:
    return pulsating(n, (0.04, 0.25), (0.08, 0.7), (0.25, 0.5), (0.25, 0.15), rng)


def cepheid(n: int, rng: np.random.Generator) -> Light:
    return pulsating(n, (1.2, 50), (0.3, 1.2), (0.2, 0.45), (0.8, 0.25), rng)


def rotating(n: int, rng: np.random.Generator) -> Light:
    """Spotted and other stars of small, even waves."""
    return pulsating(n, (0.3, 60), (0.06, 0.4), (0.4, 0.6), (0.9, 0.4), rng)


def long_period(n: int, rng: np.random.Generator) -> Light:
    """Miras and semiregular giants: a period that wanders, large amplitudes, red."""
    phase = periodic_phase(_spread((40, 600), n, rng), rng)
    amplitude = _spread((0.15, 5), n, rng)
    walk = random_walk(rng.lognormal(np.log(150), 0.6, n), rng)
    irregular = rng.uniform(0.05, 0.5, n)

    def change(row: Ints, days: Floats, band: Ints) -> Floats:
        wave = 0.5 * np.cos(2 * np.pi * (phase(row, days) + 0.1 * irregular[row] * walk(row, days)))
        return np.asarray(amplitude[row] * (wave + 0.3 * irregular[row] * walk(row, days)) * (1 - 0.2 * (band - G)))

    return difference(change, n, (1.7, 0.4), rng)


def eclipsing(n: int, rng: np.random.Generator) -> Light:
    """Two minima of a width from contact to detached."""
    phase = periodic_phase(_spread((0.22, 8), n, rng), rng)
    depth = _spread((0.12, 1.4), n, rng)
    second = depth * rng.uniform(0.05, 1, n)
    width = rng.uniform(0.02, 0.14, n)

    def change(row: Ints, days: Floats, band: Ints) -> Floats:
        at = phase(row, days)
        first = np.exp(-((np.minimum(at, 1 - at) / width[row]) ** 2) / 2)
        other = np.exp(-(((at - 0.5) / width[row]) ** 2) / 2)
        return np.asarray(depth[row] * first + second[row] * other)

    return difference(change, n, (0.7, 0.35), rng)


def difference(change: Change, n: int, colour: tuple[float, float], rng: np.random.Generator) -> Light:
    """Return the flux of stars less that of a reference, which is the mean of some earlier nights."""
    mean = rng.uniform(14.5, 19.5, n)
    red = rng.normal(*colour, n)
    nights = rng.uniform(-900, -400, (n, 12))
    every = np.repeat(np.arange(n), 12)

    def whole(row: Ints, days: Floats, band: Ints) -> Floats:
        return njy(mean[row] - red[row] * (band - G) + change(row, days, band))

    reference = np.stack(
        [whole(every, nights.ravel(), np.full(12 * n, band)).reshape(n, 12).mean(axis=1) for band in range(6)], axis=1
    )
    return lambda row, days, band: whole(row, days, band) - reference[row, band]
