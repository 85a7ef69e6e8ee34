"""The best line across the whole stamp: how bright, straight, even and narrow it is, and who else has it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.pixels import SIZE_PX
from tom_alerce_like.plugins.classifiers.streak import geometry
from tom_alerce_like.plugins.classifiers.streak.geometry import ANGLES, OFFSETS, PLACES_PX, REACH_PX
from tom_alerce_like.plugins.classifiers.streak.maps import PSF_PX, Maps, quantiles

Floats = NDArray[np.float32]
#: One bright place does not make a line: the map is cut here.
CUT = (-5, 10)
#: Known pixels that a line needs; what a line with fewer counts.
_FEWEST, _NO_LINE = 12, -9.0
#: Signal to noise of a dot.
_DOT = 4.0
#: Lines of another direction differ by so many steps of angle.
_OTHER = 8


def line(maps: Maps) -> dict[str, Floats]:
    """Return the measurements of the line with the highest signal to noise."""
    snr = _snr(maps)
    every = np.arange(len(snr))
    angle, offset = np.divmod(snr.reshape(len(snr), -1).argmax(1), OFFSETS)
    best = snr[every, angle, offset]
    bright = np.maximum(best, 1)
    turn = np.abs(np.arange(ANGLES) - angle[:, None])
    other = np.where((np.minimum(turn, ANGLES - turn) > _OTHER)[..., None], snr, _NO_LINE).max(axis=(1, 2))
    found = {"trail_snr": best, "trail_offset_px": np.abs(offset - REACH_PX), "other_trail": other / bright}
    found["darkest_trail_snr"] = snr.min(axis=(1, 2))
    for step in (2, 4):
        sides = [snr[every, angle, np.clip(offset + by, 0, OFFSETS - 1)] / bright for by in (-step, step)]
        found |= {f"beside_{step}": np.maximum(*sides), f"beside_{step}_least": np.minimum(*sides)}
    for name, image in (("science", maps.science), ("template", maps.template)):
        there = geometry.along(image, angle, offset)
        found |= {f"{name}_median": quantiles(there, [0.5])[0], f"{name}_mean": mean(np.clip(there, *CUT))}
    return found | _profile(geometry.along(maps.seen, angle, offset))


def _snr(maps: Maps) -> Floats:
    light = np.clip(maps.seen, *CUT)
    light = light - np.median(light, axis=(1, 2), keepdims=True)
    count = geometry.sums(maps.known.astype(np.float32))
    noise = np.sqrt(np.maximum(count, 1) * (2 * np.pi**0.5 * PSF_PX))
    return np.where(count < _FEWEST, np.float32(_NO_LINE), geometry.sums(light) / noise.astype(np.float32))


def _profile(profile: Floats) -> dict[str, Floats]:
    """Return the distribution of brightness along a line, its clumpiness, its dots and how evenly they repeat."""
    found = dict(zip(("p10", "p25", "p50", "p75"), quantiles(profile, (0.1, 0.25, 0.5, 0.75)), strict=True))
    found["covered"] = mean(np.where(np.isnan(profile), np.nan, profile > 1.5))
    found["outer"] = mean(np.where(np.abs(PLACES_PX) > 5, np.clip(profile, -3, 4), np.nan))
    light = np.maximum(np.nan_to_num(profile), 0)
    found["clumpiness"] = SIZE_PX * (light**2).sum(1) / np.maximum(light.sum(1), 1) ** 2
    peaks = dots(light)
    found |= {"dots": peaks.sum(1), "outer_dots": (peaks & (np.abs(PLACES_PX) > 4)).sum(1)}
    even = np.minimum(light, 6)
    even = even - even.mean(1, keepdims=True)
    lags = np.stack([(even[:, lag:] * even[:, : SIZE_PX - lag]).mean(1) for lag in range(30)], axis=1)
    lags = lags / np.maximum(lags[:, :1], 0.3)
    repeats = {"repeats": lags[:, 6:].max(1), "repeats_px": lags[:, 6:].argmax(1) + 6}
    return found | repeats | {"between_repeats": lags[:, 2:15].min(1)}


def dots(light: Floats) -> NDArray[np.bool_]:
    """Return which places of profiles (n, 63) are bright and brighter than two on either side."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(light, ((0, 0), (2, 2))), 5, axis=1).max(2)
    return (light == around) & (light > _DOT)


def mean(values: Floats) -> Floats:
    """Return the means of the rows without their NaN: NaN for a row of nothing else."""
    count = np.isfinite(values).sum(1)
    return np.where(count > 0, np.nan_to_num(values).sum(1) / np.maximum(count, 1), np.nan)
