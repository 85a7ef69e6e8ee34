"""Early SNe Ia: the laws, what the features know of a rise, and how unlike sources are made alike."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conformance.module import ModuleConformance
from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves
from tom_alerce_like.plugins.classifiers.early_sn_ia import EarlySNIa, evaluate, sources
from tom_alerce_like.plugins.classifiers.early_sn_ia.classifier import VERSION, WEIGHTS
from tom_alerce_like.plugins.classifiers.early_sn_ia.features import FEWEST, NAMES, matrix
from tom_alerce_like.plugins.classifiers.early_sn_ia.nights import KEPT, nights
from tom_alerce_like.serving import notes, session

START_MJD = 60000.0


def alerts_of(objects, survey="ZTF"):
    """Return an alert table of objects, each a list of (days, band, magnitude); a limit's band is "limit g"."""
    points = []
    for row, object_points in enumerate(objects):
        for days, band, mag in object_points:
            limit = band.startswith("limit ")
            flux = np.nan if limit else 10 ** (0.4 * (31.4 - mag))
            points.append((row, START_MJD + days, band[-1], flux, 0.05 * flux, mag, 0.05, not limit, False))
    names = ("row", "mjd", "band", "flux_njy", "flux_err_njy", "mag", "mag_err", "is_detection", "is_forced")
    nested = lightcurve.nest(pd.DataFrame(points, columns=list(names)), len(objects))
    ids = [f"object{number}" for number in range(len(objects))]
    made = frame({"survey": [survey] * len(ids), "object_id": ids, "mjd": [START_MJD] * len(ids)})
    return made.assign(lightcurve=nested)


def rise(slope, curvature=0.0, colour=-0.1, days=(0, 1, 3, 4, 6, 7), bands="grgrgr", level=18.0):
    """Return points of an object whose magnitude changes by so much per day, with this colour g - r."""
    since = np.array(days, float) - days[-1]
    mags = level + slope * since + curvature * since**2
    return [(d, b, m + (colour if b == "g" else 0)) for d, b, m in zip(days, bands, mags, strict=True)]


class TestEarlySNIa(ModuleConformance):
    @pytest.fixture
    def module(self):
        return EarlySNIa()

    @pytest.fixture
    def alerts(self):
        rng = np.random.default_rng(0)
        objects = [rise(rng.normal(-0.1, 0.1), abs(rng.normal(0, 0.01)), rng.normal(0, 0.2)) for _ in range(30)]
        objects += [rise(-0.2)[:n] for n in range(4)]
        return alerts_of(objects)

    def test_probabilities_of_a_judged_row_sum_to_one(self, module, alerts):
        np.testing.assert_allclose(module.score(alerts).dropna().sum(axis=1), 1)

    def test_too_few_points_and_faded_objects_are_not_judged(self, module):
        past = [(days, "r", 17 + 0.1 * days) for days in (0, 1, 2, 4, 30)]
        scores = module.score(alerts_of([rise(-0.2)[: FEWEST - 1], rise(-0.2)[:FEWEST], past, rise(-0.2)]))
        assert scores["SNIa"].notna().tolist() == [False, True, False, True]

    def test_an_object_that_is_silent_since_is_not_judged(self, module):
        silent = [*rise(-0.2), (40, "limit g", 20.5)]
        assert module.score(alerts_of([silent])).isna().all(axis=None)

    def test_one_band_is_enough_in_both_surveys(self, module):
        for survey in ("ZTF", "LSST"):
            assert module.score(alerts_of([rise(-0.2, bands="rrrrrr")], survey)).notna().all(axis=None)
        assert module.score(alerts_of([rise(-0.2)], "another")).isna().all(axis=None)

    def test_what_rises_like_an_ia_is_one_and_what_does_not_change_is_none(self, module):
        like = rise(0.02, 0.006, -0.05, days=(0, 1, 3, 4, 7, 10), level=17)
        scores = module.score(alerts_of([like, rise(0.0, colour=0.6)]))["SNIa"]
        assert scores[0] > 0.7 and scores[1] < 0.4


def known(objects):
    return pd.DataFrame(matrix(nights(Curves.of(alerts_of(objects))))[0], columns=list(NAMES))


@settings(max_examples=25)
@given(st.floats(-0.4, 0.2), st.floats(0, 0.01), st.floats(-0.5, 1), st.floats(15, 20))
def test_the_fit_finds_slope_curvature_and_colour_at_any_brightness(slope, curvature, colour, level):
    days = tuple(range(0, 24, 2))
    features, fainter = known(
        [rise(slope, curvature, colour, days, "gr" * 6, mag) for mag in (level, level + 1)]
    ).to_dict("records")
    assert features["slope"] == pytest.approx(10 * slope, abs=0.1)
    assert features["curvature"] == pytest.approx(100 * curvature, abs=0.05)
    assert features["g_r"] == pytest.approx(colour, abs=0.05)
    assert fainter == pytest.approx(features, abs=2e-2, nan_ok=True)


def test_one_band_has_no_colour():
    features = known([rise(-0.1, bands="rrrrrr")]).iloc[0]
    assert features[["g_r", "r_i", "i_z", "colour_slope"]].isna().all() and np.isfinite(features["slope"])


def test_points_of_one_night_and_band_become_one():
    twice = [*rise(-0.2), *((days + 0.02, band, mag) for days, band, mag in rise(-0.2))]
    seen = nights(Curves.of(alerts_of([sorted(twice), rise(-0.2)])))
    assert seen.there.sum(axis=1).tolist() == [6, 6] and seen.total.tolist() == [12, 6]
    np.testing.assert_allclose(seen.flux[0], seen.flux[1], rtol=0.02)


def test_the_newest_points_are_kept():
    seen = nights(Curves.of(alerts_of([[(days, "g", 18.0) for days in range(40)]])))
    assert seen.there.all() and seen.age_days.tolist() == [list(range(KEPT - 1, -1, -1))]


def test_the_weights_are_small_and_say_what_they_are():
    assert sum(path.stat().st_size for path in WEIGHTS.values()) < 7e5
    for path in WEIGHTS.values():
        assert notes(path)["version"] == VERSION and float(notes(path)["slope"]) > 0
        assert [(made.name, made.shape[1]) for made in session(path).get_inputs()] == [("features", len(NAMES))]


def test_thinned_curves_have_the_gaps_that_were_asked_for():
    rng = np.random.default_rng(0)
    curves = Curves.of(alerts_of([[(days / 4, "g", 18.0) for days in range(400)], rise(-0.2)]))
    made = sources.thinned(curves, np.array([True, False]), np.array([3.0]), rng)
    np.testing.assert_allclose(np.diff(made.mjd[made.row == 0]), 3.0)
    assert (made.row == 1).sum() == 6


def test_faded_curves_have_the_surveys_magnitudes_and_errors():
    bright = Curves.of(alerts_of([[(days, "g", 12 + abs(days - 10) / 4) for days in range(21)] for _ in range(200)]))
    made = sources.faded(bright, np.zeros(200, bool), np.random.default_rng(0))
    peak = np.array([made.mag[(made.row == row) & made.is_detection].min() for row in range(200)])
    assert np.median(peak) == pytest.approx(sources.PEAK_MAG, abs=0.2) and peak.max() < 19.5
    same = sources.faded(bright, np.ones(200, bool), np.random.default_rng(0))
    np.testing.assert_array_equal(same.flux_njy, bright.flux_njy)


def test_differences_are_against_what_was_before():
    flat = Curves.of(alerts_of([[(days, "g", 15.0) for days in range(60)], [(days, "g", 15.0) for days in range(60)]]))
    made = sources.differences(flat, np.array([True, False]), np.random.default_rng(0))
    assert np.allclose(made.flux_njy[made.row == 0], 0) and (made.row == 1).sum() == 60
    assert BANDS[made.band[0]] == "g"


def test_efficiency_at_a_purity():
    truth = np.array([True, True, False, True, False])
    score = np.array([0.9, 0.8, 0.7, 0.6, -1])
    assert evaluate.efficiency(truth, score, np.ones(5), 1.0) == pytest.approx(2 / 3)
    assert evaluate.efficiency(truth, score, np.ones(5), 0.75) == 1
    assert evaluate.efficiency(~truth, score, np.ones(5), 0.95) == 0
    tied = np.array([0.5, 0.5, 0.5])
    assert evaluate.efficiency(np.array([True, True, False]), tied, np.ones(3), 0.95) == 0


def test_an_object_is_called_by_its_newest_score():
    table = np.full((3, len(evaluate.EPOCHS)), np.nan)
    table[0, :3], table[1, -1] = [0.1, 0.9, 0.4], 0.8
    assert evaluate.newest(table).tolist() == [0.4, -1, -1] and evaluate.highest(table).tolist() == [0.9, -1, -1]


@pytest.mark.data
def test_real_sne_ia_are_found(data):
    """A check of the way from light curve to score, not of accuracy: the weights have seen these objects."""
    from tom_alerce_like.plugins.classifiers.curves import sets

    objects = sets.real(data, sources.SNIA)
    assert EarlySNIa().score(objects)["SNIa"].isna().mean() > 0.5  # complete light curves are past peak
    assert len(objects) > 1000
