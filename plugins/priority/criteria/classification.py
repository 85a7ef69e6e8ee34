"""What the classifiers say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd

from tom_alerce_like import taxonomy
from tom_alerce_like.plugins.priority.criterion import Criterion, Values
from tom_alerce_like.plugins.priority.table import probability_columns

SUPERNOVA = re.compile(taxonomy.SUPERNOVA, re.IGNORECASE)


@dataclass(frozen=True)
class ClassProbability(Criterion):
    """The highest probability that any classifier gives to the classes whose names match ``pattern``.

    ``classifier`` narrows it to one. Within a classifier, the classes that match are added up. NaN without any.
    """

    pattern: re.Pattern[str] = SUPERNOVA
    label: str = "P(SN)"
    classifier: str = ""

    def value(self, table: pd.DataFrame) -> Values:
        sums: dict[tuple[str, str], Values] = {}
        for (source, classifier, class_name), column in probability_columns(table).items():
            if self._asked(classifier):
                share = table[column].to_numpy(float)
                # a classifier that judged the row, though not with these classes, says 0
                share = share if self.pattern.match(class_name) else np.where(np.isnan(share), np.nan, 0.0)
                sums[source, classifier] = _add(sums.get((source, classifier)), share)
        return reduce(np.fmax, sums.values(), np.full(len(table), np.nan))

    def _asked(self, classifier: str) -> bool:
        if self.classifier:
            return classifier == self.classifier
        return not (taxonomy.is_conditional(classifier) or taxonomy.judges_aspect(classifier))


def _add(total: Values | None, share: Values) -> Values:
    """Add where known; NaN only where both are."""
    if total is None:
        return share
    return np.where(np.isnan(total) & np.isnan(share), np.nan, np.nan_to_num(total) + np.nan_to_num(share))
