"""Images of any scale and orientation, brought to the one grid of `fields.Fields`: north up, east left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from tom_alerce_like.exceptions import BadReply

Floats = NDArray[np.float64]
SIZE, PIXEL_ARCSEC = 480, 0.25
_ARCSEC = np.radians(1 / 3600)
#: Below this an image counts as not turned: it shifts no pixel of ours by a thousandth of its own.
_ALIGNED = 1e-6
#: What rounding must not take away of an edge, in pixels.
_ROUNDING = 1e-6


class Plate(NamedTuple):
    """How the sky around a place falls on an image.

    ``x``, ``y``: the pixel of the place, the first pixel's middle being (0, 0). ``matrix`` (2, 2): pixels along x and y
    (rows) for each arcsec towards east and north (columns), on the tangent plane.
    """

    x: float
    y: float
    matrix: Floats


def plate(cards: Mapping[str, str], ra_deg: float, dec_deg: float) -> Plate:
    """Return where a place (degrees) lies in an image with these cards of a gnomonic WCS (Calabretta & Greisen 2002).

    Where the cards name no projection it is taken for gnomonic, as LSST's cutouts leave it out. Raises `BadReply` for
    cards that describe no such image.
    """
    if not cards.get("CTYPE1", "RA---TAN").startswith("RA---TAN"):
        raise BadReply(f"an image in the projection {cards['CTYPE1']}")
    try:
        reference, to_pixel = _reference(cards), np.linalg.inv(np.radians(_steps(cards)))
        origin = np.array([float(cards["CRPIX1"]), float(cards["CRPIX2"])]) - 1
    except (KeyError, ValueError) as error:
        raise BadReply(f"an image that does not say where it points: {error}") from error
    here, east, north = directions(ra_deg, dec_deg)
    places = np.stack([here, here + _ARCSEC * east, here + _ARCSEC * north])
    along, across, up = (places @ axis for axis in reference)
    if (along <= 0).any():
        raise BadReply("an image of another part of the sky")
    pixels = np.stack([across / along, up / along], axis=1) @ to_pixel.T + origin
    return Plate(float(pixels[0, 0]), float(pixels[0, 1]), (pixels[1:] - pixels[0]).T)


def onto_grid(pixels: NDArray[np.float32], where: Plate, size: int = SIZE) -> NDArray[np.float32]:
    """Return an image of ``size`` squared pixels of 0.25 arcsec by bilinear interpolation, NaN outside the given."""
    north = (np.arange(size) - (size - 1) / 2) * PIXEL_ARCSEC
    turn = where.matrix
    x, y = (
        first + across * -north[None, :] + along * north[:, None]
        for first, (across, along) in zip((where.x, where.y), turn, strict=True)
    )
    if abs(turn[0, 1]) + abs(turn[1, 0]) < _ALIGNED * np.abs(turn).max():
        # rows and columns can be interpolated one after the other, ten times faster
        found = _between(_between(pixels, y[:, 0]).T, x[0]).T
    else:
        found = map_coordinates(pixels, [y, x], output=np.float32, order=1, mode="nearest")
    ny, nx = pixels.shape
    inside = (np.abs(x - (nx - 1) / 2) <= nx / 2 + _ROUNDING) & (np.abs(y - (ny - 1) / 2) <= ny / 2 + _ROUNDING)
    return np.where(inside, found, np.float32(np.nan))


def _between(rows: NDArray[np.float32], at: Floats) -> NDArray[np.float32]:
    """Return what lies at fractional numbers of rows, the first and the last one going on outside."""
    at = np.clip(at, 0, len(rows) - 1)
    before = np.floor(at).astype(int)
    after = np.ceil(at).astype(int)
    part = (at - before).astype(np.float32)[:, None]
    return rows[before] * (1 - part) + rows[after] * part


def directions(ra_deg: float, dec_deg: float) -> tuple[Floats, Floats, Floats]:
    """Return the unit vectors to a place, and towards east and north from it."""
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    here = np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])
    east = np.array([-np.sin(ra), np.cos(ra), 0.0])
    return here, east, np.array([-np.sin(dec) * np.cos(ra), -np.sin(dec) * np.sin(ra), np.cos(dec)])


def _reference(cards: Mapping[str, str]) -> tuple[Floats, Floats, Floats]:
    return directions(float(cards["CRVAL1"]), float(cards["CRVAL2"]))


def _steps(cards: Mapping[str, str]) -> Floats:
    """Return degrees towards east and north (rows) for each pixel along x and y (columns)."""
    if any(f"CD{i}_{j}" in cards for i in (1, 2) for j in (1, 2)):
        return np.array([[float(cards.get(f"CD{i}_{j}", 0)) for j in (1, 2)] for i in (1, 2)])
    turn = [[float(cards.get(f"PC{i}_{j}", i == j)) for j in (1, 2)] for i in (1, 2)]
    return np.array([[float(cards["CDELT1"])], [float(cards["CDELT2"])]]) * np.array(turn)
