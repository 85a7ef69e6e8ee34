"""Stamps of our own making, and alerts that hold them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.alerts.synthetic import fits_bytes
from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.plugins.classifiers.pixels import KINDS, SIZE_PX, Pixels
from tom_alerce_like.plugins.classifiers.simulate import Backgrounds

NOISE = 10.0


def sky(n: int, seed: int = 0) -> Pixels:
    """Return stamps (n, 3, 63, 63) of noise, that of science and template above a sky of 200."""
    stamps = np.random.default_rng(seed).normal(0, NOISE, (n, len(KINDS), SIZE_PX, SIZE_PX)).astype(np.float32)
    return stamps + np.array([200, 200, 0], np.float32)[:, None, None]


def backgrounds(n: int = 8) -> Backgrounds:
    """Return stamps of noise to put something on."""
    return Backgrounds.of_stamps(sky(n), np.full(n, 2.0))


def orientations(stamps: Pixels) -> list[Pixels]:
    """Return the stamps in the eight orientations of a square, as they are first."""
    return [
        np.ascontiguousarray(np.rot90(turned, turns, axes=(-2, -1)))
        for turned in (stamps, stamps[..., ::-1])
        for turns in range(4)
    ]


def alerts_of(stamps: Pixels, survey: str = "ZTF") -> pd.DataFrame:
    """Return alerts with these stamps as cutouts; a stamp of NaN alone is a cutout that never came."""
    cutouts = [
        {kind: fits_bytes(image) for kind, image in zip(KINDS, images, strict=True) if np.isfinite(image).any()}
        for images in stamps
    ]
    names = [f"object {number}" for number in range(len(stamps))]
    return frame({"survey": [survey] * len(stamps), "object_id": names, "cutouts": cutouts})
