"""The middle of the light near a place: what makes a place on coarse cells as sharp as the image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.fields import Fields

Floats = NDArray[np.float64]

#: Width (sigma) of the window in which light is weighed, and how far the middle may lie from where it was looked for.
WINDOW_ARCSEC, REACH_ARCSEC = 0.6, 0.5
_ROUNDS, _CLOSE_ARCSEC = 12, 0.005


def centred(fields: Fields, offset_arcsec: Floats, cell_arcsec: Floats) -> Floats:
    """Return places (n, 2: east, north, arcsec) moved to the middle of the light around them.

    ``cell_arcsec`` (n,) is how coarsely each is known: the window grows with it. A place stays where it is when no
    light is found or when its middle lies too far off.
    """
    made = np.array(offset_arcsec, float)
    for image, place, cell in zip(fields.images, made, cell_arcsec, strict=True):
        if np.isfinite(place).all():
            place[:] = _centred(image, fields.pixel_arcsec, place, float(cell))
    return made


def _centred(image: NDArray[np.float32], pixel_arcsec: float, place: Floats, cell_arcsec: float) -> Floats:
    middle = (len(image) - 1) / 2
    found = first = np.array([middle - place[0] / pixel_arcsec, middle + place[1] / pixel_arcsec])
    reach = REACH_ARCSEC + cell_arcsec
    # coarse first where the place is coarse, then sharp
    for sigma_arcsec in (max(WINDOW_ARCSEC, cell_arcsec / 2), WINDOW_ARCSEC):
        for _ in range(_ROUNDS):
            step = _step(image, found, sigma_arcsec / pixel_arcsec)
            found = found + step
            if not np.hypot(*(found - first)) * pixel_arcsec < reach:
                return place
            if np.hypot(*step) * pixel_arcsec < _CLOSE_ARCSEC:
                break
    return np.array([middle - found[0], found[1] - middle]) * pixel_arcsec


def _step(image: NDArray[np.float32], at: Floats, sigma_px: float) -> Floats:
    """Return twice the mean offset of the light above its surroundings in a Gaussian window (as SExtractor's XWIN)."""
    half = int(np.ceil(4 * sigma_px))
    x, y = np.round(at).astype(int)
    rows = slice(max(0, y - half), max(0, y + half + 1))
    columns = slice(max(0, x - half), max(0, x + half + 1))
    cut = image[rows, columns].astype(float)
    good = np.isfinite(cut)
    if good.sum() < 0.5 * (2 * half + 1) ** 2:
        return np.array([np.nan, np.nan])
    along = np.arange(columns.start, columns.start + cut.shape[1]) - at[0]
    up = (np.arange(rows.start, rows.start + cut.shape[0]) - at[1])[:, None]
    apart2 = along**2 + up**2
    edge = good & (apart2 > (3 * sigma_px) ** 2) & (apart2 <= half**2)
    weight = np.where(good, np.exp(-0.5 * apart2 / sigma_px**2), 0)
    light = weight * np.where(good, cut - np.median(cut[edge]), 0)
    total = light.sum()
    if not total > 0:
        return np.array([np.nan, np.nan])
    return 2 * np.array([(light * along).sum(), (light * up).sum()]) / total
