"""Measure the module: ``python -m tom_alerce_like.plugins.classifiers.streak.evaluate DATA``.

Prints the figures of the model card and draws its pictures into the folder given as ``--pictures``. Lines are
simulated on real stamps; alerts without a line are real. Five-fold cross-validation: neither the object nor what was
simulated on its stamp was learnt. Alerts of one object weigh 1 together; intervals are 95 per cent, from 1,000
resamplings of objects.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.measures import calibration_error, show, with_intervals
from tom_alerce_like.plugins.classifiers.streak import examples, report, train
from tom_alerce_like.plugins.classifiers.streak.classifier import CLASSES, WEIGHTS
from tom_alerce_like.plugins.classifiers.streak.examples import Examples
from tom_alerce_like.serving import probabilities, session

Floats = NDArray[np.float64]
Figures = dict[str, tuple[float, float, float]]
FOLDS = 5
#: Fraction of alerts without a line that may be called one.
FALSE_ALARMS = 0.003
#: Shortest asteroid streak that counts; shorter ones are reported apart.
SHORTEST_PX = 6.0
#: Lines simulated for weights that are there already, and their seed: not that of training.
_LINES, _SEED = 4000, 7


def unseen(data: Path) -> pd.DataFrame:
    """Return real alerts and simulated lines with a column for each class, by trees that saw no such object."""
    real, lines, others = train.everything(data)
    given = examples.joined(real, lines, others)
    folds = labelled.folds(real.table.assign(label=real.table["kind"]), FOLDS, train.SEED)
    part_of = {name: part for part, (_, test) in enumerate(folds) for name in real.table["object_id"].iloc[test]}
    part = given.table["object_id"].map(part_of).to_numpy()
    scores = np.empty((len(given.table), len(CLASSES)))
    for number in range(FOLDS):
        seen, test = part != number, part == number
        model = train.trees(examples.learnt(Examples(given.features[seen], given.table[seen])))
        scores[test] = model.predict_proba(given.features[test])
    return _judged(Examples(given.features, given.table), scores).iloc[: len(real.table) + len(lines.table)]


def shipped(data: Path) -> pd.DataFrame:
    """Return the same by the weights of the package, with lines simulated afresh on the stamps of ``data``."""
    alerts = examples.real(data)
    given = examples.joined(examples.of_alerts(alerts), examples.lines(alerts, _LINES, _SEED))
    (logits,) = session(WEIGHTS).run(["logits"], {"features": given.features})
    return _judged(given, probabilities(logits, 1.0))


def _judged(given: Examples, scores: Floats) -> pd.DataFrame:
    """Return the table with the probabilities; what could not be measured is called none."""
    known = np.isfinite(given.features).any(axis=1)
    scores = np.where(known[:, None], scores, np.array(CLASSES) == "none")
    weight = 1 / given.table.groupby(["is_real", "object_id"])["label"].transform("size")
    table = given.table.assign(weight=np.where(given.table["is_real"], weight, 1.0))
    return table.assign(**dict(zip(CLASSES, scores.T, strict=True)), line=1 - scores[:, CLASSES.index("none")])


def measured(scores: pd.DataFrame) -> pd.DataFrame:
    """Return real alerts without a line and simulated whole lines that count: what figures are made of."""
    simulated = ~scores["is_real"] & scores["cut"].ne(True)
    counts = (scores["kind"] != "asteroid streak") | (scores["length_px"] >= SHORTEST_PX)
    table = scores[(scores["is_real"] & (scores["label"] == "none")) | (simulated & counts)]
    return table.reset_index(drop=True)


def figures(data: Path, scores: pd.DataFrame) -> Figures:
    """Return each figure with its interval; ``data`` is not read again.

    The first is read off the ROC curve, which is interpolated between the false alarms there are. Calibration is that
    of the mix of `train.MIX`.
    """
    table = measured(scores)
    is_line, said = (table["label"] != "none").to_numpy(), table["line"].to_numpy()
    kind = table["kind"].to_numpy()
    truth, answers = labelled.codes(table["label"], CLASSES), table[list(CLASSES)].to_numpy()

    def measure(rows: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        line, value = is_line[rows], said[rows]
        made = {f"streak_tpr_at_fpr_{FALSE_ALARMS}": at_false_alarms(line, value, weight)}
        for name in examples.CLASS_OF:
            some = ~line | (kind[rows] == name)
            made[f"streak_tpr_{name.replace(' ', '_')}"] = at_false_alarms(line[some], value[some], weight[some])
        made["streak_auc"] = float(roc_auc_score(line, value, sample_weight=weight))
        made["streak_tpr_at_half"] = float(np.average(value[line] > 0.5, weights=weight[line]))
        made["streak_fpr_at_half"] = float(np.average(value[~line] > 0.5, weights=weight[~line]))
        confidence, right = answers[rows].max(axis=1), answers[rows].argmax(axis=1) == truth[rows]
        return made | {"streak_ece": calibration_error(confidence, right, mixed(truth[rows], weight))}

    return with_intervals(measure, table["object_id"], table["weight"].to_numpy(), seed=train.SEED)


def at_false_alarms(is_line: NDArray[np.bool_], said: Floats, weight: Floats) -> float:
    """Return the fraction of lines found where `FALSE_ALARMS` of the rest are, between the points of the ROC curve."""
    false, true, _ = roc_curve(is_line, said, sample_weight=weight)
    return float(np.interp(FALSE_ALARMS, false, true))


def threshold(table: pd.DataFrame) -> float:
    """Return the least probability of a line that no more than `FALSE_ALARMS` of the alerts without one exceed."""
    real = table[table["is_real"]].sort_values("line", ascending=False)
    allowed = real["weight"].cumsum() <= FALSE_ALARMS * real["weight"].sum()
    return float(real["line"].iloc[int(allowed.sum())])


def mixed(truth: NDArray[np.int64], weight: Floats) -> Floats:
    """Return weights whose sums over the classes are those of `train.MIX`."""
    share = np.array([train.MIX[name] for name in CLASSES])
    return weight * (share / np.bincount(truth, weight, minlength=len(share)))[truth]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    scores = unseen(options.data)
    show(figures(options.data, scores))
    table = measured(scores)
    report.tell(options.data, scores, table, threshold(table))
    if options.pictures:
        report.draw(options.data, scores, table, options.pictures)


if __name__ == "__main__":
    main()
