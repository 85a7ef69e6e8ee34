"""Single lenses by their light curves: the fit finds what was simulated, and the laws of a module."""

import numpy as np
import pytest

from tests.conformance.module import ModuleConformance
from tom_alerce_like.alerts.schema import ALERT_SCHEMA
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.curves.simulate import lensing, lsst, observe, others, ztf
from tom_alerce_like.plugins.classifiers.curves.simulate.light import njy
from tom_alerce_like.plugins.classifiers.microlensing import MicrolensingClassifier, skies
from tom_alerce_like.plugins.classifiers.microlensing.classifier import FLAGGED, VERSION, WEIGHTS
from tom_alerce_like.plugins.classifiers.microlensing.features import FEWEST, NAMES, matrix
from tom_alerce_like.plugins.classifiers.microlensing.fit import fitted, model, points
from tom_alerce_like.serving import notes, session


def lens(cadence, n=8, einstein_days=30.0, closest=0.2, seed=1):
    """Bright events of one kind, a third of whose light is the source's."""
    rng = np.random.default_rng(seed)

    def light(row, days, band):
        brighter = lensing.magnification(np.hypot(closest, days / einstein_days)) - 1
        return njy(17.0) * 0.3 * brighter

    return observe(light, cadence(n, -150, 150, rng), rng, least=5)[list(ALERT_SCHEMA.names)]


class TestMicrolensing(ModuleConformance):
    @pytest.fixture
    def module(self):
        return MicrolensingClassifier()

    @pytest.fixture
    def alerts(self):
        return lens(ztf)

    @pytest.mark.parametrize("cadence", [ztf, lsst])
    def test_lenses_are_told_from_outbursts(self, module, cadence):
        rng = np.random.default_rng(0)
        novae = observe(others.dwarf_nova(40, 18.0, rng), cadence(40, -150, 150, rng), rng, least=5)
        tables = (table.assign(mw_ebv=0.5, host_redshift=0.0) for table in (lens(cadence, 40), novae))
        found, outbursts = (module.score(table)["Microlensing"] for table in tables)
        assert (found >= FLAGGED).mean() > 0.7
        assert (outbursts >= FLAGGED).mean() < 0.1

    def test_what_has_a_galaxy_is_no_lens(self, module, alerts):
        assert (module.score(alerts.assign(host_redshift=0.1))["Microlensing"] < 0.01).all()

    def test_few_points_are_not_judged(self, module, alerts):
        few = alerts.assign(lightcurve=[points[: FEWEST - 1] for points in alerts["lightcurve"]])
        assert module.score(few).isna().all(axis=None)


@pytest.mark.parametrize("path", WEIGHTS.values(), ids=WEIGHTS)
def test_the_weights_are_small_and_say_what_they_are(path):
    assert path.stat().st_size < 4e5
    assert notes(path)["version"] == VERSION
    assert [made.shape[1] for made in session(path).get_inputs()] == [len(NAMES)]


def test_the_fit_finds_the_event():
    given = points(Curves.of(lens(lsst)))
    event = fitted(given)
    np.testing.assert_allclose(event.peak_mjd, 60000, atol=2)
    # blending and closeness trade places: the height and the time in which it halves are what is known
    assert np.median(event.einstein_days) == pytest.approx(30, rel=0.2)
    assert (event.chi2 < 0.05 * event.chi2_flat).all()
    off = (given.flux - model(given, event)) * np.sqrt(given.weight)
    np.testing.assert_allclose(np.bincount(given.row, off**2), event.chi2, rtol=1e-6)


def test_features_do_not_depend_on_the_baseline():
    """Surveys that state the whole flux and those that state the difference give the same fit."""
    table = lens(lsst)
    lifted = [[point | {"flux_njy": point["flux_njy"] + 50.0} for point in one] for one in table["lightcurve"]]
    here, there = (matrix(one)[:, NAMES.index("log_einstein_days")] for one in (table, table.assign(lightcurve=lifted)))
    np.testing.assert_allclose(here, there, atol=0.1)


def test_objects_cut_early_know_less_and_no_later():
    curves = Curves.of(lens(ztf, 30))
    early = skies.cut(curves, np.random.default_rng(0))
    count, all_of = (one.count(one.is_detection) for one in (early, curves))
    assert (count <= all_of).all() and (count >= np.minimum(all_of, skies.FIRST_CUT)).all() and (count < all_of).any()


def test_whole_light_of_a_star_is_its_difference_and_a_constant():
    row, days, band = np.zeros(50, int), np.linspace(0, 200, 50), np.ones(50, int)
    for draw in (lensing.microlensing, lensing.periodic, others.active_nucleus):
        part, whole = (draw(1, 18.0, np.random.default_rng(2), is_whole)(row, days, band) for is_whole in (False, True))
        np.testing.assert_allclose(whole - part, (whole - part)[0])
        assert (whole > 0).all()


def test_magnification_is_that_of_a_point_lens():
    # u = 1 gives 3 / sqrt(5); far away it is 1 + 2 / u^4; close by 1 / u
    np.testing.assert_allclose(lensing.magnification(np.array([1.0])), 3 / np.sqrt(5))
    np.testing.assert_allclose(lensing.magnification(np.array([20.0])) - 1, 2 / 20**4, rtol=0.02)
    np.testing.assert_allclose(lensing.magnification(np.array([0.01])), 100, rtol=1e-3)


@pytest.mark.data
def test_hardly_a_real_variable_is_called_a_lens(data):
    said = MicrolensingClassifier().score(sets.real(data, "sdss_s82_rrlyrae").iloc[:150])["Microlensing"]
    assert (said >= FLAGGED).mean() < 0.01
