"""From light to an image: point-spread function, noise, sky, defects, and cameras of coarse pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.ndimage import zoom

from tom_alerce_like.plugins.hosts.simulate.paint import Image
from tom_alerce_like.plugins.hosts.simulate.profiles import Moffat

SIZE, PIXEL_ARCSEC = 480, 0.25
#: Magnitude of unit flux inside the simulation; images leave it at a random zero point.
ZERO_POINT_MAG = 25.0
SEEING_ARCSEC, COARSE_SEEING_ARCSEC = (0.7, 1.8), (1.6, 2.6)
DEPTH_MAG, COARSE_DEPTH_MAG = (22.3, 24.5), (20.8, 23.2)
SKY_MAG_PER_ARCSEC2 = (20.0, 22.0)
#: A stamp as of the Zwicky Transient Facility: so many pixels of 4 of ours.
COARSE_PIXELS, COARSE_FACTOR = 63, 4
CORNER_SHARE, GAP_SHARE, COSMICS_SHARE, BOWL_SHARE, STRIPES_SHARE = 0.04, 0.03, 0.15, 0.3, 0.1


@dataclass(frozen=True)
class Camera:
    """How a field was observed: ``noise`` is the standard deviation of a pixel before resampling."""

    psf: Moffat
    noise: float
    is_coarse: bool


def camera(rng: np.random.Generator, coarse_share: float) -> Camera:
    """Return a random camera, night and sky."""
    is_coarse = rng.random() < coarse_share
    seeing = rng.uniform(*(COARSE_SEEING_ARCSEC if is_coarse else SEEING_ARCSEC)) / PIXEL_ARCSEC
    psf = Moffat(seeing, rng.uniform(2.5, 4.8), 1 - 0.18 * rng.random() ** 2, rng.uniform(0, 180))
    depth = rng.uniform(*(COARSE_DEPTH_MAG if is_coarse else DEPTH_MAG))
    return Camera(psf, 10 ** (-0.4 * (depth - ZERO_POINT_MAG)) / (5 * np.sqrt(psf.area)), is_coarse)


def exposed(rng: np.random.Generator, light: Image, camera: Camera) -> Image:
    """Return what the camera made of the light: float32, unknown unit and sky level, NaN where nothing was seen."""
    # what an eye sees of a sky is its height over the noise of the pixels that it is seen with
    image = light + np.float32(camera.noise / (COARSE_FACTOR if camera.is_coarse else 1.5)) * _sky(rng)
    if rng.random() < BOWL_SHARE:
        image -= np.float32(rng.uniform(0.1, 0.8)) * _background(image)
    sky = PIXEL_ARCSEC**2 * 10 ** (-0.4 * (rng.uniform(*SKY_MAG_PER_ARCSEC2) - ZERO_POINT_MAG))
    noise = np.float32(camera.noise) * np.sqrt(1 + light / np.float32(sky))
    if camera.is_coarse:
        image = _coarse(rng, image, noise)
    else:
        image += noise * _noise(rng, len(light))
        _defects(rng, image, camera)
    unit, level = 10 ** rng.uniform(-1, 3), rng.choice([0.0, 1.0]) * rng.uniform(-50, 2000)
    return image * np.float32(unit) + np.float32(level)


def _noise(rng: np.random.Generator, size: int) -> Image:
    """Return noise smoothed as by resampling: that of a point source is as without, that of a pixel is less."""
    noise = rng.standard_normal((size + 2, size + 2), dtype=np.float32)
    reach = np.float32(rng.uniform(0, 0.9))
    rows = noise[1:-1] + reach / 2 * (noise[:-2] + noise[2:])
    return (rows[:, 1:-1] + reach / 2 * (rows[:, :-2] + rows[:, 2:])) / (1 + reach) ** 2


def _sky(rng: np.random.Generator) -> Image:
    """Return a gradient, slow waves and stripes of the read-out, in units of the noise."""
    side = np.linspace(-1, 1, SIZE, dtype=np.float32)
    plane = rng.normal(0, 0.35, 3) * (rng.random() < 0.4)
    waves = _curves(rng.normal(0, 0.25 * rng.random() ** 2, (7, 7)))
    if rng.random() < STRIPES_SHARE:
        waves += rng.normal(0, rng.uniform(0.05, 0.3), SIZE).astype(np.float32)
    return waves + (plane[0] * side[:, None] + plane[1] * side + plane[2] * side[:, None] * side).astype(np.float32)


def _background(image: Image) -> Image:
    """Return what a pipeline takes for sky: means of blocks without their brightest pixels, smoothly joined."""
    blocks = image.reshape(6, SIZE // 6, 6, SIZE // 6).swapaxes(1, 2).reshape(6, 6, -1)[..., ::7]
    limit = np.nanpercentile(blocks, 90, axis=-1, keepdims=True)
    return _curves(np.nan_to_num(np.nanmean(np.where(blocks < limit, blocks, np.nan), axis=-1)))


@cache
def _weights(n: int) -> Image:
    apart = np.abs(np.linspace(0, n - 1, SIZE)[:, None] - np.arange(n))
    return np.where(apart < 1, 0.5 + 0.5 * np.cos(np.pi * apart), 0).astype(np.float32)


def _curves(knots: np.ndarray) -> Image:
    """Return knots of a square grid joined by raised cosines over the whole image."""
    weight = _weights(len(knots))
    return weight @ knots.astype(np.float32) @ weight.T


def _coarse(rng: np.random.Generator, image: Image, noise: Image) -> Image:
    """Return the image seen with pixels of 1 arcsec in the central 63 arcsec, resampled to ours."""
    wide = COARSE_PIXELS * COARSE_FACTOR
    low, left = (SIZE - wide) // 2 + rng.integers(-2, 3, 2)
    cut = (slice(low, low + wide), slice(left, left + wide))
    blocks = (COARSE_PIXELS, COARSE_FACTOR, COARSE_PIXELS, COARSE_FACTOR)
    mean = image[cut].reshape(blocks).mean(axis=(1, 3))
    mean += noise[cut].reshape(blocks).mean(axis=(1, 3)) / COARSE_FACTOR * _noise(rng, COARSE_PIXELS)
    order = 0 if np.isnan(mean).any() else int(rng.choice([0, 1, 3]))
    seen = np.full_like(image, np.nan)
    seen[cut] = zoom(mean, COARSE_FACTOR, order=order, mode="nearest", grid_mode=True)
    return seen


def _defects(rng: np.random.Generator, image: Image, camera: Camera) -> None:
    """Spoil pixels: hot and dead ones, cosmic rays, a missing corner, a gap between detectors."""
    n = rng.poisson(1.0)
    row, column = rng.integers(0, SIZE, (2, n))
    image[row, column] += camera.noise * rng.choice([-10, 30, 300], n)
    if rng.random() < COSMICS_SHARE:
        for _ in range(rng.integers(1, 6)):
            length, angle = rng.integers(2, 25), rng.uniform(0, 2 * np.pi)
            at = rng.uniform(0, SIZE, (2, 1)) + np.arange(length) * np.array([[np.sin(angle)], [np.cos(angle)]])
            image[tuple(np.clip(at, 0, SIZE - 1).astype(int))] += camera.noise * 10 ** rng.uniform(1, 2.5)
    side = np.arange(SIZE) - (SIZE - 1) / 2
    if rng.random() < CORNER_SHARE:
        angle = rng.uniform(0, 2 * np.pi)
        image[side[:, None] * np.sin(angle) + side * np.cos(angle) > rng.uniform(60, 300)] = np.nan
    if rng.random() < GAP_SHARE:
        gap = np.abs(side - rng.uniform(-240, 240)) < rng.uniform(2, 20)
        if rng.random() < 0.5:
            image[gap] = np.nan
        else:
            image[:, gap] = np.nan
