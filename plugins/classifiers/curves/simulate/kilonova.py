"""Kilonovae: hot ejecta of merging neutron stars, by two models that share little.

`one_zone`: components of one opacity each, diffusion out of a single zone (Villar+2017, doi:10.3847/2041-8213/aa9c84).
`layered`: shells of different velocities, each with its own optical depth and losses (Metzger 2019, section 4,
doi:10.1007/s41114-019-0024-0).
"""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate.light import C_CM, DAY_S, Light, summed
from tom_alerce_like.plugins.classifiers.curves.simulate.photosphere import STEFAN_BOLTZMANN, Photosphere

SUN_G = 1.989e33
DAYS = np.geomspace(0.01, 30, 160)


def one_zone(mass: Floats, velocity: Floats, opacity: Floats, floor_k: Floats, z: Floats) -> Photosphere:
    """Return the light of one component each: mass in suns, velocity in c, opacity in cm^2/g, all (n,).

    ``floor_k`` is the temperature below which the photosphere recedes.
    """
    grams, speed = (mass * SUN_G)[:, None], (velocity * C_CM)[:, None]
    time = DAYS * DAY_S
    diffusion = np.sqrt(2 * opacity[:, None] * grams / (13.7 * speed * C_CM))
    # the integral of Arnett's solution, made of steps so that exp(t^2) never overflows
    power = grams * _heating(DAYS) * _thermalised(DAYS, mass, velocity) * 2 * time / diffusion**2
    luminosity = np.zeros(power.shape)
    for step in range(1, len(time)):
        fade = np.exp((time[step - 1] ** 2 - time[step] ** 2) / diffusion[:, 0] ** 2)
        mean = (power[:, step] + power[:, step - 1] * fade) / 2
        luminosity[:, step] = luminosity[:, step - 1] * fade + mean * (time[step] - time[step - 1])
    radius = speed * time
    temperature = (luminosity / (4 * np.pi * STEFAN_BOLTZMANN * radius**2)) ** 0.25
    return Photosphere(DAYS, luminosity, np.maximum(temperature, floor_k[:, None]), z)


def layered(mass: Floats, velocity: Floats, opacity: Floats, z: Floats, shells: int = 40) -> Photosphere:
    """Return the light of ejecta whose mass falls with the cube of velocity from ``velocity`` up to 3 times that."""
    edges = velocity[:, None] * np.geomspace(1, 3, shells + 1)
    share = edges[:, :-1] ** -3 - edges[:, 1:] ** -3
    grams = (mass * SUN_G)[:, None] * share / share.sum(axis=1, keepdims=True)
    speed = C_CM * (edges[:, 1:] + edges[:, :-1]) / 2
    # mass outside each shell, its own half included
    outside = grams[:, ::-1].cumsum(axis=1)[:, ::-1] - grams / 2
    energy = grams * speed**2 / 1e4
    luminosity, temperature = np.zeros((2, len(mass), len(DAYS)))
    thermal = _thermalised(DAYS, mass, velocity)
    before = DAYS[0] * DAY_S
    for step, time in enumerate(DAYS * DAY_S):
        depth = outside * opacity[:, None] / (4 * np.pi * (speed * time) ** 2)
        escape = speed * time / C_CM * (1 + depth)
        heat = grams * _heating(DAYS[step]) * thermal[:, [step]]
        elapsed = time - before
        # implicit in time: losses to light and to expansion
        energy = (energy + heat * elapsed) / (1 + elapsed * (1 / escape + 1 / time))
        luminosity[:, step] = (energy / escape).sum(axis=1)
        thick = np.maximum((depth > 1).sum(axis=1) - 1, 0)
        radius = speed[np.arange(len(mass)), thick] * time
        temperature[:, step] = (luminosity[:, step] / (4 * np.pi * STEFAN_BOLTZMANN * radius**2)) ** 0.25
        before = time
    return Photosphere(DAYS, luminosity, np.maximum(temperature, 1500.0), z)


def draw(z: Floats, rng: np.random.Generator) -> Light:
    """Return the light of n kilonovae of two or three components: blue, purple, red. Day 0 is the merger."""
    n = len(z)
    parts = []
    for low, high, slow, fast, opacity in ((0.005, 0.04, 0.2, 0.35, 0.5), (0.005, 0.06, 0.1, 0.22, 3.0)):
        mass = np.exp(rng.uniform(np.log(low), np.log(high), n))
        opacities = opacity * np.exp(rng.normal(0, 0.3, n))
        parts.append(one_zone(mass, rng.uniform(slow, fast, n), opacities, rng.uniform(800, 3500, n), z))
    mass = np.exp(rng.uniform(np.log(0.001), np.log(0.03), n))
    parts.append(one_zone(mass, rng.uniform(0.1, 0.3, n), rng.uniform(8, 12, n), rng.uniform(800, 3500, n), z))
    return summed(*parts)


def draw_layered(z: Floats, rng: np.random.Generator) -> Light:
    """Return the light of n kilonovae of layered ejecta: blue ones outside, redder ones within."""
    n = len(z)
    blue = layered(rng.uniform(0.008, 0.03, n), rng.uniform(0.12, 0.22, n), rng.uniform(0.4, 1.5, n), z)
    red = layered(rng.uniform(0.01, 0.05, n), rng.uniform(0.06, 0.14, n), rng.uniform(2, 10, n), z)
    return summed(blue, red)


def _heating(days: Floats) -> Floats:
    """Return the heat of the r-process in erg/s/g: Korobkin+2012, doi:10.1111/j.1365-2966.2012.21859.x."""
    return 4e18 * (0.5 - np.arctan((days * DAY_S - 1.3) / 0.11) / np.pi) ** 1.3


def _thermalised(days: Floats, mass: Floats, velocity: Floats) -> Floats:
    """Return the part of the heat that stays: the fit of Barnes+2016, doi:10.3847/0004-637X/829/2/110, table 1."""
    a = np.interp(np.log(mass * (0.2 / velocity) ** 2), np.log([1e-3, 5e-3, 1e-2, 5e-2]), [2.01, 0.81, 0.56, 0.27])
    b = np.interp(np.log(mass), np.log([1e-3, 5e-3, 1e-2, 5e-2]), [0.28, 0.19, 0.17, 0.10])
    d = np.interp(np.log(mass), np.log([1e-3, 5e-3, 1e-2, 5e-2]), [1.12, 0.86, 0.74, 0.60])
    scaled = 2 * b[:, None] * days ** d[:, None]
    return 0.36 * (np.exp(-a[:, None] * days) + np.log1p(scaled) / scaled)
