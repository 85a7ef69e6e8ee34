"""Pictures of the model card; needs matplotlib."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tom_alerce_like.plugins.classifiers.early_sn_ia import evaluate

#: Classes of the second picture and their colours.
_COLOURS = {"SNIa": "tab:blue", "SN": "tab:orange", "SLSN": "tab:red", "TDE": "tab:purple", "variable": "tab:gray"}


def pictures(scores: evaluate.Scores, folder: Path) -> None:
    """Draw efficiency against purity, and the scores of each class as detections come in."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), dpi=90, layout="constrained")
    curves, epochs = figure.subplots(1, 2)
    truth, one = scores.objects["is_ia"].to_numpy(bool), np.ones(len(scores.objects))
    purities = np.linspace(0.7, 0.995, 60)
    for name, table in (("object held out", scores.held_out), ("source left out", scores.source_left_out)):
        if table is not None:
            last = evaluate.newest(table)
            found = [evaluate.efficiency(truth, last, one, purity) for purity in purities]
            curves.plot(purities, found, label=name)
    curves.plot(0.89, 0.54, "k*", label="Fink (Leoni+2022), other objects")
    curves.axvline(evaluate.PURITY, color="0.8", zorder=0)
    curves.set(xlabel="purity", ylabel="efficiency", ylim=(0, 1), title="by the 8th detection")
    curves.legend(fontsize=8)
    for share, colour in _COLOURS.items():
        mine = scores.held_out[(scores.objects["share"] == share).to_numpy()]
        low, middle, high = np.nanpercentile(mine, [25, 50, 75], axis=0)
        epochs.plot(evaluate.EPOCHS, middle, color=colour, label=share)
        epochs.fill_between(evaluate.EPOCHS, low, high, color=colour, alpha=0.15)
    epochs.set(xlabel="detections", ylabel="probability of SN Ia", xscale="log", xticks=evaluate.EPOCHS)
    epochs.set_xticklabels([str(epoch) for epoch in evaluate.EPOCHS])
    epochs.set(title="median and quartiles, held out")
    epochs.legend(fontsize=8)
    figure.savefig(folder / "early_sn_ia.png")
