"""Real stamps without their source: what simulated objects and artefacts are put on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.alerts.ztf import PIXEL_ARCSEC
from tom_alerce_like.plugins.classifiers.pixels import Pixels, triplets
from tom_alerce_like.plugins.classifiers.simulate.scene import CENTRE_PX, X_PX, Y_PX, Scene

#: Widths that ZTF's PSF has on most nights; the width of a trailed or blended source is none of these.
PSF_PX = (1.6, 3.4)
#: The disc that is covered has this radius, and fades out over this much.
COVER_PX, FADE_PX = 8.0, 2.0
_FURTHEST_PX = 18
_PLACES = 8
_HALF = int(COVER_PX + FADE_PX)
_DISC = np.clip((COVER_PX + FADE_PX - np.hypot(X_PX, Y_PX)) / FADE_PX, 0, 1).astype(np.float32)
_RIM = np.abs(np.hypot(X_PX, Y_PX) - COVER_PX) < FADE_PX


@dataclass(frozen=True)
class Backgrounds:
    """Stamps (n, 3, 63, 63) of alerts, complete and finite, and the width (pixels) of their sources."""

    stamps: Pixels
    fwhm_px: NDArray[np.float64]

    @classmethod
    def of(cls, alerts: pd.DataFrame) -> Backgrounds:
        """Take the alerts whose three stamps have every pixel."""
        return cls.of_stamps(triplets(alerts), alerts["fwhm_arcsec"].to_numpy() / PIXEL_ARCSEC)

    @classmethod
    def of_stamps(cls, stamps: Pixels, fwhm_px: NDArray[np.float64]) -> Backgrounds:
        """Take the stamps with every pixel and no halo around their centre; an unknown width becomes a usual one."""
        # the smallest float32 is what some templates hold where they saw nothing
        whole = (np.abs(stamps) < np.finfo(np.float32).max / 1e6).all(axis=(1, 2, 3))
        kept = np.flatnonzero(whole)[~_in_halo(stamps[whole])]
        return cls(stamps[kept], np.clip(np.nan_to_num(fwhm_px[kept], nan=2.1), *PSF_PX))

    def __len__(self) -> int:
        return len(self.stamps)

    def scene(self, rng: np.random.Generator) -> Scene:
        """Return one of them, turned or mirrored, its source covered by a piece of sky of the same stamp."""
        row = rng.integers(len(self))
        images = _turned(self.stamps[row], rng)
        images = _covered(images, rng)
        low, high = np.percentile(images[2], [16, 84])
        widths = np.clip(self.fwhm_px[row] * rng.uniform(0.9, 1.1, 2), *PSF_PX)
        return Scene(images, max(float(high - low) / 2, 1e-3), *widths)


def _in_halo(stamps: Pixels) -> NDArray[np.bool_]:
    """Tell where the rim of the covered disc is far above the sky: the disc would be a hole in a galaxy."""
    low, sky, high = np.percentile(stamps[:, :2], [16, 50, 84], axis=(2, 3))
    return ((np.median(stamps[:, :2, _RIM], axis=2) - sky) > 1.5 * (high - low) / 2).any(axis=1)


def _turned(images: Pixels, rng: np.random.Generator) -> Pixels:
    turned = np.rot90(images, rng.integers(4), axes=(1, 2))
    return turned[..., ::-1] if rng.random() < 0.5 else turned


def _covered(images: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a copy whose centre is the quietest of a few places around it, the same place in all three images."""
    angle, far = rng.uniform(0, 2 * np.pi, _PLACES), rng.uniform(COVER_PX + FADE_PX, _FURTHEST_PX, _PLACES)
    steps = np.rint([far * np.sin(angle), far * np.cos(angle)]).astype(int).T
    pieces = [_piece(images, *step) for step in steps]
    loudest = [np.ptp(piece[0]) + np.ptp(piece[2]) for piece in pieces]
    quiet = pieces[int(np.argmin(loudest))]
    covered = images.copy()
    inner = slice(CENTRE_PX - _HALF, CENTRE_PX + _HALF + 1)
    disc = _DISC[inner, inner]
    covered[:, inner, inner] += disc * (quiet - covered[:, inner, inner])
    return covered


def _piece(images: Pixels, dy: int, dx: int) -> Pixels:
    y, x = CENTRE_PX + dy, CENTRE_PX + dx
    return images[:, y - _HALF : y + _HALF + 1, x - _HALF : x + _HALF + 1]
