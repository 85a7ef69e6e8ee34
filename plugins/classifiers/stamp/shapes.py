"""What the pixels of an alert show, measured so that turning or mirroring the stamps changes nothing.

Pixels are in units of their stamp's noise above its sky. Sums over discs and rings around the middle, where the alert
is, are the same for every orientation; so are lengths and distances. Pixels without a value count as sky, and how many
there are is a measurement of its own. A difference stamp of ZTF shows the alert as a positive source even where it
faded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.pixels import KINDS, SIZE_PX, Pixels

Floats = NDArray[np.float32]
#: Outer radii (pixels) of rings around the alert.
RINGS_PX = (1.2, 2.3, 3.3, 4.6, 6.2, 8.3, 11.0, 15.0, 20.0, 26.0)
#: Gaussian profiles that a source is compared with: standard deviations in pixels, and the disc where.
WIDTHS_PX, FIT_PX = np.array((0.45, 0.7, 1.0, 1.4, 2.0, 3.0, 4.5), np.float32), 7.0
_WINDOW_PX, _ASYMMETRY_PX, _DIPOLE_PX, _FIELD_PX = 3.0, 6, 8.0, 9.0
_BRIGHTEST = 1e5
_AXIS = np.arange(SIZE_PX, dtype=np.float32) - SIZE_PX // 2
_X, _Y = np.tile(_AXIS, SIZE_PX), np.repeat(_AXIS, SIZE_PX)
_R = np.hypot(_X, _Y)
_FIT = _R < FIT_PX
_PROFILES = np.exp(-(_R[_FIT] ** 2) / (2 * WIDTHS_PX[:, None] ** 2))
_PROFILES -= _PROFILES.mean(axis=1, keepdims=True)
_POWER = (_PROFILES**2).sum(axis=1)
_EACH = (
    *("concentration", "wide_concentration", "width", "explained", "rest", "offset", "size", "ellipticity"),
    *("asymmetry", "brightest", "second", "fourth", "missing", "missing_near"),
)
NAMES = (
    *(f"{kind}_ring_{number}" for kind in KINDS for number in range(len(RINGS_PX))),
    *(f"{kind}_{name}" for name in _EACH for kind in KINDS),
    *("negative", "dipole", "n_negative", "n_positive", "n_negative_field", "n_positive_field"),
    *("template_sources", "template_bright_sources", "template_source_px", "template_extent_px", "science_hole"),
)


def matrix(seen: Pixels) -> Floats:
    """Return the measurements of normalised stamps (n, 3, 63, 63), shape (n, NAMES); NaN without pixels."""
    flat = seen.reshape(len(seen), len(KINDS), -1)
    known = ~np.isnan(flat)
    bright = np.clip(np.sinh(np.where(known, flat, 0)), -_BRIGHTEST, _BRIGHTEST)
    each = [*_concentration(bright), *_fit(bright), *_moments(bright), _asymmetry(bright), *_peaks(bright)]
    each += [_missing(known, _R < SIZE_PX), _missing(known, _R < _DIPOLE_PX)]
    # dead pixels of the science image make negative alerts
    hole = np.arcsinh(np.compress(_R < 1.6, bright[:, 0], axis=-1).min(axis=-1, keepdims=True))
    parts = [_rings(bright), *each, _dipole(bright[:, 2]), _neighbours(bright[:, 1]), hole]
    table = np.concatenate(parts, axis=1).astype(np.float32)
    table[~known.any(axis=(1, 2))] = np.nan
    return table


def _sum(values: Floats, where: NDArray[np.bool_]) -> Floats:
    return np.compress(where, values, axis=-1).sum(axis=-1)


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Return a ratio that stays finite where nothing is seen."""
    return np.clip(part / np.where(np.abs(whole) > 1, whole, 1), -3, 3)


def _rings(bright: Floats) -> Floats:
    numbers = np.digitize(_R, RINGS_PX)
    rings = [numbers == number for number in range(len(RINGS_PX))]
    means = [_sum(bright, ring) / np.count_nonzero(ring) for ring in rings]
    return np.arcsinh(np.stack(means, axis=2)).reshape(len(bright), -1)


def _concentration(bright: Floats) -> list[Floats]:
    inner, middle, outer = (_sum(bright, radius > _R) for radius in (1.6, 3.3, 7.0))
    return [_ratio(inner, middle), _ratio(middle, outer)]


def _fit(bright: Floats) -> list[Floats]:
    """Return width, explained fraction and rest (log chi^2 per pixel) of the Gaussian that fits best, and level."""
    disc = np.compress(_FIT, bright, axis=-1)
    disc = disc - disc.mean(axis=-1, keepdims=True)
    variance = (disc**2).sum(axis=-1)
    found = np.stack([(disc * profile).sum(axis=-1) for profile in _PROFILES], axis=-1)
    explained = found * np.abs(found) / _POWER
    best = np.abs(explained).argmax(axis=-1)
    most = np.take_along_axis(explained, best[..., None], axis=-1)[..., 0]
    rest = np.log(np.maximum(variance - np.abs(most), 1) / np.count_nonzero(_FIT))
    return [WIDTHS_PX[best], most / np.maximum(variance, 1), rest]


def _moments(bright: Floats) -> list[Floats]:
    """Return offset of the centroid, second moment and ellipticity of what is above the sky near the middle."""
    weight = np.exp(-(_R**2) / (2 * _WINDOW_PX**2)) * np.maximum(bright, 0)
    total = np.maximum(weight.sum(axis=-1), 1)
    x, y, xx, yy, xy = ((weight * by).sum(axis=-1) / total for by in (_X, _Y, _X**2, _Y**2, _X * _Y))
    xx, yy, xy = xx - x**2, yy - y**2, xy - x * y
    return [np.hypot(x, y), xx + yy, np.hypot(xx - yy, 2 * xy) / np.maximum(xx + yy, 0.1)]


def _asymmetry(bright: Floats) -> Floats:
    """Return how much differs after half a turn, over how much there is: Conselice et al. 2000, ApJ 529, 886."""
    inner = _inner(bright, _ASYMMETRY_PX)
    return np.abs(inner - inner[..., ::-1]).sum(axis=-1) / np.maximum(np.abs(inner).sum(axis=-1), 1)


def _inner(bright: Floats, half_px: int) -> Floats:
    return np.compress(np.maximum(np.abs(_X), np.abs(_Y)) <= half_px, bright, axis=-1)


def _peaks(bright: Floats) -> list[Floats]:
    """Return the brightest of the inner 5 x 5 pixels, and what the second and fourth are of it: hits are narrow."""
    ordered = np.sort(_inner(bright, 2), axis=-1)
    first = np.maximum(ordered[..., -1], 1)
    return [np.arcsinh(ordered[..., -1]), *(np.clip(ordered[..., -place] / first, -1, 1) for place in (2, 4))]


def _missing(known: NDArray[np.bool_], where: NDArray[np.bool_]) -> Floats:
    return 1 - np.compress(where, known, axis=-1).mean(axis=-1, dtype=np.float32)


def _dipole(difference: Floats) -> Floats:
    """Return how negative the difference is, how far its light is from its holes, and how many pixels are either."""
    near, field = (np.compress(where, difference, axis=-1) for where in (_R < _DIPOLE_PX, _R >= _FIELD_PX))
    x, y = _X[_R < _DIPOLE_PX], _Y[_R < _DIPOLE_PX]
    light, holes = np.where(near > 2.5, near, 0), np.where(near < -2.5, -near, 0)
    plus, minus = light.sum(axis=-1), holes.sum(axis=-1)
    apart = [
        (light * by).sum(axis=-1) / np.maximum(plus, 1) - (holes * by).sum(axis=-1) / np.maximum(minus, 1)
        for by in (x, y)
    ]
    dipole = np.hypot(*apart) * np.minimum(plus, minus) / np.maximum(np.maximum(plus, minus), 1)
    counts = [near < -4, near > 4, field < -5, field > 5]
    counted = [np.log1p(np.count_nonzero(mask, axis=-1)) for mask in counts]
    return np.stack([minus / np.maximum(plus + minus, 1), dipole, *counted], axis=1)


def _neighbours(template: Floats) -> Floats:
    """Return the number of sources above 6 and 30 sigma, the distance of the nearest, and the extent of the middle."""
    image = template.reshape(-1, SIZE_PX, SIZE_PX)
    middle = image[:, 1:-1, 1:-1]
    summit = middle > 6
    for dy in range(3):
        for dx in range(3):
            summit &= middle >= image[:, dy : dy + SIZE_PX - 2, dx : dx + SIZE_PX - 2]
    away = _R.reshape(SIZE_PX, SIZE_PX)[1:-1, 1:-1]
    nearest = np.where(summit, away, SIZE_PX).min(axis=(1, 2))
    light = np.maximum(np.compress(_R < _DIPOLE_PX, template, axis=-1), 0)
    extent = (light * _R[_R < _DIPOLE_PX]).sum(axis=-1) / np.maximum(light.sum(axis=-1), 1)
    sources = [np.log1p(np.count_nonzero(mask, axis=(1, 2))) for mask in (summit, summit & (middle > 30))]
    return np.stack([*sources, nearest, extent], axis=1)
