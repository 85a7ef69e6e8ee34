"""When ZTF and LSST look, in which band and how deep.

Numbers are those of real packets and of the wide part of PLAsTiCC, see docs/simulated_curves.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate.light import Ints, njy

LUNATION_DAYS = 29.53
U, G, R, I, Z, Y = range(6)  # noqa: E741
#: Nights from one visit to the next and their shares: fields of the high cadence, and of the public survey.
_GAPS = np.array([1, 2, 3, 4, 5, 6, 10, 16])
_SHARES = np.array(
    [[0.55, 0.28, 0.10, 0.03, 0.015, 0.01, 0.01, 0.005], [0.06, 0.21, 0.44, 0.12, 0.05, 0.07, 0.035, 0.015]]
)
#: Exposures of a night and their shares.
_PATTERNS = ((G, R), (R, G), (G,), (R,), (G, R, G, R), (G, R, G), (R, G, R))
_PATTERN_SHARES = np.array([0.22, 0.22, 0.22, 0.21, 0.06, 0.035, 0.035])
#: 5 sigma limit: median and its scatter to the faint and the bright side.
_ZTF_LIMIT = {G: (20.2, 0.4, 0.7), R: (20.1, 0.4, 0.75)}
_LSST_LIMIT = np.array(
    [[23.6, 0.3, 0.45], [25.1, 0.25, 0.4], [24.7, 0.25, 0.4], [24.1, 0.25, 0.4], [23.3, 0.25, 0.4], [22.5, 0.25, 0.4]]
)
#: Visits of LSST by band, when the Moon is up and when it is not, and how many nights of a season see a field.
_LSST_BANDS = np.array([[0.0, 0.03, 0.17, 0.2, 0.28, 0.32], [0.19, 0.14, 0.17, 0.13, 0.17, 0.2]])
_LSST_NIGHTS, _LSST_SECOND = 0.2, 0.3


@dataclass(frozen=True)
class Visits:
    """Exposures of ``n`` fields, ordered by ``row`` and ``days``; the fields' reference times are day 0.

    ``noise_njy`` is 1 sigma of the sky for a point source.
    """

    n: int
    survey: str
    row: Ints
    days: Floats
    band: Ints
    noise_njy: Floats


def ztf(n: int, first_day: float, last_day: float, rng: np.random.Generator) -> Visits:
    """Draw the visits of ZTF to n fields: a third of them of the high cadence."""
    most = int(last_day - first_day) + 1
    gaps = np.empty((n, most))
    high = rng.random(n) < 0.38
    for chosen, shares in ((high, _SHARES[0]), (~high, _SHARES[1])):
        gaps[chosen] = rng.choice(_GAPS, (chosen.sum(), most), p=shares / shares.sum())
    start = first_day - 3 * rng.random((n, 1))
    nights = start + np.cumsum(gaps, axis=1) - gaps[:, :1]
    row, night = np.nonzero(nights <= last_day)
    evening = nights[row, night] + rng.uniform(-0.12, 0.12, len(row))
    bad = _weather(n, row, nights[row, night], rng)
    pattern = rng.choice(len(_PATTERNS), len(row), p=_PATTERN_SHARES)
    lengths = np.array([len(one) for one in _PATTERNS])
    padded = np.array([one + (-1,) * (4 - len(one)) for one in _PATTERNS])
    of = np.repeat(np.arange(len(row)), lengths[pattern])
    place = np.arange(len(of)) - np.repeat(np.cumsum(lengths[pattern]) - lengths[pattern], lengths[pattern])
    band = padded[pattern[of], place]
    hours = rng.lognormal(np.log(1.2), 0.55, len(of)) * place
    table = np.array([_ZTF_LIMIT.get(b, (np.nan,) * 3) for b in range(6)])
    return _made("ZTF", n, row[of], evening[of] + hours / 24, band, _limits(table, band, bad[of], rng))


def lsst(n: int, first_day: float, last_day: float, rng: np.random.Generator) -> Visits:
    """Draw the visits of LSST's wide survey to n fields within a season."""
    nights = np.arange(np.floor(first_day), last_day + 1)
    row, night = np.nonzero(rng.random((n, len(nights))) < _LSST_NIGHTS)
    phase = rng.random(n) * LUNATION_DAYS
    dark = np.cos(2 * np.pi * (nights[night] + phase[row]) / LUNATION_DAYS) > 0
    twice = rng.random(len(row)) < _LSST_SECOND
    of = np.concatenate([np.arange(len(row)), np.flatnonzero(twice)])
    drawn = (
        rng.random(len(of))[:, None] > np.cumsum(_LSST_BANDS / _LSST_BANDS.sum(1, keepdims=True), axis=1)[dark[of] * 1]
    )
    band = drawn.sum(axis=1).clip(max=5)
    bad = _weather(n, row, nights[night], rng)[of]
    days = nights[night][of] + rng.uniform(-0.15, 0.15, len(of))
    return _made("LSST", n, row[of], days, band, _limits(_LSST_LIMIT, band, bad, rng))


def _weather(n: int, row: Ints, night: Floats, rng: np.random.Generator) -> Floats:
    """Return how bad each field's nights are, in standard deviations; the Moon is a part of it."""
    moon = np.cos(2 * np.pi * (night / LUNATION_DAYS + rng.random(n)[row]))
    return 0.7 * moon + 0.8 * rng.standard_normal(len(row))


def _limits(table: Floats, band: Ints, bad: Floats, rng: np.random.Generator) -> Floats:
    worse = 0.95 * bad + 0.3 * rng.standard_normal(len(bad))
    median, faint, bright = table[band].T
    return median - np.where(worse > 0, bright, faint) * worse


def _made(survey: str, n: int, row: Ints, days: Floats, band: Ints, limit_mag: Floats) -> Visits:
    order = np.lexsort((days, row))
    noise = njy(limit_mag) / 5
    return Visits(n, survey, row[order], days[order], band[order], noise[order])
