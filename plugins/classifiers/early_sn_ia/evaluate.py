"""Measure the module: ``python -m tom_alerce_like.plugins.classifiers.early_sn_ia.evaluate DATA`` (minutes).

Objects are the SNe Ia of the Bright Transient Survey and everything real that is none, with three detections or more
once they are made alike (`sources`). An object's score is the newest that the module gave by its 8th detection; one
that was never judged has none, and counts as missed. `unseen` gives them twice: from five parts split by object, and
from models that have not seen the object's source (for the SNe Ia: no object of the survey). Calibration is found
inside each training part; the latter are not calibrated, their order alone counts.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.early_sn_ia import sources
from tom_alerce_like.plugins.classifiers.early_sn_ia.classifier import probability
from tom_alerce_like.plugins.classifiers.early_sn_ia.features import FEWEST, NAMES
from tom_alerce_like.plugins.classifiers.measures import calibration_error, with_intervals
from tom_alerce_like.serving import calibrated

Floats = NDArray[np.float64]
SEED, PARTS = 20260926, 5
#: Detections at which the light curves are cut.
EPOCHS = (3, 4, 5, 6, 7, 8, 12, 20)
#: Detections by which an object is called, and those of the other figures.
CALLED, SHOWN = 8, (3, 5, 8)
PURITY = 0.95


class Scores(NamedTuple):
    """Objects (object_id, source, share, is_ia) and their probabilities at each of `EPOCHS`, NaN where not judged."""

    objects: pd.DataFrame
    held_out: Floats
    source_left_out: Floats | None


def unseen(data: Path) -> Scores:
    """Return scores from models that have not seen the object, and from those that have not seen its source."""
    from tom_alerce_like.plugins.classifiers.early_sn_ia import train

    objects, real, counts = _real(data)
    more = train.simulations(data, "ZTF")
    held, left = np.empty((2, len(real)))
    for fit, test in labelled.folds(real, PARTS, SEED):
        known = real.iloc[fit]
        model = train.trees(pd.concat([known, more]))
        held[test] = calibrated(train.margins(model, real.iloc[test]), *train.calibration(known, more))
    for source in real["source"].unique():
        own = (real["source"] == source).to_numpy()
        model = train.trees(pd.concat([real[~own], more]))
        left[own] = calibrated(train.margins(model, real[own]), 1.0, 0.0)
    return Scores(_measured(objects, counts), *(_by_epoch(real, one, counts, objects) for one in (held, left)))


def shipped(data: Path) -> Scores:
    """Return the scores of the shipped weights, which have seen other sources' objects and the survey's."""
    objects, real, counts = _real(data)
    scores = probability(real[list(NAMES)].to_numpy(np.float32), "ZTF")
    return Scores(_measured(objects, counts), _by_epoch(real, scores, counts, objects), None)


def _real(data: Path) -> tuple[pd.DataFrame, pd.DataFrame, NDArray[np.int64]]:
    """Return the objects, their examples, and how many detections they have."""
    from tom_alerce_like.plugins.classifiers.early_sn_ia import train

    objects = sources.table(data)
    curves = sources.alike(objects)
    return objects, train.examples(objects, curves, EPOCHS), curves.count(curves.is_detection)


def _chosen(objects: pd.DataFrame, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which objects are measured: SNe Ia of one source, and what is none."""
    return (counts >= FEWEST) & ((objects["source"] == sources.SNIA) | ~objects["is_ia"]).to_numpy()


def _measured(objects: pd.DataFrame, counts: NDArray[np.int64]) -> pd.DataFrame:
    from tom_alerce_like.plugins.classifiers.early_sn_ia import train

    chosen = objects.loc[_chosen(objects, counts), ["object_id", "source", "sublabel", "is_ia"]]
    return chosen.assign(share=train.share(chosen)).reset_index(drop=True)


def _by_epoch(real: pd.DataFrame, scores: Floats, counts: NDArray[np.int64], objects: pd.DataFrame) -> Floats:
    table = np.full((len(objects), len(EPOCHS)), np.nan)
    table[real["row"], np.searchsorted(EPOCHS, real["epoch"])] = scores
    return table[_chosen(objects, counts)]


def newest(scores: Floats, epoch: int = CALLED) -> Floats:
    """Return the newest score by the epoch, -1 without one."""
    return pd.DataFrame(scores[:, np.array(EPOCHS) <= epoch]).ffill(axis=1).iloc[:, -1].fillna(-1).to_numpy()


def highest(scores: Floats, epoch: int = CALLED) -> Floats:
    """Return the highest score by the epoch, -1 without one."""
    return np.nan_to_num(scores[:, np.array(EPOCHS) <= epoch], nan=-1).max(axis=1)


def efficiency(is_ia: NDArray[np.bool_], score: Floats, weight: Floats, purity: float = PURITY) -> float:
    """Return the largest part of the SNe Ia that a threshold finds at this purity or better; 0 where none does."""
    order = np.argsort(-score, kind="stable")
    right, wrong = np.cumsum((weight * is_ia)[order]), np.cumsum((weight * ~is_ia)[order])
    # a threshold takes all objects of one score
    whole = np.append(np.diff(score[order]) != 0, True) & (score[order] >= 0)
    pure = whole & (right >= purity * (right + wrong))
    return float(right[pure].max(initial=0) / max((weight * is_ia).sum(), 1e-9))


def survey_mix(data: Path, share: pd.Series) -> Floats | None:
    """Return weights with which the classes are as frequent as in the table of the Bright Transient Survey.

    It has no variables. Without the table there are no weights.
    """
    file = data / "labels" / "bts_transients.csv"
    if not file.is_file():
        return None
    types = pd.read_csv(file)["type"].dropna()
    kinds = {"SLSN": types.str.startswith("SLSN"), "SNIa": types.str.startswith("SN Ia"), "TDE": types == "TDE"}
    kinds["SN"] = types.str.startswith("SN ") & ~kinds["SNIa"]
    wanted = pd.Series({name: rows.sum() for name, rows in kinds.items()})
    return (share.map(wanted / share.value_counts()).fillna(0)).to_numpy()


def figures(data: Path, scores: Scores) -> dict[str, tuple[float, float, float]]:
    """Return the figures of the model card, each with its 95 per cent interval, objects resampled 1,000 times."""
    truth, mix = scores.objects["is_ia"].to_numpy(bool), survey_mix(data, scores.objects["share"])
    ways = {"early_ia_efficiency_at_purity_0.95": scores.held_out}
    if scores.source_left_out is not None:
        ways["early_ia_leave_source_out"] = scores.source_left_out
    called = {name: (newest(way), highest(way)) for name, way in ways.items()}

    def measure(rows: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        made = {}
        for name, (last, most) in called.items():
            made[name] = efficiency(truth[rows], last[rows], weight)
            made[f"{name}_any_epoch"] = efficiency(truth[rows], most[rows], weight)
            if mix is not None:
                made[f"{name}_survey_mix"] = efficiency(truth[rows], last[rows], weight * mix[rows])
        for epoch in SHOWN:
            shown = scores.held_out[rows, EPOCHS.index(epoch)]
            known = np.isfinite(shown)
            made[f"early_ia_auc_{epoch}"] = roc_auc_score(truth[rows][known], shown[known], sample_weight=weight[known])
        made["early_ia_ece"] = _ece(truth[rows], scores.held_out[rows], weight)
        return made

    return with_intervals(measure, scores.objects["object_id"], np.ones(len(truth)), seed=SEED)


def _ece(truth: NDArray[np.bool_], scores: Floats, weight: Floats) -> float:
    """Return the calibration error over the epochs `SHOWN`; an object's judgements count as one."""
    shown = scores[:, [EPOCHS.index(epoch) for epoch in SHOWN]]
    known = np.isfinite(shown)
    each = np.broadcast_to((weight / np.maximum(known.sum(axis=1), 1))[:, None], shown.shape)[known]
    return calibration_error(shown[known], np.broadcast_to(truth[:, None], shown.shape)[known], each)


if __name__ == "__main__":
    from tom_alerce_like.plugins.classifiers.early_sn_ia.report import main

    main()
