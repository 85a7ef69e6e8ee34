"""From what people decided in this TOM to the file that the module learns from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like import store
from tom_alerce_like.plugins.classifiers.anomaly import decided, features
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.models import Decision

#: So many targets are learned from, those that were decided on last; the work grows with their square.
MOST = 1000


def learn(path: Path) -> int:
    """Write the decisions to ``path``; returns how many targets they are about.

    Each target is seen as it was when it was decided on; where people disagree its label is the mean of theirs. Targets
    of which too little is known are left out.
    """
    rows = Decision.objects.values_list("target_id", "is_interesting", "mjd")
    table = pd.DataFrame(rows, columns=["target", "label", "mjd"])
    last = table.groupby("target", sort=False).agg({"label": "mean", "mjd": "max"})[:MOST]
    alerts = store.latest(last.index)
    last = last.reindex(alerts.index)
    seen = features.of(Curves.of(alerts).until(last["mjd"].to_numpy(float)))
    known = np.isfinite(seen).any(axis=1)
    decided.write(path, seen[known], last["label"].to_numpy(float)[known])
    return int(known.sum())
