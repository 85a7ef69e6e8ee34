"""Sources of one image, found at three scales, and which of them are parts of others.

The fine scale splits blends near the transient, the middle one covers the whole image, the coarse one gathers faint
and large galaxies. A coarser source that is no finer one seen again becomes a source of its own, and the finer ones
inside its outline are its parts: a galaxy that was shredded is still there as a whole.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import sep
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.passes import NAMES, OUTLINE, Frame, Scale, Sources, noise, seen
from tom_alerce_like.plugins.hosts.pixels import Known, Pixels, binned, filled, window

FINE, MIDDLE, COARSE = Scale(1, 1.5, 5, 1e-4, 64), Scale(2, 1.5, 5, 0.003, 32), Scale(4, 1.5, 5, 0.05, 32)
#: The fine pass sees the square of this half side around the transient, the others see the whole image.
REACH_PX = 80
#: Side of the squares whose clipped modes are the sky.
SKY_PX = 256
#: Every third pixel of each row and column is enough to tell the noise of the fine scale.
SAMPLED = 3
#: A source of a coarser scale this close to a finer one, or within this part of its own axis, is that source again.
SAME_PX, SAME_AXIS = 2.0, 0.15
#: It then lends its outline where it holds this much more light.
WHOLE = 1.2
#: The brightest point is a candidate of its own where it is further than this from the centre of light.
POINT_PX = 3.0
#: So is the core of a galaxy of this semi-axis: the centre of light in a window of this part of the axis, or this wide.
LARGE_PX, CORE_AXIS, CORE_PX = 12.0, 0.35, 28.0

Floats = NDArray[np.float64]


class Extraction(NamedTuple):
    """Sources by column (`passes.NAMES`), and the binned image without its sky that measures them.

    ``low``: row and column of the image at which ``flat`` begins.
    """

    sources: Sources
    flat: Pixels
    low: tuple[int, int]


def extraction(image: NDArray[Any]) -> Extraction | None:
    """Return the sources of an image, those of fine scales first; None where there is none."""
    known = np.isfinite(image)
    rows, columns = window(known, COARSE.bin_px)
    pixels, known = np.ascontiguousarray(image[rows, columns], np.float32), np.ascontiguousarray(known[rows, columns])
    if min(pixels.shape) < 2 * COARSE.bin_px or pixels.min() == pixels.max():
        return None
    if not known.all():
        pixels, known = filled(pixels, known)
    unknown = None if known.all() else binned(~known, MIDDLE.bin_px) > 0
    flat, sky, sigma = _without_sky(binned(pixels, MIDDLE.bin_px), unknown)
    step = COARSE.bin_px // MIDDLE.bin_px
    coarse = binned(flat, step)
    coarse_sigma = noise(coarse, None if unknown is None else binned(unknown, step) > 0)
    middle_of = ((image.shape[0] - 1) / 2, (image.shape[1] - 1) / 2)
    frame = Frame((rows.start, columns.start), middle_of, coarse_sigma * COARSE.bin_px)
    found = _fine(pixels, known, sky, frame)
    found = _joined(found, *seen(flat, sigma, MIDDLE, frame), MIDDLE.bin_px, frame.low)
    found = _joined(found, *seen(coarse, coarse_sigma, COARSE, frame), COARSE.bin_px, frame.low)
    return Extraction(_with_points(found, flat, frame.low), flat, frame.low) if len(found["x"]) else None


def _without_sky(middle: Pixels, unknown: Known | None) -> tuple[Pixels, Pixels, float]:
    """Return the image without its sky, the sky and the noise."""
    height, width = (min(SKY_PX // MIDDLE.bin_px, size) for size in middle.shape)
    background = sep.Background(middle, mask=unknown, bw=width, bh=height)
    sky = background.back(dtype=np.float32)
    flat = middle - sky
    if unknown is not None:
        flat[unknown] = 0
    return flat, sky, background.globalrms


def _fine(pixels: Pixels, known: Known, sky: Pixels, frame: Frame) -> Sources:
    """Return what the fine pass finds around the centre; what the square's edge cuts is left to the next pass."""
    centre = [int(at) - start for at, start in zip(frame.centre, frame.low, strict=True)]
    bin_px = MIDDLE.bin_px
    bins = tuple(slice(max(at - REACH_PX, 0) // bin_px, max(at + REACH_PX, 0) // bin_px) for at in centre)
    under = sky[bins].repeat(bin_px, axis=0).repeat(bin_px, axis=1)
    square = tuple(
        slice(side.start * bin_px, side.start * bin_px + size) for side, size in zip(bins, under.shape, strict=True)
    )
    flat = np.where(known[square], pixels[square] - under, np.float32(0))
    sigma = noise(pixels[::SAMPLED, ::SAMPLED], None if known.all() else ~known[::SAMPLED, ::SAMPLED])
    low = (frame.low[0] + square[0].start, frame.low[1] + square[1].start)
    found, outlines = seen(flat, sigma, FINE, frame._replace(low=low))
    if not outlines.size:
        return found
    cut = np.unique(np.concatenate([outlines[0], outlines[-1], outlines[:, 0], outlines[:, -1]]))
    whole = ~np.isin(np.arange(1, len(found["x"]) + 1), cut)
    return {name: values[whole] for name, values in found.items()}


def _joined(
    found: Sources, coarser: Sources, outlines: NDArray[np.int32], bin_px: int, low: tuple[int, int]
) -> Sources:
    """Add what a coarser scale saw: sources that are new, outlines of what was shredded, and who is whose part."""
    if not len(found["x"]) or not len(coarser["x"]):
        return coarser if len(coarser["x"]) else found
    apart = np.hypot(found["x"][:, None] - coarser["x"], found["y"][:, None] - coarser["y"])
    nearest = apart.argmin(axis=0)
    again = apart[nearest, np.arange(len(nearest))] < np.maximum(SAME_PX, SAME_AXIS * coarser["a"])
    number = np.where(again, nearest, len(found["x"]) + np.cumsum(~again) - 1)
    row, column = (
        np.clip(((found[name] + 0.5 - start) // bin_px).astype(int), 0, size - 1)
        for name, start, size in zip(("y", "x"), low, outlines.shape, strict=True)
    )
    inside = outlines[row, column] - 1
    whole = number[inside]
    part = (inside >= 0) & (found["parent"] < 0) & (whole != np.arange(len(whole)))
    made = {name: values.copy() for name, values in found.items()}
    made["parent"][part] = whole[part]
    lent = np.flatnonzero(again & (coarser["flux"] > WHOLE * found["flux"][nearest]))
    for name in OUTLINE:
        made[name][nearest[lent]] = coarser[name][lent]
    return {name: np.concatenate([values, coarser[name][~again]]) for name, values in made.items()}


def _with_points(found: Sources, flat: Pixels, low: tuple[int, int]) -> Sources:
    """Add points far from the centre of light of their source: the brightest one, and the core of a large galaxy."""
    far = np.hypot(found["x_peak"] - found["x"], found["y_peak"] - found["y"]) > POINT_PX
    large = found["a"] > LARGE_PX
    x, y = _cores(flat, {name: values[large] for name, values in found.items()}, low)
    moved = np.hypot(x - found["x"][large], y - found["y"][large]) > POINT_PX
    moved &= np.hypot(x - found["x_peak"][large], y - found["y_peak"][large]) > POINT_PX
    parent = np.concatenate([np.flatnonzero(far), np.flatnonzero(large)[moved]])
    points = {name: values[parent] for name, values in found.items()}
    points["x"] = np.concatenate([found["x_peak"][far], x[moved]])
    points["y"] = np.concatenate([found["y_peak"][far], y[moved]])
    points |= {"parent": parent.astype(float), "is_peak": np.ones(len(parent))}
    return {name: np.concatenate([found[name], points[name]]) for name in NAMES}


def _cores(flat: Pixels, large: Sources, low: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return the centres of light within windows that move with them, which arms and neighbours do not pull."""
    bin_px = MIDDLE.bin_px
    shift = [(bin_px - 1) / 2 + start for start in low]
    x, y = (large["x"] - shift[1]) / bin_px, (large["y"] - shift[0]) / bin_px
    x, y, _ = sep.winpos(flat, x, y, np.minimum(CORE_AXIS * large["a"], CORE_PX) / bin_px, subpix=1)
    return x * bin_px + shift[1], y * bin_px + shift[0]
