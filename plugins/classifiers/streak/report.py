"""Tables and pictures of the model card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.alerts import files
from tom_alerce_like.plugins.classifiers import pictures
from tom_alerce_like.plugins.classifiers.streak import examples
from tom_alerce_like.plugins.classifiers.streak.classifier import CLASSES, StreakClassifier

LSST = "fink_lsst_v10_0_faint_trails.parquet"
_LENGTHS_PX, _SNRS, _DOTS = (5, 6, 7, 8, 10, 15, 20, 30), (8, 10, 12, 15, 20, 40, 100), (3, 4, 5, 7, 30)
_ALERT_SNRS = (5, 7, 10, 15, 20, 40, 100)
_FALSE_ALARMS = 8


def tell(data: Path, scores: pd.DataFrame, table: pd.DataFrame, threshold: float) -> None:
    """Print what the figures leave out: by length and signal to noise, by kind, and real lines one by one."""
    lines = scores[~scores["is_real"] & scores["cut"].ne(True)]
    found = (lines["line"] > threshold).rename("found")
    streaks, trails, glints = (lines[lines["kind"] == kind] for kind in examples.CLASS_OF)
    print(f"found at {threshold:.3f}, asteroid streaks by length (pixels) and signal to noise, and how many:")
    cells = [pd.cut(streaks["length_px"], _LENGTHS_PX), pd.cut(streaks["snr"], _SNRS)]
    print(
        found.groupby(cells, observed=True).mean().unstack().round(3),
        found.groupby(cells, observed=True).size().unstack(),
    )
    print("asteroid streaks of all lengths:", round(found[streaks.index].mean(), 4))
    print("trails by signal to noise at the alert, glints by number:")
    print(found.groupby(pd.cut(trails["alert_snr"], _ALERT_SNRS), observed=True).agg(["mean", "size"]).round(3))
    print(found.groupby(pd.cut(glints["n_bright"], _DOTS, right=False), observed=True).agg(["mean", "size"]).round(3))
    print("answers (columns) by truth (rows):", confusion(table), sep="\n")
    shown = ["object_id", "kind", *CLASSES]
    print("false alarms:", worst(table)[shown].round(3).to_string(), sep="\n")
    print("real lines:", scores[scores["is_real"] & (scores["label"] != "none")][shown].round(3).to_string(), sep="\n")
    if (data / "lsst_alerts" / LSST).is_file():
        print("LSST, by the weights of the package:", lsst(data).round(3).to_string(), sep="\n")


def confusion(table: pd.DataFrame) -> pd.DataFrame:
    """Return numbers of alerts and simulated stamps by class and most probable class."""
    said = np.array(CLASSES)[table[list(CLASSES)].to_numpy().argmax(axis=1)]
    counts = pd.crosstab(table["label"].to_numpy(), said)
    return counts.reindex(index=list(CLASSES), columns=list(CLASSES), fill_value=0)


def worst(table: pd.DataFrame) -> pd.DataFrame:
    """Return the real alerts without a line that look most like one."""
    return table[table["is_real"]].nlargest(_FALSE_ALARMS, "line")


def lsst(data: Path) -> pd.DataFrame:
    """Return what the package's weights say of real LSST alerts of moving and trailed sources."""
    alerts = pd.concat([batch.alerts for batch in files.read(data / "lsst_alerts" / LSST)], ignore_index=True)
    return alerts[["object_id", "snr", "trail_length_arcsec"]].join(StreakClassifier().score(alerts))


def draw(data: Path, scores: pd.DataFrame, table: pd.DataFrame, folder: Path) -> None:
    """Draw the confusion matrix, the worst false alarms and the real lines."""
    pictures.confusion(confusion(table), folder / "streak.png")
    alerts = examples.real(data).set_index("alert_id", drop=False)
    for name, rows in (
        ("false_alarms", worst(table)),
        ("real", scores[scores["is_real"] & (scores["label"] != "none")]),
    ):
        captions = [f"{row.object_id} {row.kind} {row.line:.2f}" for row in rows.itertuples()]
        pictures.stamps(alerts.loc[rows["alert_id"]], captions, folder / f"streak_{name}.png")
