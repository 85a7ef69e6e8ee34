"""Hosts that people chose, against the bright part of GLADE+."""

import numpy as np
import pytest

from tom_alerce_like.plugins.hosts.associate import associate
from tom_alerce_like.plugins.hosts.evaluate import chosen_by_people, interval, truth, verdicts
from tom_alerce_like.plugins.hosts.sources.glade import GladeCatalogue

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def table(data):
    catalogue = GladeCatalogue(data / "catalogues" / "glade_plus_bright.parquet")
    rows = chosen_by_people(data)
    return verdicts(rows, associate(rows["sn_ra"], rows["sn_dec"], [catalogue]), truth(rows, catalogue))


def test_the_chosen_host_is_found_where_the_catalogue_holds_it(table):
    known = table[table["known"]]
    assert len(known) > 1600
    assert known["first"].mean() > 0.998 and known["right"].mean() > 0.95
    assert (known["claimed"] & ~known["right"]).mean() < 0.002


def test_few_hosts_are_claimed_where_the_catalogue_lacks_them(table):
    absent = table[~table["known"]]
    assert len(absent) > 8000
    assert absent["claimed"].mean() < 0.006


def test_a_probability_means_what_it_says(table):
    claims = table[table["claimed"]]
    for low, high in [(0.5, 0.9), (0.9, 0.99), (0.99, 1.0)]:
        part = claims[(claims["probability"] > low) & (claims["probability"] <= high)]
        assert part["right"].mean() == pytest.approx(part["probability"].mean(), abs=0.08)


def test_every_galaxy_has_a_name_without_blanks_around_it(data):
    catalogue = GladeCatalogue(data / "catalogues" / "glade_plus_bright.parquet")
    names = catalogue.cone(np.array([180.0]), np.array([10.0]), 36_000.0)["name"]
    assert len(names) > 1000 and (names == names.str.strip()).all() and not names.isin(["PGC", "GLADE", "WISE"]).any()


def test_interval_is_wilsons():
    assert interval(81, 263) == "30.80 % [25.53, 36.62] (81 of 263)"
    assert interval(0, 0) == "no cases"
