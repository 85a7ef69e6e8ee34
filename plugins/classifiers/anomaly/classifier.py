"""The module that serves: light curves in, strangeness among ordinary objects out, with reasons."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like import conf

if TYPE_CHECKING:
    from tom_alerce_like.plugins.classifiers.anomaly.forest import Judge, Ordinary

WEIGHTS = Path(__file__).parent / "weights" / "anomaly.json"
NAME, VERSION, STRANGE = "anomaly_score", "1.0", "strange"
#: So many features are named as reasons.
SHOWN = 3
#: Objects whose reasons are sought at a time.
_CHUNK = 256


class Reason(NamedTuple):
    """A feature that makes an object strange.

    ``value`` is the feature's, ``rank`` the share of ordinary objects with a smaller one, ``weight`` the feature's part
    of the strangeness of all features that are named.
    """

    feature: str
    meaning: str
    value: float
    rank: float
    weight: float

    @property
    def rounded(self) -> str:
        """Return the value to three significant digits."""
        return f"{float(f'{self.value:.3g}'):g}"

    @property
    def place(self) -> str:
        """Return where the value stands among those of ordinary objects: ``above 99 %``, ``below 98 %``."""
        # nothing is above all of them
        share = min(round(100 * max(self.rank, 1 - self.rank)), 99)
        return f"{'above' if self.rank >= 0.5 else 'below'} {share} %"


class Anomaly:
    """Tells how strange an object is; docs/modules/anomaly.md is its model card.

    0.99 means stranger, or more like what people of this TOM called interesting, than 99 % of ordinary objects. It is
    no probability. ZTF and LSST alike; objects with fewer than 4 detections in g and r are not judged.

    Parameters
    ----------
    decisions : file that ``alerce_anomaly`` wrote, by default the setting ANOMALY_DECISIONS
    """

    name = NAME
    version = VERSION
    columns = ("survey", "object_id", "lightcurve")
    classes = (STRANGE,)

    def __init__(self, decisions: Path | str | None = None) -> None:
        self._decisions = decisions

    @property
    def decisions(self) -> str:
        """Return the path of the decisions, empty where none is given."""
        return str(self._decisions or conf.get("ANOMALY_DECISIONS") or "")

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return how strange each object is; NaN where too little is known of it."""
        from tom_alerce_like.plugins.classifiers.anomaly.features import matrix

        features = matrix(alerts)
        strange = np.full(len(alerts), np.nan)
        known = np.isfinite(features).any(axis=1)
        if known.any():
            strange[known] = judge(self.decisions).score(features[known])
        return pd.DataFrame({STRANGE: strange}, index=alerts.index)

    def explain(self, alerts: pd.DataFrame, shown: int = SHOWN) -> list[list[Reason]]:
        """Return for each object the few features that make it strange, the weightiest first.

        A feature's weight is what the object would lose of its strangeness if that feature alone were usual.
        """
        from tom_alerce_like.plugins.classifiers.anomaly.features import matrix

        features = matrix(alerts)
        reasons: list[list[Reason]] = []
        for start in range(0, len(features), _CHUNK):
            reasons += _reasons(features[start : start + _CHUNK], judge(self.decisions), shown)
        return reasons


def _reasons(features: NDArray[np.float32], judge: Judge, shown: int) -> list[list[Reason]]:
    from tom_alerce_like.plugins.classifiers.anomaly.features import FEATURES, NAMES
    from tom_alerce_like.plugins.classifiers.anomaly.forest import quantile

    lost = judge.losses(features)
    ranks = np.stack(
        [quantile(v, known[~np.isnan(known)]) for v, known in zip(features.T, judge.ordinary.rows.T, strict=True)]
    )
    made = []
    for row, order in enumerate(np.argsort(-lost, axis=1, kind="stable")[:, :shown]):
        total = np.maximum(lost[row], 0).sum()
        made.append(
            [
                Reason(
                    NAMES[j], FEATURES[NAMES[j]], float(features[row, j]), float(ranks[j, row]), lost[row, j] / total
                )
                for j in order
                if lost[row, j] > 0
            ]
        )
    return made


def judge(decisions: str) -> Judge:
    """Return what is ordinary, and what people decided where the file is there; read again when it has changed."""
    try:
        modified_ns = Path(decisions).stat().st_mtime_ns if decisions else 0
    except OSError:
        modified_ns = 0
    return _judge(decisions, modified_ns)


@lru_cache(maxsize=4)
def _judge(decisions: str, modified_ns: int) -> Judge:
    from tom_alerce_like.plugins.classifiers.anomaly.decided import read
    from tom_alerce_like.plugins.classifiers.anomaly.forest import Judge

    return Judge(ordinary(), *read(decisions))


@cache
def ordinary() -> Ordinary:
    """Return the ordinary objects that come with the package; read once per process."""
    from tom_alerce_like.plugins.classifiers.anomaly.forest import Ordinary

    return Ordinary(np.array(json.loads(WEIGHTS.read_text())["rows"], float))
