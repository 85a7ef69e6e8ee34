"""Slopes of light curves."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_alerce_like.plugins.priority.rise import LIMIT_ERR_MAG, POINT_COLUMNS, rise

NAN = math.nan


def table(*rows: tuple) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=list(POINT_COLUMNS))
    return made.astype({"target_id": int, "band": str, **dict.fromkeys(("mjd", "mag", "mag_err", "limit_mag"), float)})


def test_detections_of_one_band_make_the_slope():
    found = rise(table((1, 10, "r", 20, 0.1, NAN), (1, 12, "r", 19, 0.1, NAN), (1, 11, "g", 25, 0.1, NAN)))
    assert found.loc[1, "rise_mag_per_day"] == pytest.approx(0.5)
    error = math.hypot(0.1, 0.03)
    assert found.loc[1, "rise_err_mag_per_day"] == pytest.approx(math.sqrt(2) * error / 2)


def test_a_deeper_non_detection_before_bounds_the_slope():
    found = rise(table((1, 10, "r", NAN, NAN, 21), (1, 8, "r", NAN, NAN, 25), (1, 12, "r", 19, 0.1, NAN)))
    assert found.loc[1, "rise_mag_per_day"] == pytest.approx(1.0)
    assert found.loc[1, "rise_err_mag_per_day"] == pytest.approx(math.hypot(LIMIT_ERR_MAG, math.hypot(0.1, 0.03)) / 2)


@pytest.mark.parametrize(
    "rows",
    [
        [(1, 10, "r", NAN, NAN, 18.0), (1, 12, "r", 19, 0.1, NAN)],  # too shallow
        [(1, 13, "r", NAN, NAN, 21.0), (1, 12, "r", 19, 0.1, NAN)],  # after it
        [(1, -9, "r", NAN, NAN, 21.0), (1, 12, "r", 19, 0.1, NAN)],  # long before
        [(1, 10, "g", NAN, NAN, 21.0), (1, 12, "r", 19, 0.1, NAN)],  # another band
        [(1, 12, "r", 19, 0.1, NAN)],
        [(1, 12, "r", NAN, NAN, 21.0)],
        [],
    ],
)
def test_what_says_nothing_of_the_slope_gives_none(rows):
    assert rise(table(*rows)).empty


def test_old_detections_do_not_count():
    found = rise(table((1, 0, "r", 15, 0.1, NAN), (1, 20, "r", 20, 0.1, NAN), (1, 22, "r", 19, 0.1, NAN)))
    assert found.loc[1, "rise_mag_per_day"] == pytest.approx(0.5)


def test_the_band_that_knows_best_speaks():
    precise = [(1, 10, "g", 20, 0.02, NAN), (1, 12, "g", 19.8, 0.02, NAN)]
    assert rise(table(*precise, (1, 10, "r", 20, 0.5, NAN), (1, 12, "r", 18, 0.5, NAN))).loc[1].iloc[
        0
    ] == pytest.approx(0.1)


@given(
    st.lists(st.floats(59000, 59009), min_size=2, max_size=8, unique_by=lambda day: round(day, 2)),
    st.floats(-1, 1),
    st.floats(15, 21),
)
def test_a_straight_light_curve_gives_its_slope(days, slope, mag):
    rows = [(target, day, "g", mag - slope * (day - 59000), 0.05, NAN) for day in days for target in (4, 7)]
    found = rise(table(*rows))
    assert found.index.tolist() == [4, 7]
    assert found["rise_mag_per_day"].to_numpy() == pytest.approx(np.full(2, slope), abs=1e-4)
