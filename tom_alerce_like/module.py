"""The contract of a science module, and the one runner that scores a table with many modules.

A module is any object with five names::

    name      "transient"                      what its scores are stored under
    version   "1.0"                            stored with every score
    columns   ("star_galaxy_score", ...)       columns of the alert table that it reads
    classes   ("SN", "other")                  columns that it gives back
    score     (alerts) -> scores               one row in, one row out

A module whose classes are not what an object is, but an aspect of the alert (is it real, a streak, a star's?), says so
by its name: it ends in one of `taxonomy.ASPECTS`, in ``_score`` for a new aspect. Its classes then become no
candidate's class.

Laws, which ``tests.conformance.module.ModuleConformance`` tests for each module: the same index in the same order;
columns are the classes; each value is a float in [0, 1], or NaN where the module cannot judge; one bad row never fails
a table; a table of n rows gives what n tables of one row give; an empty table gives an empty one; the input is not
changed; no input or output; weights are loaded at the first score and do not travel in a pickle.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Protocol, runtime_checkable

import pandas as pd

from tom_alerce_like import conf
from tom_alerce_like.alerts.schema import CLASSIFICATION_SCHEMA, frame
from tom_alerce_like.exceptions import ConfigurationError

logger = logging.getLogger(__name__)
LOCAL = "local"


@runtime_checkable
class ScienceModule(Protocol):
    """Judges a table of alerts; see the laws above."""

    name: str
    version: str
    columns: tuple[str, ...]
    classes: tuple[str, ...]

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return one column of probabilities for each class, one row for each alert."""


_loaded: dict[str, ScienceModule] = {}


def enabled() -> list[ScienceModule]:
    """Return the modules that the setting MODULES names, as far as their apps are installed, each made once."""
    paths = conf.installed("MODULES")
    for path in paths:
        if path not in _loaded:
            _loaded[path] = _made(path)
    return [_loaded[path] for path in paths]


def _made(path: str) -> ScienceModule:
    made = conf.load("MODULES", path)()
    if not isinstance(made, ScienceModule):
        raise ConfigurationError(
            f"MODULES {path!r} is no science module: it needs name, version, columns, classes, score"
        )
    return made


def run(alerts: pd.DataFrame, modules: Iterable[ScienceModule]) -> pd.DataFrame:
    """Score ``alerts`` with every module; returns a classification table with source ``local``.

    A module that fails as a whole is logged and left out: the others still answer. Scores that are NaN are left out.
    """
    tables = []
    for module in modules:
        try:
            scores = module.score(alerts)
        except Exception:
            logger.exception("module %s %s failed on %d alerts", module.name, module.version, len(alerts))
            continue
        tables.append(_long(alerts, scores, module))
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else frame({}, CLASSIFICATION_SCHEMA)


def _long(alerts: pd.DataFrame, scores: pd.DataFrame, module: ScienceModule) -> pd.DataFrame:
    stacked = scores.reset_index(drop=True).stack()
    stacked = stacked[stacked.notna()]
    rows = stacked.index.get_level_values(0)
    return frame(
        {
            "survey": alerts["survey"].to_numpy()[rows],
            "object_id": alerts["object_id"].to_numpy()[rows],
            "source": [LOCAL] * len(rows),
            "classifier": [module.name] * len(rows),
            "version": [module.version] * len(rows),
            "class_name": stacked.index.get_level_values(1),
            "probability": stacked.to_numpy(),
            "mjd": alerts["mjd"].to_numpy()[rows],
        },
        CLASSIFICATION_SCHEMA,
    )
