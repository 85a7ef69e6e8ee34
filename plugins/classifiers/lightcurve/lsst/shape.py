"""Shape of the brightest event of each light curve, read off the Gaussian process through its points.

In the observer's frame always; at rest too where a redshift is known: a process in time and wavelength foretells the
flux at any wavelength at rest, which is a K correction.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves
from tom_alerce_like.plugins.classifiers.lightcurve.lsst import gaussian
from tom_alerce_like.plugins.classifiers.lightcurve.lsst.gaussian import WAVELENGTHS, Fit

Floats = NDArray[np.float64]
#: Points that take part, and times at which the process is asked, in days around the most significant flux.
BEFORE_DAYS, AFTER_DAYS = 150.0, 300.0
#: The nearest so many of them; with more the process would take too long.
MOST_POINTS = 400
GRID_DAYS = np.arange(-120.0, 252.0, 2.0)
#: Epochs after the peak at which fluxes are features, observed and at rest, and wavelengths at rest in angstrom.
PHASES_DAYS = np.array([-40.0, -20.0, -10.0, 0.0, 10.0, 20.0, 40.0, 80.0, 150.0])
REST_PHASES_DAYS = np.array([-15.0, -10.0, -5.0, 0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 35.0, 50.0, 80.0])
REST_WAVELENGTHS = np.array([2500.0, 3500.0, 4400.0, 5500.0, 6500.0, 8000.0])
COLOUR_PHASES_DAYS, REST_COLOUR_PHASES_DAYS = (-10, 0, 10, 20, 40), (-10, 0, 10, 20)
#: Points closer than this speak together for what is significant.
NEAR_DAYS = 5.0
LEVELS = (0.8, 0.5, 0.2)

OBSERVED = (
    "gp_scale_days",
    "gp_amplitude",
    "gp_likelihood_per_point",
    "gp_n_points",
    *(f"peak_{band}" for band in BANDS),
    *(f"trough_{band}" for band in BANDS),
    *(f"lag_{band}_days" for band in BANDS),
    *(f"flux_{band}_{phase:+.0f}d" for phase in PHASES_DAYS for band in BANDS),
    *(f"colour_{a}{b}_{phase:+.0f}d" for phase in COLOUR_PHASES_DAYS for a, b in zip("ugriz", "grizy", strict=True)),
    *(f"{way}_{level}_{band}_days" for level in LEVELS for way in ("rise", "decline") for band in (*"griz", "all")),
)
AT_REST = (
    *(f"luminosity_{wave:.0f}" for wave in REST_WAVELENGTHS),
    *(f"rest_flux_{wave:.0f}_{phase:+.0f}d" for phase in REST_PHASES_DAYS for wave in REST_WAVELENGTHS),
    *(f"rest_colour_{wave:.0f}_{phase:+.0f}d" for phase in REST_COLOUR_PHASES_DAYS for wave in REST_WAVELENGTHS[:-1]),
    *(f"rest_{way}_{level}_{band}_days" for level in LEVELS for way in ("rise", "decline") for band in (*"gri", "all")),
)


def significant(curves: Curves) -> tuple[Floats, Floats]:
    """Return the time of the most significant flux, points within 5 days together, and the largest flux around it.

    Both (n,), MJD and nJy; NaN without points.
    """
    snr = np.clip(curves.flux_njy / curves.flux_err_njy, -1e4, 1e4)
    # one axis for all objects: their times lie too far apart to meet
    at = curves.row * 1e7 + curves.mjd
    low, high = np.searchsorted(at, at - NEAR_DAYS), np.searchsorted(at, at + NEAR_DAYS, side="right")
    total = np.concatenate([[0.0], np.cumsum(snr)])
    together = np.round((total[high] - total[low]) / np.sqrt(high - low), 6)
    order = np.lexsort((-together, curves.row))
    has = np.diff(curves.offsets) > 0
    first = order[curves.offsets[:-1][has]]
    mjd, size = np.full(curves.n, np.nan), np.zeros(curves.n)
    mjd[has] = curves.mjd[first]
    size[has] = 3 * curves.flux_err_njy[first]
    reliable = (np.abs(snr) > 3) & (np.abs(curves.mjd - mjd[curves.row]) < AFTER_DAYS)
    np.maximum.at(size, curves.row[reliable], np.abs(curves.flux_njy[reliable]))
    return mjd, np.where(has, size, np.nan)


def features(curves: Curves, centre_mjd: Floats, scale_njy: Floats, redshifts: Floats) -> tuple[Floats, Floats]:
    """Return the features `OBSERVED` (n, many) and `AT_REST` (k, n, many) for redshifts (k, n).

    ``centre_mjd`` and ``scale_njy`` are what `significant` gives. NaN where there is no point or no redshift.
    """
    observed = np.full((curves.n, len(OBSERVED)), np.nan)
    at_rest = np.full((len(redshifts), curves.n, len(AT_REST)), np.nan)
    days = curves.mjd - centre_mjd[curves.row]
    order = np.lexsort((np.abs(days), curves.row))
    nearness = np.empty(len(order), dtype=np.int64)
    nearness[order] = np.arange(len(order)) - curves.offsets[curves.row]
    around = curves.select((days > -BEFORE_DAYS) & (days < AFTER_DAYS) & (nearness < MOST_POINTS))
    for batch in gaussian.batches(around, centre_mjd, scale_njy):
        fitted = gaussian.fit(batch)
        rows = batch.rows
        observed[rows], peak_days = _observed(fitted, scale_njy[rows])
        for number, redshift in enumerate(redshifts[:, rows]):
            if np.isfinite(redshift).any():
                at_rest[number, rows] = _at_rest(fitted, peak_days, redshift, scale_njy[rows])
    at_rest[~np.isfinite(redshifts)] = np.nan
    return observed, at_rest


def logs(flux_njy: Floats) -> Floats:
    """Return log10 of fluxes, those below 1 nJy as of 1 nJy."""
    return np.log10(np.maximum(flux_njy, 1.0))


def _observed(fitted: Fit, scale_njy: Floats) -> tuple[Floats, Floats]:
    n = len(fitted.batch.rows)
    flux = fitted.mean(np.broadcast_to(GRID_DAYS, (n, len(GRID_DAYS))), np.broadcast_to(WAVELENGTHS, (n, len(BANDS))))
    total = flux.sum(axis=2)
    peak = total.argmax(axis=1)
    highest = np.maximum(total[np.arange(n), peak], 1e-3)
    at = np.clip(peak[:, None] + np.round(PHASES_DAYS / 2).astype(int), 0, len(GRID_DAYS) - 1)
    phases = np.take_along_axis(flux, at[:, :, None], axis=1)
    chosen = phases[:, np.isin(PHASES_DAYS, COLOUR_PHASES_DAYS)]
    lag = GRID_DAYS[flux.argmax(axis=1)] - GRID_DAYS[peak][:, None]
    points = fitted.batch.known.sum(axis=1)
    all_bands = np.concatenate([flux[:, :, 1:5], total[:, :, None]], axis=2)
    columns = [
        fitted.scale_days[:, None],
        fitted.amplitude[:, None],
        (fitted.log_likelihood / points)[:, None],
        points[:, None],
        logs(flux.max(axis=1) * scale_njy[:, None]),
        flux.min(axis=1) / highest[:, None],
        lag,
        phases.reshape(n, -1) / highest[:, None, None].reshape(n, 1),
        _colours(chosen, highest),
        widths(all_bands, 2.0),
    ]
    return np.concatenate(columns, axis=1), GRID_DAYS[peak]


def _at_rest(fitted: Fit, peak_days: Floats, redshift: Floats, scale_njy: Floats) -> Floats:
    n = len(peak_days)
    stretch = 1 + np.nan_to_num(redshift)[:, None]
    wavelengths = REST_WAVELENGTHS * stretch
    fine = np.arange(-40.0, 101.0, 1.0)
    outside = (wavelengths < 3500.0) | (wavelengths > 10200.0)
    inside = np.clip(wavelengths, 3500.0, 10200.0)
    flux = fitted.mean(peak_days[:, None] + fine * stretch, inside)
    visible = np.where(outside[:, None, :], np.nan, flux)
    total = np.nansum(visible[:, 10:70], axis=2)
    peak = total.argmax(axis=1) + 10
    highest = np.maximum(flux[:, :, 3].max(axis=1), 1e-3)
    luminosity = logs(visible.max(axis=1) * scale_njy[:, None]) + 2 * np.log10(distance(redshift))[:, None]
    at = np.clip(peak[:, None] + np.round(REST_PHASES_DAYS).astype(int), 0, len(fine) - 1)
    phases = np.take_along_axis(visible, at[:, :, None], axis=1)
    chosen = phases[:, np.isin(REST_PHASES_DAYS, REST_COLOUR_PHASES_DAYS)]
    bands = np.concatenate([flux[:, :, [2, 3, 4]], np.nansum(visible, axis=2)[:, :, None]], axis=2)
    columns = [luminosity, phases.reshape(n, -1) / highest[:, None], _colours(chosen, highest), widths(bands, 1.0)]
    return np.concatenate(columns, axis=1)


def _colours(flux: Floats, highest: Floats) -> Floats:
    """Return log ratios of neighbours among the wavelengths (n, times, wavelengths), at least 1 % of the peak each."""
    least = np.log10(np.maximum(flux / highest[:, None, None], 0.01))
    return (least[:, :, :-1] - least[:, :, 1:]).reshape(len(flux), -1)


def widths(flux: Floats, step_days: float) -> Floats:
    """Return rise and decline from each level to the peak of each curve of (n, times, curves), in days.

    What never falls so far has the whole length.
    """
    n, length, _ = flux.shape
    peak = flux.argmax(axis=1)[:, None, :]
    highest = np.maximum(np.take_along_axis(flux, peak, axis=1), 1e-3)
    time = np.arange(length)[None, :, None]
    made = []
    for level in LEVELS:
        low = flux < level * highest
        before = np.where(low & (time < peak), time, -1).max(axis=1)
        after = np.where(low & (time > peak), time, length).min(axis=1)
        made += [(peak[:, 0] - before) * step_days, (after - peak[:, 0]) * step_days]
    return np.stack(made, axis=1).reshape(n, -1).astype(float)


def distance(redshift: Floats) -> Floats:
    """Return the luminosity distance in Mpc of a flat universe with H0 = 70 km/s/Mpc and a matter density of 0.3."""
    step = np.arange(0.0, 6.0, 0.005)
    inverse = 1 / np.sqrt(0.3 * (1 + step) ** 3 + 0.7)
    comoving = np.concatenate([[0.0], np.cumsum((inverse[1:] + inverse[:-1]) / 2 * 0.005)])
    return 4282.7 * (1 + redshift) * np.interp(redshift, step, comoving)
