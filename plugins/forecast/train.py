"""Learn the populations: ``python -m tom_alerce_like.plugins.forecast.train DATA``.

SNe Ia are learned from real light curves (ZTF in g and r, the Foundation survey in griz), the other kinds from
PLAsTiCC's simulated training set.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.forecast.forecast import WEIGHTS
from tom_alerce_like.plugins.forecast.learn import Learned, learn
from tom_alerce_like.plugins.forecast.points import newest
from tom_alerce_like.plugins.forecast.transient import Population, write

#: Kinds of PLAsTiCC and the time scale of each: the days of the knots are multiplied with it.
SIMULATED = {
    "SNIa": 1.3,
    "SNII": 1.8,
    "SNIbc": 1.3,
    "SLSN": 3.0,
    "TDE": 2.0,
    "SNIa-91bg": 1.0,
    "SNIax": 1.0,
    "Microlensing": 1.5,
}
#: Real SNe Ia weigh so much before anything is known, the simulated kinds share the rest.
REAL_WEIGHT = 0.4
#: All of a population may be brighter or fainter by so much: those of PLAsTiCC are as faint as LSST sees them.
REAL_FREE_MAG, SIMULATED_FREE_MAG = 1.0, 2.5
_SPAN_DAYS, _POINTS, _MIN_POINTS, _MAX_OBJECTS = 100.0, 28, 5, 600
ZTF, FOUNDATION = "ztf_bts_snia", "foundation_snia"


def real_curves(data: Path) -> tuple[Curves, NDArray[np.bool_]]:
    """Return the light curves of real SNe Ia, and whose errors are those of ZTF's alerts."""
    from tom_alerce_like.plugins.classifiers.curves import sets

    table = sets.real(data, ZTF, FOUNDATION)
    return Curves.of(table), (table["set"] == ZTF).to_numpy(bool)


def real(curves: Curves, is_ztf: NDArray[np.bool_], rows: NDArray[np.int64]) -> Population:
    """Learn real SNe Ia from the light curves at ``rows``."""
    return Population.of("SNIa real", learned(curves.take(rows), 1.0, is_ztf[rows]), REAL_WEIGHT, REAL_FREE_MAG)


def simulated(data: Path) -> list[Population]:
    """Learn each of the kinds `SIMULATED`."""
    from tom_alerce_like.plugins.classifiers.curves import sets

    table = sets.plasticc_train(data)
    curves, label = Curves.of(table), table["label"].to_numpy()
    share = (1 - REAL_WEIGHT) / len(SIMULATED)
    found = []
    for name, scale in SIMULATED.items():
        mine = curves.take(np.flatnonzero(label == name)[:_MAX_OBJECTS])
        model = learned(mine, scale, np.zeros(mine.n, bool))
        found.append(Population.of(f"{name} simulated", model, share, SIMULATED_FREE_MAG))
    return found


def learned(curves: Curves, scale: float, is_ztf: NDArray[np.bool_]) -> Learned:
    """Learn one population from light curves, each as a whole."""
    first_mjd = curves.first(curves.is_detection)
    with np.errstate(invalid="ignore"):
        early = curves.select(curves.mjd <= (first_mjd + _SPAN_DAYS * scale)[curves.row])
    points = newest(early, len(early.row), is_ztf).spread_out(_POINTS)
    return learn(points.of(np.flatnonzero(points.is_positive.sum(axis=1) >= _MIN_POINTS)), scale)


def main(data: Path) -> None:
    """Learn from all that the folder ``data`` holds and write the weights."""
    curves, is_ztf = real_curves(data)
    populations = [real(curves, is_ztf, np.arange(curves.n)), *simulated(data)]
    write(populations, WEIGHTS)
    print(f"{len(populations)} populations, {WEIGHTS.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    main(Path(sys.argv[1]))
