"""What the alert's packet says besides its pixels, and why not all of it is read.

Left out on purpose: ``real_bogus``, by which the bogus labels were picked; ``sso_distance_arcsec`` and ``sso_mag``,
which define the asteroid label; ``n_detections``, ``n_observations`` and ``first_mjd``, which tell how long ZTF had
watched when a class was collected rather than what the object is; the time, the band, ``limiting_mag`` and
``fwhm_arcsec``, which tell the night (most labelled asteroids are of one night of bad seeing); right ascension and
declination themselves. Distance from the ecliptic and from the Galactic plane are read: minor planets keep to the one,
stars to the other.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.sky import ecliptic_latitude_deg, galactic_latitude_deg

Floats = NDArray[np.float64]

#: Columns that come from one source, and so are missing together; they are features as they are.
GROUPS = {
    "neighbour": ("star_galaxy_score", "nearest_source_arcsec", "nearest_source_r_mag"),
    "second": ("second_star_galaxy_score", "second_source_arcsec", "second_source_r_mag"),
    "gaia": ("gaia_source_arcsec", "gaia_source_mag", "bright_gaia_source_arcsec", "bright_gaia_source_mag"),
    "reference": ("reference_source_arcsec", "reference_source_mag", "reference_source_chi", "sharpness"),
    "image": (
        "snr",
        "chi",
        "elongation",
        "extendedness",
        "aperture_minus_psf_mag",
        "n_negative_px",
        "n_bad_px",
        "sum_ratio",
    ),
}
_DIRECT = tuple(name for group in GROUPS.values() for name in group)
_PS1 = tuple(f"nearest_source_{band}_mag" for band in "griz")
#: Columns of the alert table that the features are made of, besides those that are features themselves.
COLUMNS = (*_DIRECT, *(name for name in _PS1 if name not in _DIRECT), "mag", "is_positive", "band", "ra_deg", "dec_deg")
#: What is made of several columns, by the group without which it is unknown.
DERIVED = {
    "colours": (
        "g_r",
        "r_i",
        "i_z",
        "g_i",
        "r_i_excess",
        "i_z_excess",
        "spectral_slope",
        "spectral_scatter",
        "n_bands",
        "amplitude_ps1_mag",
        "reference_minus_ps1_mag",
        "gaia_minus_ps1_mag",
    ),
    "detection": ("mag", "is_positive", "amplitude_mag"),
    "sky": ("galactic_latitude_deg", "ecliptic_latitude_deg"),
}
NAMES = _DIRECT + tuple(name for group in DERIVED.values() for name in group)

#: Effective wavelengths of PS1 g r i z, micrometres: Tonry et al. 2012, ApJ 750, 99; logarithms over that of r.
_LOG_WAVELENGTH = np.log(np.array([0.481, 0.617, 0.752, 0.866]) / 0.617)
#: A Gaia source nearer than this is the PS1 source.
_SAME_ARCSEC = 1.5
_LARGEST = 1e30


def matrix(alerts: pd.DataFrame) -> NDArray[np.float32]:
    """Return the features of alerts, shape (n, NAMES): NaN for what is absent, infinite or no number."""
    known = {name: _numbers(alerts, name) for name in COLUMNS if name != "band"}
    band = alerts["band"].to_numpy() if "band" in alerts else np.full(len(alerts), "")
    made = {name: known[name] for name in (*_DIRECT, "mag", "is_positive")}
    made |= _colours(known) | _amplitudes(known, band) | _sky(known)
    table = np.stack([made[name] for name in NAMES], axis=1)
    return np.where(np.abs(table) < _LARGEST, table, np.nan).astype(np.float32)


def _numbers(alerts: pd.DataFrame, name: str) -> Floats:
    if name not in alerts:
        return np.full(len(alerts), np.nan)
    values = pd.to_numeric(alerts[name], errors="coerce").to_numpy(float)
    return np.where(np.abs(values) < _LARGEST, values, np.nan)


def _colours(known: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return colours of the nearest source; the excesses are distances from where most stars are.

    Stars are black bodies with lines, active nuclei power laws: redder in i - z than stars of their g - r.
    """
    g, r, i, z = (known[name] for name in _PS1)
    colours = {"g_r": g - r, "r_i": r - i, "i_z": i - z, "g_i": g - i}
    return colours | {"r_i_excess": (r - i) - 0.4 * (g - r), "i_z_excess": (i - z) - 0.5 * (r - i)}


def _power_law(known: Mapping[str, Floats]) -> tuple[Floats, Floats, Floats, Floats]:
    """Return slope (mag per e-fold of wavelength), magnitude at r, scatter and number of bands of a straight line.

    Fitted to the bands that are known, at least two of them.
    """
    mags = np.stack([known[name] for name in _PS1], axis=1)
    seen = np.isfinite(mags)
    mags, number = np.where(seen, mags, 0), seen.sum(axis=1).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x, mean = (seen * _LOG_WAVELENGTH).sum(axis=1) / number, mags.sum(axis=1) / number
        x = np.where(seen, _LOG_WAVELENGTH - mean_x[:, None], 0)
        slope = (x * mags).sum(axis=1) / (x**2).sum(axis=1)
        rest = np.where(seen, mags - mean[:, None] - slope[:, None] * x, 0)
        return slope, mean - slope * mean_x, np.sqrt((rest**2).sum(axis=1) / number), number


def _amplitudes(known: Mapping[str, Floats], band: NDArray[np.object_]) -> dict[str, Floats]:
    """Return how far the change, the reference image and Gaia are from the nearest source, in magnitudes.

    Active nuclei change by less than variable stars do; what PS1, Gaia and the reference image, years apart, say of a
    source that varies differs.
    """
    slope, at_r, scatter, number = _power_law(known)
    place = np.select([band == one for one in "griz"], list(_LOG_WAVELENGTH), np.nan)
    expected = at_r + slope * place
    same = known["gaia_source_arcsec"] < _SAME_ARCSEC
    return {
        "spectral_slope": slope,
        "spectral_scatter": scatter,
        "n_bands": number,
        "amplitude_mag": known["mag"] - known["reference_source_mag"],
        "amplitude_ps1_mag": known["mag"] - expected,
        "reference_minus_ps1_mag": known["reference_source_mag"] - expected,
        "gaia_minus_ps1_mag": np.where(same, known["gaia_source_mag"] - at_r, np.nan),
    }


def _sky(known: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the distances (degrees) from the Galactic plane and from the ecliptic."""
    at = known["ra_deg"], known["dec_deg"]
    return {
        "galactic_latitude_deg": np.abs(galactic_latitude_deg(*at)),
        "ecliptic_latitude_deg": np.abs(ecliptic_latitude_deg(*at)),
    }
