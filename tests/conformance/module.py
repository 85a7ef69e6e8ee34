"""The laws of `tom_alerce_like.module` for any science module.

Inherit from `ModuleConformance` and give a fixture ``module``; override ``alerts`` where real alerts are at hand.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tom_alerce_like.alerts.schema import ALERT_SCHEMA, frame
from tom_alerce_like.module import ScienceModule

#: Libraries that may be loaded by a score, never by an import.
HEAVY = ("onnxruntime", "sklearn", "torch", "tensorflow", "skl2onnx", "lightgbm", "xgboost", "onnx", "h5py")


def random_alerts(n: int, seed: int = 0) -> pd.DataFrame:
    """Alerts whose numbers are of any size, with gaps, light curves of any length and cutouts of nonsense."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {}
    for field in ALERT_SCHEMA:
        if pa.types.is_floating(field.type):
            columns[field.name] = np.where(rng.random(n) < 0.2, np.nan, rng.lognormal(0, 2, n))
        elif pa.types.is_boolean(field.type):
            columns[field.name] = rng.random(n) < 0.5
    columns["lightcurve"] = [[_point(rng) for _ in range(rng.integers(0, 6))] for _ in range(n)]
    columns["cutouts"] = [dict.fromkeys(("science", "template", "difference"), rng.bytes(20)) for _ in range(n)]
    names = [f"ZTF{number:02d}" for number in range(n)]
    return frame(columns | {"object_id": names, "survey": ["ZTF"] * n, "band": rng.choice(["g", "r"], n)})


def _point(rng: np.random.Generator) -> dict[str, Any]:
    numbers = dict.fromkeys(("mjd", "flux_njy", "flux_err_njy", "mag", "mag_err"), float(rng.lognormal(3, 1)))
    return numbers | {"band": "g", "is_detection": True, "is_forced": False}


def bad_rows() -> pd.DataFrame:
    """Rows as broken surveys send them: nothing at all, infinities, huge and negative numbers."""
    numbers = [field.name for field in ALERT_SCHEMA if pa.types.is_floating(field.type)]
    values = [np.nan, np.inf, -np.inf, 1e300, -1e300, 0.0]
    surveys = ["", "ZTF", "ZTF", "ZTF", "LSST", "ZTF"]
    return frame(dict.fromkeys(numbers, values) | {"survey": surveys, "object_id": [""] * len(values)})


class ModuleConformance:
    """Every law of a science module, each a test."""

    #: Largest difference between a table of n rows and n tables of one.
    tolerance = 1e-6

    @pytest.fixture
    def module(self) -> ScienceModule:
        raise NotImplementedError("give the module in a fixture of this name")

    @pytest.fixture
    def alerts(self) -> pd.DataFrame:
        return random_alerts(40)

    def test_it_is_a_module(self, module):
        assert isinstance(module, ScienceModule)
        assert module.name and module.version and module.classes
        assert len(set(module.classes)) == len(module.classes)

    def test_it_reads_columns_of_the_alert_table(self, module):
        assert set(module.columns) <= set(ALERT_SCHEMA.names)

    def test_it_reads_no_other_columns(self, module, alerts):
        pd.testing.assert_frame_equal(module.score(alerts[list(module.columns)]), module.score(alerts))

    def test_columns_are_the_classes_and_values_probabilities(self, module, alerts):
        scores = module.score(alerts)
        assert tuple(scores.columns) == tuple(module.classes)
        assert all(np.issubdtype(kind, np.floating) for kind in scores.dtypes)
        values = scores.to_numpy()
        assert np.all(np.isnan(values) | ((values >= 0) & (values <= 1)))

    def test_it_judges_something(self, module, alerts):
        assert module.score(alerts).notna().any(axis=None)

    def test_index_and_order_are_kept(self, module, alerts):
        shuffled = alerts.sample(frac=1, random_state=1)
        shuffled.index = pd.Index([f"row {number}" for number in range(len(shuffled))], name="target_id")
        scores = module.score(shuffled)
        pd.testing.assert_index_equal(scores.index, shuffled.index)
        expected = module.score(alerts).loc[alerts.sample(frac=1, random_state=1).index].to_numpy()
        np.testing.assert_allclose(scores.to_numpy(), expected, atol=self.tolerance, rtol=0)

    def test_an_index_may_repeat(self, module, alerts):
        repeated = alerts.set_axis([7] * len(alerts))
        np.testing.assert_array_equal(module.score(repeated).to_numpy(), module.score(alerts).to_numpy())

    def test_a_table_gives_what_single_rows_give(self, module, alerts):
        together = module.score(alerts).to_numpy()
        alone = pd.concat([module.score(alerts.iloc[[row]]) for row in range(len(alerts))]).to_numpy()
        np.testing.assert_allclose(together, alone, atol=self.tolerance, rtol=0)

    def test_twice_is_the_same(self, module, alerts):
        pd.testing.assert_frame_equal(module.score(alerts), module.score(alerts))

    def test_an_empty_table_gives_an_empty_one(self, module, alerts):
        scores = module.score(alerts.iloc[:0])
        assert scores.empty and tuple(scores.columns) == tuple(module.classes)

    def test_bad_rows_fail_nothing(self, module, alerts):
        bad = bad_rows()
        mixed = pd.concat([bad, alerts, bad], ignore_index=True)
        scores = module.score(mixed).to_numpy()
        good = scores[len(bad) : len(bad) + len(alerts)]
        np.testing.assert_allclose(good, module.score(alerts).to_numpy(), atol=self.tolerance, rtol=0)
        assert np.all(np.isnan(scores) | ((scores >= 0) & (scores <= 1)))

    def test_nothing_known_is_not_judged(self, module):
        assert module.score(bad_rows().iloc[[0]]).isna().all(axis=None)

    def test_the_input_is_not_changed(self, module, alerts):
        before = alerts.copy(deep=True)
        module.score(alerts)
        pd.testing.assert_frame_equal(alerts, before)

    def test_it_does_no_input_or_output_once_loaded(self, module, alerts, monkeypatch):
        module.score(alerts)

        def refuse(*args: object, **kwargs: object) -> None:
            raise AssertionError("a module does no input or output")

        monkeypatch.setattr("builtins.open", refuse)
        monkeypatch.setattr("pathlib.Path.open", refuse)
        monkeypatch.setattr("socket.socket.connect", refuse)
        module.score(alerts)

    def test_it_travels_without_its_weights(self, module, alerts):
        expected = module.score(alerts)
        message = pickle.dumps(module)
        assert len(message) < 10_000
        pd.testing.assert_frame_equal(pickle.loads(message).score(alerts), expected)  # noqa: S301

    def test_weights_wait_for_the_first_score(self, module):
        """Django starts and the module is made without any of the libraries that run weights."""
        kind = type(module)
        code = (
            "import sys, django; django.setup();"
            f"from {kind.__module__} import {kind.__qualname__} as Module; Module();"
            f"print([name for name in {HEAVY!r} if name in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.stdout.strip() == "[]", done.stderr
