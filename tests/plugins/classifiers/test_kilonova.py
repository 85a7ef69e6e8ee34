"""Kilonovae by their light curves: the laws of a module, the line through all bands, and real objects."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conformance.module import ModuleConformance
from tom_alerce_like.alerts.schema import ALERT_SCHEMA
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.curves.simulate import kilonova as kilonovae
from tom_alerce_like.plugins.classifiers.curves.simulate import lsst, observe, others, ztf
from tom_alerce_like.plugins.classifiers.curves.simulate.light import COLOUR_SCALE
from tom_alerce_like.plugins.classifiers.kilonova import KilonovaClassifier, at2017gfo, nights
from tom_alerce_like.plugins.classifiers.kilonova.classifier import FLAGGED, VERSION, WEIGHTS
from tom_alerce_like.plugins.classifiers.kilonova.features import NAMES, matrix
from tom_alerce_like.plugins.classifiers.kilonova.fit import line
from tom_alerce_like.serving import notes, session


def new_objects(cadence=ztf, z=0.01, n=25, seed=4):
    """Kilonovae and dwarf novae, each with all that is known 8 days after it began."""
    rng = np.random.default_rng(seed)
    lights = (kilonovae.draw(np.full(n, z), rng), others.dwarf_nova(n, 18.0, rng))
    tables = [observe(light, cadence(n, -15, 8, rng), rng, least=2) for light in lights]
    return [table[list(ALERT_SCHEMA.names)] for table in tables]


class TestKilonova(ModuleConformance):
    @pytest.fixture
    def module(self):
        return KilonovaClassifier()

    @pytest.fixture
    def alerts(self):
        return new_objects()[0]

    @pytest.mark.parametrize(("cadence", "z"), [(ztf, 0.01), (lsst, 0.05)])
    def test_kilonovae_are_told_from_outbursts(self, module, cadence, z):
        found, outbursts = (module.score(table)["KN"] for table in new_objects(cadence, z, n=150))
        assert (found.dropna() >= FLAGGED).mean() > 0.4
        assert (outbursts >= FLAGGED).mean() < 0.06

    def test_probabilities_sum_to_one(self, module, alerts):
        np.testing.assert_allclose(module.score(alerts).dropna().sum(axis=1), 1)

    def test_one_night_is_not_judged(self, module, alerts):
        curves = Curves.of(alerts)
        first = curves.first(curves.is_detection)
        for row in range(5):
            points = alerts["lightcurve"].iloc[row]
            night = [point for point in points if point["mjd"] < first[row] + 0.3]
            one = alerts.iloc[[row]].assign(lightcurve=[night])
            assert module.score(one).isna().all(axis=None)


def test_the_weights_are_small_and_say_what_they_are():
    assert WEIGHTS.stat().st_size < 6e5
    assert notes(WEIGHTS)["version"] == VERSION
    assert [made.shape[1] for made in session(WEIGHTS).get_inputs()] == [len(NAMES)]


@settings(max_examples=30, deadline=None)
@given(
    level=st.floats(15, 22),
    slopes=st.tuples(st.floats(-1, 2), st.floats(-0.5, 1.5), st.floats(-0.3, 0.5)),
    seed=st.integers(0, 99),
)
def test_the_line_finds_what_points_were_made_from(level, slopes, seed):
    rng = np.random.default_rng(seed)
    days, band = rng.uniform(-4, 0, 40), rng.choice([1, 2, 3], 40)
    fading, colour, reddening = slopes
    mag = level + fading * days - (colour + reddening * days) * COLOUR_SCALE[band]
    found = line(1, np.zeros(40, int), days, band, mag, np.full(40, 0.02))
    assert found.level[0] == pytest.approx(level, abs=0.1)
    np.testing.assert_allclose(found.value[0], slopes, atol=0.1)
    assert found.misfit[0] < 0.1


def test_without_points_the_line_is_what_was_expected():
    nothing = np.array([])
    found = line(1, nothing.astype(int), nothing, nothing.astype(int), nothing, nothing)
    np.testing.assert_allclose(found.value, [[0, 0.2, 0]])
    np.testing.assert_allclose(found.error, [[1.5, 1, 0.5]])


def test_features_do_not_depend_on_brightness():
    table = new_objects()[0]
    brighter = [
        [
            point
            | {name: point[name] and 7 * point[name] for name in ("flux_njy", "flux_err_njy")}
            | {"mag": point["mag"] - 2.5 * np.log10(7)}
            for point in points
        ]
        for points in table["lightcurve"]
    ]
    np.testing.assert_allclose(matrix(table), matrix(table.assign(lightcurve=brighter)), atol=2e-3)


def test_weights_of_a_night_give_every_kind_its_share():
    label = np.array(["a", "a", "b"])
    weight = nights.weights(label, {"a": 0.9, "b": 0.1})
    np.testing.assert_allclose([weight[label == kind].sum() for kind in "ab"], [2.7, 0.3])


def test_alerts_are_of_later_nights_and_know_no_more_than_was_known():
    curves = Curves.of(new_objects()[0])
    owner, alerts = nights.all_alerts_of(curves)
    assert len(owner) == len(alerts)
    newest = alerts.last(alerts.is_detection)
    np.testing.assert_array_equal(newest, alerts.last(np.ones(len(alerts.mjd), bool)))
    assert (newest - alerts.first(alerts.is_detection) >= 0.4).all()


@pytest.mark.data
def test_hardly_a_real_supernova_is_flagged(data):
    """None of them was learned from."""
    table = sets.real(data, "ztf_bts_snia")
    assert (KilonovaClassifier().score(table)["KN"] >= FLAGGED).mean() < 0.002


@pytest.mark.data
def test_the_kilonova_of_2017_is_found_by_ztf_at_its_distance(data):
    rng = np.random.default_rng(0)
    light = at2017gfo.measured(Curves.of(sets.real(data, "kilonova").iloc[:1]))
    table = observe(light, ztf(300, -20.0, 4.0, rng), rng, least=2)
    said = KilonovaClassifier().score(table)["KN"].dropna()
    assert len(said) > 30 and (said >= FLAGGED).mean() > 0.7
