"""From three stamps to maps of signal to noise, which is all that the features see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tom_alerce_like.plugins.classifiers.pixels import Pixels

Floats = NDArray[np.float32]
Known = NDArray[np.bool_]
#: Dispersion of the PSF that is looked for: seeing of 2.4 pixels.
PSF_PX = 1.0
#: Residuals of subtraction as a fraction of the template's light.
_RESIDUAL = 0.05
#: Some templates hold the smallest float32 where they saw nothing.
ABSURD = 1e30
_LIMITS = (-50, 200)
#: Dispersion of a Gaussian over the width of its middle half.
_SIGMA = 1 / 1.349


class Maps(NamedTuple):
    """Pixels of the difference over their noise, and what a PSF would find at each place; all (n, 63, 63).

    Unknown pixels are 0. Science and template are NaN where the whole stamp is unknown.
    """

    pixels: Floats
    seen: Floats
    science: Floats
    template: Floats
    known: Known


def maps(triplets: Pixels) -> Maps:
    """Return the maps of stamps (n, 3, 63, 63)."""
    known = np.abs(triplets) < ABSURD
    science, template, difference = (_above_sky(triplets[:, kind], known[:, kind]) for kind in range(3))
    bright = np.maximum(template[0] - 3 * template[1], 0)
    bright = gaussian_filter(bright, (0, PSF_PX, PSF_PX), truncate=3)
    pixels = _limited(difference[0] / np.hypot(difference[1], _RESIDUAL * bright))
    seen = [through_psf(_limited(above / noise)) for above, noise in (science, template)]
    for kind, image in enumerate(seen):
        image[~known[:, kind].any(axis=(1, 2))] = np.nan
    return Maps(pixels, through_psf(pixels), seen[0], seen[1], known[:, 2])


def through_psf(pixels: Floats) -> Floats:
    """Return the signal to noise of a point source at each place, for pixels of noise 1."""
    return gaussian_filter(pixels, (0, PSF_PX, PSF_PX), mode="constant", truncate=3) * (2 * np.pi**0.5 * PSF_PX)


def quantiles(values: Floats, shares: Sequence[float]) -> list[Floats]:
    """Return quantiles of the rows of values (n, m) without their NaN, each (n,): NaN for a row of nothing else."""
    ordered = np.sort(values, axis=1)  # NaN comes last
    last = np.maximum(np.isfinite(values).sum(1) - 1, 0)
    return [np.take_along_axis(ordered, np.rint(last * share).astype(int)[:, None], 1)[:, 0] for share in shares]


def _above_sky(images: Pixels, known: Known) -> tuple[Floats, Floats]:
    """Return images less their median, 0 where unknown, and the noise of a pixel (n, 1, 1)."""
    values = np.where(known, images, np.nan).reshape(len(images), -1)
    low, middle, high = (part[:, None, None] for part in quantiles(values, (0.25, 0.5, 0.75)))
    # of a stamp that is the same everywhere nothing is known, its noise is infinite
    noise = np.where(high > low, (high - low) * np.float32(_SIGMA), np.float32(np.inf))
    return np.where(known, images - middle, 0), noise


def _limited(pixels: Floats) -> Floats:
    return np.clip(pixels, *_LIMITS).astype(np.float32)
