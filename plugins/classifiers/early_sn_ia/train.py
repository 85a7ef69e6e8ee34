"""Train the module: ``python -m tom_alerce_like.plugins.classifiers.early_sn_ia.train DATA`` (minutes of one core).

DATA holds lightcurves/, ztf_alerts/ and simulation/. Writes the weights beside this file. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from tom_alerce_like.plugins.classifiers import export_lightgbm, labelled
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.early_sn_ia import simulated, sources
from tom_alerce_like.plugins.classifiers.early_sn_ia.classifier import VERSION, WEIGHTS
from tom_alerce_like.plugins.classifiers.early_sn_ia.features import NAMES, matrix
from tom_alerce_like.plugins.classifiers.early_sn_ia.nights import nights

Floats = NDArray[np.float64]
SEED = 20261120
#: Light curves are cut at these detections.
EPOCHS = (3, 4, 5, 6, 7, 8, 12, 20)
SIMULATED_EPOCHS = (3, 5, 8)
#: What a simulated object counts against a real one.
SIMULATED = 0.3
#: Shares of the classes, those of the real objects; so that leaving a source out does not change them.
SHARES = {"SNIa": 0.56, "SN": 0.09, "SLSN": 0.08, "TDE": 0.03, "variable": 0.24}
#: Parts by which the calibration is found.
_PARTS = 4


def examples(objects: pd.DataFrame, curves: Curves, epochs: Sequence[int] = EPOCHS) -> pd.DataFrame:
    """Return features of the light curves cut at each epoch, those that are judged; ``row`` is the object's place."""
    detections, made = curves.count(curves.is_detection), []
    for epoch in epochs:
        rows = np.flatnonzero(detections >= epoch)
        features, judged = matrix(nights(curves.take(rows).after(epoch)))
        about = objects.iloc[rows[judged]][["object_id", "source", "sublabel", "is_ia"]]
        table = pd.DataFrame(features[judged], columns=list(NAMES), index=about.index)
        made.append(about.join(table).assign(epoch=epoch, row=rows[judged]))
    table = pd.concat(made, ignore_index=True)
    return table.assign(share=share(table), label=table["is_ia"])


def share(table: pd.DataFrame) -> pd.Series:
    """Return the name of each row's class in `SHARES`."""
    label = table["sublabel"].astype(str)
    kinds = [table["is_ia"], label.str.contains("SLSN"), label.str.startswith("TDE"), label.str.startswith("SN")]
    return pd.Series(np.select(kinds, ["SNIa", "SLSN", "TDE", "SN"], "variable"), table.index)


def simulations(data: Path) -> pd.DataFrame:
    """Return examples of simulated objects, without limits: the real SNe Ia come without."""
    objects = simulated.table(data)
    curves = Curves.of(objects)
    return examples(objects, curves.select(curves.is_detection), SIMULATED_EPOCHS)


def weights(table: pd.DataFrame) -> Floats:
    """Return weights: an object's rows count as one, a simulated one `SIMULATED`, the classes as `SHARES` says."""
    weight = 1 / table.groupby(["source", "object_id"])["epoch"].transform("size")
    weight = weight * np.where(table["source"].str.startswith("simulated"), SIMULATED, 1.0)
    return (weight / weight.groupby(table["share"]).transform("sum") * table["share"].map(SHARES) * 4000).to_numpy()


def trees(table: pd.DataFrame) -> lightgbm.LGBMClassifier:
    """Return boosted trees trained on examples."""
    model = lightgbm.LGBMClassifier(
        n_estimators=150,
        learning_rate=0.06,
        num_leaves=12,
        min_child_samples=40,
        reg_lambda=3.0,
        colsample_bytree=0.5,
        subsample=0.7,
        subsample_freq=1,
        n_jobs=1,
        verbose=-1,
        random_state=SEED,
    )
    return model.fit(table[list(NAMES)], table["is_ia"].astype(int), sample_weight=weights(table))


def margins(model: lightgbm.LGBMClassifier, table: pd.DataFrame) -> Floats:
    """Return what the trees say of examples, before calibration."""
    return np.asarray(model.predict(table[list(NAMES)], raw_score=True))


def calibration(real: pd.DataFrame, more: pd.DataFrame) -> tuple[float, float]:
    """Return slope and offset that make the probabilities of unseen real objects the likeliest."""
    unseen = np.empty(len(real))
    for fit, test in labelled.folds(real, _PARTS, SEED):
        unseen[test] = margins(trees(pd.concat([real.iloc[fit], more])), real.iloc[test])
    weight = 1 / real.groupby(["source", "object_id"])["epoch"].transform("size")
    model = LogisticRegression(C=1e6).fit(unseen[:, None], real["is_ia"], sample_weight=weight)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    objects = sources.table(options.data)
    real, more = examples(objects, sources.alike(objects)), simulations(options.data)
    slope, offset = calibration(real, more)
    model = trees(pd.concat([real, more]))
    part = export_lightgbm.Part(model.booster_, range(len(NAMES)), 0)
    properties = {"slope": repr(slope), "offset": repr(offset), "version": VERSION}
    export_lightgbm.write([part], 1, properties, options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e3:.0f} kB from {len(objects)} real objects")


if __name__ == "__main__":
    main()
