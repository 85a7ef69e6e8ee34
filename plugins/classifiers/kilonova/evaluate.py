"""Measure the module: ``python -m tom_alerce_like.plugins.classifiers.kilonova.evaluate DATA``.

Simulated nights for judging differ from those for learning, see `nights`; of the real objects none was learned from.
An object of a simulated night counts once, as it was known at one alert; a real object or a copy of AT2017gfo is
flagged if it is flagged at any of its alerts. Intervals are 95 per cent, objects resampled.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate import unpacked
from tom_alerce_like.plugins.classifiers.kilonova import at2017gfo, nights, train
from tom_alerce_like.plugins.classifiers.kilonova.classifier import FLAGGED, probability
from tom_alerce_like.plugins.classifiers.kilonova.features import of_curves
from tom_alerce_like.plugins.classifiers.measures import calibration_error, show, with_intervals

SEED = 20261121
#: Objects of each kind on the simulated nights for judging.
JUDGE = {
    **dict.fromkeys(("SNII", "SNIIn", "SNIbc", "shock cooling", "TDE", "AGN", "dwarf nova"), 500),
    **{nights.KILONOVA: 1000, "SNIa": 1000, "stellar flare": 100, "fast blue": 300, "afterglow": 400},
}
#: Real objects that are no kilonovae, by what they are called in figures.
REAL = {
    "ia": ("ztf_bts_snia",),
    "slsn": ("slsn_gomez2024",),
    "tde": ("tde_manyTDE",),
    "variables": ("asas_variables", "sdss_s82_rrlyrae"),
}
COPIES_OF_AT2017GFO = 10_000
#: Found within two nights of the first detection: nights are up to a third of a day apart in their hours.
TWO_NIGHTS = 2.4
#: Real objects are followed so long, in days after their first detection.
FOLLOWED_DAYS = 200.0
Judge = Callable[[NDArray[np.float32]], Floats]


def unseen(data: Path) -> pd.DataFrame:
    """Return probabilities by a model that is trained again: one row for each alert that is judged."""
    with unpacked(data) as folder:
        return judged(data, folder, train.trained(folder))


def shipped(data: Path) -> pd.DataFrame:
    """Return the same by the weights of the package."""
    with unpacked(data) as folder:
        return judged(data, folder, probability)


def judged(data: Path, folder: Path, judge: Judge) -> pd.DataFrame:
    """Return set, object_id, label and probability of every alert."""
    rng = np.random.default_rng(SEED)
    made = []
    for survey in train.SURVEYS:
        night = nights.night(JUDGE, train.templates(folder, survey, False), rng, learning=False)
        alerts = nights.alerts_of(Curves.of(night), rng)
        said = judge(of_curves(alerts, train.known(night)))
        made.append(night[["object_id", "label"]].assign(set=survey, probability=said))
    followed: dict[str, tuple[Callable[[], pd.DataFrame], float]] = {
        name: (partial(sets.real, data, *members), FOLLOWED_DAYS) for name, members in REAL.items()
    }
    copies = partial(at2017gfo.seen, data, COPIES_OF_AT2017GFO, rng)
    followed["at2017gfo"] = lambda: copies().assign(label=nights.KILONOVA), TWO_NIGHTS
    # PLAsTiCC's fluxes are freed from dust already
    followed["plasticc"] = lambda: sets.plasticc_train(data).assign(mw_ebv=0.0), nights.NEW_DAYS
    for name, (read, days) in followed.items():
        try:
            table = read()
        except FileNotFoundError as error:
            print(f"skipped: kilonova on {name}: {error}", flush=True)
        else:
            made.append(at_every_alert(name, table, judge, days))
    return pd.concat(made, ignore_index=True)


def at_every_alert(name: str, table: pd.DataFrame, judge: Judge, days: float = nights.NEW_DAYS) -> pd.DataFrame:
    """Return probabilities of each object at each of its alerts of a later night, in so many days."""
    owner, alerts = nights.all_alerts_of(Curves.of(table), days)
    said = judge(of_curves(alerts, {key: values[owner] for key, values in train.known(table).items()}))
    return table[["object_id", "label"]].iloc[owner].assign(set=name, probability=said)


def figures(data: Path, scores: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Return precision and recall on simulated nights, flagged parts of real objects, and calibration."""
    made: dict[str, tuple[float, float, float]] = {}
    for survey, prefix in (("ZTF", ""), ("LSST", "lsst_")):
        everything = scores[scores["set"] == survey]
        rows = everything[everything["probability"].notna()]
        kilonovae = everything[everything["label"] == nights.KILONOVA].assign(weight=1.0)
        made |= {f"kilonova_{prefix}{name}": value for name, value in _intervals(kilonovae, of_all).items()}
        rows = rows.assign(weight=nights.weights(rows["label"].to_numpy(), nights.SHARES))
        made |= {f"kilonova_{prefix}{name}": value for name, value in _intervals(rows, night_figures).items()}
    objects = flagged_objects(scores)
    for name, label in [(name, None) for name in REAL] + [("at2017gfo", None), ("plasticc", nights.KILONOVA)]:
        rows = objects[(objects["set"] == name) & (True if label is None else objects["label"] == label)]
        if len(rows):
            made |= _intervals(
                rows, lambda part: {"x": float(np.average(part["flagged"], weights=part["weight"]))}, name
            )
    return made


def night_figures(rows: pd.DataFrame) -> dict[str, float]:
    """Return precision, recall and calibration error of a simulated night."""
    said, weight = rows["probability"].to_numpy(), rows["weight"].to_numpy()
    truth, flagged = (rows["label"] == nights.KILONOVA).to_numpy(), said >= FLAGGED
    found = weight[truth & flagged].sum()
    return {
        "precision": found / weight[flagged].sum() if flagged.any() else np.nan,
        "recall": found / weight[truth].sum() if truth.any() else np.nan,
        "ece": calibration_error(said, truth, weight),
    }


def of_all(rows: pd.DataFrame) -> dict[str, float]:
    """Return the share of a night's kilonovae that is judged, and recall with those that are not judged as missed."""
    judged, flagged = rows["probability"].notna(), rows["probability"] >= FLAGGED
    shares = {"judged": judged, "recall_of_all": flagged}
    return {name: float(np.average(which, weights=rows["weight"])) for name, which in shares.items()}


def flagged_objects(scores: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each object that was judged at several alerts: was it ever flagged?"""
    several = scores[~scores["set"].isin(train.SURVEYS)]
    flagged = several.assign(flagged=several["probability"] >= FLAGGED)
    return (
        flagged.groupby(["set", "object_id"], as_index=False)
        .agg(label=("label", "first"), flagged=("flagged", "max"))
        .assign(weight=1.0)
    )


_NAMES = {
    "at2017gfo": "kilonova_at2017gfo_found",
    "plasticc": "kilonova_plasticc_recall",
} | {name: f"kilonova_real_{name}_flagged" for name in REAL}


def _intervals(
    rows: pd.DataFrame, measure: Callable[[pd.DataFrame], dict[str, float]], name: str = ""
) -> dict[str, tuple[float, float, float]]:
    rows = rows.reset_index(drop=True)

    def resampled(drawn: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        return measure(rows.iloc[drawn].assign(weight=weight))

    made = with_intervals(resampled, rows["object_id"], rows["weight"].to_numpy(), n=300)
    return {_NAMES[name]: made["x"]} if name else made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    show(figures(data, unseen(data)))


if __name__ == "__main__":
    main()
