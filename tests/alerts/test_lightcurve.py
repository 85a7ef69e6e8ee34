"""Light curves: nested, flat and in short."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.alerts.schema import frame

POINT = st.tuples(
    st.floats(50000, 70000),
    st.sampled_from("ugrizy"),
    st.floats(-1e6, 1e6) | st.just(float("nan")),
    st.floats(0, 1e4) | st.just(float("nan")),
    st.floats(10, 30),
    st.floats(0, 1) | st.just(float("nan")),
    st.booleans(),
    st.booleans(),
)
CURVES = st.lists(st.lists(POINT, max_size=5), max_size=5)


def table(curves):
    points = [dict(zip(lightcurve.FIELDS, point, strict=True)) for curve in curves for point in curve]
    flat = pd.DataFrame(points, columns=list(lightcurve.FIELDS))
    flat.insert(0, "row", [row for row, curve in enumerate(curves) for _ in curve])
    names = [f"object{row}" for row in range(len(curves))]
    nested = lightcurve.nest(flat.astype({"row": int}), len(curves))
    return frame({"survey": ["ZTF"] * len(curves), "object_id": names, "lightcurve": nested})


@given(CURVES)
@settings(max_examples=50, deadline=None)
def test_flat_of_nested_is_the_same(curves):
    flat = lightcurve.points(table(curves))
    assert flat["row"].tolist() == [row for row, curve in enumerate(curves) for _ in curve]
    assert flat["object_id"].tolist() == [f"object{row}" for row in flat["row"]]
    again = list(flat[list(lightcurve.FIELDS)].itertuples(index=False, name=None))
    np.testing.assert_equal(again, [point for curve in curves for point in curve])


@given(CURVES)
@settings(max_examples=50, deadline=None)
def test_nested_of_flat_is_the_same(curves):
    alerts = table(curves)
    again = lightcurve.nest(lightcurve.points(alerts), len(alerts))
    np.testing.assert_equal(again.tolist(), alerts["lightcurve"].tolist())


def test_without_a_length_the_table_ends_with_the_last_row_that_has_points():
    flat = lightcurve.points(table([[], [(60000.0, "g", 1.0, 1.0, 20.0, 0.1, True, False)]]))
    assert [len(curve) for curve in lightcurve.nest(flat)] == [0, 1]


def test_an_alert_without_a_light_curve_has_no_points():
    alerts = frame({"survey": ["ZTF"], "object_id": ["a"]})
    assert lightcurve.points(alerts).empty
