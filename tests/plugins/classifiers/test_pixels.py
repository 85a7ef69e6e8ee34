"""Stamps of any survey and shape on one canvas."""

import gzip
import io

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from tom_alerce_like.alerts import files
from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.plugins.classifiers.pixels import SIZE_PX, triplets

MIDDLE = SIZE_PX // 2


def fits_bytes(array, compressed=True):
    out = io.BytesIO()
    fits.PrimaryHDU(np.asarray(array, np.float32)).writeto(out)
    return gzip.compress(out.getvalue()) if compressed else out.getvalue()


def alerts(stamp, survey="ZTF", x_px=np.nan, y_px=np.nan):
    """One alert whose three cutouts are the stamp, and 2 and 3 times it."""
    images = {
        kind: fits_bytes(factor * stamp) for factor, kind in enumerate(("science", "template", "difference"), start=1)
    }
    return frame({"survey": [survey], "x_px": [x_px], "y_px": [y_px], "cutouts": [images]})


def marked(ny, nx, y, x):
    stamp = np.zeros((ny, nx), np.float32)
    stamp[y, x] = 5
    return stamp


def test_a_full_stamp_is_as_it_was():
    stamp = np.random.default_rng(1).normal(size=(63, 63)).astype(np.float32)
    stamp[3, 4] = np.nan
    np.testing.assert_array_equal(triplets(alerts(stamp))[0], [stamp, 2 * stamp, 3 * stamp])


@pytest.mark.parametrize(("at_px", "cut_at_start"), [(12.0, True), (3060.0, False)])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_stamp_at_the_edge_keeps_the_alert_in_the_middle(axis, at_px, cut_at_start):
    """20 rows (or columns) are beyond the detector."""
    place = MIDDLE - 20 if cut_at_start else MIDDLE
    shape, at = ((43, 63), (place, MIDDLE)) if axis == 0 else ((63, 43), (MIDDLE, place))
    where = {"y_px": at_px, "x_px": 1500.0} if axis == 0 else {"x_px": at_px, "y_px": 1500.0}
    canvas = triplets(alerts(marked(*shape, *at), **where))[0, 0]
    assert canvas[MIDDLE, MIDDLE] == 5
    assert np.isnan(canvas).sum() == 20 * 63
    missing = np.isnan(canvas).all(axis=1 - axis)
    assert missing[:20].all() if cut_at_start else missing[-20:].all()


def test_smaller_and_larger_stamps_are_centred():
    assert triplets(alerts(marked(21, 21, 10, 10)))[0, 0, MIDDLE, MIDDLE] == 5
    large = triplets(alerts(marked(101, 81, 50, 40)))[0, 0]
    assert large[MIDDLE, MIDDLE] == 5 and np.isfinite(large).all()


def test_pixels_of_lsst_are_averaged_in_blocks():
    stamp = np.full((30, 30), 7, np.float32)
    canvas = triplets(alerts(stamp, "LSST"))[0, 0]
    assert np.isfinite(canvas).sum() == 15 * 15
    assert np.nanmin(canvas) == np.nanmax(canvas) == 7
    assert np.isfinite(canvas[MIDDLE, MIDDLE])
    odd = triplets(alerts(marked(31, 31, 15, 15), "LSST"))[0, 0]
    assert odd[MIDDLE, MIDDLE] == 5 / 4


@pytest.mark.parametrize(("survey", "sign"), [("LSST", -1), ("ZTF", 1)])
def test_what_faded_is_a_peak(survey, sign):
    """ZTF turns the difference itself."""
    table = alerts(np.full((30, 30), 7, np.float32), survey)
    rose, faded = triplets(table.assign(is_positive=True))[0], triplets(table.assign(is_positive=False))[0]
    np.testing.assert_array_equal(faded[:2], rose[:2])
    np.testing.assert_array_equal(faded[2], sign * rose[2])


def test_a_sign_that_is_not_known_turns_nothing():
    table = alerts(np.full((30, 30), 7, np.float32), "LSST")
    both = pd.concat([table] * 2, ignore_index=True)
    for signs in ([pd.NA, False], [None, False]):
        made = triplets(both.assign(is_positive=pd.Series(signs, dtype=object)))[:, 2]
        assert np.nanmax(made[0]) == 21 and np.nanmax(made[1]) == -21
    nullable = triplets(both.assign(is_positive=pd.array([True, None], "boolean")))[:, 2]
    assert np.nanmin(nullable) == 21


def test_what_is_missing_or_broken_is_nan():
    good = fits_bytes(np.ones((63, 63)))
    rows = [
        None,
        {"science": good, "template": None, "difference": b"not FITS"},
        {"science": good, "template": b"", "difference": fits_bytes(np.ones((63, 63)), compressed=False)},
    ]
    made = triplets(frame({"survey": ["ZTF"] * 3, "cutouts": rows}))
    known = np.isfinite(made).all(axis=(2, 3))
    assert known.tolist() == [[False] * 3, [True, False, False], [True, False, True]]


def test_without_the_columns_all_is_nan():
    assert np.isnan(triplets(pd.DataFrame({"survey": ["ZTF"]}))).all()
    assert triplets(frame({})).shape == (0, 3, SIZE_PX, SIZE_PX)


@pytest.mark.data
@pytest.mark.parametrize("pattern", ["ztf_alerts/alerts_labelled.parquet", "lsst_alerts/*v10*.parquet"])
def test_real_alerts_have_their_source_in_the_middle(data, pattern):
    """Positive alerts with a strong signal are brightest within 3 pixels of the middle, at the edges too."""
    table = pd.concat([batch.alerts for batch in files.read(sorted(data.glob(pattern)))], ignore_index=True)
    table = table[(table["snr"] > 30) & table["is_positive"] & (table["real_bogus"] > 0.9)]
    difference = triplets(table)[:, 2]
    known = np.isfinite(difference).any(axis=(1, 2))
    flat = np.where(np.isfinite(difference), difference, -np.inf)[known].reshape(known.sum(), -1)
    y, x = np.unravel_index(flat.argmax(axis=1), difference.shape[1:])
    assert known.sum() > 20
    assert np.mean(np.hypot(y - MIDDLE, x - MIDDLE) < 3) > 0.9
