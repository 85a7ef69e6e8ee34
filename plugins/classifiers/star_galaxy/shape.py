"""How concentrated a source is, in units of the PSF: weighted sums under Gaussians, many images at once.

All functions take images (n, ny, nx) without sky and without NaN, and places and widths (n,) in pixels. Adaptive
weights after Bernstein & Jarvis 2002, AJ 123 583, arXiv:astro-ph/0107431.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Widths of the Gaussians under which light is summed, in widths of the PSF: core, inner part, whole.
CORE, INNER, WHOLE = 0.75, 1.1, 1.7
_STEPS, _LARGEST_STEP_PX = 4, 0.7
_WIDTH_STEPS, _WIDTHS_PX = 25, (0.4, 12.0)


class Shape(NamedTuple):
    """What `measured` tells of each source, (n,) each; NaN where there is no light."""

    core_light: Floats  # light of the core over that of the whole: 0.47 for point sources, less for galaxies
    inner_light: Floats  # the same of the inner part: 0.72 for point sources
    snr: Floats  # of the light of the whole


def measured(images: Floats, x_px: Floats, y_px: Floats, psf_px: Floats, noise: Floats) -> Shape:
    """Return the shapes of the sources at these places; ``psf_px`` is a Gaussian width, ``noise`` that of a pixel."""
    for _ in range(_STEPS):
        dx, dy, _ = _moments(images, x_px, y_px, WHOLE * psf_px)
        x_px, y_px = x_px + _limited(dx), y_px + _limited(dy)
    core, inner, whole = (_light(images, x_px, y_px, scale * psf_px) for scale in (CORE, INNER, WHOLE))
    total = np.where(whole[0] > 0, whole[0], np.nan)
    return Shape(core[0] / total, inner[0] / total, total / (whole[1] * noise))


def widths(images: Floats, x_px: Floats, y_px: Floats) -> Floats:
    """Return the Gaussian width of the source at each place, by weights that adapt to it; within 0.4 to 12 pixels."""
    width = np.ones(len(images))
    for _ in range(_WIDTH_STEPS):
        dx, dy, second = _moments(images, x_px, y_px, width)
        x_px, y_px = x_px + _limited(dx), y_px + _limited(dy)
        inverse = 1 / second - width**-2.0  # a Gaussian under a Gaussian weight: 1/second = 1/width^2 + 1/weight^2
        found = np.where(inverse > 0, np.abs(inverse) ** -0.5, 1.3 * width)
        width = np.clip(np.nan_to_num(found, nan=1.0), *_WIDTHS_PX)
    return width


def _weights(length: int, at_px: Floats, width_px: Floats) -> tuple[Floats, Floats]:
    """Return the distances of an axis' pixels from places, and their Gaussian weights, (n, length) each."""
    distance = np.arange(length) - at_px[:, None]
    return distance, np.exp(-(distance**2) / (2 * width_px[:, None] ** 2))


def _light(images: Floats, x_px: Floats, y_px: Floats, width_px: Floats) -> tuple[Floats, Floats]:
    """Return the light under Gaussians, and how many pixels' noise (in quadrature) it holds."""
    _, across = _weights(images.shape[2], x_px, width_px)
    _, up = _weights(images.shape[1], y_px, width_px)
    light = (np.einsum("nyx,nx->ny", images, across) * up).sum(axis=1)
    return light, np.sqrt((across**2).sum(axis=1) * (up**2).sum(axis=1))


def _moments(images: Floats, x_px: Floats, y_px: Floats, width_px: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how far the weighted centre lies from the places, doubled for the weight's pull, and the second moment."""
    dx, across = _weights(images.shape[2], x_px, width_px)
    dy, up = _weights(images.shape[1], y_px, width_px)
    rows = np.einsum("nyx,nx->ny", images, across) * up
    columns = np.einsum("nyx,ny->nx", images, up) * across
    total = rows.sum(axis=1)
    total = np.where(total > 0, total, np.nan)
    second = ((rows * dy**2).sum(axis=1) + (columns * dx**2).sum(axis=1)) / (2 * total)
    return 2 * (columns * dx).sum(axis=1) / total, 2 * (rows * dy).sum(axis=1) / total, second


def _limited(step: Floats) -> Floats:
    return np.clip(np.nan_to_num(step), -_LARGEST_STEP_PX, _LARGEST_STEP_PX)
