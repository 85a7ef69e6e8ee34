"""Compare with the ``drb`` that ZTF gave: ``python -m tom_alerce_like.plugins.classifiers.braai.evaluate DATA``.

Prints the figures of the model card and draws its pictures into the folder that ``--pictures`` names. DATA holds
ztf_alerts/ and weights/braai_d6_m7.h5. Nothing is trained, and no alert is left out that carries a drb, that is, one
whose version is stated. Packets of before mid-2019 have none, though some copies of them hold a 0 without a version.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.braai.classifier import Braai
from tom_alerce_like.plugins.classifiers.braai.reader import D6_M7
from tom_alerce_like.plugins.classifiers.measures import show, with_intervals
from tom_alerce_like.plugins.classifiers.pictures import confusion, stamps

WEIGHTS = Path("weights", "braai_d6_m7.h5")
TOLERANCE, THRESHOLD = 1e-6, 0.5
#: How many real objects with low scores are drawn.
DOUBTED = 6


def shipped(data: Path, weights: Path | None = None) -> pd.DataFrame:
    """Return object_id, drb, drbversion and our probability ``real`` of all alerts with a drb and a version of it.

    ``weights`` is the file of d6_m7, by default the one in ``data``. Raises `FileNotFoundError` where it is missing, or
    where ``data`` has no alerts.
    """
    weights = weights or data / WEIGHTS
    if not weights.is_file():
        raise FileNotFoundError(f"{weights} is not there")
    names = [name for name in (labelled.LABELLED, labelled.UNLABELLED) if (data / "ztf_alerts" / name).is_file()]
    if not names:
        raise FileNotFoundError(f"{data / 'ztf_alerts'} has no alerts")
    made = pd.concat([_file(data, name, Braai(weights, D6_M7)) for name in names], ignore_index=True)
    return made[made["drb"].notna() & (made["drbversion"] != "")].reset_index(drop=True)


def _file(data: Path, name: str, module: Braai) -> pd.DataFrame:
    columns = ["candid", "drb", "candidate.drbversion"]
    said = pq.read_table(data / "ztf_alerts" / name, columns=columns).flatten().to_pandas()
    said = said.rename(columns={"candidate.drbversion": "drbversion"}).fillna({"drbversion": ""})
    alerts = labelled.read(data, name)
    real = module.score(alerts)["real"]
    ours = pd.DataFrame({"object_id": alerts["object_id"], "alert_id": alerts["alert_id"], "real": real})
    return ours.merge(said.assign(alert_id=said.pop("candid").astype(str)), on="alert_id", validate="one_to_one")


def figures(data: Path, table: pd.DataFrame | None = None) -> dict[str, tuple[float, float, float]]:
    """Return drb_parity_fraction and drb_agreement, each with its 95 per cent interval from resampled objects.

    The first is the fraction of alerts on which we differ from ``drb`` by at most 1e-6, the second that on which both
    are on the same side of 0.5. An alert that we do not judge counts as a difference in both.
    """
    table = shipped(data) if table is None else table
    drb, real = table["drb"].to_numpy(), table["real"].to_numpy()
    same = np.abs(real - drb) <= TOLERANCE
    agree = np.isfinite(real) & ((real >= THRESHOLD) == (drb >= THRESHOLD))

    def measure(rows: NDArray[np.int64], weight: NDArray[np.float64]) -> dict[str, float]:
        return {
            "drb_parity_fraction": float(np.average(same[rows], weights=weight)),
            "drb_agreement": float(np.average(agree[rows], weights=weight)),
        }

    return with_intervals(measure, table["object_id"], np.ones(len(table)))


def draw(data: Path, table: pd.DataFrame, folder: Path) -> None:
    """Draw what the network makes of each label, and the real objects that it thinks least of."""
    known = labelled.examples(data).merge(table[["alert_id", "real"]], on="alert_id")
    said = pd.crosstab(known["label"], np.where(known["real"] >= THRESHOLD, "real", "bogus"))
    confusion(said[["real", "bogus"]], folder / "braai_confusion.png", columns="braai at 0.5")
    doubted = known[~known["label"].isin(["bogus", "satellite"])].nsmallest(DOUBTED, "real")
    captions = [f"{row.label} {row.object_id} {row.real:.2f}" for row in doubted.itertuples()]
    stamps(doubted, captions, folder / "braai_doubted.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    table = shipped(options.data)
    print(
        f"{len(table)} alerts of {table['object_id'].nunique()} objects, {(table['drb'] < THRESHOLD).sum()} below 0.5"
    )
    show(figures(options.data, table))
    table["difference"] = np.abs(table["real"] - table["drb"])
    print("difference:", table["difference"].quantile([0.5, 0.9, 0.99, 1]).to_dict())
    print(table.nlargest(5, "difference").to_string(index=False))
    if options.pictures:
        draw(options.data, table, options.pictures)


if __name__ == "__main__":
    main()
