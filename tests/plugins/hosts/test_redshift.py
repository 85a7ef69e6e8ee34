"""The redshift of a transient as a mixture over its candidate hosts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_alerce_like.cosmology import distance_modulus_mag
from tom_alerce_like.plugins.hosts.luminosity import REDSHIFTS, log_prior, width
from tom_alerce_like.plugins.hosts.redshift import mixture

COLUMNS = ("row", "probability", "mag", "redshift", "redshift_err", "redshift_kind")


def candidates(*rows):
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype({"row": int, "mag": float, "redshift": float, "redshift_err": float})


def test_a_spectroscopic_redshift_of_a_sure_host_is_the_answer():
    made = mixture(candidates((0, 1.0, 17.0, 0.0512, 1e-4, "spec")), [0.0])
    assert made.median[0] == pytest.approx(0.0512, abs=1e-5) and made.kind[0] == "spec"
    assert made.err[0] == pytest.approx(3e-4 * 1.0512, rel=0.02)
    assert made.e_host_id[0] == 0 and made.e_host_phot[0] == pytest.approx(3e-4 * 1.0512, rel=1e-6)


def test_an_absurd_photometric_redshift_yields_to_the_brightness_of_the_transient():
    absurd = candidates((0, 0.98, np.nan, 0.65, 0.05, "photo"))
    bare, seen = mixture(absurd, [0.02]), mixture(absurd, [0.02], [18.5])
    # at redshift 0.65 it would be brighter than M = -24
    assert bare.median[0] > 0.5 and seen.median[0] < 0.15


def test_the_two_errors_are_told_apart():
    two = candidates((0, 0.5, 18.0, 0.05, 1e-4, "spec"), (0, 0.5, 18.0, 0.15, 1e-4, "spec"))
    made = mixture(two, [0.0])
    assert made.e_host_id[0] == pytest.approx(0.05, rel=1e-6) and made.e_host_phot[0] < 1e-3
    assert 0.05 < made.median[0] < 0.15 and made.low68[0] == pytest.approx(0.05, abs=2e-3)
    assert made.high68[0] == pytest.approx(0.15, abs=2e-3)


def test_a_redshift_of_no_stated_kind_is_mostly_good_and_sometimes_photometric():
    made = mixture(candidates((0, 1.0, np.nan, 0.1, np.nan, "")), [0.0], [18.6])
    assert made.kind[0] == "" and made.median[0] == pytest.approx(0.1, abs=2e-3)
    assert made.high68[0] - made.low68[0] < 0.02 < made.high95[0] - made.low95[0]


def test_without_candidates_there_is_a_prior_and_no_kind():
    made = mixture(candidates(), [1.0, 1.0], [15.0, 20.0])
    assert (made.kind == "").all() and np.isnan(made.e_host_phot).all() and np.isnan(made.e_host_id).all()
    assert made.median[0] < made.median[1]


def test_more_light_from_the_host_means_a_smaller_redshift():
    prior = np.exp(log_prior(np.array([15.0, 18.0, 21.0]), np.full(3, np.nan))) * width()
    mean = prior @ REDSHIFTS / prior.sum(axis=1)
    assert mean[0] < mean[1] < mean[2]


def test_the_transients_own_redshift_decides_among_candidates():
    two = candidates((0, 0.6, 18.0, 0.15, 1e-4, "spec"), (0, 0.3, 18.0, 0.05, 1e-4, "spec"))
    made = mixture(two, [0.1], None, [0.051])
    assert made.median[0] == pytest.approx(0.05, abs=1e-3) and made.err[0] < 1e-3
    assert made.high95[0] < 0.06


def test_a_photometric_redshift_and_the_transients_own_are_multiplied():
    photo = candidates((0, 1.0, np.nan, 0.12, 0.05, "photo"))
    exact, vague = mixture(photo, [0.0], None, [0.06]), mixture(photo, [0.0], None, [0.06], [0.05])
    assert exact.median[0] == pytest.approx(0.06, abs=1e-3)
    assert exact.err[0] == pytest.approx(0.003 * 1.06, rel=0.1)
    assert 0.065 < vague.median[0] < 0.1 and 0.02 < vague.err[0] < 0.05


def test_a_host_that_contradicts_the_transients_redshift_does_not_count():
    made = mixture(candidates((0, 1.0, 18.0, 0.3, 1e-4, "spec")), [0.0], None, [0.05])
    assert made.median[0] == pytest.approx(0.05, abs=2e-3)


def test_an_unknown_redshift_of_the_transient_changes_nothing():
    two = candidates((0, 0.9, 18.0, 0.15, 1e-4, "spec"), (1, 0.8, 18.0, 0.1, 0.03, "photo"))
    plain, told = mixture(two, [0.1, 0.2]), mixture(two, [0.1, 0.2], None, [np.nan, -1.0], [np.nan, 0.1])
    np.testing.assert_array_equal(plain.density, told.density)
    np.testing.assert_array_equal(plain.median, told.median)


parts = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.floats(0, 1),
        st.one_of(st.just(np.nan), st.floats(10, 25)),
        st.one_of(st.just(np.nan), st.floats(-0.1, 5)),
        st.one_of(st.just(np.nan), st.floats(0, 1)),
        st.sampled_from(["spec", "photo", ""]),
    ),
    max_size=6,
)


@given(parts, st.lists(st.one_of(st.just(np.nan), st.floats(10, 25)), min_size=3, max_size=3))
def test_laws_of_a_mixture(rows, mags):
    table = candidates(*rows)
    total = np.bincount(table["row"], table["probability"].astype(float), 3)
    table["probability"] = table["probability"].astype(float) / np.maximum(total, 1)[table["row"]]
    none = 1 - np.minimum(total, 1)
    made = mixture(table, none, mags)
    quantiles = np.stack([made.low95, made.low68, made.median, made.high68, made.high95])
    assert np.isfinite(quantiles).all() and (np.diff(quantiles, axis=0) >= -1e-6).all()
    assert (made.density >= -1e-9).all()
    np.testing.assert_allclose(made.density @ width(), 1, atol=1e-6)
    for row in range(3):
        alone = mixture(table[table["row"] == row].assign(row=0), none[row : row + 1], mags[row : row + 1])
        assert alone.median[0] == pytest.approx(made.median[row], rel=1e-9)
        assert alone.kind[0] == made.kind[row]


def test_distances_are_those_of_astropy():
    from astropy.cosmology import FlatLambdaCDM

    from tom_alerce_like import cosmology

    theirs, z = FlatLambdaCDM(70, 0.3, Tcmb0=0), np.array([1e-3, 0.05, 0.7, 3.0])
    np.testing.assert_allclose(distance_modulus_mag(z), theirs.distmod(z).value, atol=1e-5)
    np.testing.assert_allclose(cosmology.kpc_per_arcsec(z), 1 / theirs.arcsec_per_kpc_proper(z).value, rtol=1e-6)
    volume = theirs.differential_comoving_volume(z).value * 4 * np.pi
    np.testing.assert_allclose(cosmology.volume_element(z), volume, rtol=1e-6)
    assert np.isnan(distance_modulus_mag(0.0))
