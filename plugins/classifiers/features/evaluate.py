"""How often the period is right: ``python -m tom_alerce_like.plugins.classifiers.features.evaluate DATA``.

A period counts as right where it or its half, third, quarter, double, triple or quadruple is within `TOLERANCE` of the
known one. Light curves cut short or thinned are not looked at here.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers import measures
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.features.table import table

TOLERANCE, STRICT = 0.01, 0.001
_RATIOS = np.array([1, 2, 3, 4, 1 / 2, 1 / 3, 1 / 4])
SETS = ("sdss_s82_rrlyrae", "asas_variables")
#: Classes of periodic stars with the periods of their kind, after the General Catalogue of Variable Stars (Samus et al.
#: 2017, doi:10.1134/S1063772917010085); FM and FO are RR Lyrae stars that pulsate in the
#: fundamental mode and in the first overtone.
RANGE_DAYS = {
    "Beta_Lyrae": (0.3, 200.0),
    "Beta_Persei": (0.2, 100.0),
    "Classical_Cepheid": (1.0, 135.0),
    "Delta_Scuti": (0.02, 0.3),
    "Mira": (80.0, 1000.0),
    "PopII_Cepheid": (0.8, 35.0),
    "RR_Lyrae_FM": (0.3, 1.2),
    "RR_Lyrae_FO": (0.2, 0.5),
    "W_Ursae_Maj": (0.2, 1.0),
}


def is_right(found_days: Floats, true_days: Floats, tolerance: float = TOLERANCE) -> NDArray[np.bool_]:
    """Return whether periods or simple harmonics of them are right, shape (n,)."""
    off = np.abs(np.asarray(found_days)[:, None] / (np.asarray(true_days)[:, None] * _RATIOS) - 1)
    return off.min(1) <= tolerance


def unseen(data: Path) -> pd.DataFrame:
    """Return set, sublabel, known period_days (NaN if unknown) and found_days of real variables; nothing is trained."""
    alerts = sets.real(data, *SETS)
    found = table(Curves.of(alerts), ["period"])["period_days"].to_numpy(float)
    return alerts[["set", "sublabel", "period_days"]].assign(found_days=found)


#: There are no weights: what judges another folder is the same.
shipped = unseen


def figures(data: Path, periods: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Return figures with their 95 per cent intervals over objects.

    ``period_fraction``: share of the known periods that are found; ``period_fraction_strict``: to a part in a
    thousand; ``period_plausible``: share of the periodic stars without a known period whose period is one of their
    class.
    """
    known = periods[periods["period_days"].notna()]
    pairs = known["found_days"].to_numpy(), known["period_days"].to_numpy(float)
    right = {"period_fraction": is_right(*pairs), "period_fraction_strict": is_right(*pairs, STRICT)}
    classes = periods[periods["period_days"].isna() & periods["sublabel"].isin(RANGE_DAYS)]
    return _with_interval(right) | _with_interval({"period_plausible": is_plausible(classes)})


def is_plausible(stars: pd.DataFrame) -> NDArray[np.bool_]:
    """Return whether the found period of stars of `RANGE_DAYS`, its half or double lies in the class's range."""
    low, high = np.array([RANGE_DAYS[name] for name in stars["sublabel"]]).reshape(-1, 2).T
    tried = stars["found_days"].to_numpy()[:, None] * np.array([0.5, 1, 2])
    return ((tried >= low[:, None]) & (tried <= high[:, None])).any(1)


def _with_interval(hits: dict[str, NDArray[np.bool_]]) -> dict[str, tuple[float, float, float]]:
    n = len(next(iter(hits.values())))

    def share(rows: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        return {name: float((hit[rows] * weight).sum() / weight.sum()) for name, hit in hits.items()}

    return measures.with_intervals(share, pd.Series(range(n)), np.ones(n)) if n else {}


if __name__ == "__main__":
    measures.show(figures(Path(sys.argv[1]), unseen(Path(sys.argv[1]))))
