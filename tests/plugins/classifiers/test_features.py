"""The table of features: rows are independent, in order and sensible, and values are those of plain formulas."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plugins.classifiers.light_curves import one_band, random_curves
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.features import GROUPS, table

NAMES = sorted(GROUPS)
SEEDS = st.integers(0, 1000)


def everything(curves: Curves, bands: str = "gri") -> pd.DataFrame:
    return table(curves, NAMES, bands)


def test_one_row_per_object_as_float32_without_infinities() -> None:
    made = everything(random_curves(0))
    assert len(made) == 8
    assert made.columns.is_unique
    assert (made.dtypes == np.float32).all()
    assert not np.isinf(made.to_numpy()).any()


@settings(max_examples=8)
@given(SEEDS)
def test_batch_is_the_same_as_one_at_a_time(seed: int) -> None:
    curves = random_curves(seed, n=5)
    together = everything(curves).to_numpy()
    alone = np.vstack([everything(curves.take(np.array([i]))).to_numpy() for i in range(5)])
    np.testing.assert_allclose(together, alone, rtol=1e-5, atol=1e-5)


def test_order_of_objects_is_kept() -> None:
    curves = random_curves(1)
    order = np.array([5, 0, 7, 2, 2])
    np.testing.assert_allclose(everything(curves.take(order)), everything(curves).iloc[order], rtol=1e-5, atol=1e-5)


def test_an_object_without_points_has_no_statistics_and_no_detections() -> None:
    row = everything(random_curves(2)).iloc[1]
    assert row["n_detections"] == 0
    counts = row.index.str.contains("n_points|n_detections|n_bands|epochs")
    assert (row[counts] == 0).all()
    assert row[~counts].isna().all()


@pytest.mark.parametrize("n", [0, 1])
def test_no_object_and_no_point(n: int) -> None:
    empty = random_curves(0).select(np.zeros(len(random_curves(0).row), bool)).take(np.zeros(n, int))
    assert everything(empty).shape == (n, everything(random_curves(0)).shape[1])
    assert len(table(empty)) == n


def test_input_is_unchanged() -> None:
    curves, copy = random_curves(3), random_curves(3)
    everything(curves)
    for field in fields(Curves)[1:]:
        np.testing.assert_array_equal(getattr(curves, field.name), getattr(copy, field.name))


@settings(max_examples=8)
@given(SEEDS, st.sampled_from([0.0, 1e-300, 1e29, -1e29]), st.sampled_from([1e-30, 1e29, 1.0]))
def test_one_bad_object_spoils_no_other(seed: int, flux: float, error: float) -> None:
    curves = random_curves(seed, n=3, empty=False)
    bad = curves.row == 1
    spoilt = replace(
        curves,
        flux_njy=np.where(bad, flux, curves.flux_njy),
        flux_err_njy=np.where(bad, error, curves.flux_err_njy),
        mjd=np.where(bad, 60000.0, curves.mjd),
    )
    np.testing.assert_allclose(everything(spoilt).iloc[[0, 2]], everything(curves).iloc[[0, 2]], rtol=1e-5, atol=1e-5)


@settings(max_examples=25)
@given(SEEDS)
def test_statistics_are_those_of_plain_formulas(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mjd, error = 60000 + np.sort(rng.uniform(0, 100, 30)), rng.uniform(10, 20, 30)
    flux = rng.normal(0, 100, 30)
    row = table(one_band(mjd, flux, error, detected=flux > 50), bands="r").iloc[0]
    weight = error**-2
    mean = flux.mean()
    plain = {
        "r_flux_mean": mean,
        "r_flux_weighted_mean": (flux * weight).sum() / weight.sum(),
        "r_flux_standard_deviation": flux.std(ddof=1),
        "r_flux_amplitude": np.ptp(flux) / 2,
        "r_flux_median_absolute_deviation": np.median(np.abs(flux - np.median(flux))),
        "r_flux_beyond_1_std": (np.abs(flux - mean) > flux.std(ddof=1)).mean(),
        "r_flux_eta": (np.diff(flux) ** 2).sum() / (29 * flux.var(ddof=1)),
        "r_flux_maximum_slope": np.abs(np.diff(flux) / np.diff(mjd)).max(),
        "r_flux_excess_variance": (flux.var(ddof=1) - (error**2).mean()) / mean**2,
        "r_flux_cusum": np.ptp(np.cumsum(flux - mean)) / (30 * flux.std(ddof=1)),
        "r_mag_mean": (31.4 - 2.5 * np.log10(flux[flux > 50])).mean(),
        "r_n_points": 30,
        "r_n_detections": (flux > 50).sum(),
        "r_max_snr": (flux / error)[flux.argmax()],
    }
    for name, value in plain.items():
        assert row[name] == pytest.approx(value, rel=1e-4, abs=1e-6), name
