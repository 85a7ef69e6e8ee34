"""Measure the module on unseen objects: ``python -m tom_alerce_like.plugins.classifiers.real_bogus.evaluate DATA``.

Five parts, split by object: each is judged by a net that saw none of its alerts, neither as they are, nor perturbed,
nor as backgrounds of simulated stamps. Measured are the alerts with a drb, each with the same weight; intervals are 95
per cent, from 1,000 resamplings of objects. Where DATA holds weights/braai_d6_m7.h5, ZTF's network is the teacher.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from tom_alerce_like.plugins.classifiers import labelled, nets_export
from tom_alerce_like.plugins.classifiers.measures import calibration_error, show, with_intervals
from tom_alerce_like.plugins.classifiers.real_bogus.classifier import probabilities
from tom_alerce_like.plugins.classifiers.real_bogus.known import THRESHOLD, Known
from tom_alerce_like.plugins.classifiers.real_bogus.report import draw, tell
from tom_alerce_like.plugins.classifiers.real_bogus.teacher import braai
from tom_alerce_like.plugins.classifiers.real_bogus.train import SEED, General

PARTS = 5
TEACHER = Path("weights", "braai_d6_m7.h5")


def shipped(data: Path) -> pd.DataFrame:
    """Return object_id, alert_id, drb and ``real`` of alerts with a drb, judged by the weights of the package.

    Raises `FileNotFoundError` where ``data`` has no alerts.
    """
    known = Known.read(data).scored()
    return _table(known, probabilities(known.stamps))


def unseen(data: Path, weights: Path | None = None) -> pd.DataFrame:
    """Return the same, judged by nets that never saw the object.

    ``weights`` are those of the teacher, by default the file in ``data``; without it the nets have none.
    Raises `FileNotFoundError` where ``data`` has no alerts, or none without a drb to begin with.
    """
    known = Known.read(data)
    weights = weights or data / TEACHER
    teacher = braai(weights) if weights.is_file() else None
    if teacher is None:
        print("real_bogus: trained without the teacher that the model card tells of")
    general = General(known, teacher)
    real = np.full(len(known), np.nan)
    scored = np.isfinite(known.drb)
    # kinds of alerts are spread evenly: scored low, scored high, never scored
    table = known.alerts.assign(label=np.where(scored, known.drb >= THRESHOLD, -1))
    with TemporaryDirectory() as folder:
        for number, (fit, test) in enumerate(labelled.folds(table, PARTS, SEED)):
            path = Path(folder, f"{number}.onnx")
            nets_export.write(general.specialised(known.take(fit), SEED + number), {}, path)
            real[test] = probabilities(known.stamps[test], path)
    return _table(known.scored(), real[scored])


def _table(known: Known, real: NDArray[np.float64]) -> pd.DataFrame:
    return known.alerts[["object_id", "alert_id", "drb"]].assign(real=real).reset_index(drop=True)


def figures(data: Path, scores: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Return real_bogus_auc, real_bogus_agreement and real_bogus_ece, each with its interval.

    Agreement is the fraction of alerts with both scores on the same side of 0.5; AUC and calibration error are those
    of the event that drb is 0.5 or more. An alert that we do not judge disagrees, and counts as a 0.5 in the others.
    """
    real, event = scores["real"].to_numpy(), scores["drb"].to_numpy() >= THRESHOLD
    agree, known = (real >= THRESHOLD) == event, np.nan_to_num(real, nan=THRESHOLD)
    agree &= np.isfinite(real)

    def measure(rows: NDArray[np.int64], weight: NDArray[np.float64]) -> dict[str, float]:
        both = 0 < event[rows].mean() < 1
        return {
            "real_bogus_auc": roc_auc_score(event[rows], known[rows], sample_weight=weight) if both else np.nan,
            "real_bogus_agreement": float(np.average(agree[rows], weights=weight)),
            "real_bogus_ece": calibration_error(known[rows], event[rows], weight),
        }

    return with_intervals(measure, scores["object_id"], np.ones(len(scores)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--shipped", action="store_true", help="judge the shipped weights, on objects new to them")
    parser.add_argument("--teacher", type=Path, metavar="FILE", help="weights of braai, if DATA does not hold them")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    scores = shipped(options.data) if options.shipped else unseen(options.data, options.teacher)
    show(figures(options.data, scores))
    tell(scores)
    if options.pictures:
        draw(options.data, scores, options.pictures)


if __name__ == "__main__":
    main()
