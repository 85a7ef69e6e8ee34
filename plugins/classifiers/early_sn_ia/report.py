"""Prints the figures of the model card, and draws pictures: ``... early_sn_ia.evaluate DATA [--pictures FOLDER]``."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.early_sn_ia import evaluate, simulated, sources, train
from tom_alerce_like.plugins.classifiers.early_sn_ia.classifier import EarlySNIa
from tom_alerce_like.plugins.classifiers.early_sn_ia.features import FEWEST
from tom_alerce_like.plugins.classifiers.measures import show

Floats = NDArray[np.float64]
#: Gaps between detections that the control sees.
_GAPS = 4


def sampling(data: Path) -> dict[str, float]:
    """Return AUCs of SNe Ia against the rest from times and bands of five detections alone: no magnitude at all.

    By source: how well each differs from the SNe Ia of the survey, cross-validated. ``source left out``: what such a
    model says of sources that it has not seen, trained as the module's are.
    """
    real, more = sources.table(data), simulated.table(data, ["ZTF"])
    known = pd.concat([_times(real, sources.alike(real)), _times(more, Curves.of(more))], ignore_index=True)
    names = [name for name in known if isinstance(name, int)]
    weight = known["share"].map(pd.Series(train.SHARES) / known.groupby("share").size())
    own, is_ia = known["source"] == sources.SNIA, known["is_ia"].to_numpy(bool)
    measured = (own | ~is_ia) & ~known["source"].isin(train.SIMULATED_SOURCES)
    said, made = np.full(len(known), np.nan), {}
    for source in known.loc[measured, "source"].unique():
        test = (measured & (known["source"] == source)).to_numpy()
        fit = (known["source"] != source).to_numpy()
        model = _control().fit(known.loc[fit, names], is_ia[fit], weight[fit])
        said[test] = model.predict_proba(known.loc[test, names])[:, 1]
        if source != sources.SNIA:
            pair = test | own.to_numpy()
            against = cross_val_predict(_control(), known.loc[pair, names], own[pair], cv=5, method="predict_proba")
            made[source] = float(roc_auc_score(own[pair], against[:, 1]))
    made["source left out"] = float(roc_auc_score(is_ia[measured], said[measured]))
    return made


def _control() -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(max_iter=60, random_state=0)


def _times(objects: pd.DataFrame, curves: Curves) -> pd.DataFrame:
    """Return the gaps between the first five detections and their bands, with the class of each object."""
    seen = curves.select(curves.is_detection)
    rows = np.flatnonzero(seen.count(seen.is_detection) > _GAPS)
    points = seen.offsets[rows][:, None] + np.arange(_GAPS + 1)
    about = objects.iloc[rows][["source", "sublabel", "is_ia"]].reset_index(drop=True)
    table = pd.DataFrame(np.column_stack([np.diff(seen.mjd[points], axis=1), seen.band[points]]))
    return about.join(table).assign(share=train.share(about))


def discovered(data: Path) -> pd.DataFrame:
    """Return what ZTF had seen when ALeRCE reported objects that got a type later: alerts with is_ia, real, one source.

    Raises `FileNotFoundError` where the files are missing.
    """
    points = pd.read_parquet(data / "lightcurves" / "alerce_discovery_photometry.parquet")
    types = pd.read_parquet(data / "hosts" / "alerce_hosts.parquet", columns=["oid", "bts_type"]).dropna()
    types = types.drop_duplicates("oid")
    types = types[~types["bts_type"].isin(sources.UNCLEAR)].reset_index(drop=True)
    row = pd.Index(types["oid"]).get_indexer(points["oid"])
    points = points.assign(row=row)[row >= 0].sort_values(["row", "mjd"], kind="stable")
    limit = points["is_nondetection"].to_numpy(bool)
    mag = np.where(limit, points["limiting_mag"], points["mag"]).astype(float)
    flux = np.where(limit, np.nan, 10 ** (0.4 * (31.4 - mag)))
    flat = pd.DataFrame(
        {
            "row": points["row"].to_numpy(),
            "mjd": points["mjd"].to_numpy(float),
            "band": points["band"].astype(str).str[-1].to_numpy(),
            "flux_njy": flux,
            "flux_err_njy": flux * points["mag_err"].to_numpy(float) / 1.0857,
            "mag": mag,
            "mag_err": points["mag_err"].to_numpy(float),
            "is_detection": ~limit,
            "is_forced": False,
        }
    )
    made = frame({"survey": ["ZTF"] * len(types), "object_id": types["oid"].to_list()})
    nested = lightcurve.nest(flat, len(types))
    return made.assign(lightcurve=nested, bts_type=types["bts_type"], is_ia=types["bts_type"].str.startswith("SN Ia"))


def of_discovered(data: Path) -> None:
    """Print how the shipped weights judge `discovered`."""
    alerts = discovered(data)
    curves = Curves.of(alerts)
    enough = int((curves.count(curves.is_detection) >= FEWEST).sum())
    scores = EarlySNIa().score(alerts)["SNIa"].to_numpy()
    known = np.isfinite(scores)
    truth = alerts["is_ia"].to_numpy(bool)
    auc = roc_auc_score(truth[known], scores[known])
    print(f"discovery photometry: {known.sum()} of {enough} judged, {truth[known].sum()} Ia, AUC {auc:.3f}")
    for least in (0.5, 0.7, 0.8):
        said = known & (scores >= least)
        print(f"  score >= {least}: {said.sum()} objects, {truth[said].mean():.3f} of them Ia")


def by_epoch(scores: evaluate.Scores) -> pd.DataFrame:
    """Return for each epoch how many are judged, the AUC held out and with the source left out, and mean scores."""
    truth, lines = scores.objects["is_ia"].to_numpy(bool), {}
    for number, epoch in enumerate(evaluate.EPOCHS):
        known = np.isfinite(scores.held_out[:, number])
        line = {"judged Ia": (known & truth).sum(), "judged others": (known & ~truth).sum()}
        for name, table in zip(scores._fields[1:], scores[1:], strict=True):
            if table is not None and np.isfinite(table[:, number]).any():
                known = np.isfinite(table[:, number])
                line[f"AUC {name}"] = roc_auc_score(truth[known], table[known, number])
        lines[epoch] = line
    return pd.DataFrame(lines).T


def contaminants(scores: evaluate.Scores, table: Floats) -> pd.DataFrame:
    """Return for each source how many objects are called at the threshold of 95 per cent purity, and of how many."""
    truth, last = scores.objects["is_ia"].to_numpy(bool), evaluate.newest(table)
    found = evaluate.efficiency(truth, last, np.ones(len(truth)))
    threshold = np.sort(last[truth])[::-1][max(round(found * truth.sum()) - 1, 0)]
    called = scores.objects.assign(called=last >= threshold).groupby(["source", "share"])["called"]
    return called.agg(["sum", "size"]).assign(threshold=threshold)


def main() -> None:
    parser = argparse.ArgumentParser(description=evaluate.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    scores = evaluate.unseen(options.data)
    show(evaluate.figures(options.data, scores))
    print(by_epoch(scores).round(3).to_string())
    print(contaminants(scores, scores.held_out).round(3).to_string())
    if scores.source_left_out is not None:
        print(contaminants(scores, scores.source_left_out).round(3).to_string())
    print("AUC of times and bands alone:", {name: round(auc, 3) for name, auc in sampling(options.data).items()})
    of_discovered(options.data)
    if options.pictures:
        from tom_alerce_like.plugins.classifiers.early_sn_ia.draw import pictures

        pictures(scores, options.pictures)


if __name__ == "__main__":
    main()
