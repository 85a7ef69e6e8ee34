"""Collect what is ordinary: ``python -m tom_alerce_like.plugins.classifiers.anomaly.train DATA``.

DATA holds lightcurves/ and plasticc/. Writes the features of a few hundred common objects of common classes, each as it
was known at an epoch drawn at random, since most objects of a night are young. Rare classes are left out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.anomaly.classifier import WEIGHTS
from tom_alerce_like.plugins.classifiers.anomaly.decided import rows
from tom_alerce_like.plugins.classifiers.anomaly.features import BLUE, FEWEST, NAMES, RED, of
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.sets import plasticc_train, real

SEED = 20261120
#: How many objects of which set and label are ordinary: a night of both surveys, most of it supernovae.
REAL = {
    ("ztf_bts_snia", "SN Ia"): 180,
    ("osc_2010_2014", "SN Ia"): 30,
    ("osc_2010_2014", "SN II"): 40,
    ("osc_2010_2014", "SN II P"): 20,
}
SIMULATED = {"SNIa": 60, "SNII": 60, "SNIbc": 30, "AGN": 50, "RRL": 30, "E": 30, "LPV": 20, "M-dwarf": 20}


def ordinary(data: Path) -> NDArray[np.float32]:
    """Return the features of ordinary objects, shape (m, features)."""
    rng = np.random.default_rng(SEED)
    parts = [_drawn(real(data, name), label, count, rng) for (name, label), count in REAL.items()]
    simulated = plasticc_train(data)
    parts += [_drawn(simulated, label, count, rng) for label, count in SIMULATED.items()]
    return np.concatenate(parts)


def _drawn(alerts: pd.DataFrame, label: str, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return features of ``count`` objects of a label, each after 4 or more detections in g and r."""
    names = alerts["sublabel"] if "sublabel" in alerts else alerts["label"]
    curves = Curves.of(alerts[(names == label).to_numpy()])
    curves = curves.select((curves.band == BLUE) | (curves.band == RED))
    detected = curves.count(curves.is_detection)
    chosen = rng.permutation(np.flatnonzero(detected >= FEWEST))[:count]
    curves, detected = curves.take(chosen), detected[chosen]
    # as many young ones as old ones, whatever the set's cadence
    known = np.exp(rng.uniform(np.log(FEWEST), np.log(detected + 1))).astype(int)
    until = np.array([curves.detection_mjd(n)[row] for row, n in enumerate(known)])
    return of(curves.until(until))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    found = ordinary(options.data)
    found = found[np.isfinite(found).any(axis=1)]
    options.out.parent.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(row) for row in rows(found))
    options.out.write_text(f'{{"features": {json.dumps(NAMES)}, "rows": [\n{lines}\n]}}\n')
    print(f"{options.out}: {options.out.stat().st_size / 1e3:.0f} kB, {len(found)} ordinary objects")


if __name__ == "__main__":
    main()
