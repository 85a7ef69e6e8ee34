"""One pass of a detection over an image without its sky, at one scale, by sep (SExtractor's algorithm as a C library).

Barbary 2016, JOSS 1, 58, after Bertin & Arnouts 1996, A&AS 117, 393.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import sep
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.pixels import Known, Pixels

Sources = dict[str, NDArray[Any]]

#: Signal-to-noise that a source needs at the transient's place, how much more for each pixel from there, and at most:
#: what is faint and far away is no host.
MIN_SNR, MIN_SNR_PER_PX, MIN_SNR_FAR = 2.0, 1 / 40, 5.0
#: Side of the squares whose noise is compared.
NOISE_PX = 40
#: Columns of a source: lengths are pixels of the whole image, flux and peak in its unit; ``parent`` is a number or -1.
OUTLINE = ("a", "b", "theta", "flux", "snr", "npix", "bin_px")
NAMES = ("x", "y", "x_peak", "y_peak", *OUTLINE, "peak", "flag", "parent", "is_peak")


class Scale(NamedTuple):
    """Binning of a pass, threshold and least area of a source, least contrast of a blend, and levels that are tried."""

    bin_px: int
    threshold_sigma: float
    min_area: int
    contrast: float
    levels: int


class Frame(NamedTuple):
    """Where the pixels lie in the whole image, and how noisy it is.

    ``low``: row and column at which they begin. ``centre``: row and column of the transient. ``area_sigma``: noise of
    large areas for one pixel of the image; that of single pixels goes together and tells less.
    """

    low: tuple[int, int]
    centre: tuple[float, float]
    area_sigma: float


def noise(flat: Pixels, unknown: Known | None) -> float:
    """Return the clipped scatter of an image."""
    height, width = (min(NOISE_PX, size) for size in flat.shape)
    masked = None if unknown is None else np.ascontiguousarray(unknown)
    return float(sep.Background(np.ascontiguousarray(flat), mask=masked, bw=width, bh=height).globalrms)


def seen(flat: Pixels, sigma: float, scale: Scale, frame: Frame) -> tuple[Sources, NDArray[np.int32]]:
    """Return the sources of one scale, and the number (from 1, 0 for none) of the source that each binned pixel is of.

    ``sigma`` is the noise of a binned pixel.
    """
    low, centre, area_sigma = frame
    if not (sigma > 0 and area_sigma > 0):
        return {name: np.empty(0) for name in NAMES}, np.zeros(flat.shape, np.int32)
    # without cleaning: it swallows galaxies beside bright stars
    options = {"minarea": scale.min_area, "segmentation_map": True, "clean": False, "deblend_nthresh": scale.levels}
    rows, outlines = extract(flat / np.float32(sigma), scale.threshold_sigma, scale.contrast, **options)
    bin_px, area = scale.bin_px, float(scale.bin_px**2)
    flux, npix = rows["flux"] * (sigma * area), rows["npix"] * area
    made = {name: rows[name].astype(float) for name in ("theta", "flag")}
    made |= {name: rows[name] * float(bin_px) for name in ("a", "b")}
    for name, column, start in (("x", "x", low[1]), ("y", "y", low[0]), ("x_peak", "xcpeak", low[1])):
        made[name] = rows[column] * float(bin_px) + (bin_px - 1) / 2 + start
    made["y_peak"] = rows["ycpeak"] * float(bin_px) + (bin_px - 1) / 2 + low[0]
    made |= {"flux": flux, "npix": npix, "peak": rows["peak"] * sigma, "snr": flux / (area_sigma * np.sqrt(npix))}
    ones = np.ones(len(rows))
    made |= {"parent": -ones, "bin_px": bin_px * ones, "is_peak": 0 * ones}
    away = np.hypot(made["x"] - centre[1], made["y"] - centre[0])
    real = made["snr"] > np.minimum(MIN_SNR + MIN_SNR_PER_PX * away, MIN_SNR_FAR)
    number = np.concatenate([[0], np.where(real, np.cumsum(real), 0)]).astype(np.int32)
    return {name: made[name][real] for name in NAMES}, number[outlines]


def extract(pixels: Pixels, threshold: float, contrast: float = 0.005, **options: Any) -> Any:
    """Return what `sep.extract` does; where a blend has too many parts for it, blends stay whole."""
    try:
        return sep.extract(pixels, threshold, deblend_cont=contrast, **options)
    except Exception:  # sep raises nothing narrower
        return sep.extract(pixels, threshold, deblend_cont=1.0, **options)
