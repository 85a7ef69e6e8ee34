"""A Gaussian process in time and wavelength through the points of each light curve, many objects at once.

Kernel: Matern 3/2 in both, the scale of wavelength fixed at 6,000 angstrom, that of time and the amplitude the
likeliest of a grid. Boone 2019, arXiv:1907.04690.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves

Floats = NDArray[np.float64]
#: Effective wavelengths of ugrizy of LSST, in angstrom.
WAVELENGTHS = np.array([3670.7, 4826.9, 6223.2, 7546.0, 8691.0, 9710.3])
WAVELENGTH_SCALE = 6000.0
TIME_SCALES_DAYS = np.array([4.0, 8.0, 16.0, 32.0, 64.0, 128.0])
#: Amplitudes of the kernel in units of the brightest point that is no noise.
AMPLITUDES = (0.3, 1.0)
#: Part of its flux that a point is never known better than.
FLOOR = 0.01
#: Nor any better than this, in units of the scale: the covariance can then always be factorised.
LEAST_ERROR = 1e-4
#: Light curves are filled up to a multiple of so many points; one batch holds so many numbers of covariance.
STEP, BATCH = 16, 3_000_000


def matern(distance: Floats) -> Floats:
    """Return the Matern 3/2 correlation at distances in units of the scale."""
    scaled = np.sqrt(3.0) * np.abs(distance)
    return (1 + scaled) * np.exp(-scaled)


ACROSS = matern((WAVELENGTHS[:, None] - WAVELENGTHS) / WAVELENGTH_SCALE)


@dataclass(frozen=True)
class Batch:
    """Points of some objects of similar length; arrays (objects, points), filled up where ``known`` is False.

    Times are in days since ``zero_mjd``, fluxes in units of ``scale_njy``.
    """

    rows: NDArray[np.int64]
    known: NDArray[np.bool_]
    days: Floats
    band: NDArray[np.int64]
    flux: Floats
    error: Floats


@dataclass(frozen=True)
class Fit:
    """What the process needs to foretell: the batch, its time scales, amplitudes, and weights of the points."""

    batch: Batch
    scale_days: Floats
    amplitude: Floats
    log_likelihood: Floats
    weights: Floats

    def mean(self, days: Floats, wavelengths: Floats) -> Floats:
        """Return fluxes (objects, times, wavelengths) at times (objects, times) and wavelengths (objects, any)."""
        batch = self.batch
        in_time = matern((days[:, :, None] - batch.days[:, None, :]) / self.scale_days[:, None, None])
        at = WAVELENGTHS[batch.band]
        across = matern((at[:, :, None] - wavelengths[:, None, :]) / WAVELENGTH_SCALE)
        return in_time @ (across * (self.amplitude[:, None] ** 2 * self.weights)[:, :, None])


def batches(curves: Curves, zero_mjd: Floats, scale_njy: Floats) -> Iterator[Batch]:
    """Yield the points in batches of objects that have any; a batch's shape depends on none but its own objects."""
    count = np.diff(curves.offsets)
    size = -(-count // STEP) * STEP
    for length in np.unique(size[size > 0]):
        rows = np.flatnonzero(size == length)
        for some in np.array_split(rows, -(-len(rows) * int(length) ** 2 // BATCH)):
            within = np.arange(length)
            known = within < count[some][:, None]
            point = np.where(known, curves.offsets[some][:, None] + within, 0)
            scale = scale_njy[some][:, None]
            flux = np.where(known, curves.flux_njy[point] / scale, 0.0)
            error = np.maximum(curves.flux_err_njy[point] / scale, LEAST_ERROR)
            error = np.hypot(error, FLOOR * np.abs(flux))
            days = np.where(known, curves.mjd[point] - zero_mjd[some][:, None], 0.0)
            yield Batch(some, known, days, np.where(known, curves.band[point], 0), flux, np.where(known, error, 1.0))


def fit(batch: Batch) -> Fit:
    """Return the likeliest process of the grid for each object."""
    n, length = batch.flux.shape
    both = batch.known[:, :, None] & batch.known[:, None, :]
    across = np.where(both, ACROSS[batch.band[:, :, None], batch.band[:, None, :]], 0.0)
    apart = np.abs(batch.days[:, :, None] - batch.days[:, None, :])
    bordered = np.zeros((n, length + 1, length + 1))
    bordered[:, length, :length] = batch.flux
    diagonal = np.arange(length)
    best = np.full(n, -np.inf)
    scale_days, amplitude = np.ones(n), np.ones(n)
    for days in TIME_SCALES_DAYS:
        shape = across * matern(apart / days)
        for size in AMPLITUDES:
            bordered[:, :length, :length] = shape * size**2
            bordered[:, diagonal, diagonal] += batch.error**2
            bordered[:, length, length] = 1e12
            # the last row of the factor holds the whitened fluxes: one factorisation gives both terms
            factor = np.linalg.cholesky(bordered)
            chi2 = (factor[:, length, :length] ** 2).sum(axis=1)
            likelihood = -0.5 * chi2 - np.log(factor[:, diagonal, diagonal]).sum(axis=1)
            better = likelihood > best
            best[better], scale_days[better], amplitude[better] = likelihood[better], days, size
    covariance = across * matern(apart / scale_days[:, None, None]) * (amplitude**2)[:, None, None]
    covariance[:, diagonal, diagonal] += batch.error**2
    weights = np.linalg.solve(covariance, batch.flux[:, :, None])[:, :, 0]
    return Fit(batch, scale_days, amplitude, best, weights)
