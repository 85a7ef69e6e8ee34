"""The probabilities that Fink adds to alerts, under Fink's own names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from tom_alerce_like.alerts import columns
from tom_alerce_like.alerts.columns import fields
from tom_alerce_like.alerts.schema import CLASSIFICATION_SCHEMA, frame

SOURCE = "Fink"

#: Field of a ZTF alert -> the class whose probability it is.
ZTF_SCORES = {
    "rf_snia_vs_nonia": "SN Ia",
    "snn_snia_vs_nonia": "SN Ia",
    "snn_sn_vs_all": "SN",
    "rf_kn_vs_nonkn": "Kilonova",
    "mulens": "Microlensing",
}
#: The same of an LSST alert: fields of ``clf``, and one that Fink added to rehearsal alerts.
LSST_SCORES = {
    "clf.snnSnVsOthers_score": "SN",
    "clf.earlySNIa_score": "SN Ia",
    "snn_sn_vs_others": "SN",
}
#: Codes of ``clf.cats_class``, whose probability is ``clf.cats_score``.
CATS_CLASSES = {11: "SN-like", 12: "Fast", 13: "Long", 21: "Periodic", 22: "Non-periodic"}

_VERSION = ("fink_science_version", pa.string())
ZTF_FIELDS = [_VERSION, *fields(pa.float64(), *ZTF_SCORES)]
LSST_FIELDS = [
    _VERSION,
    ("snn_sn_vs_others", pa.float64()),
    (
        "clf",
        pa.struct(
            [
                *fields(pa.float64(), "snnSnVsOthers_score", "earlySNIa_score", "cats_score"),
                ("cats_class", pa.int64()),
            ]
        ),
    ),
]


def of_ztf(rows: pa.StructArray, alerts: pd.DataFrame, good: Any) -> pd.DataFrame:
    """Return the classifications in ZTF rows; ``alerts`` is the alert table of the rows where ``good``."""
    return _table([_scores(rows, alerts, good, *score) for score in ZTF_SCORES.items()])


def of_lsst(rows: pa.StructArray, alerts: pd.DataFrame, good: Any) -> pd.DataFrame:
    """Return the classifications in LSST rows; ``alerts`` is the alert table of the rows where ``good``."""
    parts = [_scores(rows, alerts, good, *score) for score in LSST_SCORES.items()]
    return _table([*parts, _cats(rows, alerts, good)])


def _cats(rows: pa.StructArray, alerts: pd.DataFrame, good: Any) -> pd.DataFrame:
    codes = pd.Series(columns.floats(rows, "clf.cats_class")[good])
    scores = _scores(rows, alerts, good, "clf.cats_score", "")
    return scores.assign(class_name=codes.map(CATS_CLASSES)).dropna(subset="class_name")


def _scores(rows: pa.StructArray, alerts: pd.DataFrame, good: Any, path: str, class_name: str) -> pd.DataFrame:
    probability = columns.floats(rows, path)[good]
    # outside [0, 1] Fink says that the classifier did not judge
    judged = (probability >= 0) & (probability <= 1)
    version = columns.texts(rows, "fink_science_version").to_numpy(zero_copy_only=False)[good]
    return alerts.loc[judged, ["survey", "object_id", "mjd"]].assign(
        source=SOURCE,
        classifier=path.removeprefix("clf.").removesuffix("_score"),
        version=version[judged],
        class_name=class_name,
        probability=probability[judged],
    )


def _table(parts: list[pd.DataFrame]) -> pd.DataFrame:
    made: Mapping[str, Any] = pd.concat(parts, ignore_index=True).to_dict("series")
    return frame(made, CLASSIFICATION_SCHEMA)
