"""Rare transients hidden among SNe Ia, all seen by one survey: what `evaluate` measures the search for anomalies on.

The sets come from different telescopes, which must not give them away. So each real light curve is smoothed by a
Gaussian process, set to a peak magnitude drawn from one distribution, and observed anew in g and r with the cadence,
the noise and the limit of one survey, SNe Ia and others alike. A night on which the real data say less than the new
noise would is left out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves
from tom_alerce_like.plugins.classifiers.curves.sets import real, table

Floats = NDArray[np.float64]
ORDINARY, RARE = "ztf_bts_snia", ("slsn_gomez2024", "tde_manyTDE")
SEEN = (BANDS.index("g"), BANDS.index("r"))
#: Peak magnitudes: mean and spread. A detection is 5 sigma, and 5 sigma are the limit.
PEAK_MAG, LIMIT_MAG = (18.8, 0.25), 19.8
#: A band is observed every so many nights, less the nights lost to weather.
CADENCE_DAYS, LOST = 2.0, 0.3
#: Kernel of the process: Matern 3/2 of this length, and what calibration of many telescopes leaves uncertain.
LENGTH_DAYS, SYSTEMATIC = 30.0, 0.04
#: Each object is judged so many days after its first detection, drawn evenly from this range.
KNOWN_DAYS = (20.0, 60.0)
#: Objects with fewer detections after that are left out.
FEWEST = 6


def process(mjd: Floats, flux: Floats, error: Floats, at_mjd: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of a Gaussian process through points of one band, at other times."""

    def kernel(a: Floats, b: Floats) -> Floats:
        distance = np.sqrt(3) * np.abs(a[:, None] - b) / LENGTH_DAYS
        return scale**2 * (1 + distance) * np.exp(-distance)

    scale = float(np.abs(flux).max())
    noise = error**2 + (SYSTEMATIC * flux) ** 2
    inverse = np.linalg.inv(kernel(mjd, mjd) + np.diag(noise))
    between = kernel(at_mjd, mjd)
    variance = scale**2 - ((between @ inverse) * between).sum(axis=1)
    return between @ inverse @ flux, np.sqrt(np.maximum(variance, 0))


def _nightly(mjd: Floats, flux: Floats, error: Floats) -> tuple[Floats, Floats, Floats]:
    """Return weighted means of the points of each night."""
    _, owner = np.unique(np.floor(mjd), return_inverse=True)
    weight = 1 / error**2
    total = np.bincount(owner, weight)
    return np.bincount(owner, weight * mjd) / total, np.bincount(owner, weight * flux) / total, total**-0.5


def _seen(curve: dict[int, tuple[Floats, Floats, Floats]], rng: np.random.Generator) -> pd.DataFrame | None:
    """Return detections of one object in the survey, None where the real ones do not carry them."""
    first = min(mjd[0] for mjd, _, _ in curve.values())
    last = max(mjd[-1] for mjd, _, _ in curve.values())
    phase = rng.uniform(0, CADENCE_DAYS)
    made = []
    for band, points in curve.items():
        nights = np.arange(first - phase, last, CADENCE_DAYS) + 0.04 * band
        nights = nights[rng.random(len(nights)) > LOST]
        if len(nights):
            mean, spread = process(*points, nights)
            made.append(pd.DataFrame({"mjd": nights, "band": band, "flux": mean, "spread": spread}))
    if not made:
        return None
    seen = pd.concat(made, ignore_index=True)
    known = seen["spread"] < 0.1 * seen["flux"].max()
    if not known.any():
        return None
    factor = 10 ** ((31.4 - rng.normal(*PEAK_MAG)) / 2.5) / seen["flux"][known].max()
    noise = 10 ** ((31.4 - LIMIT_MAG) / 2.5) / 5
    missing = noise**2 - (seen["spread"] * factor) ** 2
    seen["flux_njy"] = seen["flux"] * factor + np.sqrt(missing.clip(lower=0)) * rng.standard_normal(len(seen))
    seen["flux_err_njy"] = noise
    seen = seen[(missing > 0) & (seen["flux_njy"] > 5 * noise)]
    return seen[seen["mjd"] <= seen["mjd"].min() + rng.uniform(*KNOWN_DAYS)]


def examples(data: Path, seed: int, sets: tuple[str, ...] = (ORDINARY, *RARE)) -> pd.DataFrame:
    """Return an alert table of the sets' transients as the survey sees them, with the columns label and set.

    Raises `InputError` where no real light curve is good enough.
    """
    alerts = real(data, *sets)
    curves = Curves.of(alerts)
    curves = curves.select(np.isin(curves.band, SEEN) & np.isfinite(curves.flux_njy))
    rng = np.random.default_rng(seed)
    bounds, points = curves.offsets, []
    for row in range(len(curves)):
        here = slice(bounds[row], bounds[row + 1])
        values = curves.mjd[here], curves.flux_njy[here], curves.flux_err_njy[here]
        band = curves.band[here]
        curve = {b: _nightly(*(v[band == b] for v in values)) for b in SEEN if (band == b).sum() > 2}
        seen = _seen(curve, rng) if curve else None
        if seen is not None and len(seen) >= FEWEST:
            points.append(seen.assign(object_id=alerts["object_id"].iloc[row]))
    if not points:
        raise InputError(f"no light curve in {data} carries another observation: {', '.join(sets)}")
    flat = pd.concat(points, ignore_index=True)
    flat = flat.assign(band=np.array(list(BANDS))[flat["band"]], is_detection=True)
    kept = alerts[alerts["object_id"].isin(flat["object_id"])]
    made = table(flat, kept, "ZTF")
    return made.assign(label=kept["label"].to_numpy(), set=kept["set"].to_numpy())
