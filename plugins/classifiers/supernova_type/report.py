"""Prints the figures of the model card and draws its picture: ``... supernova_type.evaluate DATA [--pictures DIR]``."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score

from tom_alerce_like.plugins.classifiers import labelled, measures, pictures
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.supernova_type import evaluate
from tom_alerce_like.plugins.classifiers.supernova_type.classifier import CLASSES, SupernovaType, judge, seen

Floats = NDArray[np.float64]
EPOCHS = (1, 2, 3, 5, 8, 12, 20)


def epochs(data: Path) -> None:
    """Print what is known of PLAsTiCC's test set after some detections, by the shipped weights."""
    table, curves = evaluate.supernovae(data)
    truth = labelled.codes(table["label"], CLASSES)
    for n in EPOCHS:
        rows = np.flatnonzero(curves.count(curves.is_detection) >= n)
        scores = _judged(table.iloc[rows], curves.take(rows).after(n))
        right = truth[rows]
        said = scores.argmax(axis=1)
        auc = roc_auc_score(right == 0, scores[:, 0])
        macro = f1_score(right, said, labels=[0, 1, 2], average="macro", zero_division=0)
        error = measures.calibration_error(scores.max(axis=1), said == right, np.ones(len(right)))
        print(f"after {n} detections: {len(rows)} objects, AUC {auc:.3f}, macro F1 {macro:.3f}, ECE {error:.3f}")


def _judged(table: pd.DataFrame, curves: Curves) -> Floats:
    return judge(seen(table, curves), table["survey"].to_numpy())


def real(data: Path) -> None:
    """Print what the shipped weights say of real supernovae, without and with their redshifts."""
    table = sets.real(data, "ztf_bts_snia", "osc_2010_2014", "slsn_gomez2024", "foundation_snia")
    table = table[table["label"] == "SN"].reset_index(drop=True)
    for title, redshift in {"without": np.nan, "with": table["redshift"].astype(float)}.items():
        said = SupernovaType().score(table.assign(host_redshift=redshift, host_redshift_err=0.001))
        known = said.notna().all(axis=1)
        answer = said[known].idxmax(axis=1)
        counts = pd.crosstab([table["set"][known], table["sublabel"][known]], answer)
        print(f"real objects {title} their redshifts", counts[counts.sum(axis=1) >= 5].to_string(), sep="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=evaluate.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--shipped", action="store_true", help="figures of the shipped weights, without training")
    options = parser.parse_args()
    scores = (evaluate.shipped if options.shipped else evaluate.unseen)(options.data)
    measures.show(evaluate.figures(options.data, scores))
    table = evaluate.supernovae(options.data)[0]
    said = np.array(CLASSES)[scores.plasticc.argmax(axis=1)]
    counts = pd.crosstab(table["label"].to_numpy(), said).reindex(columns=list(CLASSES), fill_value=0)
    print(counts)
    epochs(options.data)
    real(options.data)
    if options.pictures:
        pictures.confusion(counts, options.pictures / "supernova_type_confusion.png")


if __name__ == "__main__":
    main()
