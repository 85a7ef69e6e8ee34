"""Stamps in units of their own, so that a net sees the same whatever the survey, the exposure and the depth."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.pixels import Pixels

#: Templates hold the smallest float32 where they saw nothing; no detector counts as far as this.
_LARGEST = np.float32(1e30)
#: Sky and noise are measured on each third pixel in both directions: 441 of 3,969, the same ones in any orientation.
_LATTICE = (..., slice(1, None, 3), slice(1, None, 3))
#: A line of sky alone has the norm sky * sqrt(63): over an eighth of it, sky is about 1.
SKY, TINY = np.float32(8), np.float32(1e-30)
#: What is then taken off science, template and difference.
SKY_LEVEL = np.array([1, 1, 0], np.float32)[:, None, None]
_QUANTILES = np.array([0.16, 0.5, 0.84])


def normalised(stamps: Pixels) -> Pixels:
    """Return arcsinh((pixel - sky) / noise) of stamps (n, kinds, ny, nx); NaN where there is no pixel.

    The sky is the median of a stamp, its noise half of the central 68 per cent; a stamp without noise keeps its scale.
    Rotating or mirroring a stamp rotates or mirrors what is returned.
    """
    seen = np.where(np.abs(stamps) < _LARGEST, stamps, np.float32(np.nan))
    sample = np.sort(seen[_LATTICE].reshape(*seen.shape[:2], -1), axis=-1)
    # NaN are sorted to the end
    n_seen = np.count_nonzero(sample == sample, axis=-1)[..., None]
    low, sky, high = np.moveaxis(
        np.take_along_axis(sample, (_QUANTILES * np.maximum(n_seen - 1, 0)).round().astype(int), axis=-1), -1, 0
    )
    noise = (high - low) / 2
    noise[~(noise > 0)] = 1
    seen -= sky[..., None, None]
    seen /= noise[..., None, None]
    return np.arcsinh(seen, out=seen)


def filled(stamps: Pixels) -> Pixels:
    """Return stamps with 0 where there is no pixel."""
    return np.where(np.abs(stamps) < _LARGEST, stamps, np.float32(0))


def by_lines(stamps: Pixels) -> Pixels:
    """Return stamps (n, 3, 63, 63) over the norms of their rows, and over those of their columns: (n, 6, 63, 63).

    This is how ZTF's own network looks at rows (Duev et al. 2019, arXiv:1907.11259), made the same for all
    orientations. Sky is 0 and nothing -1 in science and template; sky and nothing are 0 in the difference, noise is 1.
    """
    known = filled(stamps)
    norms = [np.sqrt(np.square(known).sum(axis=axis, keepdims=True)) for axis in (-1, -2)]
    return np.concatenate([known / np.maximum(norm / SKY, TINY) - SKY_LEVEL for norm in norms], axis=1)
