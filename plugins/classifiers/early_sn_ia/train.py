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

from tom_alerce_like.plugins.classifiers import export_lightgbm, labelled
from tom_alerce_like.plugins.classifiers.calibrate import line
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.early_sn_ia import simulated, sources
from tom_alerce_like.plugins.classifiers.early_sn_ia.classifier import VERSION, WEIGHTS
from tom_alerce_like.plugins.classifiers.early_sn_ia.features import NAMES, matrix
from tom_alerce_like.plugins.classifiers.early_sn_ia.nights import nights

Floats = NDArray[np.float64]
SEED = 20261120
#: Light curves are cut at these detections.
EPOCHS = (3, 4, 5, 6, 7, 8, 12, 20)
#: What a simulated object counts against a real one.
SIMULATED = 0.3
#: Shares of the classes, those of the real objects; so that leaving a source out does not change them.
SHARES = {"SNIa": 0.56, "SN": 0.09, "SLSN": 0.08, "TDE": 0.03, "variable": 0.24}
SIMULATED_SOURCES = tuple(f"simulated_{survey}" for survey in WEIGHTS)
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


def simulations(data: Path, *surveys: str) -> pd.DataFrame:
    """Return examples of simulated objects, without limits: the real SNe Ia come without."""
    objects = simulated.table(data, surveys)
    curves = Curves.of(objects)
    return examples(objects, curves.select(curves.is_detection))


def once(table: pd.DataFrame) -> pd.Series:
    """Return weights with which an object's rows count as one."""
    return 1 / table.groupby(["source", "object_id"])["epoch"].transform("size")


def weights(table: pd.DataFrame) -> Floats:
    """Return weights: an object's rows count as one, a simulated one `SIMULATED`, the classes as `SHARES` says."""
    weight = once(table) * np.where(table["source"].isin(SIMULATED_SOURCES), SIMULATED, 1.0)
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


def calibration(table: pd.DataFrame, more: pd.DataFrame) -> tuple[float, float]:
    """Return slope and offset that make the probabilities of unseen objects of ``table`` the likeliest.

    Of the real SNe Ia only those of one survey count, as in what is measured.
    """
    unseen = np.empty(len(table))
    for fit, test in labelled.folds(table, _PARTS, SEED):
        unseen[test] = margins(trees(pd.concat([table.iloc[fit], more])), table.iloc[test])
    measured = ~table["is_ia"] | table["source"].isin([sources.SNIA, *SIMULATED_SOURCES])
    return line(unseen, table["is_ia"].to_numpy(bool), once(table).where(measured, 0).to_numpy(float))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    objects = sources.table(data)
    real, made = examples(objects, sources.alike(objects)), simulations(data, *WEIGHTS)
    of_survey = {survey: made[made["source"] == f"simulated_{survey}"] for survey in WEIGHTS}
    write(real, of_survey["ZTF"], WEIGHTS["ZTF"])
    write(of_survey["LSST"], of_survey["LSST"].iloc[:0], WEIGHTS["LSST"])


def write(table: pd.DataFrame, more: pd.DataFrame, path: Path) -> None:
    """Train on both tables, calibrate on the first, and write the weights."""
    slope, offset = calibration(table, more)
    part = export_lightgbm.Part(trees(pd.concat([table, more])).booster_, range(len(NAMES)), 0)
    export_lightgbm.write([part], 1, {"slope": repr(slope), "offset": repr(offset), "version": VERSION}, path)
    print(f"{path}: {path.stat().st_size / 1e3:.0f} kB from {len(table)} and {len(more)} rows")


if __name__ == "__main__":
    main()
