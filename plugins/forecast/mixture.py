"""What to expect of an object: either a transient or a variable, weighted by what each explains of the points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tom_alerce_like.alerts.photometry import ZERO_POINT_MAG
from tom_alerce_like.plugins.forecast import steady
from tom_alerce_like.plugins.forecast.points import Points
from tom_alerce_like.plugins.forecast.transient import Normals, Transients

Floats = NDArray[np.float64]

#: Before anything is known: of objects that anybody wants a forecast of, so many are variables.
P_VARIABLE = 0.02
MAX_POINTS, MAX_VARIABLE_POINTS = 32, 20
_HALVINGS, _REACH_SIGMA, _NEGLIGIBLE = 20, 4.0, 1e-4
_PER_MAG = np.log(10) / 2.5
#: Asinh magnitudes are magnitudes down to about this flux, and still have a value where the flux is negative.
_SOFT_NJY = 10.0


@dataclass(frozen=True)
class Mixture:
    """Distributions of brightness of n objects at q places; magnitudes of transients, fluxes (nJy) of variables.

    ``p_variable`` is (n,).
    """

    transient: Normals
    variable: Normals
    p_variable: Floats

    def below(self, brightness: Floats, err_mag: Floats | float = 0.0) -> Floats:
        """Return the chance of being brighter than asinh magnitudes (n, q), if measured with errors of ``err_mag``."""
        x, noise2 = brightness[:, None], np.broadcast_to(np.square(err_mag), brightness.shape)[:, None]
        mags = ndtr((x - self.transient.mean) / np.sqrt(self.transient.variance + noise2))
        flux = flux_of(x)
        sigma = np.sqrt(self.variable.variance + noise2 * (_PER_MAG * flux) ** 2)
        fluxes = ndtr((self.variable.mean - flux) / sigma)
        of_transient = np.einsum("nh,nhq->nq", np.exp(self.transient.log_weight), mags)
        of_variable = np.einsum("nh,nhq->nq", np.exp(self.variable.log_weight), fluxes)
        share = self.p_variable[:, None]
        return (1 - share) * of_transient + share * of_variable

    def quantiles(self, chances: tuple[float, ...], err_mag: Floats | float = 0.0) -> list[Floats]:
        """Return the asinh magnitudes (n, q) that are exceeded in brightness with each chance, by halving."""
        low, high = self._range(err_mag)
        found = []
        for chance in chances:
            left, right = low.copy(), high.copy()
            for _ in range(_HALVINGS):
                middle = (left + right) / 2
                is_left = self.below(middle, err_mag) < chance
                left, right = np.where(is_left, middle, left), np.where(is_left, right, middle)
            found.append((left + right) / 2)
        return found

    def _range(self, err_mag: Floats | float) -> tuple[Floats, Floats]:
        """Return asinh magnitudes (n, q) between which nearly all of the distributions lie."""
        share = self.p_variable[:, None]
        kinds = ((self.transient, np.log1p(-share)), (self.variable, np.log(share)))
        lows, highs = [], []
        for normals, log_share in kinds:
            sigma = _REACH_SIGMA * np.sqrt(normals.variance)
            ends = normals.mean - sigma, normals.mean + sigma
            bright, faint = ends if normals is self.transient else (mag_of(ends[1]), mag_of(ends[0]))
            counts = (normals.log_weight + log_share > np.log(_NEGLIGIBLE))[..., None]
            lows.append(np.where(counts, bright, np.inf).min(axis=1))
            highs.append(np.where(counts, faint, -np.inf).max(axis=1))
        margin = _REACH_SIGMA * np.asarray(err_mag)
        return np.minimum(*lows) - margin, np.maximum(*highs) + margin


def of(points: Points, day: Floats, band: NDArray[np.int64], transients: Transients) -> Mixture:
    """Return what to expect of objects with at least one detection; ``day`` counts from their first."""
    transient = transients.condition(points, day, band)
    recent = points.last(MAX_VARIABLE_POINTS)
    variable = steady.condition(recent, day, band)
    # one density is of magnitudes, the other of fluxes, and of fewer points: both per point and magnitude
    n_transient, n_variable = points.weight.sum(axis=1), recent.weight.sum(axis=1)
    slope = (recent.weight * np.log(np.maximum(_PER_MAG * np.abs(recent.flux), 1e-30))).sum(axis=1)
    of_variable = (variable.evidence + slope) * n_transient / np.maximum(n_variable, 1)
    odds = of_variable - transient.evidence + np.log(P_VARIABLE / (1 - P_VARIABLE))
    return Mixture(transient, variable, 1 / (1 + np.exp(-odds.clip(-30, 30))))


def mag_of(flux: Floats) -> Floats:
    """Return asinh magnitudes of fluxes in nJy (Lupton, Gunn and Szalay 1999, arXiv:astro-ph/9903081)."""
    return ZERO_POINT_MAG - (np.arcsinh(flux / (2 * _SOFT_NJY)) + np.log(_SOFT_NJY)) / _PER_MAG


def flux_of(mag: Floats) -> Floats:
    """Return fluxes in nJy of asinh magnitudes."""
    return 2 * _SOFT_NJY * np.sinh((ZERO_POINT_MAG - mag) * _PER_MAG - np.log(_SOFT_NJY))
