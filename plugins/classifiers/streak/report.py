"""Tables and pictures of the model card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.alerts import files
from tom_alerce_like.plugins.classifiers import pictures
from tom_alerce_like.plugins.classifiers.pixels import triplets
from tom_alerce_like.plugins.classifiers.simulate.streaks import simulated
from tom_alerce_like.plugins.classifiers.streak import examples
from tom_alerce_like.plugins.classifiers.streak.classifier import CLASSES, WEIGHTS, StreakClassifier
from tom_alerce_like.plugins.classifiers.streak.features import matrix
from tom_alerce_like.serving import probabilities, session

LSST = "fink_lsst_v10_0_faint_trails.parquet"
_LENGTHS_PX, _SNRS, _DOTS = (5, 6, 7, 8, 10, 15, 20, 30), (8, 10, 12, 15, 20, 40, 100, 300), (3, 4, 5, 7, 30)
_ALERT_SNRS = (5, 7, 10, 15, 20, 40, 100, 300)
#: Stamps in a picture; lines simulated for the pictures, and their seed.
_SHOWN, _SIMULATED, _SEED = 8, 400, 11


def tell(data: Path, scores: pd.DataFrame, table: pd.DataFrame, threshold: float) -> None:
    """Print what the figures leave out: by length and signal to noise, by kind, and real lines one by one."""
    lines = scores[~scores["is_real"] & scores["cut"].ne(True)]
    found = (lines["line"] > threshold).rename("found")
    streaks, trails, glints = (lines[lines["kind"] == kind] for kind in examples.CLASS_OF)
    print(f"found at {threshold:.3f}, asteroid streaks by length (pixels) and signal to noise, and how many:")
    cells = [pd.cut(streaks["length_px"], _LENGTHS_PX), pd.cut(streaks["snr"], _SNRS)]
    for part in (found.groupby(cells, observed=True).mean().round(3), found.groupby(cells, observed=True).size()):
        print(part.unstack().to_string())
    faint = lines["snr"] < _SNRS[-2]
    print(f"asteroid streaks of all lengths {found[streaks.index].mean():.4f}; all lines {found.mean():.4f},")
    print(f"those of S/N below {_SNRS[-2]} {found[faint].mean():.4f}")
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
    return table[table["is_real"]].nlargest(_SHOWN, "line")


def lsst(data: Path) -> pd.DataFrame:
    """Return what the package's weights say of real LSST alerts of moving and trailed sources."""
    alerts = pd.concat([batch.alerts for batch in files.read(data / "lsst_alerts" / LSST)], ignore_index=True)
    return alerts[["object_id", "snr", "trail_length_arcsec"]].join(StreakClassifier().score(alerts))


def draw(data: Path, scores: pd.DataFrame, table: pd.DataFrame, folder: Path) -> None:
    """Draw the confusion matrix, the worst false alarms, the least sure real lines, and simulated lines."""
    pictures.confusion(confusion(table), folder / "streak.png")
    alerts = examples.real(data)
    real = scores[scores["is_real"] & (scores["label"] != "none")].nsmallest(_SHOWN, "line")
    for name, rows in (("false_alarms", worst(table)), ("real", real)):
        captions = [f"{row.object_id} {row.kind} {row.line:.2f}" for row in rows.itertuples()]
        shown = alerts.set_index("alert_id", drop=False).loc[rows["alert_id"]]
        pictures.stamps(shown, captions, folder / f"streak_{name}.png")
    draw_simulated(alerts[alerts["label"] == "none"], folder)


def draw_simulated(alerts: pd.DataFrame, folder: Path) -> None:
    """Draw the first of some lines simulated on stamps, and those that the weights of the package miss most."""
    rng = np.random.default_rng(_SEED)
    stamps, known = simulated(triplets(alerts), alerts["is_positive"].to_numpy(), _SIMULATED, rng)
    (logits,) = session(WEIGHTS).run(["logits"], {"features": matrix(stamps)})
    line = 1 - probabilities(logits, 1.0)[:, CLASSES.index("none")]
    captions = known["kind"] + known["snr"].map(" S/N {:.0f}".format) + [f" {value:.2f}" for value in line]
    for name, rows in (("simulated", np.arange(_SHOWN)), ("missed", np.argsort(line)[:_SHOWN])):
        pictures.images(stamps[rows], list(captions.iloc[rows]), folder / f"streak_{name}.png")
