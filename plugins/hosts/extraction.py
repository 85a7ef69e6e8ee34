"""The passes of a detection: sources of one image at three scales, and which of them are parts of others.

The fine scale splits blends near the transient, the middle one covers the whole image, the coarse one gathers faint
and large galaxies. Inside, lengths are pixels of the image and flux is in its unit. sep: Barbary 2016, JOSS 1, 58,
after Bertin & Arnouts 1996, A&AS 117, 393.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import sep
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
Sources = dict[str, NDArray[Any]]

#: The fine pass sees the square of this half side around the transient, the others see the whole image.
REACH_PX = 80
#: Binning of the passes, and the least contrast at which they split a blend.
FINE, MIDDLE, COARSE = 1, 2, 4
CONTRAST = {FINE: 0.001, MIDDLE: 0.005, COARSE: 0.05}
THRESHOLD_SIGMA, MIN_AREA = 1.5, 5
#: Side of the squares whose clipped modes are the sky.
SKY_PX = 256
#: A source of a coarser scale this close to a finer one, or within this part of its own axis, is that source again.
SAME_PX, SAME_AXIS = 2.0, 0.15
#: It then lends its outline where it holds this much more light.
WHOLE = 1.2
#: The brightest point is a candidate of its own where it is further than this from the centre of light.
PEAK_PX = 3.0
#: Every third pixel of each row and column is enough to tell the noise of the fine scale.
SAMPLED = 3
OUTLINE = ("a", "b", "theta", "flux", "snr", "npix", "bin_px")
NAMES = ("x", "y", *OUTLINE, "peak", "flag", "parent", "is_peak")


class Extraction(NamedTuple):
    """Sources by column (`NAMES`; ``parent`` a number or -1), and the image of the middle scale without its sky."""

    sources: Sources
    flat: Pixels


def extraction(image: NDArray[Any]) -> Extraction | None:
    """Return the sources of an image, those of fine scales first; None where there is none."""
    pixels = np.ascontiguousarray(image, np.float32)
    known = np.isfinite(pixels)
    unknown = None
    if not known.all():
        pixels = np.where(known, pixels, np.median(pixels[known]) if known.any() else np.float32(0))
        unknown = binned(~known, MIDDLE) > 0
    middle = binned(pixels, MIDDLE)
    background = sep.Background(middle, mask=unknown, bw=SKY_PX // MIDDLE, bh=SKY_PX // MIDDLE)
    if not background.globalrms > 0:
        return None
    sky = background.back(dtype=np.float32)
    flat = middle - sky
    if unknown is not None:
        flat[unknown] = 0
    found = _fine(pixels, known, sky)
    found = _joined(found, *_pass(flat, background.globalrms, MIDDLE), MIDDLE)
    coarse = binned(flat, COARSE // MIDDLE)
    found = _joined(found, *_pass(coarse, sep.Background(coarse, bw=32, bh=32).globalrms, COARSE), COARSE)
    return Extraction(_with_peaks(found), flat) if len(found["x"]) else None


def binned(pixels: NDArray[Any], bin_px: int) -> Pixels:
    """Return the means of squares of pixels; what does not fill a square at the far edges is left out."""
    rows, columns = (size // bin_px * bin_px for size in pixels.shape)
    lines = pixels[:rows:bin_px].astype(np.float32)
    for start in range(1, bin_px):
        lines += pixels[start:rows:bin_px]
    total = lines[:, :columns:bin_px].copy()
    for start in range(1, bin_px):
        total += lines[:, start:columns:bin_px]
    return total / np.float32(bin_px**2)


def _fine(pixels: Pixels, known: NDArray[np.bool_], sky: Pixels) -> Sources:
    """Return what the fine pass finds in the middle of the image; what the square's edge cuts is left out."""
    low = [max((size // 2 - REACH_PX) // MIDDLE * MIDDLE, 0) for size in pixels.shape]
    high = [min(start + 2 * REACH_PX, size // MIDDLE * MIDDLE) for start, size in zip(low, pixels.shape, strict=True)]
    square = tuple(slice(*ends) for ends in zip(low, high, strict=True))
    under = sky[tuple(slice(start // MIDDLE, end // MIDDLE) for start, end in zip(low, high, strict=True))]
    flat = pixels[square] - under.repeat(MIDDLE, axis=0).repeat(MIDDLE, axis=1)
    flat[~known[square]] = 0
    sample = np.ascontiguousarray(pixels[::SAMPLED, ::SAMPLED])
    sigma = sep.Background(sample, mask=np.ascontiguousarray(~known[::SAMPLED, ::SAMPLED]), bw=40, bh=40).globalrms
    found, _ = _pass(flat, sigma, FINE, leave_out_cut=True)
    return {**found, "x": found["x"] + low[1], "y": found["y"] + low[0]}


def _pass(flat: Pixels, sigma: float, bin_px: int, leave_out_cut: bool = False) -> tuple[Sources, NDArray[np.int32]]:
    """Return the sources of one scale in pixels of the image, and the number of the source (from 1) at each pixel."""
    if not sigma > 0:
        return {name: np.empty(0) for name in NAMES}, np.zeros(flat.shape, np.int32)
    scaled = flat / np.float32(sigma)
    options = {"minarea": MIN_AREA, "segmentation_map": True}
    try:
        rows, outlines = sep.extract(scaled, THRESHOLD_SIGMA, deblend_cont=CONTRAST[bin_px], **options)
    except Exception:  # sep raises nothing narrower: too many parts in one blend, so it stays one
        rows, outlines = sep.extract(scaled, THRESHOLD_SIGMA, deblend_cont=1.0, **options)
    if leave_out_cut:
        height, width = flat.shape
        cut = (rows["xmin"] == 0) | (rows["ymin"] == 0) | (rows["xmax"] == width - 1) | (rows["ymax"] == height - 1)
        rows = rows[~cut]
    shift, unit = (bin_px - 1) / 2, sigma * bin_px**2
    made = {name: rows[name].astype(float) for name in ("theta", "flag")}
    made |= {name: rows[name] * bin_px + shift for name in ("x", "y")}
    made |= {name: rows[name].astype(float) * bin_px for name in ("a", "b")}
    made |= {"flux": rows["flux"] * unit, "peak": rows["peak"] * sigma, "npix": rows["npix"] * float(bin_px**2)}
    made |= {"snr": rows["flux"] / np.sqrt(rows["npix"]), "parent": np.full(len(rows), -1.0)}
    made |= {"bin_px": np.full(len(rows), float(bin_px)), "is_peak": np.zeros(len(rows))}
    made |= {"x_peak": rows["xcpeak"] * bin_px + shift, "y_peak": rows["ycpeak"] * bin_px + shift}
    return made, outlines


def _joined(found: Sources, seen: Sources, outlines: NDArray[np.int32], bin_px: int) -> Sources:
    """Add what a coarser scale saw: sources that are new, outlines of what was shredded, and who is whose part."""
    if not len(found["x"]) or not len(seen["x"]):
        return seen if len(seen["x"]) else found
    row, column = (
        np.clip(((found[name] + 0.5) // bin_px).astype(int), 0, size - 1)
        for name, size in zip(("y", "x"), outlines.shape, strict=True)
    )
    inside = outlines[row, column] - 1
    apart = np.hypot(found["x"][:, None] - seen["x"], found["y"][:, None] - seen["y"])
    nearest = apart.argmin(axis=0)
    every = np.arange(len(seen["x"]))
    again = apart[nearest, every] < np.maximum(SAME_PX, SAME_AXIS * seen["a"])
    new = np.flatnonzero(~again)
    number = np.where(again, nearest, len(found["x"]) + np.cumsum(~again) - 1)
    lent = np.flatnonzero(again & (seen["flux"] > WHOLE * found["flux"][nearest]))
    found = {name: values.copy() for name, values in found.items()}
    for name in OUTLINE:
        found[name][nearest[lent]] = seen[name][lent]
    part = (inside >= 0) & (found["parent"] < 0)
    whole = number[inside]
    part &= whole != np.arange(len(whole))
    found["parent"][part] = whole[part]
    return {name: np.concatenate([values, seen[name][new]]) for name, values in found.items()}


def _with_peaks(found: Sources) -> Sources:
    """Add the brightest points of the sources that have them far from their centre of light."""
    far = np.flatnonzero(np.hypot(found["x_peak"] - found["x"], found["y_peak"] - found["y"]) > PEAK_PX)
    points = {name: values[far] for name, values in found.items()}
    points |= {"x": points["x_peak"], "y": points["y_peak"], "is_peak": np.ones(len(far)), "parent": far.astype(float)}
    return {name: np.concatenate([found[name], points[name]]) for name in NAMES}
