"""What every criterion must keep."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tom_alerce_like.plugins.priority.criterion import Criterion


class CriterionConformance:
    """Inherit this, set ``criterion`` and ``columns`` (what it reads, with values worth trying)."""

    criterion: Criterion
    columns: dict[str, list]

    @pytest.fixture
    def table(self) -> pd.DataFrame:
        return pd.DataFrame(
            self.columns, index=pd.Index(range(7, 7 + len(next(iter(self.columns.values())))), name="target_id")
        )

    def test_values_lie_between_0_and_1_or_are_unknown(self, table):
        value = self.criterion.value(table)
        assert np.asarray(value).shape == (len(table),)
        known = np.asarray(value)[~np.isnan(value)]
        assert len(known) and ((known >= 0) & (known <= 1)).all()

    def test_each_row_is_judged_alone(self, table):
        together = self.criterion(table)
        alone = [self.criterion(table.iloc[[row]])[0] for row in range(len(table))]
        assert together == pytest.approx(alone, nan_ok=True)

    def test_nothing_in_nothing_out(self, table):
        assert self.criterion(table.iloc[:0]).shape == (0,)

    def test_the_table_is_not_changed(self, table):
        before = table.copy(deep=True)
        self.criterion(table)
        pd.testing.assert_frame_equal(table, before)

    def test_a_reason_names_it(self, table):
        assert self.criterion.label and self.criterion.label in self.criterion.judge(table).reason(0)
