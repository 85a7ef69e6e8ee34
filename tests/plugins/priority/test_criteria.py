"""Each criterion: the shared laws, and what it is for."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from astropy.coordinates import SkyCoord

from tests.conformance.criterion import CriterionConformance
from tom_alerce_like.plugins.priority.criteria import (
    SUPERNOVA,
    Brightness,
    ClassProbability,
    NearbyHost,
    Observed,
    OutsidePlane,
    Rising,
    Visible,
    Young,
)

NAN = math.nan


class TestClassProbability(CriterionConformance):
    criterion = ClassProbability()
    columns = {
        "P|ALeRCE|stamp_classifier|SN": [0.7, NAN, 0.1, NAN],
        "P|ALeRCE|stamp_classifier|AGN": [0.3, NAN, 0.9, NAN],
        "P|ALeRCE|lc_classifier|SNIa": [0.5, 0.2, NAN, NAN],
        "P|ALeRCE|lc_classifier|SNII": [0.3, 0.1, NAN, NAN],
        "P|ALeRCE|lc_classifier_transient|SNIa": [1.0, 1.0, 1.0, 1.0],
    }

    def test_subtypes_add_up_and_the_best_classifier_counts(self, table):
        assert self.criterion(table) == pytest.approx([0.8, 0.3, 0.1, NAN], nan_ok=True)

    def test_one_classifier_can_be_asked(self, table):
        assert ClassProbability(classifier="stamp_classifier")(table) == pytest.approx(
            [0.7, NAN, 0.1, NAN], nan_ok=True
        )

    def test_a_classifier_without_such_a_class_says_no(self):
        table = pd.DataFrame({"P|local|x|VS": [1.0, NAN]})
        assert self.criterion(table) == pytest.approx([0.0, NAN], nan_ok=True)

    def test_a_module_that_judges_an_aspect_is_not_asked(self):
        table = pd.DataFrame({"P|local|real_bogus|real": [0.99], "P|local|star_galaxy|galaxy": [0.9]})
        assert np.isnan(self.criterion(table)).all()

    def test_no_classifier_at_all_is_unknown(self):
        assert np.isnan(self.criterion(pd.DataFrame({"ra_deg": [1.0]}))).all()


@pytest.mark.parametrize("name", ["SN", "SNIa", "SN Ia", "SNIbc", "SLSN", "SESN", "Early SN Ia candidate", "supernova"])
def test_names_of_supernovae_are_known(name):
    assert SUPERNOVA.match(name)


@pytest.mark.parametrize("name", ["SNR", "AGN", "VS", "not SN", "asteroid", "", "Transient"])
def test_other_names_are_not(name):
    assert not SUPERNOVA.match(name)


class TestRising(CriterionConformance):
    criterion = Rising()
    columns = {"rise_mag_per_day": [0.5, 0.05, -0.5, NAN], "rise_err_mag_per_day": [0.1, 0.1, 0.1, NAN]}

    def test_it_is_the_probability_of_brightening(self, table):
        assert self.criterion(table) == pytest.approx([1, 0.5, 0, NAN], abs=1e-5, nan_ok=True)


class TestYoung(CriterionConformance):
    criterion = Young(full_days=2, none_days=12)
    columns = {"age_days": [0.0, 2.0, 7.0, 12.0, 400.0, NAN]}

    def test_it_fades_with_age(self, table):
        assert self.criterion(table) == pytest.approx([1, 1, 0.5, 0, 0, NAN], nan_ok=True)


class TestBrightness(CriterionConformance):
    criterion = Brightness(bright_mag=14, faint_mag=19, edge_mag=1)
    columns = {"last_mag": [10.0, 13.5, 14.0, 19.0, 19.5, 20.0, NAN]}

    def test_it_is_full_between_the_limits(self, table):
        assert self.criterion(table) == pytest.approx([0, 0.5, 1, 1, 0.5, 0, NAN], nan_ok=True)


class TestVisible(CriterionConformance):
    criterion = Visible()
    columns = {"ra_deg": [50.0, 50.0, 230.0, NAN], "dec_deg": [-30.0, 89.0, 0.0, 0.0], "now_mjd": [61364.7] * 4}

    def test_south_and_north_and_beside_the_sun(self, table, settings):
        place = {"longitude_deg": -70.805, "latitude_deg": -30.167}
        settings.TOM_ALERCE_LIKE = {"SITES": {"Cerro Tololo": place}}
        assert self.criterion(table) == pytest.approx([1, 0, 0, NAN], nan_ok=True)

    def test_without_sites_nothing_is_visible(self, table, settings):
        settings.TOM_ALERCE_LIKE = {"SITES": {}}
        assert self.criterion(table) == pytest.approx([0, 0, 0, NAN], nan_ok=True)


class TestNearbyHost(CriterionConformance):
    criterion = NearbyHost(full_z=0.02, none_z=0.12)
    columns = {"host_redshift": [0.01, 0.07, 0.5, NAN]}

    def test_it_falls_with_redshift(self, table):
        assert self.criterion(table) == pytest.approx([1, 0.5, 0, NAN], nan_ok=True)


class TestOutsidePlane(CriterionConformance):
    criterion = OutsidePlane(none_deg=0, full_deg=90)
    columns = {"ra_deg": [266.4, 192.9, 12.9, 10.0, NAN], "dec_deg": [-28.9, 27.1, -27.1, 5.0, 0.0]}

    def test_latitudes_are_those_of_astropy(self, table):
        known = table.dropna()
        latitude = SkyCoord(known["ra_deg"], known["dec_deg"], unit="deg").galactic.b.deg
        assert self.criterion(known) * 90 == pytest.approx(np.abs(latitude), abs=1e-3)


class TestObserved(CriterionConformance):
    criterion = Observed()
    columns = {"has_spectrum": [True, False, False], "has_observation": [False, True, False]}

    def test_either_counts(self, table):
        assert self.criterion(table).tolist() == [1, 1, 0]
