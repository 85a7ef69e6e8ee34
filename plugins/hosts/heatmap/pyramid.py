"""What the net sees of a field: brightness on the five levels of `grid`, free of the image's unit and sky level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.heatmap.grid import LEVELS, SIDE

Image = NDArray[np.float32]

PIXEL_ARCSEC = 0.25
#: Planes of each level: the mean over its noise, the mean and the brightest 0.5 arcsec over one noise for all levels,
#: and how much of the cell was observed.
PLANES = 4
_COARSEST = 2 ** (LEVELS - 1)
_WIDEST_PX = SIDE * _COARSEST
#: The brightness at which logarithms take over, in units of the noise.
_SOFT_SNR, _SOFT_BRIGHTNESS = 2.0, 3.0
_CLIP, _ROUNDS, _STEP = 3.0, 6, 3


def pyramids(fields: Fields) -> NDArray[np.float32]:
    """Return planes (n, levels, PLANES, 32, 32); what was not observed is 0 in all of them."""
    made = np.zeros((len(fields), LEVELS, PLANES, SIDE, SIDE), np.float32)
    for number, image in enumerate(fields.images):
        _fill(made[number], _on_grid(np.asarray(image, np.float32), fields.pixel_arcsec))
    return made


def _on_grid(image: Image, pixel_arcsec: float) -> Image:
    """Return the image on pixels of 0.25 arcsec around the transient, a side of which the coarsest cells divide."""
    size = len(image)
    if pixel_arcsec == PIXEL_ARCSEC and size % 2 == 0:
        if size > _WIDEST_PX:
            edge = (size - _WIDEST_PX) // 2
            return image[edge:-edge, edge:-edge]
        if size % (2 * _COARSEST) == 0:
            return image
        return np.pad(image, (-size % (2 * _COARSEST)) // 2, constant_values=np.nan)
    place = (np.arange(_WIDEST_PX) - (_WIDEST_PX - 1) / 2) * (PIXEL_ARCSEC / pixel_arcsec) + (size - 1) / 2
    # a hat as wide as the coarser of the two pixels: interpolates a coarse image and averages a fine one
    width = max(1.0, PIXEL_ARCSEC / pixel_arcsec)
    hat = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(size)) / width).astype(np.float32)
    good = np.isfinite(image)
    total, weight = (hat @ part @ hat.T for part in (np.where(good, image, 0), good.astype(np.float32)))
    return np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0.5 * width**2)


def _fill(planes: NDArray[np.float32], image: Image) -> None:
    means, seen, peaks = _levels(image)
    sky, noise = _background(means[1], seen[1])
    for level, (mean, share, peak) in enumerate(zip(means, seen, peaks, strict=True)):
        cut, inside = _middle(len(mean))
        shown = planes[level][:, inside, inside]
        bright = (mean[cut, cut] - sky) / noise
        shown[0] = np.arcsinh(bright * (2.0 ** (level - 1) / _SOFT_SNR))
        shown[1] = np.arcsinh(bright / _SOFT_BRIGHTNESS)
        shown[2] = np.arcsinh((peak[cut, cut] - sky) / noise / _SOFT_BRIGHTNESS)
        shown[3] = 1.0 if share is None else share[cut, cut]
        if share is not None:
            shown[:3, share[cut, cut] == 0] = 0


def _levels(image: Image) -> tuple[list[Image], list[Image | None], list[Image]]:
    """Return each level's means, shares that were seen (None: all), and brightest 0.5 arcsec, over the whole image."""
    means: list[Image] = [image]
    seen: list[Image | None] = [None]
    if not np.isfinite(image.sum(dtype=np.float64)):
        good = np.isfinite(image)
        means, seen = [np.where(good, image, np.float32(0))], [good.astype(np.float32)]
    for _ in range(1, LEVELS):
        mean, before = _halved(means[-1]), seen[-1]
        share = None if before is None else _halved(before)
        if before is not None and share is not None:
            # means of what was seen, by the share that was seen
            mean = np.divide(_halved(means[-1] * before), share, out=np.zeros_like(mean), where=share > 0)
        means.append(mean)
        seen.append(share)
    peaks = [means[0], means[1] if seen[1] is None else np.where(seen[1] > 0, means[1], -np.inf)]
    for _ in range(2, LEVELS):
        peaks.append(_brightest(peaks[-1]))
    return means, seen, peaks


def _halved(image: Image) -> Image:
    rows = image[0::2] + image[1::2]
    return (rows[:, 0::2] + rows[:, 1::2]) * np.float32(0.25)


def _brightest(image: Image) -> Image:
    rows = np.maximum(image[0::2], image[1::2])
    return np.maximum(rows[:, 0::2], rows[:, 1::2])


def _middle(length: int) -> tuple[slice, slice]:
    """Return which cells of a level are shown, and where in the 32 they lie."""
    shown = min(length, SIDE)
    return slice((length - shown) // 2, (length + shown) // 2), slice((SIDE - shown) // 2, (SIDE + shown) // 2)


def _background(image: Image, seen: Image | None) -> tuple[float, float]:
    """Return sky and noise of an image by its clipped middle; noise 1 where nothing varies."""
    values = image[::_STEP, ::_STEP] if seen is None else image[seen > 0]
    values = np.sort(values, axis=None).astype(float)
    first, last = 0, len(values)
    sky, noise = 0.0, 0.0
    for _ in range(_ROUNDS):
        if last - first < 2:
            break
        low, sky = values[first + ((last - 1 - first) * np.array([0.159, 0.5])).astype(int)]
        # a host's light lies above the sky, so the lower half tells the noise
        noise = sky - low
        first, last = np.searchsorted(values, [sky - _CLIP * noise, sky + _CLIP * noise], side="left")
    return sky, noise if noise > 0 else 1.0
