"""Statistics of each band by the package light-curve: of magnitudes of detections, and of fluxes of all points.

Difference fluxes have a sign and most points of a survey like LSST are no detections, so the fluxes of all points are
described; magnitudes are described where they mean something, at detections with positive flux. A curve that is known
by detections alone (ZTF without forced photometry) has both from the same points.
Source: Malanchev et al. 2021, arXiv:2012.01419; the definitions' own papers are in docs/features.md.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.features.points import Points

#: Up to so many curves one call each is faster than starting light-curve's threads.
_FEW = 24
_ROLES = {"t": "t", "m": "m", "sigma": "sigma"}
_OPTIONS: dict[str, Any] = {"sorted": True, "check": False, "fill_value": np.nan}


@cache
def extractor() -> Any:
    """Return light-curve's extractor of all statistics."""
    import light_curve as lc

    return lc.Extractor(
        lc.Mean(),
        lc.WeightedMean(),
        lc.StandardDeviation(),
        lc.Amplitude(),
        lc.MedianAbsoluteDeviation(),
        lc.InterPercentileRange(0.25),
        lc.InterPercentileRange(0.1),
        lc.BeyondNStd(1),
        lc.Skew(),
        lc.Kurtosis(),
        lc.MagnitudePercentageRatio(0.4, 0.05),
        lc.MagnitudePercentageRatio(0.2, 0.1),
        lc.MedianBufferRangePercentage(0.1),
        lc.PercentAmplitude(),
        lc.ReducedChi2(),
        lc.StetsonK(),
        lc.ExcessVariance(),
        lc.Cusum(),
        lc.Eta(),
        lc.EtaE(),
        lc.MaximumSlope(),
        lc.LinearTrend(),
        lc.LinearFit(),
    )


def columns(points: Points) -> dict[str, Floats]:
    """Return ``BAND_mag_STATISTIC`` and ``BAND_flux_STATISTIC``; NaN with too few points."""
    names = [name.lower() for name in extractor().names]
    bright = points.is_detection & (points.flux > 0)
    flux, error = points.flux[bright], points.error[bright]
    mag, mag_err = 31.4 - 2.5 * np.log10(flux), 2.5 / np.log(10) * error / flux
    count = np.bincount(points.key[bright], minlength=len(points.offsets) - 1)
    offsets = np.concatenate([points.offsets, len(points.key) + np.cumsum(count)]).astype(np.int32)
    parts = [(points.days, points.days[bright]), (points.flux, mag), (points.error, mag_err)]
    values = [np.concatenate(part) for part in parts]
    found = (_few if len(offsets) <= _FEW else _many)(offsets, *values)
    found = found.reshape(2, len(points.bands), points.n, len(names))
    return {
        f"{band}_{kind}_{name}": found[k, b, :, s]
        for b, band in enumerate(points.bands)
        for k, kind in enumerate(("flux", "mag"))
        for s, name in enumerate(names)
    }


def _many(offsets: NDArray[np.int32], *values: Floats) -> Floats:
    """Return the statistics of curves that follow one another in flat arrays (time, value, error), without a copy."""
    import pyarrow as pa

    struct = pa.StructArray.from_arrays([pa.array(value) for value in values], names=list(_ROLES))
    lists = pa.ListArray.from_arrays(offsets, struct)
    return extractor().many(lists, arrow_fields=_ROLES, n_jobs=1, **_OPTIONS)


def _few(offsets: NDArray[np.int32], *values: Floats) -> Floats:
    """Return the same as `_many`."""
    found = np.full((len(offsets) - 1, len(extractor().names)), np.nan)
    for curve in np.flatnonzero(np.diff(offsets)):
        inside = slice(offsets[curve], offsets[curve + 1])
        found[curve] = extractor()(*(value[inside] for value in values), **_OPTIONS)
    return found
