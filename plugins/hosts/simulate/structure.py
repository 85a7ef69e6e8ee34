"""What makes a large galaxy more than an ellipse: arms, knots, a dust lane, a ragged outline."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.hosts.simulate import paint
from tom_alerce_like.plugins.hosts.simulate.paint import Floats, Image
from tom_alerce_like.plugins.hosts.simulate.profiles import EXPONENTIAL, SERSIC, Moffat, ellipse

#: Discs of at least so many pixels of half-light radius, and so bright, get structure.
RESOLVED_PIXELS, BRIGHT_MAG = 4.0, 21.5
ARMS_SHARE, DUST_SHARE, IRREGULAR_SHARE = 0.7, 0.5, 0.2


def disc(
    rng: np.random.Generator, image: Image, x: float, y: float, flux: float, axes: tuple[float, float, float],
    psf: Moffat, floor: float,
) -> None:  # fmt: skip
    """Add a disc with structure: semi-axes in pixels and position angle in degrees; its total flux is kept."""
    major, minor, pa = axes
    irregular = rng.random() < IRREGULAR_SHARE
    in_knots = rng.uniform(0.1, 0.5) if irregular else 0.3 * rng.random() ** 2
    fluxes, widths = SERSIC[EXPONENTIAL]
    shape = ellipse(np.array([major]), np.array([minor]), np.array([pa]))
    smooth, box = _box(image, x, y, 7 * major + 10)
    if smooth.size:
        covariance = widths[:, None] ** 2 * shape + psf.core * 1.0
        here = np.full(len(fluxes), x - box[1].start), np.full(len(fluxes), y - box[0].start)
        square = np.zeros((max(smooth.shape),) * 2, np.float32)
        paint.gaussians(square, *here, flux * (1 - in_knots) * fluxes, covariance, floor)
        smooth += square[: smooth.shape[0], : smooth.shape[1]]
        plane = _plane(smooth.shape, x - box[1].start, y - box[0].start, axes)
        before = smooth.sum()
        if minor / major > 0.35 and not irregular and rng.random() < ARMS_SHARE:
            smooth *= _arms(rng, *plane)
        elif minor / major < 0.3 and rng.random() < DUST_SHARE:
            smooth *= _dust(rng, *plane, major / minor)
        image[box] += smooth * (before / max(smooth.sum(), 1e-9))
    _knots(rng, image, x, y, flux * in_knots, axes, psf, floor, irregular)


def _box(image: Image, x: float, y: float, reach: float) -> tuple[Image, tuple[slice, slice]]:
    size = len(image)
    rows = slice(int(np.clip(y - reach, 0, size)), int(np.clip(y + reach + 1, 0, size)))
    columns = slice(int(np.clip(x - reach, 0, size)), int(np.clip(x + reach + 1, 0, size)))
    return np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.float32), (rows, columns)


def _plane(shape: tuple[int, ...], x: float, y: float, axes: tuple[float, float, float]) -> tuple[Image, Image]:
    """Return coordinates in the disc's own plane, in half-light radii along and across its line of nodes."""
    sin, cos = np.sin(np.radians(axes[2])), np.cos(np.radians(axes[2]))
    dx = (np.arange(shape[1], dtype=np.float32) - np.float32(x))[None, :]
    dy = (np.arange(shape[0], dtype=np.float32) - np.float32(y))[:, None]
    return (dy * np.float32(cos) - dx * np.float32(sin)) / axes[0], (
        dx * np.float32(cos) + dy * np.float32(sin)
    ) / axes[1]


def _arms(rng: np.random.Generator, along: Image, across: Image) -> Image:
    number = rng.choice([1, 2, 2, 2, 3, 4])
    tightness = number / np.tan(np.radians(rng.uniform(8, 35))) * rng.choice([-1, 1])
    radius2 = along**2 + across**2 + np.float32(0.01)
    phase = number * np.arctan2(across, along) + np.float32(0.5 * tightness) * np.log(radius2)
    fade = radius2 / (radius2 + np.float32(0.15))
    return 1 + np.float32(rng.uniform(0.15, 0.85)) * fade * np.cos(phase + np.float32(rng.uniform(0, 2 * np.pi)))


def _dust(rng: np.random.Generator, along: Image, across: Image, flattening: float) -> Image:
    width, shift = rng.uniform(0.15, 0.4), rng.uniform(-0.3, 0.3)
    lane = np.exp(-(((across - np.float32(shift)) / np.float32(width)) ** 2))
    return 1 - np.float32(rng.uniform(0.2, 0.85)) * lane * np.exp(-((along / np.float32(2.5)) ** 2))


def _knots(
    rng: np.random.Generator, image: Image, x: float, y: float, flux: float, axes: tuple[float, float, float],
    psf: Moffat, floor: float, irregular: bool,
) -> None:  # fmt: skip
    n = rng.integers(3, 10) if irregular else rng.integers(5, 40)
    radius, angle = (
        rng.gamma(2.0, 1 / 1.678, n).clip(0, 2.5) * (0.6 if irregular else 1.0),
        rng.uniform(0, 2 * np.pi, n),
    )
    along, across = axes[0] * radius * np.cos(angle), axes[1] * radius * np.sin(angle)
    share = rng.pareto(1.2, n).clip(0, 5) + 0.05
    share /= share.sum()
    along, across = along - share @ along, across - share @ across  # the centre of light stays where it was
    sin, cos = np.sin(np.radians(axes[2])), np.cos(np.radians(axes[2]))
    size = axes[0] * rng.uniform(0.01, 0.3 if irregular else 0.06, n)
    covariance: Floats = psf.core + np.square(size)[:, None] * [1.0, 0.0, 1.0]
    paint.gaussians(
        image, x - along * sin + across * cos, y + along * cos + across * sin, flux * share, covariance, floor
    )
