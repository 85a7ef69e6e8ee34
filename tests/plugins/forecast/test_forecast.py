"""The forecast: its shape, its laws, and that it is right about objects whose future is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plugins.forecast.curves import star, supernova, table
from tom_alerce_like.plugins.forecast import mixture
from tom_alerce_like.plugins.forecast.forecast import expected_mag, forecast

NUMBERS = ["mjd", "mag", "mag_bright", "mag_faint", "flux_njy", "flux_err_njy"]


@pytest.fixture(scope="module")
def alerts():
    made = table(supernova(6), supernova(-10), star(), [], [(61000.0, "r", 19.5)])
    return made.set_index(pd.Index(["sn", "young", "star", "none", "one"]))


def test_a_row_for_each_object_band_and_night(alerts):
    made = forecast(alerts, nights=3, bands="gr")
    assert list(made.index) == [name for name in alerts.index for _ in range(6)]
    assert list(made["band"][:6]) == ["g"] * 3 + ["r"] * 3
    sn = made.loc["sn"]
    assert list(sn["mjd"][:3] - 61018) == [1, 2, 3] or sn["mjd"].iloc[0] - 1 == pytest.approx(61018)
    assert made.loc["none", "mag"].isna().all()


def test_intervals_are_in_order_and_wide_where_little_is_known(alerts):
    made = forecast(alerts, bands="gr").drop(index="none")
    assert (made["mag_bright"] <= made["mag"]).all() and (made["mag"] <= made["mag_faint"]).all()
    width = (made["mag_faint"] - made["mag_bright"]).groupby(level=0).median()
    assert width["one"] > 2 * width["sn"] and width["star"] < 0.1
    assert (made["flux_err_njy"] > 0).all()


def test_a_supernova_fades_and_a_star_stays(alerts):
    made = forecast(alerts, bands="r")
    sn, same = made.loc["sn", "mag"], made.loc["star"]
    assert sn.iloc[-1] > sn.iloc[0] + 0.1
    assert made.loc["sn", "p_variable"].max() < 0.1 and same["p_variable"].min() > 0.9
    assert np.allclose(same["mag"], 17.0, atol=0.05)


def test_a_young_supernova_brightens(alerts):
    made = forecast(alerts, bands="r").loc["young"]
    assert made["mag"].iloc[4] < made["mag"].iloc[0] - 0.3


def test_alone_and_together_give_the_same(alerts):
    together = forecast(alerts, nights=2)
    for name in alerts.index:
        alone = forecast(alerts.loc[[name]], nights=2)
        assert np.allclose(alone[NUMBERS], together.loc[[name]][NUMBERS], equal_nan=True, rtol=1e-6)


def test_nothing_in_nothing_out(alerts):
    made = forecast(alerts.iloc[:0])
    assert len(made) == 0 and list(made) == list(forecast(alerts.iloc[:1]))


def test_the_input_is_not_changed(alerts):
    before = alerts.copy(deep=True)
    forecast(alerts, nights=1)
    pd.testing.assert_frame_equal(alerts, before)


def test_the_chance_of_being_brighter_grows_with_the_limit(alerts):
    chances = [forecast(alerts, 1, "r", limit_mag=limit)["p_brighter"] for limit in (16, 18, 20, 25)]
    rows = np.array(chances)[:, [0, 1, 2, 4]]
    assert (np.diff(rows, axis=0) >= 0).all() and (rows[-1] > 0.99).all() and (rows[0] < 0.1).all()


def test_one_band_at_one_time_is_the_same_forecast(alerts):
    table_ = forecast(alerts, 2, "g", 61020.0)
    one = expected_mag(alerts, "g", 61022.0)
    assert list(one.index) == list(alerts.index)
    assert np.allclose(one["mag"], table_["mag"].to_numpy()[1::2], equal_nan=True)
    each = expected_mag(alerts, "g", np.full(len(alerts), 61022.0))
    assert np.allclose(one["mag"], each["mag"], equal_nan=True)


def test_a_detection_of_negative_flux_makes_it_a_variable():
    made = table(supernova(6))
    points = made["lightcurve"].iloc[0]
    dip = [{**point, "flux_njy": -abs(point["flux_njy"])} if i == 3 else point for i, point in enumerate(points)]
    turned = made.assign(lightcurve=pd.Series([dip], dtype=made["lightcurve"].dtype))
    assert forecast(made, 1, "r")["p_variable"].iloc[0] < 0.1
    assert forecast(turned, 1, "r")["p_variable"].iloc[0] > 0.9


def test_points_at_one_time_and_wild_values_are_survived():
    twice = [(61000.0, "r", 19.0)] * 3 + [(61000.0, "g", 19.0)] * 2
    made = table(twice, [(61000.0, "r", 3.0), (61001.0, "r", 29.0)], [(100.0, "y", 19.0), (90000.0, "u", 19.0)])
    found = forecast(made, 2)
    assert found["mag"].notna().all() and (found["mag_bright"] <= found["mag_faint"]).all()


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(60990, 61010), st.sampled_from("griz"), st.floats(15, 22)), max_size=6))
def test_anything_is_forecast_that_was_detected(points):
    found = forecast(table(points), 1, "gr")
    assert found["mag"].notna().all() == bool(points)


@given(st.floats(-1e6, 1e8))
def test_asinh_magnitudes_and_back(flux):
    assert float(mixture.flux_of(mixture.mag_of(np.array(flux)))) == pytest.approx(flux, rel=1e-6, abs=1e-6)
