"""The image as DELIGHT sees it: five stamps of 30 x 30 pixels, each twice as wide as the one before.

Foerster et al. 2022, AJ 164, 195, arXiv:2208.04310, section 3.2: what is within three times the ellipse of a source is
kept, the rest is zero, and each pixel of a wider stamp is the median of a block. The sky's squares of 128 pixels and
the scaling to the masked pixels' range are those with which the public weights were made.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sep
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.methods.delight_weights import LEVELS, SIZE_PX
from tom_alerce_like.plugins.hosts.passes import extract

Pixels = NDArray[np.float32]
IMAGE_PX = SIZE_PX * 2 ** (LEVELS - 1)
SKY_PX, THRESHOLD_SIGMA, MASK_AXES = 128, 1.5, 3.0


def stamps(image: NDArray[Any]) -> Pixels | None:
    """Return the stamps (5, 30, 30) of an image of 480 x 480 pixels, the first axis of each going west.

    None where there is no source to see.
    """
    known = np.isfinite(image)
    if not known.any():
        return None
    # DELIGHT puts 0 where nothing was observed, which is the sky of its own images and not of others
    sky = np.float32(0) if known.all() else np.median(image[known])
    masked = _masked(np.ascontiguousarray(np.where(known, image, sky), np.float32))
    if masked is None:
        return None
    made = np.array([_level(masked, 2**level) for level in range(LEVELS)])
    highest = made.max(axis=(1, 2), keepdims=True)
    if not (np.isfinite(highest).all() and highest.max() > 0):
        return None
    return np.swapaxes(made / np.where(highest == 0, 1, highest), 1, 2).astype(np.float32)


def _masked(image: Pixels) -> Pixels | None:
    """Return the image scaled to the range of the pixels near sources, and zero elsewhere."""
    if image.min() == image.max():
        return None
    background = sep.Background(image, bw=SKY_PX, bh=SKY_PX, fw=3, fh=3)
    found = extract(image - background, THRESHOLD_SIGMA, err=background.globalrms)
    near = np.zeros(image.shape, bool)
    sep.mask_ellipse(near, *(found[name] for name in ("x", "y", "a", "b", "theta")), r=MASK_AXES)
    if not near.any():
        return None
    low, high = image[near].min(), image[near].max()
    return (image - low) / (high - low) * near if high > low else None


def _level(image: Pixels, block_px: int) -> Pixels:
    """Return the middle of the image in blocks, each by its median."""
    low = (IMAGE_PX - SIZE_PX * block_px) // 2
    middle = image[low : IMAGE_PX - low, low : IMAGE_PX - low]
    blocks = middle.reshape(SIZE_PX, block_px, SIZE_PX, block_px).swapaxes(1, 2).reshape(SIZE_PX, SIZE_PX, -1)
    return np.median(blocks, axis=2)
