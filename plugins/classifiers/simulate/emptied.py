"""Real stamps with sky where their alert was: what moves is put there, for it comes to any place of the sky.

Unlike `Backgrounds`, stamps keep their masks and are turned to science minus reference, and an alert may stay.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.pixels import Pixels
from tom_alerce_like.plugins.classifiers.simulate.scene import X_PX, Y_PX

Disc = tuple[NDArray[np.intp], ...]
#: What is replaced, and where nothing of the alert may be left: a little more.
_DISC: Disc = np.nonzero(np.hypot(X_PX, Y_PX) < 9)
_NEAR: Disc = np.nonzero(np.hypot(X_PX, Y_PX) < 13)
_PIECES: list[Disc] = [(_DISC[0] + dy, _DISC[1] + dx) for dy in (-20, 0, 20) for dx in (-20, 0, 20) if dy or dx]
#: A place is quiet when no pixel of the difference is farther from the sky, in units of the noise.
_QUIET = 6.0
#: A host is too bright when the ring around what is replaced is so much brighter than the sky, in units of the
#: noise of the difference.
_RING: Disc = np.nonzero(abs(np.hypot(X_PX, Y_PX) - 11) < 2)
_HALO = 3.0


def noise(difference: Pixels) -> float:
    """Return the noise of a pixel, from the spread of the middle half of them: sources hardly count."""
    if not np.isfinite(difference).any():
        return 1.0
    low, high = np.nanpercentile(difference, [25, 75])
    return max(float(high - low) / 1.349, 1e-6)


def emptied(
    triplets: Pixels, is_positive: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Pixels, NDArray[np.bool_]]:
    """Return ZTF stamps (n, 3, 63, 63) with another piece of their sky in the middle, and which of them are fit.

    The piece is the same in all three stamps, a random one of those that are quiet. Fit is what is then quiet in the
    middle: a bright alert or host is larger than the piece. ZTF's difference of an alert that faded is turned.
    """
    made, fit = triplets.copy(), np.zeros(len(triplets), bool)
    for row, stamps in enumerate(made):
        difference = stamps[2]
        quiet = [disc for disc in _PIECES if _is_quiet(difference, disc)]
        if quiet:
            stamps[(slice(None), *_DISC)] = stamps[(slice(None), *quiet[rng.integers(len(quiet))])]
            fit[row] = _is_quiet(difference, _NEAR) and not _has_halo(stamps)
        difference *= 1 if is_positive[row] else -1
    return made, fit


def _is_quiet(difference: Pixels, disc: Disc) -> bool:
    piece = difference[disc]
    if not np.isfinite(piece).all():
        return False
    return bool((abs(piece - np.nanmedian(difference)) < _QUIET * noise(difference)).all())


def _has_halo(stamps: Pixels) -> bool:
    template = stamps[1]
    return bool(np.nanmedian(template[_RING]) - np.nanmedian(template) > _HALO * noise(stamps[2]))
