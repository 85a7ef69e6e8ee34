"""How fast light curves become features, on one core in CPU time: ``python -m benchmarks.features``.

``features_per_s`` counts objects through the default groups of features (more than 60 columns in two bands), beside
light-curve's own extractor called for one object and band after another; ``features_GROUP_per_s`` counts one group
alone. ``period_per_s`` counts real RR Lyrae stars through the period search, beside astropy's Lomb-Scargle
periodogram of the same points on as many frequencies, which still is to be searched for its best peak.
ALeRCE's extractor, which cannot be installed beside ours, was measured at 4.55 objects/s for 209 features with period.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.figure import DATA, figure
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.features import FAST, GROUPS, table
from tom_alerce_like.plugins.classifiers.features.period import MIN_DAYS
from tom_alerce_like.plugins.classifiers.features.statistics import extractor

OBJECTS, POINTS, BANDS, ROUNDS = 10_000, 65, "gr", 5
PEER_OBJECTS, PERIOD_OBJECTS, PEER_PERIODS = 1000, 60, 5
RRLYRAE = "sdss_s82_rrlyrae"


def speed(data: Path = DATA) -> None:
    """Print objects per second of the default groups, of each group, and of the period search."""
    curves = simulated(OBJECTS)
    few = curves.take(np.arange(PEER_OBJECTS))
    peer = per_second(lambda: one_at_a_time(few), PEER_OBJECTS)
    ours = per_second(lambda: table(curves, FAST, BANDS), OBJECTS)
    figure("features_per_s", ours, "1/s", ("light-curve, statistics alone, one at a time", peer))
    figure("features_columns", table(few, FAST, BANDS).shape[1], "columns")
    for group in GROUPS:
        if group != "period":
            some = curves if group in FAST else few
            rate = per_second(lambda group=group, some=some: table(some, [group], BANDS), len(some))
            figure(f"features_{group}_per_s", rate, "1/s")
    if (data / "lightcurves" / "objects.parquet").is_file():
        periods(data)
    else:
        print(f"skipped: period_per_s: no light curves in {data / 'lightcurves'}", flush=True)


def simulated(n: int) -> Curves:
    """Return n light curves of about `POINTS` points in g and r: transients with forced photometry."""
    rng = np.random.default_rng(0)
    row = np.repeat(np.arange(n), rng.poisson(POINTS, n))
    size = len(row)
    mjd = 60000 + rng.uniform(0, 400, size)
    error = rng.uniform(800, 2000, size)
    peak = rng.lognormal(10, 0.5, n)[row]
    flux = peak * np.exp(-(((mjd - 60200) / 80) ** 2)) + rng.normal(0, error)
    detected = flux > 5 * error
    arrays = (row, mjd, rng.integers(1, 3, size), flux, error, np.full(size, np.nan), detected, ~detected)
    order = np.lexsort((mjd, row))
    return Curves(n, *(array[order] for array in arrays))


def one_at_a_time(curves: Curves) -> list[Any]:
    """Return the same statistics as `features.statistics` by a loop over objects, bands and kinds."""
    found, evaluate, offsets = [], extractor(), curves.offsets
    for i in range(len(curves)):
        own = slice(offsets[i], offsets[i + 1])
        for band in (1, 2):
            inside = curves.band[own] == band
            days, flux, error = (a[own][inside] for a in (curves.mjd, curves.flux_njy, curves.flux_err_njy))
            found.append(evaluate(days, flux, error, sorted=True, check=False, fill_value=np.nan))
            bright = curves.is_detection[own][inside]
            days, flux, error = days[bright], flux[bright], error[bright]
            mag, mag_err = 31.4 - 2.5 * np.log10(flux), 1.0857 * error / flux
            found.append(evaluate(days, mag, mag_err, sorted=True, check=False, fill_value=np.nan))
    return found


def periods(data: Path) -> None:
    """Print stars per second of our period search, beside astropy's periodogram."""
    curves = Curves.of(sets.real(data, RRLYRAE))
    some = curves.take(np.arange(min(PERIOD_OBJECTS, len(curves))))
    few = some.take(np.arange(min(PEER_PERIODS, len(some))))
    ours = per_second(lambda: table(some, ["period"]), len(some))
    figure("period_per_s", ours, "1/s", ("astropy LombScargle", per_second(lambda: astropys(few), len(few))))


def astropys(curves: Curves) -> list[float]:
    """Return the period of the highest peak of astropy's periodogram of each object, magnitudes less band means."""
    from astropy.timeseries import LombScargle

    found, offsets = [], curves.offsets
    for i in range(len(curves)):
        own = slice(offsets[i], offsets[i + 1])
        mag, band = curves.mag[own], curves.band[own]
        mag = mag - np.array([np.nanmean(mag[band == b]) if (band == b).any() else 0 for b in range(6)])[band]
        good = np.isfinite(mag)
        days, step = curves.mjd[own][good], 1 / (3 * np.ptp(curves.mjd[own]))
        frequency = np.arange(step, 1 / MIN_DAYS, step)
        power = LombScargle(days, mag[good], curves.mag_err[own][good]).power(
            frequency, method="fast", assume_regular_frequency=True
        )
        found.append(float(1 / frequency[power.argmax()]))
    return found


def per_second(work: Callable[[], Any], count: int) -> float:
    """Return how many of ``count`` are done per second of CPU time, the best of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return count / min(times)


if __name__ == "__main__":
    speed()
