"""The best row of dots through the middle, and how well evenly spaced places fall on dots."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.streak import geometry
from tom_alerce_like.plugins.classifiers.streak.across import CUT, dots
from tom_alerce_like.plugins.classifiers.streak.geometry import HALF_PX, PLACES_PX, REACH_PX
from tom_alerce_like.plugins.classifiers.streak.maps import Maps

Floats = NDArray[np.float32]
#: What of the signal to noise counts in a row of dots, and what is the dot of the alert itself.
_LEAST, _MOST, _ALERT_PX = 2.5, 8.0, 3
_SPACINGS_PX = np.arange(6, 28, 0.5)
#: Places of a comb, nearest first.
_TEETH = np.array([1, -1, 2, -2, 3, -3, 4, -4, 5, -5])


def row(maps: Maps, fan: Floats) -> dict[str, Floats]:
    """Return the measurements of the best row; ``fan`` is the map along lines near the middle (n, angles, ., 63)."""
    n, _, reach, _ = fan.shape
    outer = np.abs(PLACES_PX) > _ALERT_PX
    light = np.clip(fan - _LEAST, 0, _MOST - _LEAST) * outer
    total = light.sum(3).reshape(n, -1)
    angle, offset = np.divmod(total.argmax(1), reach)
    offset = offset + REACH_PX - reach // 2
    profile = np.nan_to_num(geometry.along(maps.seen, angle, offset))
    there = dots(np.maximum(profile, 0)) & outer
    found = {"row": total.max(1), "row_dots": there.sum(1), "row_darkest_snr": profile.min(1)}
    for name, image in (("science", maps.science), ("template", maps.template)):
        clipped = np.clip(geometry.along(image, angle, offset), *CUT)
        found[f"row_in_{name}"] = np.where(there, clipped, 0).sum(1) / np.maximum(there.sum(1), 1)
    return found | _comb(profile)


def _comb(profile: Floats) -> dict[str, Floats]:
    """Return brightness at evenly spaced places from the middle on, and half-way between, of the best spacing."""
    # a dot may be a pixel away from its place
    clipped = np.pad(np.clip(profile, -3, 8), ((0, 0), (1, 1)))
    near = np.lib.stride_tricks.sliding_window_view(clipped, 3, axis=1).max(2)
    on, count = _teeth(near, 0.0)
    off, _ = _teeth(near, 0.5)
    best = ((on - off) * np.sqrt(count)).argmax(1)
    every = np.arange(len(profile))
    on, off = on[every, best], off[every, best]
    neighbours = near[every[:, None], HALF_PX + np.rint(_SPACINGS_PX[best, None] * _TEETH[:2]).astype(int)]
    found = {"comb": (on - off) * np.sqrt(count[best]), "comb_mean": on, "comb_between": off}
    return found | {"comb_px": _SPACINGS_PX[best], "comb_least": neighbours.min(1)}


def _teeth(near: Floats, shift: float) -> tuple[Floats, NDArray[np.int64]]:
    """Return the mean over the places of each spacing, shape (n, spacings), and how many of them are in the stamp."""
    place = np.rint(_SPACINGS_PX[:, None] * (_TEETH - shift * np.sign(_TEETH))).astype(int)
    inside = np.abs(place) <= HALF_PX
    count = inside.sum(1)
    return (np.take(near, np.where(inside, place, 0) + HALF_PX, axis=1) * inside).sum(2) / count, count
