"""Stars: how many, how bright, and what saturated ones look like."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.hosts.simulate import paint
from tom_alerce_like.plugins.hosts.simulate.galaxies import COLUMNS, HALF_SIDE_ARCSEC, Table, scattered
from tom_alerce_like.plugins.hosts.simulate.paint import Floats, Image
from tom_alerce_like.plugins.hosts.simulate.profiles import Moffat, ellipse

#: Stars per square degree to r = 24: log-uniform; crowded fields are a share of all.
DENSITY, CROWDED_DENSITY, CROWDED_SHARE = (1_200, 20_000), (20_000, 150_000), 0.08
BRIGHTEST_MAG, FAINTEST_MAG = 11.0, 24.0
#: Stars that vary, as transients.
VARIABLE_MAG = (12.5, 22.5)
#: Slope of the logarithm of their counts: shallow where the disc of the Galaxy ends.
SLOPE = (0.12, 0.28)
#: A core reaches full well at this magnitude; brighter stars get a halo, and in some surveys spikes.
FULL_WELL_MAG = (13.5, 17.5)
HALO_SHARE, SPIKES_SHARE, EMPTY_CORE_SHARE = (0.01, 0.08), 0.35, 0.25


def counted(rng: np.random.Generator) -> Table:
    """Return the stars of a field."""
    low, high = CROWDED_DENSITY if rng.random() < CROWDED_SHARE else DENSITY
    per_deg2 = low * (high / low) ** rng.random()
    n = rng.poisson(per_deg2 * (2 * HALF_SIDE_ARCSEC / 3600) ** 2)
    slope = rng.uniform(*SLOPE)
    reach = 10 ** (slope * (BRIGHTEST_MAG - FAINTEST_MAG))
    mag = FAINTEST_MAG + np.log10(reach + (1 - reach) * rng.random(n)) / slope
    table = {name: np.zeros(n) for name in COLUMNS} | {"mag": mag, "is_star": np.ones(n), "axis_ratio": np.ones(n)}
    return scattered(rng, table, HALF_SIDE_ARCSEC)


def one(mag: Floats) -> Table:
    """Return a star where the transient is."""
    table = {name: np.zeros(1) for name in COLUMNS}
    return table | {"mag": mag, "is_star": np.ones(1), "axis_ratio": np.ones(1)}


def at_transient(rng: np.random.Generator) -> Table:
    """Return a star that is the transient itself, as far from its place as the errors of both may be."""
    error_arcsec = rng.choice([0.15, 0.8], p=[0.7, 0.3]) * rng.standard_normal((2, 1))
    return one(rng.uniform(*VARIABLE_MAG, 1)) | {"east_arcsec": error_arcsec[0], "north_arcsec": error_arcsec[1]}


def drawn(
    rng: np.random.Generator, image: Image, x: Floats, y: Floats, flux: Floats, psf: Moffat, floor: float
) -> None:
    """Add stars to an image, brighter ones with halo and spikes, and take what is beyond full well."""
    paint.moffats(image, x, y, flux, psf, floor)
    full_well = 10 ** (-0.4 * (rng.uniform(*FULL_WELL_MAG) - 25))
    bright = flux > full_well
    if bright.any():
        _halos(rng, image, x[bright], y[bright], flux[bright], psf, floor)
    level = full_well / psf.area
    if rng.random() < EMPTY_CORE_SHARE:
        image[image > level] = np.nan
    else:
        np.minimum(image, level, out=image)


def _halos(
    rng: np.random.Generator, image: Image, x: Floats, y: Floats, flux: Floats, psf: Moffat, floor: float
) -> None:
    halo = Moffat(rng.uniform(16, 60), 2.2, 1.0, 0.0)
    paint.moffats(image, x, y, flux * rng.uniform(*HALO_SHARE), halo, floor)
    if rng.random() < SPIKES_SHARE:
        angle, length = rng.uniform(0, 180), rng.uniform(10, 40)
        for turn in np.arange(rng.choice([2, 3])) * 180 / rng.choice([2, 3]):
            for scale, share in ((1.0, 0.01), (3.0, 0.004)):
                spike = ellipse(np.array([length * scale]), np.array([0.7]), np.array([angle + turn]))
                paint.gaussians(image, x, y, flux * share, np.repeat(spike, len(x), axis=0), floor)
