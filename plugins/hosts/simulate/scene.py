"""Draw a table of sources as a camera sees them, before noise."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.hosts.simulate import paint, stars, structure
from tom_alerce_like.plugins.hosts.simulate.camera import PIXEL_ARCSEC, SIZE, ZERO_POINT_MAG, Camera
from tom_alerce_like.plugins.hosts.simulate.galaxies import Table
from tom_alerce_like.plugins.hosts.simulate.paint import Floats, Image
from tom_alerce_like.plugins.hosts.simulate.profiles import BULGE, DE_VAUCOULEURS, EXPONENTIAL, SERSIC, Moffat, ellipse

#: Light below this part of a pixel's noise is not drawn.
FLOOR = 0.03
#: Gaussians this much wider than the point-spread function are convolved with its core only.
WIDE = 3.0


def drawn(rng: np.random.Generator, sources: Table, camera: Camera) -> Image:
    """Return the light of all sources: (480, 480), NaN in cores that a survey leaves out."""
    image = np.zeros((SIZE, SIZE), np.float32)
    x, y = pixels(sources)
    flux = 10 ** (-0.4 * (sources["mag"] - ZERO_POINT_MAG))
    floor = FLOOR * camera.noise
    _galaxies(rng, image, sources, (x, y, flux), camera.psf, floor)
    star = sources["is_star"] > 0
    stars.drawn(rng, image, x[star], y[star], flux[star], camera.psf, floor)
    return image


def pixels(sources: Table) -> tuple[Floats, Floats]:
    """Return columns and rows of the sources: east is towards smaller x, the transient in the middle."""
    middle = (SIZE - 1) / 2
    return middle - sources["east_arcsec"] / PIXEL_ARCSEC, middle + sources["north_arcsec"] / PIXEL_ARCSEC


def _galaxies(
    rng: np.random.Generator, image: Image, sources: Table, where: tuple[Floats, Floats, Floats], psf: Moffat,
    floor: float,
) -> None:  # fmt: skip
    """Add bulges and discs: those of resolved discs one by one, all others together."""
    x, y, flux = where
    galaxy = sources["is_star"] == 0
    major = sources["re_arcsec"] / PIXEL_ARCSEC
    share = sources["bulge_share"]
    visible = galaxy & (np.maximum(abs(x - SIZE / 2), abs(y - SIZE / 2)) < SIZE / 2 + 20 + 8 * major)
    large = (major > structure.RESOLVED_PIXELS) & (sources["mag"] < structure.BRIGHT_MAG)
    textured = visible & large & (share < 0.7)
    rounder = sources["axis_ratio"] ** np.where(share < 1, 0.5, 1.0)
    parts: list[tuple[Floats, ...]] = []
    for index, radius, axis_ratio, light in (
        (EXPONENTIAL, major, sources["axis_ratio"], np.where(textured, 0.0, (1 - share) * flux)),
        (BULGE, major * sources["bulge_size"], rounder, np.where(sources["sersic"] < 4, share * flux, 0.0)),
        (DE_VAUCOULEURS, major * sources["bulge_size"], rounder, np.where(sources["sersic"] == 4, share * flux, 0.0)),
    ):
        chosen = visible & (light > 0)
        shape = ellipse(radius[chosen], radius[chosen] * axis_ratio[chosen], sources["pa_deg"][chosen])
        parts += _smooth((x[chosen], y[chosen], light[chosen]), shape, index, psf)
    x_all, y_all, flux_all, covariance = (np.concatenate(part) for part in zip(*parts, strict=True))
    paint.gaussians(image, x_all, y_all, flux_all, covariance, floor)
    for k in np.flatnonzero(textured):
        axes = major[k], major[k] * sources["axis_ratio"][k], sources["pa_deg"][k]
        structure.disc(rng, image, x[k], y[k], (1 - share[k]) * flux[k], axes, psf, floor)


def _smooth(where: tuple[Floats, Floats, Floats], shape: Floats, index: int, psf: Moffat) -> list[tuple[Floats, ...]]:
    """Return the Gaussians (x, y, flux, covariance) of galaxies of one Sérsic index as seen through the camera.

    ``shape`` (n, 3) is the covariance of a Gaussian that has the half-light ellipse for its one-sigma ellipse.
    """
    x, y, flux = where
    fluxes, widths = SERSIC[index]
    wide = widths[:, None] ** 2 * shape[:, [0, 2]].mean(axis=1) > WIDE**2 * psf.core[[0, 2]].mean()
    parts: list[tuple[Floats, ...]] = []
    for chosen, shares, blurs in ((wide, (1.0,), (psf.core,)), (~wide, psf.flux, psf.covariance)):
        profile, galaxy = np.nonzero(chosen)
        sharp, light = widths[profile, None] ** 2 * shape[galaxy], flux[galaxy] * fluxes[profile]
        parts += [
            (x[galaxy], y[galaxy], light * share, sharp + blur) for share, blur in zip(shares, blurs, strict=True)
        ]
    return parts
