"""Streaks, trails and glint trains on real stamps: simulated, and every table of them says so.

A moving object is in the science stamp and in the difference, not in the template; its PSF is a sum of two Gaussians.
Noise, neighbours, masks and subtraction residuals are those of the real stamp, only its own photon noise is drawn.

Signal to noise is that of a matched filter, sqrt(sum((model / noise)^2)) with the pixel noise of the difference.
Nothing is simulated that does not reach `FAINTEST` near the alert through the PSF alone: ZTF makes no alert of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.special import erf

from tom_alerce_like.plugins.classifiers.pixels import Pixels
from tom_alerce_like.plugins.classifiers.simulate import draw
from tom_alerce_like.plugins.classifiers.simulate.emptied import emptied, noise
from tom_alerce_like.plugins.classifiers.simulate.lines import BEYOND_PX, Line, Random, glints, streak, trail
from tom_alerce_like.plugins.classifiers.simulate.scene import CENTRE_PX, GAIN, X_PX, Y_PX

Floats = NDArray[np.float64]
KINDS = {"asteroid streak": streak, "trail": trail, "glints": glints}
#: How often each kind is drawn.
SHARES = (0.5, 0.25, 0.25)
#: Least signal to noise through the PSF at the place nearest to the alert (ZTF alerts on 5); range of that of a whole
#: asteroid streak, and of the brightest place of a trail or a train of glints through the PSF.
FAINTEST, SNR = 5.0, (8.0, 300.0)
#: Seeing of ZTF: median, scatter of its logarithm and limits. Dekany et al. 2020, PASP 132, 038001.
FWHM_PX, _FWHM_SCATTER, _FWHM_LIMITS_PX = 2.05, 0.2, (1.5, 3.4)
#: What passes nearer to the alert than this made it.
THROUGH_PX = 5.0
#: So many glints of a train are in the stamp and brighter than `FAINTEST`.
FEWEST_GLINTS = 3
#: Part of the light in the PSF's wings, and their width over that of the core; sigma over FWHM.
_WINGS, _WING_WIDTH, _SIGMA = 0.15, 2.0, 1 / 2.355
_PLACES_PX = np.arange(-BEYOND_PX, BEYOND_PX, 0.1)[:, None]


def seeing_px(rng: Random) -> float:
    """Return the full width at half maximum of a PSF."""
    return float(np.clip(FWHM_PX * np.exp(rng.normal(0, _FWHM_SCATTER)), *_FWHM_LIMITS_PX))


def drawn(line: Line, fwhm_px: float) -> Floats:
    """Return the line as the detector sees it, shape (63, 63), the alert in the middle, of flux 1."""
    cosine, sine = np.cos(line.angle_rad), np.sin(line.angle_rad)
    along, across = X_PX * cosine + Y_PX * sine, Y_PX * cosine - X_PX * sine - line.offset_px
    image = np.zeros(along.shape)
    for part, sigma in ((1 - _WINGS, fwhm_px * _SIGMA), (_WINGS, _WING_WIDTH * fwhm_px * _SIGMA)):
        width = np.sqrt(2) * sigma
        profile = (erf((_PLACES_PX - line.start) / width) - erf((_PLACES_PX - line.end) / width)) @ line.flux
        image += part * np.interp(along, _PLACES_PX[:, 0], profile) * np.exp(-((across / width) ** 2)) / width
    return image / image.sum()


def through_psf(image: Floats, fwhm_px: float) -> Floats:
    """Return what a PSF fit would find at each place, in units of the noise of a pixel of 1."""
    return gaussian_filter(image, fwhm_px * _SIGMA) * 2 * np.sqrt(np.pi) * fwhm_px * _SIGMA


def simulated(triplets: Pixels, is_positive: NDArray[np.bool_], n: int, rng: Random) -> tuple[Pixels, pd.DataFrame]:
    """Return n stamps with a line each, and a table of what was drawn and of the ``row`` of the stamp underneath.

    Where a trail passes far from the middle, the real alert stays.
    """
    empty, fit = emptied(triplets, is_positive, rng)
    places = {True: (empty, np.flatnonzero(fit)), False: (triplets, np.flatnonzero(is_positive))}
    pixels = np.empty((n, *triplets.shape[1:]), np.float32)
    truth: list[dict[str, Any]] = []
    while len(truth) < n:
        kind = str(rng.choice(list(KINDS), p=SHARES))
        line, fwhm_px = KINDS[kind](rng), seeing_px(rng)
        under, rows = places[abs(line.offset_px) < THROUGH_PX]
        row = rng.choice(rows)
        model, known = _scaled(line, kind, fwhm_px, noise(under[row, 2]), rng)
        if known["alert_snr"] >= FAINTEST and (kind != "glints" or known["n_bright"] >= FEWEST_GLINTS):
            pixels[len(truth)] = _added(under[row], model, rng)
            truth.append({"kind": kind, "row": row} | known)
    return pixels, pd.DataFrame(truth)


def _scaled(line: Line, kind: str, fwhm_px: float, sigma: float, rng: Random) -> tuple[Floats, dict[str, float]]:
    model = drawn(line, fwhm_px)
    seen = through_psf(model, fwhm_px)
    total = np.sqrt((model**2).sum())
    factor = draw.log_uniform(*SNR, rng) / (total if kind == "asteroid streak" else seen.max())
    nearest = _at(seen, np.arange(-2.0, 3.0), line)
    glints = _at(seen, (line.start + line.end) / 2, line)
    known = {"snr": factor * total, "alert_snr": factor * nearest.max(), "fwhm_px": fwhm_px}
    length = {"length_px": float(line.end.max() - line.start.min()), "offset_px": line.offset_px}
    return factor * sigma * model, known | length | {"n_bright": int((factor * glints >= FAINTEST).sum())}


def _at(seen: Floats, along: Floats, line: Line) -> Floats:
    """Return the values of an image at places along the line that are in the stamp."""
    cosine, sine = np.cos(line.angle_rad), np.sin(line.angle_rad)
    x, y = along * cosine - line.offset_px * sine, along * sine + line.offset_px * cosine
    inside = (abs(x) < CENTRE_PX) & (abs(y) < CENTRE_PX)
    return seen[np.rint(y[inside] + CENTRE_PX).astype(int), np.rint(x[inside] + CENTRE_PX).astype(int)]


def _added(triplet: Pixels, model: Floats, rng: Random) -> Pixels:
    """Return a copy with the model and its photon noise in science and difference."""
    shown = model + rng.normal(0, np.sqrt(model / GAIN))
    return (triplet + shown * np.array([1, 0, 1])[:, None, None]).astype(np.float32)
