"""Cut-out images as the surveys send them: ZTF 63 x 63 gzipped FITS in counts, LSST 30 x 30 FITS in nJy."""

from __future__ import annotations

import gzip
import io

import numpy as np
from astropy.io import fits

from tom_alerce_like.sandbox.galaxies import semi_axes_arcsec
from tom_alerce_like.sandbox.night import Source
from tom_alerce_like.sandbox.photometry import Array, flux_njy

KINDS = ("science", "template", "difference")
SIZE_PX = {"ZTF": 63, "LSST": 30}
PIXEL_ARCSEC = {"ZTF": 1.01, "LSST": 0.2}
#: nJy of one count of a ZTF image with zero point 26.2.
COUNT_NJY = float(flux_njy(26.2))
FWHM_TO_SIGMA = 2.355
#: Level of science and template image over the noise of a pixel: the median of real ZTF stamps; LSST subtracts the sky.
SKY_OF_NOISE = {"ZTF": 16, "LSST": 0}


def pixels(source: Source, alert_id: int) -> dict[str, Array]:
    """Return the three images of an alert in nJy. Raises KeyError when the source has no such detection."""
    rows = source.detections[source.detections["alert_id"] == alert_id]
    if not len(rows):
        raise KeyError(alert_id)
    visit, survey = rows[0], source.truth.survey.name
    rng = np.random.default_rng([alert_id % 2**31, source.index])
    east, north = _grid_arcsec(survey)
    sigma = visit["fwhm_arcsec"] / FWHM_TO_SIGMA
    noise = visit["flux_err_njy"] * PIXEL_ARCSEC[survey] / (2 * np.sqrt(np.pi) * sigma)
    sky = SKY_OF_NOISE[survey] * noise
    template = sky + _persistent(source, east, north, sigma) + rng.normal(0, noise / 4, east.shape)
    change = _change(source, visit, east, north, sigma)
    science = template + change + rng.normal(0, noise, east.shape)
    # ZTF subtracts the other way round where something faded: every detection is a peak
    is_turned = survey == "ZTF" and visit["flux_njy"] < 0
    return {"science": science, "template": template, "difference": (science - template) * (-1 if is_turned else 1)}


def encoded(source: Source, alert_id: int, kind: str) -> bytes:
    """Return one image as the survey encodes it; raises KeyError as `pixels`."""
    image = pixels(source, alert_id)[kind].astype(">f4")
    if source.truth.survey.name == "ZTF":
        hdus = fits.HDUList([fits.PrimaryHDU((image / COUNT_NJY).astype(">f4"), fits.Header({"BUNIT": "DN"}))])
        return gzip.compress(_bytes(hdus), 6, mtime=0)
    psf = np.exp(-0.5 * (np.hypot(*(np.mgrid[-20:21, -20:21])) / 2.0) ** 2)
    primary = fits.PrimaryHDU(image, _wcs(source))
    uncertainty = fits.ImageHDU(np.full(image.shape, np.std(image), ">f4"), name="UNCERT")
    return _bytes(fits.HDUList([primary, uncertainty, fits.ImageHDU(psf / psf.sum(), name="PSFIMAGE")]))


def _bytes(hdus: fits.HDUList) -> bytes:
    out = io.BytesIO()
    hdus.writeto(out)
    return out.getvalue()


def _grid_arcsec(survey: str) -> tuple[Array, Array]:
    """Return how far east and north each pixel is: rows go north in LSST's images, south in ZTF's."""
    half = (SIZE_PX[survey] - 1) / 2
    up, west = (np.indices((SIZE_PX[survey],) * 2) - half) * PIXEL_ARCSEC[survey]
    return -west, -up if survey == "ZTF" else up


def _wcs(source: Source) -> fits.Header:
    """Return the cards by which LSST says where a cutout points; as in its own, no projection is named."""
    centre, step_deg = (SIZE_PX["LSST"] + 1) / 2, PIXEL_ARCSEC["LSST"] / 3600
    cards = {"WCSAXES": 2, "CRPIX1": centre, "CRPIX2": centre, "PC1_1": -step_deg, "PC2_2": step_deg}
    place = {"CDELT1": 1.0, "CDELT2": 1.0, "CRVAL1": source.truth.ra_deg, "CRVAL2": source.truth.dec_deg}
    return fits.Header({"BUNIT": "nJy", **cards, **place})


def _point(east: Array, north: Array, sigma: float, at: tuple[float, float] = (0.0, 0.0)) -> Array:
    """Return a point source of unit sum, over all pixels of an endless image."""
    radius2 = (east - at[0]) ** 2 + (north - at[1]) ** 2
    pixel = abs(east[0, 1] - east[0, 0])
    return np.exp(-radius2 / (2 * sigma**2)) * pixel**2 / (2 * np.pi * sigma**2)


def _persistent(source: Source, east: Array, north: Array, sigma: float) -> Array:
    """Return what is always there: the host galaxy (an exponential disc), or the star itself."""
    image = np.zeros_like(east)
    if source.truth.host is not None:
        image += _disc(source, east, north, sigma)
    if np.isfinite(source.truth.mean_mag):
        image += flux_njy(source.truth.mean_mag) * _point(east, north, sigma)
    return image


def _disc(source: Source, east: Array, north: Array, sigma: float) -> Array:
    assert source.truth.host is not None  # noqa: S101  (for the type checker; the caller looks)
    galaxy = source.truth.host.iloc[0]
    major, minor = (np.hypot(axis / 3.2, sigma) for axis in semi_axes_arcsec(galaxy))
    d_east = east - (galaxy["ra_deg"] - source.truth.ra_deg) * np.cos(np.radians(galaxy["dec_deg"])) * 3600
    d_north = north - (galaxy["dec_deg"] - source.truth.dec_deg) * 3600
    angle = np.radians(galaxy["pa_deg"])
    along, across = d_east * np.sin(angle) + d_north * np.cos(angle), d_east * np.cos(angle) - d_north * np.sin(angle)
    profile = np.exp(-np.hypot(along / major, across / minor))
    pixel = abs(east[0, 1] - east[0, 0])
    return flux_njy(galaxy["b_mag"] - 0.8) * profile * pixel**2 / (2 * np.pi * major * minor)


def _change(source: Source, visit: np.void, east: Array, north: Array, sigma: float) -> Array:
    """Return what the difference image shows: a point source; an artefact is a dipole or a lit pixel."""
    flux = visit["flux_njy"]
    if source.truth.kind != "bogus":
        return flux * _point(east, north, sigma)
    if source.index % 2:
        return 3 * flux * (_point(east, north, sigma, (sigma, 0)) - _point(east, north, sigma, (-sigma, 0)))
    lit = np.zeros_like(east)
    middle = len(lit) // 2
    lit[middle, middle : middle + 3] = flux / 3
    return lit
