"""The image of a field, drawn with GalSim."""

from __future__ import annotations

from typing import Any

import galsim
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import convolve
from scipy.special import gammainc

Floats = NDArray[np.float64]

SIZE, PIXEL_ARCSEC = 480, 0.25
#: Sources fainter than this are drawn photon by photon: a few hundred photons are smoother than the sky.
_SHOT_MAG = 22.0
_PHOTONS = 400
_SATURATED_MAG = 14.5
_HALO_MAG = 17.0
#: Share of the fields that reach over the edge of what was observed.
_CUT = 0.03
#: The noise's correlation, and the Moffat profiles that there are (few, so that GalSim's tables are made once).
_KERNEL = np.outer([0.25, 0.5, 0.25], [0.25, 0.5, 0.25])
_BETAS = (2.8, 3.5, 4.5)
_BULGE_TO_DISC = 0.3
_FAST = galsim.GSParams(maximum_fft_size=8192, folding_threshold=0.01, maxk_threshold=3e-3)


def paint(sources: pd.DataFrame, seed: tuple[int, int]) -> NDArray[np.float32]:
    """Return the image of one field's sources: 480 x 480 pixels of 0.25 arcsec, north up, east left.

    The unit and the sky differ from field to field. Seeing 1.18 +- 0.14 arcsec, 5 sigma at 23.2 +- 0.15 mag.
    """
    rng = np.random.default_rng(seed)
    seeing = max(rng.normal(1.18, 0.14), 0.8)
    psf = galsim.Moffat(beta=float(rng.choice(_BETAS)), fwhm=seeing, gsparams=_FAST)
    psf = psf.shear(g=rng.uniform(0, 0.04), beta=rng.uniform(0, 180) * galsim.degrees)
    # counts: 1 at mag 30; the noise that puts 5 sigma of a matched filter at the depth
    image = galsim.ImageD(SIZE, SIZE, scale=PIXEL_ARCSEC)
    noise = 10 ** (0.4 * (30 - rng.normal(23.2, 0.15))) / 5 / np.sqrt(4 * np.pi) / (seeing / 2.355 / PIXEL_ARCSEC)
    photons = galsim.BaseDeviate(int(rng.integers(2**31)))
    for source in sources.itertuples():
        if source.is_star:
            _draw_star(image, source, psf)
        else:
            _draw_galaxy(image, source, psf, noise, photons)
    peak = psf.drawImage(nx=1, ny=1, scale=PIXEL_ARCSEC, method="no_pixel").array[0, 0]
    pixels = np.minimum(image.array, peak * 10 ** (0.4 * (30 - _SATURATED_MAG)))
    pixels += convolve(rng.normal(0, noise, pixels.shape), _KERNEL)
    if rng.random() < _CUT:
        pixels[:, : rng.integers(1, SIZE // 4)] = np.nan
    return ((pixels + _sky(rng, noise)) * 10 ** rng.uniform(-2, 1)).astype(np.float32)


def _draw_star(image: galsim.ImageD, star: Any, psf: galsim.GSObject) -> None:
    flux = 10 ** (0.4 * (30 - star.mag))
    if star.mag > _HALO_MAG:
        _add(image, psf * flux, star, 16 + 4 * (_SHOT_MAG - min(star.mag, _SHOT_MAG)), method="no_pixel")
        return
    halo = galsim.Moffat(beta=1.6, fwhm=6, trunc=120, gsparams=_FAST)
    _add(image, (psf * 0.96 + halo * 0.04) * flux, star, SIZE, method="no_pixel")


def _draw_galaxy(
    image: galsim.ImageD, galaxy: Any, psf: galsim.GSObject, noise: float, photons: galsim.BaseDeviate
) -> None:
    flux, faint = 10 ** (0.4 * (30 - galaxy.mag)), galaxy.mag > _SHOT_MAG
    disc_radius = galaxy.half_light_arcsec / light_radius(galaxy.bulge)
    disc = galsim.Exponential(half_light_radius=disc_radius, gsparams=_FAST)
    reach = _reach(flux, disc_radius, galaxy.axis_ratio, noise)
    shear = galsim.Shear(q=galaxy.axis_ratio, beta=(90 + galaxy.pa_deg) * galsim.degrees)
    if faint:
        shot = galsim.Convolve(disc.shear(shear) * flux, psf)
        _add(image, shot, galaxy, reach, method="phot", rng=photons, n_photons=_PHOTONS, poisson_flux=False)
        return
    rounder = galsim.Shear(q=1 - 0.6 * (1 - galaxy.axis_ratio), beta=shear.beta)
    bulge = galsim.Sersic(
        3, half_light_radius=_BULGE_TO_DISC * disc_radius, trunc=8 * _BULGE_TO_DISC * disc_radius, gsparams=_FAST
    )
    young = 0.15 * (1 - galaxy.bulge)
    light = disc.shear(shear) * (1 - galaxy.bulge - young) + bulge.shear(rounder) * galaxy.bulge
    _add(image, galsim.Convolve(light * flux, psf), galaxy, reach)
    knots = galsim.RandomKnots(_knots(galaxy.mag), profile=disc, rng=photons).shear(shear)
    _add(
        image,
        galsim.Convolve(knots * (young * flux), psf),
        galaxy,
        reach,
        method="phot",
        rng=photons,
        n_photons=20 * _PHOTONS,
        poisson_flux=False,
    )


def light_radius(bulge: Floats | float) -> Floats:
    """Return the radius that holds half of the light, in half-light radii of the disc, given the bulge's share."""
    return np.interp(bulge, _SHARES, _RADII)


def _within(radius: Floats) -> tuple[Floats, Floats]:
    # a disc and a bulge of Sersic index 3 with half of the light within 1 and _BULGE_TO_DISC
    return gammainc(2, 1.678 * radius), gammainc(6, 5.67 * (radius / _BULGE_TO_DISC) ** (1 / 3))


_RADII = np.linspace(1, _BULGE_TO_DISC, 50)
_SHARES = (0.5 - _within(_RADII)[0]) / (_within(_RADII)[1] - _within(_RADII)[0])


def _knots(mag: float) -> int:
    return int(np.clip(60 * 10 ** (-0.2 * (mag - 16)), 5, 200))


def _reach(flux: float, disc_radius: float, axis_ratio: float, noise: float) -> float:
    """Return how many pixels from the centre a disc sinks to a fifth of the noise; bulge and seeing on top."""
    scale = disc_radius / 1.678 / PIXEL_ARCSEC
    centre = flux / (2 * np.pi * scale**2 * axis_ratio)
    return 14 + scale * np.log(max(5 * centre / noise, 2.0))


def _add(image: galsim.ImageD, profile: galsim.GSObject, source: Any, reach: float, **how: Any) -> None:
    x = (SIZE + 1) / 2 - source.east_arcsec / PIXEL_ARCSEC
    y = (SIZE + 1) / 2 + source.north_arcsec / PIXEL_ARCSEC
    bounds = galsim.BoundsI(int(x - reach), int(x + reach) + 1, int(y - reach), int(y + reach) + 1) & image.bounds
    if bounds.isDefined():
        profile.drawImage(image[bounds], center=galsim.PositionD(x, y), add_to_image=True, **how)


def _sky(rng: np.random.Generator, noise: float) -> Floats:
    """Return a level and a slope of a few sigma: what a survey's subtraction of the sky leaves behind."""
    across = np.linspace(-1, 1, SIZE)
    level, east, north = noise * rng.normal(0, (2, 0.15, 0.15))
    return level + east * across + north * across[:, None]
