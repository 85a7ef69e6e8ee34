"""Multi-scale stamps: a wide field in few bytes, levels of 30 x 30 pixels that each see twice as far as the one before.

The first level holds the image's own pixels around a position, the next one means of 2 x 2 of them, then of 4 x 4, and
so on: sharp where the alert is, wide enough for the galaxy that it may belong to. An image of 480 x 480 pixels becomes
5 levels: 4,500 pixels in place of 230,400, as float32 18,000 bytes in place of 921,600, 2.0 per cent. Proposed for host
galaxies by Förster et al. 2022, arXiv:2208.04310, and for the stamps of LSST.

All levels have one centre, the corner of four pixels that is nearest to the position, and nothing is resampled: the
position lies at most half a pixel from that corner in x and in y, and how far is told. The 28 x 28 pixels in the middle
of one level, averaged by 2 x 2, are the 14 x 14 in the middle of the next. Levels keep the image's own orientation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_area
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like.exceptions import InputError

Floats = NDArray[np.float64]
SIZE_PX = 30
#: Ten levels see 15,360 pixels, more than a detector has.
MAX_LEVELS = 10
_ARCSEC_PER_DEG = 3600
_LARGEST = float(np.finfo(np.float32).max)


class MultiScale(NamedTuple):
    """Levels around a position, the sharpest first."""

    #: Shape (levels, 30, 30) for one image, (n, levels, 30, 30) for a stack; NaN where there is no finite pixel.
    levels: NDArray[np.float32]
    #: Side of a pixel of each level, in the unit of ``pixel_scale``; shape (levels,).
    pixel_scale: Floats
    #: Position minus centre of the levels, x and y in pixels of the image, within [-0.5, 0.5]; shape (2,) or (n, 2).
    offset_px: Floats


def n_levels_within(shape: tuple[int, ...]) -> int:
    """Return how many levels an image of ``shape`` (..., ny, nx) fills around its middle, at least 1."""
    return max(1, min(MAX_LEVELS, (min(shape[-2:]) // SIZE_PX).bit_length()))


def around_sky(images: ArrayLike, wcs: WCS, ra_deg: float, dec_deg: float, n_levels: int | None = None) -> MultiScale:
    """Return the levels around a place on the sky (degrees), their pixel scale in arcsec.

    ``images`` is one image (ny, nx) or a stack (n, ny, nx) on the pixels of ``wcs``. A place that the projection does
    not reach gives NaN.
    """
    sky = wcs.celestial
    x_px, y_px = sky.world_to_pixel_values(ra_deg, dec_deg)
    pixel_arcsec = float(np.sqrt(proj_plane_pixel_area(sky))) * _ARCSEC_PER_DEG
    return around_pixel(images, x_px, y_px, n_levels, pixel_scale=pixel_arcsec)


def around_pixel(
    images: ArrayLike, x_px: ArrayLike, y_px: ArrayLike, n_levels: int | None = None, *, pixel_scale: float = 1.0
) -> MultiScale:
    """Return the levels around a pixel position, the middle of the first pixel being (0, 0).

    ``images`` is one image (ny, nx), or a stack (n, ny, nx) with one position for all or one for each (n,). Without
    ``n_levels`` there are as many as the image fills. ``pixel_scale`` is the side of a pixel of the image.

    A pixel of a level is the mean of those of its pixels that are finite; it is NaN where there are none, as beyond the
    edges of the image or around a position that is not finite. Raises `InputError` for another number of axes or of
    levels.
    """
    stack = np.asarray(images)
    if stack.ndim not in (2, 3):
        raise InputError(f"an image has 2 axes and a stack of images 3, not {stack.ndim}")
    wanted = n_levels_within(stack.shape) if n_levels is None else n_levels
    if not 1 <= wanted <= MAX_LEVELS:
        raise InputError(f"a stamp has 1 to {MAX_LEVELS} levels, not {wanted}")
    n_images = 1 if stack.ndim == 2 else len(stack)
    position = np.stack([np.broadcast_to(np.asarray(value, float), n_images) for value in (x_px, y_px)], axis=1)
    position = np.where(np.isfinite(position), position, np.nan)
    middle = np.floor(position + 1)  # first column and row right of and above the corner
    levels = np.full((n_images, wanted, SIZE_PX, SIZE_PX), np.nan, np.float32)
    for number in np.flatnonzero(np.isfinite(middle).all(axis=1)):
        image = stack if stack.ndim == 2 else stack[number]
        x, y = middle[number]
        levels[number] = [_means(image, x, y, 2**level) for level in range(wanted)]
    offset_px = position - (middle - 0.5)
    scale = pixel_scale * 2.0 ** np.arange(wanted)
    return MultiScale(levels[0], scale, offset_px[0]) if stack.ndim == 2 else MultiScale(levels, scale, offset_px)


def _means(image: NDArray[np.generic], x: float, y: float, block_px: int) -> Floats:
    """Return the means of the finite pixels in 30 x 30 blocks around a corner."""
    rows, of_row = _blocks(y, block_px, image.shape[0])
    columns, of_column = _blocks(x, block_px, image.shape[1])
    seen = image[rows, columns].astype(float)
    good = np.abs(seen) <= _LARGEST
    total, count = (of_row @ values @ of_column.T for values in (np.where(good, seen, 0.0), good.astype(float)))
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _blocks(middle: float, block_px: int, length: int) -> tuple[slice, Floats]:
    """Return which pixels of an axis the blocks cover, and whether (1 or 0) a block holds a pixel: (30, pixels)."""
    edges = np.clip(middle + block_px * np.arange(-(SIZE_PX // 2), SIZE_PX // 2 + 1), 0, length).astype(int)
    pixel = np.arange(edges[0], edges[-1])
    held = (pixel >= edges[:-1, None]) & (pixel < edges[1:, None])
    return slice(edges[0], edges[-1]), held.astype(float)
