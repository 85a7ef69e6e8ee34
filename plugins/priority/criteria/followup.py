"""What has been done already."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tom_alerce_like.plugins.priority.criterion import Criterion, Values


@dataclass(frozen=True)
class Observed(Criterion):
    """1 when there is a spectrum, or an observation that was asked for and did not fail; ``~Observed()`` is new."""

    label: str = "observed"

    def value(self, table: pd.DataFrame) -> Values:
        return (table["has_spectrum"] | table["has_observation"]).to_numpy(float)
