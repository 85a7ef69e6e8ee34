"""Magnitudes, fluxes and times: AB magnitudes to nJy and back, JD and TAI to MJD in UTC."""

from __future__ import annotations

from functools import cache

import numpy as np
from erfa import leap_seconds
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like.clock import JD_OF_MJD_0

Floats = NDArray[np.float64]

#: AB magnitude of 1 nJy.
ZERO_POINT_MAG = 31.4
#: Sigma below which a flux measured at a given place is no detection, and sigma of the limit that replaces it
#: (Masci et al. 2023, arXiv:2305.16279, section 6.4).
FORCED_DETECTION_SNR = 3.0
LIMIT_SNR = 5.0

_MAG_PER_RELATIVE_FLUX = 2.5 / np.log(10)
_S_PER_DAY = 86400.0


@np.errstate(over="ignore")
def flux_from_mag(mag: ArrayLike, mag_err: ArrayLike = np.nan) -> tuple[Floats, Floats]:
    """Return flux and its error in nJy of AB magnitudes and their errors, element by element; NaN stays NaN."""
    flux = 10 ** (-0.4 * (np.asarray(mag, dtype=float) - ZERO_POINT_MAG))
    return flux, flux * np.asarray(mag_err, dtype=float) / _MAG_PER_RELATIVE_FLUX


@np.errstate(over="ignore")
def mag_from_flux(flux_njy: ArrayLike, flux_err_njy: ArrayLike = np.nan) -> tuple[Floats, Floats]:
    """Return AB magnitude and its error of |flux| and its error in nJy; NaN where the flux is 0, infinite or NaN."""
    size = np.abs(np.asarray(flux_njy, dtype=float))
    size = np.where((size > 0) & np.isfinite(size), size, np.nan)
    return ZERO_POINT_MAG - 2.5 * np.log10(size), _MAG_PER_RELATIVE_FLUX * np.abs(flux_err_njy) / size


@np.errstate(over="ignore")
def limit_from_error(flux_err_njy: ArrayLike) -> Floats:
    """Return the limiting AB magnitude at `LIMIT_SNR` of flux errors in nJy."""
    return mag_from_flux(LIMIT_SNR * np.asarray(flux_err_njy, dtype=float))[0]


def mjd_from_jd(jd: ArrayLike) -> Floats:
    """Return MJD of JD, same time scale."""
    return np.asarray(jd, dtype=float) - JD_OF_MJD_0


def utc_from_tai(mjd_tai: ArrayLike) -> Floats:
    """Return MJD in UTC of MJD in TAI, for times since 1972."""
    mjd = np.asarray(mjd_tai, dtype=float)
    starts_mjd_tai, offsets_s = _leap_seconds()
    which = np.searchsorted(starts_mjd_tai, mjd, side="right") - 1
    return mjd - offsets_s[np.maximum(which, 0)] / _S_PER_DAY


@cache
def _leap_seconds() -> tuple[Floats, Floats]:
    table = leap_seconds.get()
    table = table[table["year"] >= 1972]
    days = [np.datetime64(f"{row['year']:04d}-{row['month']:02d}-01") for row in table]
    offsets_s = table["tai_utc"].astype(float)
    mjd_utc = (np.array(days) - np.datetime64("1858-11-17")) / np.timedelta64(1, "D")
    return mjd_utc + offsets_s / _S_PER_DAY, offsets_s
