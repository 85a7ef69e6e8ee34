"""A simulated night: sources on the sky with light curves up to a date, the same for the same seed and date.

Everything is fictitious. ZTF names read ZTFyysim...., LSST ids start with 99, galaxies are called SIMJ....
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.sandbox import galaxies, sources
from tom_alerce_like.sandbox.photometry import EXPLOSIONS, ab_mag
from tom_alerce_like.sandbox.sources import Truth

#: Shares of the kinds of sources, and what they are called.
KINDS = {
    "SNIa": 0.24,
    "SNII": 0.12,
    "SNIbc": 0.04,
    "SLSN": 0.02,
    "TDE": 0.02,
    "RRL": 0.08,
    "E": 0.08,
    "LPV": 0.05,
    "AGN": 0.08,
    "QSO": 0.07,
    "asteroid": 0.10,
    "bogus": 0.10,
}
LSST_EVERY = 6
MJD_OF_ORDINAL_0 = -678576


@dataclass(frozen=True, eq=False)
class Source:
    """A source that a survey has seen: the truth, and all visits in time order (`visits.VISIT`)."""

    truth: Truth
    object_id: str
    visits: NDArray[np.void]
    index: int

    @property
    def detections(self) -> NDArray[np.void]:
        return self.visits[self.visits["is_detection"]]

    @property
    def non_detections(self) -> NDArray[np.void]:
        """Looks without a detection, from 30 days before the first detection on."""
        since = self.detections["mjd"][0] - 30
        return self.visits[~self.visits["is_detection"] & (self.visits["mjd"] > since)]

    @property
    def mags(self) -> NDArray[np.float64]:
        return ab_mag(self.detections["flux_njy"])


class Night:
    """All sources of a night.

    Parameters
    ----------
    seed, day : together they fix everything; ``day`` defaults to today in UTC, and nothing is later than its 0 h UTC.
    n_objects : how many sources, about one in six of them seen by LSST.
    """

    def __init__(self, seed: int = 1, day: date | None = None, n_objects: int = 300) -> None:
        self.seed = seed
        self.day = day or datetime.now(UTC).date()
        self.mjd = float(self.day.toordinal() + MJD_OF_ORDINAL_0)
        root = [seed, self.day.toordinal()]
        truths = [
            sources.draw(kind, survey, self.mjd, np.random.default_rng([*root, index]))
            for index, (kind, survey) in enumerate(_census(n_objects, np.random.default_rng(root)))
        ]
        self.galaxies = self._galaxies(truths, np.random.default_rng([*root, 0, 1]))
        self.sources = [self._source(truth, index) for index, truth in enumerate(truths)]
        self.by_id = {source.object_id: source for source in self.sources}

    def of(self, survey: str) -> list[Source]:
        """Return the sources of a survey, ZTF or LSST."""
        return [source for source in self.sources if source.truth.survey.name == survey]

    def write_galaxies(self, path: str | Path) -> None:
        """Write the galaxy catalogue as parquet in the columns of GLADE+."""
        galaxies.write(self.galaxies, path)

    def _source(self, truth: Truth, index: int) -> Source:
        is_ztf = truth.survey.name == "ZTF"
        object_id = _ztf_name(self.day, index, self.seed) if is_ztf else str(_lsst_id(self.day, index))
        visits = truth.visits
        visits["alert_id"] = _candid(visits["mjd"], index) if is_ztf else _dia_source_ids(len(visits), index)
        return Source(truth, object_id, visits, index)

    @staticmethod
    def _galaxies(truths: list[Truth], rng: np.random.Generator) -> pd.DataFrame:
        hosts = [truth.host for truth in truths if truth.host is not None]
        far = [truth for truth in truths if truth.kind in (*EXPLOSIONS, "AGN", "QSO")]
        places = np.array([[truth.ra_deg, truth.dec_deg] for truth in far]).reshape(-1, 2)
        return pd.concat([*hosts, galaxies.field(places[:, 0], places[:, 1], rng)], ignore_index=True)


def _census(n: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Return (kind, survey) of each source, shares kept by largest remainder, in random order."""
    exact = np.array(list(KINDS.values())) * n / sum(KINDS.values())
    counts = np.floor(exact).astype(int)
    for index in np.argsort(counts - exact, kind="stable")[: n - counts.sum()]:
        counts[index] += 1
    kinds = rng.permutation(np.repeat(list(KINDS), counts))
    return [(str(kind), "LSST" if index % LSST_EVERY == 4 else "ZTF") for index, kind in enumerate(kinds)]


def _ztf_name(day: date, index: int, seed: int) -> str:
    number = (index * 7919 + seed * 104729) % 26**4
    letters = "".join(chr(97 + number // 26**place % 26) for place in (3, 2, 1, 0))
    return f"ZTF{day:%y}sim{letters}"


def _lsst_id(day: date, index: int) -> int:
    return 990_000_000_000_000_000 + day.toordinal() * 1_000_000_000 + index * 7919 + 11


def _candid(mjd: NDArray[np.float64], index: int) -> NDArray[np.int64]:
    """Return alert ids as ZTF builds them: days since 2017, image, quadrant, number in the image."""
    return np.floor((mjd - 57754) * 1e6).astype(np.int64) * 10**9 + 115_010_000 + index


def _dia_source_ids(n: int, index: int) -> NDArray[np.int64]:
    return 991_000_000_000_000_000 + index * 100_000 + np.arange(n)
