"""Small grey pictures of the sky around a transient, kept so that a page needs no service."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

#: Pixels of a picture's side at most, grey levels, and how much the stretch lifts faint pixels.
SIZE_PX, LEVELS, SOFTENING = 200, 32, 8.0


class Picture(NamedTuple):
    """North up, east left, the transient in the middle; ``side_arcsec`` is the length of a side."""

    png: bytes
    side_arcsec: float
    source: str


def picture(image: ArrayLike, pixel_arcsec: float, side_arcsec: float, source: str) -> Picture | None:
    """Return the middle of a square image (rows going north) as a picture; None where nothing was observed.

    A pixel of the picture is the mean of those of its pixels that are finite; without any it is transparent.
    """
    whole = np.asarray(image, float)
    wanted = int(np.clip(round(side_arcsec / pixel_arcsec), 2, len(whole)))
    block = -(-wanted // SIZE_PX)
    # an even number, or one as the image's, so that the middle stays in the middle
    side = max(wanted // (2 * block), 1) * 2 * block
    first = (len(whole) - side) // 2
    cut = whole[first : first + side, first : first + side]
    seen = np.isfinite(cut)
    if not seen.any():
        return None
    total, count = (_blocks(values, block) for values in (np.where(seen, cut, 0.0), seen.astype(float)))
    mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return Picture(_png(mean), side * pixel_arcsec, source)


def _blocks(values: NDArray[np.float64], block: int) -> NDArray[np.float64]:
    n = len(values) // block
    return np.asarray(values.reshape(n, block, n, block).sum(axis=(1, 3)))


def _png(values: NDArray[np.float64]) -> bytes:
    """Return the values as PNG, the last row on top: from just below the sky to the brightest, in few grey levels."""
    low, high = np.nanpercentile(values, [20, 99.8])
    scaled = np.clip((np.nan_to_num(values, nan=low) - low) / (high - low or 1.0), 0, 1)
    grey = np.arcsinh(SOFTENING * scaled) / np.arcsinh(SOFTENING)
    alpha = np.where(np.isfinite(values), 255, 0)
    levels = np.round(grey * (LEVELS - 1)) * (255 / (LEVELS - 1))
    file = io.BytesIO()
    Image.fromarray(np.dstack([levels, alpha]).astype(np.uint8)[::-1]).save(file, "PNG")
    return file.getvalue()
