"""The cutouts of alerts as one array of pixels, whatever the survey and however odd the stamp.

ZTF stamps are 63 x 63 pixels of 1.012 arcsec and smaller at the detector's edges; what is missing there becomes NaN,
and the alert stays in the middle. LSST stamps have pixels of 0.2 arcsec and a PSF of about four of them, ZTF's PSF has
about two: blocks of 2 x 2 LSST pixels are averaged, so that point sources look alike, and the rest is NaN. What faded
is a peak of the difference everywhere: ZTF sends it turned, LSST does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from tom_alerce_like.alerts.columns import child, views
from tom_alerce_like.alerts.cutouts import decode
from tom_alerce_like.exceptions import AlertFormatError

Pixels = NDArray[np.float32]
KINDS = ("science", "template", "difference")
COLUMNS = ("survey", "is_positive", "x_px", "y_px", "cutouts")
SIZE_PX = 63
_HALF = SIZE_PX // 2
#: Half of a ZTF detector: a stamp cut short belongs to the nearer edge.
_MIDDLE_PX = 1540
_BLOCK_PX = {"LSST": 2}
_KEEPS_SIGN = "LSST"


def triplets(alerts: pd.DataFrame) -> Pixels:
    """Return science, template and difference of each alert, shape (n, 3, 63, 63): NaN where there is no pixel."""
    return stamps(alerts, KINDS)


def stamps(alerts: pd.DataFrame, kinds: Sequence[str]) -> Pixels:
    """Return some cutouts of each alert, shape (n, kinds, 63, 63): NaN where there is no pixel."""
    made = np.full((len(alerts), len(kinds), SIZE_PX, SIZE_PX), np.nan, np.float32)
    if "cutouts" not in alerts:
        return made
    places = [alerts[name] if name in alerts else np.full(len(alerts), np.nan) for name in ("x_px", "y_px")]
    for number, kind in enumerate(kinds):
        stored = _stored(alerts["cutouts"], kind)
        for canvas, data, survey, x_px, y_px in zip(made[:, number], stored, alerts["survey"], *places, strict=True):
            stamp = decoded(data)
            if stamp is not None:
                _paste(canvas, binned(stamp, survey), x_px, y_px)
        if kind == "difference" and "is_positive" in alerts:
            faded = alerts["is_positive"].eq(False).fillna(False).to_numpy(bool)
            made[faded & (alerts["survey"] == _KEEPS_SIGN).to_numpy(bool), number] *= -1
    return made


def _stored(cutouts: pd.Series, kind: str) -> list[memoryview | None]:
    array = cutouts.array.__arrow_array__()
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    return [view for chunk in chunks for view in views(child(chunk, kind))]


def decoded(data: bytes | memoryview | None, number: int = 0) -> Pixels | None:
    """Return a cutout's pixels (or those of a later image in it), None where there are none or broken ones."""
    try:
        return decode(data, number) if data else None
    except AlertFormatError:
        return None  # judged from what is left, as a stamp that never came


def binned(stamp: Pixels, survey: str) -> Pixels:
    """Return the pixels of a stamp in the size in which surveys look alike: see above."""
    block_px = _BLOCK_PX.get(survey, 1)
    ny, nx = (length // block_px for length in stamp.shape)
    if block_px == 1 or not nx * ny:
        return stamp
    y, x = (length % block_px // 2 for length in stamp.shape)
    return stamp[y : y + ny * block_px, x : x + nx * block_px].reshape(ny, block_px, nx, block_px).mean(axis=(1, 3))


def _paste(canvas: Pixels, stamp: Pixels, x_px: Any, y_px: Any) -> None:
    (to_y, from_y), (to_x, from_x) = _overlap(stamp.shape[0], y_px), _overlap(stamp.shape[1], x_px)
    canvas[to_y, to_x] = stamp[from_y, from_x]


def _overlap(length: int, at_px: float) -> tuple[slice, slice]:
    """Return where an axis of a stamp goes on the canvas, and which part of it."""
    short = SIZE_PX - length
    cut_px = short if at_px < _MIDDLE_PX else 0
    start = cut_px if 0 < short <= _HALF and np.isfinite(at_px) else _HALF - length // 2
    first, last = max(start, 0), min(start + length, SIZE_PX)
    return slice(first, last), slice(first - start, last - start)
