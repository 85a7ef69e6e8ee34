"""Pictures and tables of the model card: ``python -m tom_alerce_like.plugins.classifiers.anomaly.report DATA FOLDER``.

Needs matplotlib and coniferest.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.anomaly import Anomaly, evaluate, features, hidden
from tom_alerce_like.plugins.classifiers.anomaly.classifier import judge
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.measures import show

Floats = NDArray[np.float64]
EPOCHS = (4, 5, 8, 12, 20)
PEER = "PineForest"


def picture(found: Mapping[str, Floats], path: Path) -> None:
    """Draw the share found against the number of questions, each night thin and their median thick."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for name, colour in ((evaluate.OURS, "#1f619e"), (PEER, "#d1731f")):
        questions = np.arange(1, found[name].shape[1] + 1)
        axes.plot(questions, found[name].T, color=colour, linewidth=0.6, alpha=0.5)
        label = "anomaly_score" if name == evaluate.OURS else "PineForest"
        axes.plot(questions, np.median(found[name], axis=0), color=colour, linewidth=2.5, label=label)
    axes.set(xlabel="questions asked", ylabel="share of the hidden SLSNe and TDEs found", xlim=(0, 100), ylim=(0, 1))
    axes.legend(loc="upper left")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def epochs(data: Path) -> pd.DataFrame:
    """Return for each number of detections how well strangeness alone, without labels, tells rare from ordinary."""
    from sklearn.metrics import roc_auc_score

    table = hidden.examples(data, evaluate.SEEDS[0])
    rare, curves = (table["set"] != hidden.ORDINARY).to_numpy(), Curves.of(table)
    served = judge("")
    rows = []
    for n in EPOCHS:
        here = curves.count(curves.is_detection) >= n
        strange = served.score(features.of(curves.after(n))[here])
        common = strange[~rare[here]]
        auc = roc_auc_score(rare[here], strange)
        rows.append((n, here.sum(), rare[here].sum(), auc, (common > 0.5).mean(), (common > 0.95).mean()))
    return pd.DataFrame(rows, columns=["detections", "objects", "rare", "AUC", "SNe Ia above 0.5", "above 0.95"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    print(f"{Anomaly.name} {Anomaly.version}", epochs(options.data).round(3).to_string(index=False), sep="\n")
    found = evaluate.unseen(options.data)
    for name, curves in found.items():
        print(name, np.median(curves[:, [9, 24, 49, 74, 99]], axis=0).round(2), curves[:, -1].round(2))
    show(evaluate.figures(options.data, found))
    picture(found, options.folder / "anomaly.png")


if __name__ == "__main__":
    main()
