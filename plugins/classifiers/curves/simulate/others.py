"""What else rises or fades on the sky: tidal disruptions, shocks, afterglows, outbursts, flares, active nuclei.

Each function draws the light of n sources from what its paper says of their sizes; day 0 is what the first line says.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate.light import (
    COLOUR_SCALE,
    WAVELENGTH_CM,
    Ints,
    Light,
    njy,
)
from tom_alerce_like.plugins.classifiers.curves.simulate.photosphere import Photosphere

_HOURS = 1 / 24


def tidal_disruption(z: Floats, rng: np.random.Generator) -> Light:
    """Disruption of a star by a black hole; day 0 is maximum.

    A Gaussian rise, then a fall with t^-5/3: van Velzen+2021, doi:10.3847/1538-4357/abc258; Mockler+2019.
    """
    n = len(z)
    days = np.concatenate([np.arange(-60, 0, 2.0), np.geomspace(0.5, 400, 80)])
    peak, rise = 10 ** rng.normal(43.8, 0.5, (n, 1)), rng.lognormal(np.log(12), 0.5, (n, 1))
    fall = rng.lognormal(np.log(60), 0.5, (n, 1))
    shape = np.where(days < 0, np.exp(-((days / rise) ** 2) / 2), (1 + days.clip(0) / fall) ** (-5 / 3))
    start = rng.uniform(15e3, 35e3, (n, 1))
    warming = rng.normal(20, 40, (n, 1))
    return Photosphere(days, peak * shape, np.clip(start + warming * days, 1e4, 5e4), z)


def shock_cooling(z: Floats, rng: np.random.Generator) -> Light:
    """Cooling of a shocked envelope; day 0 is the explosion. Piro+2021, doi:10.3847/1538-4357/abe2b1: a steep end."""
    n = len(z)
    days = np.geomspace(0.05, 40, 80)
    peak, end = 10 ** rng.normal(43.0, 0.5, (n, 1)), rng.lognormal(np.log(3.5), 0.5, (n, 1))
    early = (days / end) ** (-0.17) * np.exp(-((days / end) ** 2) / 2)
    rise = 1 - np.exp(-((days / rng.lognormal(np.log(0.6), 0.5, (n, 1))) ** 2))
    temperature = rng.lognormal(np.log(22e3), 0.3, (n, 1)) * days ** rng.uniform(-0.6, -0.4, (n, 1))
    return Photosphere(days, peak * early * rise, np.clip(temperature, 4500, 8e4), z)


def fast_blue(z: Floats, rng: np.random.Generator) -> Light:
    """Fast blue transients such as AT2018cow; day 0 is the explosion. Ho+2023, doi:10.3847/1538-4357/acc533."""
    n = len(z)
    days = np.geomspace(0.1, 60, 80)
    rise, fall = rng.lognormal(np.log(2), 0.4, (n, 1)), rng.lognormal(np.log(4), 0.35, (n, 1))
    shape = np.where(days < rise, (days / rise) ** 2, np.exp(-(days - rise) / fall))
    temperature = rng.lognormal(np.log(20e3), 0.3, (n, 1)) * (1 + days / 20) ** -0.3
    return Photosphere(days, 10 ** rng.normal(43.6, 0.5, (n, 1)) * shape, temperature, z)


def afterglow(n: int, faintest_mag: float, rng: np.random.Generator) -> Light:
    """Afterglows of gamma-ray bursts, some seen off their axis; day 0 is the burst.

    Broken power laws of time and frequency: Sari+1998, doi:10.1086/311269; Kann+2010, doi:10.1088/0004-637X/720/2/1513.
    """
    at_1_day = rng.uniform(16, faintest_mag, n)
    slope, steeper = rng.uniform(0.7, 1.4, n), rng.uniform(0.6, 1.2, n)
    broken = rng.lognormal(np.log(1.0), 1.0, n)
    colour = rng.uniform(0.5, 1.2, n)
    start = np.where(rng.random(n) < 0.3, rng.lognormal(np.log(0.5), 0.8, n), 0.01)

    def light(row: Ints, days: Floats, band: Ints) -> Floats:
        t = np.maximum(days, 1e-3)
        rising = 1 / (1 + (t / start[row]) ** -3)
        fading = t ** -slope[row] * (1 + (t / broken[row]) ** 2) ** (-steeper[row] / 2)
        spectrum = (WAVELENGTH_CM[band] / WAVELENGTH_CM[2]) ** colour[row]
        return np.where(days > 0, njy(at_1_day)[row] * rising * fading * spectrum, 0.0)

    return light


def fader(n: int, faintest_mag: float, rng: np.random.Generator) -> Light:
    """Anything that fades fast without changing its colour, by no model at all; day 0 is its maximum.

    Powers of time and exponentials, each object with one colour from hot to red: what a kilonova could be taken for.
    """
    peak = rng.uniform(15, faintest_mag, n)
    scale, power = rng.lognormal(np.log(1.0), 1.2, n), rng.uniform(0.5, 2.5, n)
    exponential = rng.random(n) < 0.4
    rise = rng.lognormal(np.log(0.1), 1.5, n)
    colour = rng.uniform(-0.5, 1.0, n)

    def light(row: Ints, days: Floats, band: Ints) -> Floats:
        after = days.clip(0) / scale[row]
        fading = np.where(exponential[row], np.exp(-after), (1 + after) ** -power[row])
        rising = np.exp(days.clip(max=0) / rise[row])
        return njy(peak[row] - colour[row] * COLOUR_SCALE[band]) * fading * rising

    return light


def dwarf_nova(n: int, faintest_mag: float, rng: np.random.Generator) -> Light:
    """Outbursts of cataclysmic variables, again and again; day 0 is the start of one.

    Fast rise, a plateau in some, a fall of 0.2 to 1.3 mag a day: Osaki 1996, doi:10.1086/133689; Otulakowska+2016.
    """
    peak = rng.uniform(14.5, faintest_mag, n)
    rise, plateau = (
        rng.uniform(0.4, 1.5, n),
        np.where(rng.random(n) < 0.35, rng.uniform(5, 15, n), rng.uniform(0, 3, n)),
    )
    fall = rng.lognormal(np.log(0.45), 0.45, n)
    again = rng.lognormal(np.log(60), 0.9, n) + rise + plateau + 8
    amplitude = rng.uniform(2, 7, n)
    blue, redder = rng.normal(-0.1, 0.15, n), rng.uniform(0, 0.25, n)

    def light(row: Ints, days: Floats, band: Ints) -> Floats:
        since = np.mod(days, again[row])
        down = fall[row] * (since - rise[row] - plateau[row]).clip(0)
        below = np.where(since < rise[row], 4 * (1 - since / rise[row]), down).clip(max=amplitude[row])
        # the colour between neighbouring bands grows on the way down
        colour = 0.5 * (blue[row] + redder[row] * below / amplitude[row])
        return njy(peak[row] + below - colour * (band - 1)) - njy((peak + amplitude)[row])

    return light


def stellar_flare(n: int, faintest_mag: float, rng: np.random.Generator) -> Light:
    """Flares of red dwarfs; day 0 is the peak of one.

    A steep rise and two exponentials: Davenport+2014, doi:10.1088/0004-637X/797/2/122.
    """
    peak = rng.uniform(15.5, faintest_mag, n)
    width = rng.lognormal(np.log(0.35), 0.9, n) * _HOURS
    temperature = rng.uniform(8000, 14000, n)

    def light(row: Ints, days: Floats, band: Ints) -> Floats:
        since = days / width[row]
        later = since.clip(0)
        fading = 0.69 * np.exp(-1.6 * later) + 0.31 * np.exp(-0.28 * later)
        shape = np.where(since < 0, np.exp(3 * since.clip(-30, 0)), fading)
        x = 1.43878 / (WAVELENGTH_CM[band] * temperature[row])
        x_g = 1.43878 / (WAVELENGTH_CM[1] * temperature[row])
        spectrum = (WAVELENGTH_CM[1] / WAVELENGTH_CM[band]) ** 3 * np.expm1(x_g) / np.expm1(x)
        return njy(peak)[row] * shape * spectrum

    return light


def active_nucleus(n: int, faintest_mag: float, rng: np.random.Generator, whole: bool = False) -> Light:
    """Active galactic nuclei against their own mean, or whole; MacLeod+2010, doi:10.1088/0004-637X/721/2/1014.

    A damped random walk of magnitude, made of waves with its power spectrum; nothing happens at day 0.
    """
    mean = rng.uniform(15.5, faintest_mag + 1, n)
    wander = rng.lognormal(np.log(0.2), 0.6, n)
    tau = rng.lognormal(np.log(150), 0.7, n)
    waves = random_walk(tau, rng)
    colour = rng.normal(0.2, 0.2, n)

    def light(row: Ints, days: Floats, band: Ints) -> Floats:
        # variability is larger in the blue
        change = wander[row] * waves(row, days) * (WAVELENGTH_CM[band] / WAVELENGTH_CM[1]) ** -0.5
        base = mean[row] - colour[row] * (band - 1)
        return njy(base + change) - (0 if whole else njy(base))

    return light


def random_walk(tau_days: Floats, rng: np.random.Generator, waves: int = 60) -> Callable[[Ints, Floats], Floats]:
    """Return damped random walks of variance 1 with these times, as functions of (row, days)."""
    # frequencies drawn from the walk's power spectrum, a Lorentzian, cut at two days
    omega = np.abs(np.tan(rng.uniform(0, 0.5 * np.pi * 0.99, (len(tau_days), waves)))) / tau_days[:, None]
    phase = rng.uniform(0, 2 * np.pi, omega.shape)

    def walk(row: Ints, days: Floats) -> Floats:
        return np.sqrt(2 / waves) * np.cos(omega[row] * days[:, None] + phase[row]).sum(axis=1)

    return walk
