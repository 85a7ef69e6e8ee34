"""Groups of features give what simple light curves and plain formulas say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from tests.plugins.classifiers.light_curves import one_band, random_curves
from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves, sets
from tom_alerce_like.plugins.classifiers.features import evaluate, supernova, table, walk
from tom_alerce_like.plugins.classifiers.features.points import Points
from tom_alerce_like.plugins.classifiers.features.series import median

SEEDS = st.integers(0, 1000)


def joined(*parts: Curves) -> Curves:
    """Return the points of light curves of one object as one light curve."""
    names = ("mjd", "band", "flux_njy", "flux_err_njy", "limit_mag", "is_detection", "is_forced")
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    order = np.lexsort((arrays["band"], arrays["mjd"]))
    return Curves(1, np.zeros(len(order), int), *(arrays[name][order] for name in names))


def row(curves: Curves, group: str, bands: str = "r"):
    return table(curves, [group], bands).iloc[0]


def test_shape_of_a_triangle() -> None:
    found = row(one_band([0, 10, 20, 40], [100, 1000, 700, 100], 1), "shape")
    assert found["r_rise_days"] == 10 and found["r_fall_days"] == 30
    assert found["r_half_rise_days"] == pytest.approx(10 * 500 / 900)
    assert found["r_half_fall_days"] == pytest.approx(10 + 20 * 200 / 600)
    assert found["r_rise_mag_per_day"] == pytest.approx(0.25)
    assert found["r_peak_mag"] == pytest.approx(31.4 - 7.5)
    assert found[["r_first_to_max", "r_last_to_max", "r_min_to_max"]].to_list() == pytest.approx([0.1, 0.1, 0.1])


def test_a_rise_that_was_not_seen_has_no_half_time() -> None:
    found = row(one_band([0, 10], [1000, 700], 1), "shape")
    assert found[["r_half_rise_days", "r_half_fall_days", "r_rise_mag_per_day"]].isna().all()


@settings(max_examples=25)
@given(SEEDS)
def test_colours_are_those_of_interpolated_fluxes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    days = [np.sort(rng.uniform(0, 100, 25)) for _ in range(2)]
    flux = [rng.uniform(1000, 2000, 25) for _ in range(2)]
    found = row(joined(*(one_band(days[i], flux[i], 1, 1 + i) for i in range(2))), "colours", "gr")
    expected = []
    for i, j, sign in ((0, 1, 1), (1, 0, -1)):
        for day, value in zip(days[i], flux[i], strict=True):
            k = np.searchsorted(days[j], day)
            if 0 < k < 25 and days[j][k] - days[j][k - 1] <= 15:
                expected.append(sign * -2.5 * np.log10(value / np.interp(day, days[j], flux[j])))
    assert found["gr_colour_epochs"] == len(expected)
    assert found["gr_colour_middle"] == pytest.approx(np.mean(expected), abs=1e-5)
    assert found["gr_colour_std"] == pytest.approx(np.std(expected), abs=1e-5)
    assert found["gr_colour_max"] == pytest.approx(-2.5 * np.log10(flux[0].max() / flux[1].max()), abs=1e-5)


def test_colour_that_reddens() -> None:
    days = np.arange(0, 30, 3.0)
    blue = one_band(days, 1e4 * 10 ** (-0.4 * 0.1 * days), 1, 1)
    found = row(joined(blue, one_band(days + 0.001, np.full(10, 1e4), 1, 2)), "colours", "gr")
    assert found["gr_colour_per_day"] == pytest.approx(0.1, rel=0.02)
    assert found["gr_colour_last"] - found["gr_colour_first"] == pytest.approx(2.7, rel=0.02)


def test_limits_before_and_after() -> None:
    curves = one_band([0, 4, 6, 10, 30], [10, -20, 1000, 900, 30], [10, 10, 10, 10, 20], detected=[0, 0, 1, 1, 0])
    limit = Curves(
        1, np.zeros(1, int), np.array([5.0]), np.array([2]), *np.full((3, 1), np.nan), *np.zeros((2, 1), bool)
    )
    limit.limit_mag[0] = 20.0
    found = row(joined(curves, limit), "limits")
    assert found["r_before_n"] == 3 and found["before_n"] == 3 and found["r_after_n"] == 1
    assert found["r_before_days"] == 1 and found["after_days"] == 20
    assert found["r_before_limit_mag"] == 20 and found["r_before_deepest_mag"] == pytest.approx(
        31.4 - 2.5 * np.log10(50)
    )
    assert found["r_before_step_mag"] == pytest.approx(20 - (31.4 - 7.5))
    assert found["r_before_snr"] == pytest.approx(-0.5 * np.sqrt(2))
    assert found["r_after_flux_to_max"] == pytest.approx(0.03)


@settings(max_examples=25)
@given(SEEDS)
def test_structure_function_of_all_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    days, flux, error = np.sort(rng.uniform(0, 14, 4)), rng.normal(0, 100, 4), rng.uniform(1, 3, 4)
    found = row(one_band(days, flux, error), "structure")
    variance = flux.var() - (error**2).mean()
    i, j = np.triu_indices(4, 1)
    lag, half = days[j] - days[i], ((flux[i] - flux[j]) ** 2 - error[i] ** 2 - error[j] ** 2) / 2
    for name, low, high in (("intraday", 0, 0.5), ("1d", 0.5, 3), ("7d", 3, 15)):
        inside = (lag >= low) & (lag < high)
        expected = half[inside].mean() / variance if inside.any() else np.nan
        assert found[f"r_sf_{name}"] == pytest.approx(expected, rel=1e-4, abs=1e-5, nan_ok=True)


@settings(max_examples=20)
@given(SEEDS)
def test_likelihood_of_a_random_walk_is_that_of_its_covariance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    days, error = np.sort(rng.uniform(0, 100, 12)), rng.uniform(0.1, 0.5, 12)
    value = rng.normal(0, 1, 12)
    found, white = walk._likelihoods(days, value, error, np.array([0]), np.array([12]))
    apart = np.abs(days[:, None] - days)
    for t in (0, 4, 8):
        for k in (0, 3):
            covariance = walk.RATIOS[k] * np.exp(-apart / walk.TAU_DAYS[t]) + np.diag(error**2)
            expected = multivariate_normal(np.zeros(12), covariance).logpdf(value) + 6 * np.log(2 * np.pi)
            assert found[0, t, k] == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert white[0, 3] == pytest.approx(-0.5 * (value**2 / (1 + error**2) + np.log(1 + error**2)).sum())


def test_time_scale_of_a_random_walk() -> None:
    rng = np.random.default_rng(5)
    days = np.sort(rng.uniform(0, 3000, 400))
    covariance = np.exp(-np.abs(days[:, None] - days) / 50)
    flux = 1000 * (np.linalg.cholesky(covariance + 1e-9 * np.eye(400)) @ rng.normal(size=400)) + rng.normal(0, 50, 400)
    found = row(one_band(days, flux, 50), "random_walk")
    assert found["r_drw_log_tau"] == pytest.approx(np.log10(50), abs=0.3)
    assert found["r_drw_gain"] > 0.2
    noise = row(one_band(days, rng.normal(0, 1000, 400), 50), "random_walk")
    assert noise["r_drw_log_tau"] < 0.5 and noise["r_drw_gain"] < 0.01


TRUE = np.array([2e4, 12.0, 20.0, 0.5, 4.0, 35.0])


def test_the_supernova_model_is_found_again() -> None:
    rng = np.random.default_rng(1)
    days = np.arange(-30, 120, 2.5)
    flux = supernova.curve(TRUE, days) + rng.normal(0, 100, len(days))
    curves = one_band(days + 60000, flux, 100, detected=flux > 500)
    parameters, chi2 = supernova.fit(Points.of(curves, "r"))
    fitted = supernova.curve(parameters[0], days + 30)
    assert np.abs(fitted - supernova.curve(TRUE, days)).max() < 0.05 * flux.max()
    assert chi2[0, 0] < 1.5
    found = row(curves, "supernova")
    assert found["r_spm_fall_days"] == pytest.approx(35, rel=0.2)
    first = days[flux > 500][0]
    assert found["r_spm_t0_days"] == pytest.approx(12 - first, abs=3)


def test_the_supernova_model_is_that_of_the_paper() -> None:
    days = np.linspace(-20, 150, 50)
    amplitude, t0, gamma, beta, rise, fall = TRUE
    t1 = t0 + gamma
    risen, late = 1 / (1 + np.exp(-(days - t0) / rise)), 1 / (1 + np.exp(-(days - t1) / 3))
    plateau = amplitude * (1 - beta * (days - t0) / (t1 - t0)) * risen * (1 - late)
    tail = amplitude * (1 - beta) * np.exp(-(days - t1) / fall) * risen * late
    np.testing.assert_allclose(supernova.curve(TRUE, days), plateau + tail, rtol=1e-6)


def test_derivatives_of_the_supernova_model() -> None:
    rng = np.random.default_rng(0)
    free = supernova._MIDDLE + rng.normal(0, 0.5, (3, 6))
    days, flux, error, owner = (
        rng.uniform(-50, 150, 60),
        rng.normal(0, 1, 60),
        np.full(60, 0.1),
        np.repeat(np.arange(3), 20),
    )
    residual, jacobian = supernova._residuals(free, days, flux, error, owner)
    for i in range(6):
        moved = free.copy()
        moved[:, i] += 1e-6
        np.testing.assert_allclose(
            (supernova._residuals(moved, days, flux, error, owner)[0] - residual) / 1e-6, jacobian[i], atol=1e-4
        )


def test_a_few_points_have_a_supernova_model_and_none_have_not() -> None:
    curves = random_curves(4, bands=3)
    found, counts = (table(curves, [group], "gri") for group in ("supernova", "counts"))
    for band in "gri":
        fitted = found[[name for name in found if name[0] == band]].notna()
        assert (fitted.all(axis=1) == (counts[f"{band}_n_detections"] > 0)).all()
        assert (fitted.any(axis=1) == fitted.all(axis=1)).all()
    short = row(one_band([0, 3], [500, 900], 50), "supernova")
    assert short.notna().all() and 10 < short["r_spm_fall_days"] < 90


def saw(days, period: float):
    return np.where(days / period % 1 < 0.2, days / period % 1 / 0.2, (1 - days / period % 1) / 0.8)


@pytest.mark.parametrize("period", [0.31, 0.5737, 4.71, 61.3])
def test_period_of_a_sawtooth_in_two_bands(period: float) -> None:
    rng = np.random.default_rng(2)
    parts = []
    for band, size in ((1, 1.0), (2, 0.6)):
        days = np.sort(rng.choice(600, 70, replace=False) + rng.normal(0.2, 0.08, 70))
        mag = 15 - size * saw(days, period) + rng.normal(0, 0.02, 70)
        flux = 10 ** (0.4 * (31.4 - mag))
        parts.append(one_band(days, flux, 0.02 * flux, band))
    found = row(joined(*parts), "period", "gr")
    assert found["period_days"] == pytest.approx(period, rel=2e-3)
    assert found["period_explained"] > 0.9
    assert found["period_rise_fraction"] < 0.4
    assert found["period_folded_eta"] < 0.5


def test_few_points_have_no_period() -> None:
    assert row(one_band(np.arange(9), np.arange(9) + 10.0, 1), "period").isna().all()
    assert row(one_band(np.arange(30), np.full(30, 10.0), 1), "period").isna().all()


def test_difference_fluxes_of_both_signs_have_a_period() -> None:
    days = np.sort(np.random.default_rng(3).uniform(0, 200, 80))
    found = row(one_band(days, 100 * np.sin(2 * np.pi * days / 7.3), 5), "period")
    assert found["period_days"] == pytest.approx(7.3, rel=1e-3)
    assert found["period_first_explained"] > 0.98


@settings(max_examples=25)
@given(SEEDS)
def test_medians(seed: int) -> None:
    rng = np.random.default_rng(seed)
    key = np.sort(rng.integers(0, 5, 30))
    values, offsets = rng.normal(0, 1, 30), np.searchsorted(key, np.arange(6))
    expected = [np.median(values[key == k]) if (key == k).any() else np.nan for k in range(5)]
    np.testing.assert_allclose(median(values, key, offsets), expected)


def test_bands_are_those_present_unless_named() -> None:
    curves = one_band([0, 1, 2], [5, 6, 7], 1, BANDS.index("z"))
    assert {name[0] for name in table(curves, ["shape"]).columns} == {"z"}
    assert list(table(curves, ["shape"], "gz").columns[:1]) == ["g_rise_days"]


def test_right_periods_are_those_known_and_simple_multiples() -> None:
    found = np.array([1.005, 2.0, 0.5, 1.5, np.nan, 1.02])
    assert evaluate.is_right(found, np.ones(6)).tolist() == [True, True, True, False, False, False]


@pytest.mark.data
def test_periods_of_real_rr_lyrae_stars(data, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sets.real
    monkeypatch.setattr(sets, "real", lambda folder, *names: real(folder, "sdss_s82_rrlyrae")[::20])
    found = evaluate.figures(data, evaluate.unseen(data))
    assert found["period_fraction"][0] >= 0.85
    assert set(found) == {"period_fraction", "period_fraction_strict"}


def test_plausible_periods_are_those_of_the_class() -> None:
    stars = pd.DataFrame({"sublabel": ["Mira", "Mira", "RR_Lyrae_FO"], "found_days": [300.0, 1.0, 0.7]})
    assert evaluate.is_plausible(stars).tolist() == [True, False, True]
