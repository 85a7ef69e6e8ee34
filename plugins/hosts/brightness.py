"""Magnitudes of sources that no catalogue gives one for, from an image in an unknown unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: r magnitude of a galaxy that a usual image shows with a signal-to-noise of `DEPTH_SNR` over `DEPTH_ARCSEC2`.
USUAL_DEPTH_MAG, DEPTH_SNR, DEPTH_ARCSEC2 = 23.2, 5.0, 3.0
#: Sources seen by image and catalogue that make a zero point, and their least signal-to-noise.
LEAST_SOURCES, LEAST_SNR = 3, 8.0


def completed_mag(candidates: pd.DataFrame, n: int) -> tuple[Floats, Floats]:
    """Return magnitudes, those of the catalogue first, and the image's depth (r) for each of n places.

    Where three sources of an image have a catalogue's magnitude their median gives its zero point; elsewhere the image
    is taken for as deep as usual. NaN for a source without either, and for the depth where there is no image.
    """
    row = candidates["row"].to_numpy()
    mag, flux, snr = (candidates[name].to_numpy(float) for name in ("mag", "flux", "snr"))
    noise = flux / snr / np.sqrt(candidates["area_arcsec2"].to_numpy(float))
    with np.errstate(divide="ignore", invalid="ignore"):
        depth_flux = DEPTH_SNR * np.sqrt(DEPTH_ARCSEC2) * _median(row, noise, noise > 0, n)[0]
        instrumental = np.where(flux > 0, -2.5 * np.log10(flux), np.nan)
        zero, count = _median(row, mag - instrumental, np.isfinite(mag - instrumental) & (snr > LEAST_SNR), n)
        depth_instrumental = -2.5 * np.log10(depth_flux)
    zero = np.where(count >= LEAST_SOURCES, zero, USUAL_DEPTH_MAG - depth_instrumental)
    return np.where(np.isfinite(mag), mag, instrumental + zero[row]), depth_instrumental + zero


def _median(row: NDArray[np.int64], values: Floats, usable: NDArray[np.bool_], n: int) -> tuple[Floats, Floats]:
    """Return the (lower) medians of usable values and their number, (n,) each."""
    rows, values = row[usable], values[usable]
    order = np.lexsort((values, rows))
    count = np.bincount(rows, minlength=n)
    first = np.cumsum(count) - count
    made = np.full(n, np.nan)
    some = np.flatnonzero(count)
    made[some] = values[order[first[some] + (count[some] - 1) // 2]]
    return made, count.astype(float)
