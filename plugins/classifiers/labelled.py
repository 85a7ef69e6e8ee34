"""Labelled ZTF alerts for training and for measuring, and how they are split: always by object."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from tom_alerce_like.alerts import files
from tom_alerce_like.alerts.schema import frame

Split = tuple[NDArray[np.int64], NDArray[np.int64]]
LABELLED, UNLABELLED = "alerts_labelled.parquet", "alerts_unlabelled.parquet"


def read(data: Path, name: str) -> pd.DataFrame:
    """Return the alert table of the file ``name`` in ``data``/ztf_alerts; tells what of it cannot be read.

    Raises `FileNotFoundError` where it is missing.
    """
    path = data / "ztf_alerts" / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there")
    batches = list(files.read(path))
    for problem in (problem for batch in batches for problem in batch.problems):
        print(f"left out: {problem}", file=sys.stderr)
    return pd.concat([frame({}), *(batch.alerts for batch in batches)], ignore_index=True)


def examples(data: Path) -> pd.DataFrame:
    """Return labelled alerts with columns label, label_quality and weight: the alerts of one object weigh 1 together.

    Labels of quality C (a host was picked, nothing more) are left out.
    """
    labels = pd.read_parquet(data / "ztf_alerts" / LABELLED, columns=["candid", "label", "label_quality"])
    labels = labels.assign(alert_id=labels.pop("candid").astype(str)).drop_duplicates("alert_id")
    table = read(data, LABELLED).merge(labels, on="alert_id", how="inner")
    return weighted(table[table["label_quality"] != "C"])


def drb(data: Path, name: str) -> pd.Series:
    """Return the survey's score ``drb`` by alert_id; NaN where there is none or its version is not stated."""
    columns = ["candid", "drb", "candidate.drbversion"]
    table = pq.read_table(data / "ztf_alerts" / name, columns=columns).flatten().to_pandas()
    # the name of a nested column depends on the version of pyarrow
    version = table.rename(columns={"candidate.drbversion": "drbversion"})["drbversion"]
    scores = table["drb"].where(version.fillna("") != "")
    return scores.astype(float).set_axis(table["candid"].astype(str))


def weighted(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a new index and a column weight: the alerts of one object weigh 1 together."""
    table = table.reset_index(drop=True)
    return table.assign(weight=1 / table.groupby("object_id")["alert_id"].transform("count"))


def codes(labels: Sequence[str] | pd.Series, classes: Sequence[str]) -> NDArray[np.int64]:
    """Return the number of each label's class."""
    return pd.Index(classes).get_indexer(pd.Index(labels))


def folds(table: pd.DataFrame, n: int, seed: int) -> list[Split]:
    """Return n pairs (rows to train with, rows to test with): all alerts of an object are on one side."""
    splitter = StratifiedGroupKFold(n, shuffle=True, random_state=seed)
    return list(splitter.split(table, table["label"], table["object_id"]))
